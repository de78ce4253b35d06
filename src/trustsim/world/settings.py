"""The settings of one mechanism, variant by variant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


class Settings(Generic[T]):
    """What one mechanism is set to in each variant: an instance of its class, or None where it is off.

    ``is_on`` bool (variants,). ``settings[v]``: that of one variant. ``settings["weight"]`` float64 (variants,): one of
    its numbers, 0 where it is off.
    """

    phase = "news"  # of the day, in which its mechanism takes part where it names none

    def __init__(self, rules: tuple[T | None, ...]) -> None:
        self._rules = rules
        self.is_on: NDArray[np.bool_] = np.array([rule is not None for rule in rules], np.bool_)
        self._numbers: dict[str, NDArray[np.float64]] = {}

    def __iter__(self) -> Iterator[T | None]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    @overload
    def __getitem__(self, of: int) -> T | None: ...
    @overload
    def __getitem__(self, of: str) -> NDArray[np.float64]: ...
    def __getitem__(self, of: int | str) -> T | NDArray[np.float64] | None:
        if isinstance(of, int):
            return self._rules[of]
        if of not in self._numbers:
            self._numbers[of] = np.array([0.0 if rule is None else float(getattr(rule, of)) for rule in self._rules])
        return self._numbers[of]

    @property
    def kind(self) -> Any:
        """The class of the mechanism, None where it is off in every variant."""
        return next((type(rule) for rule in self._rules if rule is not None), None)
