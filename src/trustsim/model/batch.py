"""Several replications of a scenario in lockstep, without Mesa: what a study runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.model.engine import DAY, Engine
from trustsim.model.worlds import engine_of
from trustsim.scenario.resolved import Scenario, Variant
from trustsim.world.rows import gauge_row
from trustsim.world.series import SERIES, series_of
from trustsim.world.settings import Settings
from trustsim.world.state import State


class Batch:
    """Some replications of a scenario, stepped together, each in the same variants of one lockstep group.

    What comes out is the same to the bit as that of a :class:`~trustsim.model.crisis.TrustCrisisModel` of each.
    ``replications`` of the worlds, in order; ``variants`` those of each. ``engine`` has the arrays.
    """

    def __init__(self, scenario: Scenario, variants: Sequence[Variant], replications: Sequence[int]) -> None:
        self.variants, self.replications, self.dt = tuple(variants), tuple(replications), scenario.step
        self.engine: Engine = engine_of(scenario, self.variants, self.replications)

    def step(self) -> None:
        """Advance all worlds by one step."""
        self.engine.begin(self.day + 1)
        for phase in DAY:
            phase.run(self.engine)

    @property
    def day(self) -> int:
        return self.engine.clock.day

    @property
    def state(self) -> State:
        return self.engine.state

    @property
    def mechanisms(self) -> Mapping[str, Settings[Any]]:
        return self.engine.mechanisms

    @property
    def kept(self) -> Mapping[str, NDArray[Any]]:
        return self.engine.day.kept

    @property
    def history(self) -> NDArray[np.float64]:
        return self.engine.history[: self.engine.measured + 1]

    def series(self, name: str) -> NDArray[np.float32]:
        """Return one series so far, float32 (days + 1, lanes, platforms + 1)."""
        return series_of(self.history, SERIES[name], gauge_row)
