"""The settings of one mechanism, lane by lane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.named import no_row
from trustsim.registry import parameters_of
from trustsim.world.hazards import MECHANISM

T = TypeVar("T")


class Settings(Generic[T]):
    """What one mechanism is set to in each lane: an instance of its class, or None where it is off.

    Worlds differ where each draws its own behaviour. ``is_on`` bool (lanes,). ``settings[v]``: that of one lane.
    ``settings["weight"]`` float64 (lanes,): one of its numbers, 0 where it is off; raises ModelError where it has none
    of that name.
    """

    phase = "news"  # of the day, in which its mechanism takes part where it names none
    occurrence = MECHANISM

    def __init__(self, by_lane: Sequence[T | None]) -> None:
        self.by_lane = tuple(by_lane)
        self.is_on: NDArray[np.bool_] = np.array([rule is not None for rule in self.by_lane])
        self._numbers: dict[str, NDArray[np.float64]] = {}

    def __iter__(self) -> Iterator[T | None]:
        return iter(self.by_lane)

    def __len__(self) -> int:
        return len(self.by_lane)

    def on(self, lanes: range) -> Iterator[tuple[int, T]]:
        """Yield each of these *lanes* where it is on, with its settings."""
        for v in lanes:
            rule = self.by_lane[v]
            if rule is not None:
                yield v, rule

    @overload
    def __getitem__(self, of: int) -> T | None: ...
    @overload
    def __getitem__(self, of: str) -> NDArray[np.float64]: ...
    def __getitem__(self, of: int | str) -> T | NDArray[np.float64] | None:
        if not isinstance(of, str):
            return self.by_lane[of]
        if of not in self._numbers:
            for rule in self.by_lane:
                if rule is not None and not hasattr(rule, of):
                    raise no_row("setting", of, [p.name for p in parameters_of(type(rule))], rule)
            self._numbers[of] = np.array([0.0 if rule is None else float(getattr(rule, of)) for rule in self.by_lane])
        return self._numbers[of]

    @property
    def kind(self) -> Any:
        """The class of the mechanism, None where it is off in every variant."""
        return next((type(rule) for rule in self.by_lane if rule is not None), None)

    @cached_property
    def alike(self) -> list[tuple[T, slice | NDArray[np.int64]]]:
        """Every setting that is on, once, with the lanes that have it: in steps where they lie so, else int64 (n,)."""
        lanes: dict[int, list[int]] = {}
        for v, rule in enumerate(self.by_lane):
            lanes.setdefault(id(rule), []).append(v)
        found = []
        for where in lanes.values():
            rule = self.by_lane[where[0]]
            if rule is not None:
                found.append((rule, _as_steps(where)))
        return found


def _as_steps(lanes: list[int]) -> slice | NDArray[np.int64]:
    """Return lanes as a slice, a view of arrays, where they are evenly spaced."""
    step = lanes[1] - lanes[0] if len(lanes) > 1 else 1
    is_even = lanes == list(range(lanes[0], lanes[-1] + 1, step))
    return slice(lanes[0], lanes[-1] + 1, step) if is_even else np.array(lanes, np.int64)
