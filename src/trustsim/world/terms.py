"""What a lever proposes about a platform's terms, and the one rule by which proposals combine.

Proposals of one term combine in an order that does not depend on who proposed first: the largest ``set``, then the
product of ``multiply``, the sum of ``add``, the largest ``at_least``, the smallest ``at_most``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

How = Literal["set", "multiply", "add", "at_least", "at_most"]
Floats = NDArray[np.float64]
_NOTHING: dict[How, float] = {"set": -np.inf, "multiply": 1.0, "add": 0.0, "at_least": -np.inf, "at_most": np.inf}


class Proposal(NamedTuple):
    """A change of one term of one platform, in the lanes *where*, bool (lanes,), by a number or float64 (lanes,)."""

    how: How
    value: Floats | float
    where: NDArray[np.bool_]


@dataclass(frozen=True)
class Term:
    """One proposal: while its lever acts, term ``name`` of ``platform`` ('*': all) is changed by ``value``."""

    name: str
    value: float
    how: How = "set"
    platform: str = "*"


@dataclass(frozen=True, eq=False)
class Change:
    """What a mechanism proposes about a term today: ``row`` of the terms, ``value`` float64 that spreads to (lanes,
    platforms), ``where`` bool alike."""

    row: int
    value: NDArray[np.float64]
    where: NDArray[np.bool_]
    how: How = "set"


def combined(base: Floats, proposals: Iterable[Proposal]) -> Floats:
    """Return *base*, float64 (lanes,), under all *proposals*, whatever their order."""
    by: dict[How, list[Floats]] = {}
    for how, value, where in proposals:
        by.setdefault(how, []).append(np.where(where, value, _NOTHING[how]))
    largest = np.max(by["set"], axis=0) if "set" in by else np.full(len(base), -np.inf)
    value = np.where(np.isneginf(largest), base, largest)
    for factor in np.sort(by.get("multiply", []), axis=0):
        value = value * factor
    value = value + sum(np.sort(by.get("add", []), axis=0))
    value = np.max([value, *by.get("at_least", [])], axis=0)
    return np.asarray(np.min([value, *by.get("at_most", [])], axis=0))
