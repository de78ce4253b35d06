"""What is read of a model, so that measures need none: whatever has this can be measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.scenario.resolved import Scenario, Variant
from trustsim.world.memory import Memory
from trustsim.world.settings import Settings

if TYPE_CHECKING:  # it loads networkx, and the catalogue must stay light
    from trustsim.world.state import State


class Calm(Protocol):
    """What calm gave; rows are twins, ``lane`` int64 (lanes,) says which is whose.

    ``history`` float64 (steps + 1, gauges, twins, platforms); ``needed`` int64 (twins, accounts): paid to each account,
    minor units; ``first_asked`` int32 alike: step of the first request, −1 before any.
    """

    @property
    def lane(self) -> NDArray[np.int64]: ...
    @property
    def history(self) -> NDArray[np.float64]: ...
    @property
    def needed(self) -> NDArray[np.int64]: ...
    @property
    def first_asked(self) -> NDArray[np.int32]: ...


class Model(Protocol):
    """One or several replications of some variants, at their horizon.

    ``dt`` days a step; ``day`` steps so far; ``history`` float64 (steps + 1, Gauges, lanes, platforms);
    ``mechanisms``: the settings of each; ``kept``: what they keep over the run, by what they declare.
    """

    @property
    def story(self) -> Scenario: ...
    @property
    def replications(self) -> tuple[int, ...]: ...
    @property
    def variants(self) -> tuple[Variant, ...]: ...
    @property
    def dt(self) -> float: ...
    @property
    def day(self) -> int: ...
    @property
    def state(self) -> State: ...
    @property
    def history(self) -> NDArray[np.float64]: ...
    @property
    def mechanisms(self) -> Mapping[str, Settings[Any]]: ...
    @property
    def kept(self) -> Mapping[Memory, NDArray[Any]]: ...

    def of_actors(self, name: str) -> NDArray[np.float64]:
        """Return one stock of the actors, float64 (steps + 1, variants, actors)."""

    def struck(self) -> Mapping[str, NDArray[np.bool_]]:
        """Return where each shock with a chance has struck, bool (lanes,), by shock and platform."""

    def struck_on(self) -> Mapping[str, NDArray[np.float64]]:
        """Return the day on which each of them struck, float64 (lanes,), infinite where it has not."""

    def calm(self) -> Calm:
        """Return what the same worlds without shocks and levers gave, in which nobody runs; see model/calm.py."""

    def series(self, name: str) -> NDArray[np.float32]:
        """Return one series, float32 (steps + 1, lanes, platforms + 1)."""
