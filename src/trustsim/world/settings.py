"""The settings of one mechanism, lane by lane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.named import no_row
from trustsim.registry import parameters_of
from trustsim.world.hazards import MECHANISM

T = TypeVar("T")


class Settings(Generic[T]):
    """What one mechanism is set to in each lane: an instance of its class, or None where it is off.

    ``variants``: the settings of each variant; those of the lanes are the same in every world. ``is_on`` bool (lanes,).
    ``settings[v]``: that of one lane. ``settings["weight"]`` float64 (lanes,): one of its numbers, 0 where it is off;
    raises ModelError where it has none of that name.
    """

    phase = "news"  # of the day, in which its mechanism takes part where it names none
    occurrence = MECHANISM

    def __init__(self, variants: tuple[T | None, ...], n_worlds: int = 1) -> None:
        self.variants, self._n_worlds = variants, n_worlds
        self.is_on: NDArray[np.bool_] = np.tile([rule is not None for rule in variants], n_worlds)
        self._numbers: dict[str, NDArray[np.float64]] = {}

    def __iter__(self) -> Iterator[T | None]:
        for _ in range(self._n_worlds):
            yield from self.variants

    def __len__(self) -> int:
        return len(self.variants) * self._n_worlds

    def on(self, lanes: range) -> Iterator[tuple[int, T]]:
        """Yield each of these *lanes* where it is on, with its settings."""
        for v in lanes:
            rule = self.variants[v % len(self.variants)]
            if rule is not None:
                yield v, rule

    @overload
    def __getitem__(self, of: int) -> T | None: ...
    @overload
    def __getitem__(self, of: str) -> NDArray[np.float64]: ...
    def __getitem__(self, of: int | str) -> T | NDArray[np.float64] | None:
        if not isinstance(of, str):
            return self.variants[of % len(self.variants)]
        if of not in self._numbers:
            for rule in self.variants:
                if rule is not None and not hasattr(rule, of):
                    raise no_row("setting", of, [p.name for p in parameters_of(type(rule))], rule)
            numbers = [0.0 if rule is None else float(getattr(rule, of)) for rule in self.variants]
            self._numbers[of] = np.tile(numbers, self._n_worlds)
        return self._numbers[of]

    @property
    def kind(self) -> Any:
        """The class of the mechanism, None where it is off in every variant."""
        return next((type(rule) for rule in self.variants if rule is not None), None)
