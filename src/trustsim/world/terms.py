"""What a lever proposes about a platform's terms, and the one rule by which proposals combine.

Proposals of one term combine in an order that does not depend on who proposed first: the largest ``set``, then the
product of ``multiply``, the sum of ``add``, the largest ``at_least``, the smallest ``at_most``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

How = Literal["set", "multiply", "add", "at_least", "at_most"]


@dataclass(frozen=True)
class Term:
    """One proposal: while its lever acts, term ``name`` of ``platform`` ('*': all) is changed by ``value``."""

    name: str
    value: float
    how: How = "set"
    platform: str = "*"


@dataclass(frozen=True, eq=False)
class Change:
    """What a mechanism proposes about a term today: ``row`` of the terms, ``value`` float64 that spreads to (variants,
    platforms), ``where`` bool alike."""

    row: int
    value: NDArray[np.float64]
    where: NDArray[np.bool_]
    how: How = "set"


def combined(base: float, proposals: Iterable[tuple[How, float]]) -> float:
    """Return *base* under all *proposals*, whatever their order."""
    by: dict[How, list[float]] = {"set": [], "multiply": [], "add": [], "at_least": [], "at_most": []}
    for how, value in proposals:
        by[how].append(value)
    value = max(by["set"]) if by["set"] else base
    for factor in sorted(by["multiply"]):
        value *= factor
    value += sum(sorted(by["add"]))
    if by["at_least"]:
        value = max(value, *by["at_least"])
    if by["at_most"]:
        value = min(value, *by["at_most"])
    return value
