"""Leaving when enough neighbours have left: the threshold rule of collective behaviour."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import UnitError
from trustsim.kernels import purposes
from trustsim.kernels.layout import Traits
from trustsim.registry import REGISTRY, parameter

_NUMBERS = re.compile(r"\s*(\d{1,9})\s*(?:\.\.\s*(\d{1,9})\s*)?")
_MOST = 10**6  # numbers in a list
_FINEST = 10**6  # shares are taken as fractions with at most this denominator, so that 1/6 of six neighbours is one

if TYPE_CHECKING:
    from trustsim.world.owners import Owners

Floats = NDArray[np.float64]


@REGISTRY.enter("mechanism", "threshold", rows=("D6",), source="doi:10.1086/226707; doi:10.1073/pnas.082090499")
@dataclass(frozen=True)
class Threshold:
    """Let investors run once they have seen enough neighbours leave; each sees the departures of the day before.

    Rule ``share``: at least ⌈share · neighbours⌉ and at least one, exactly (Watts); ``count``: at least ``count``
    (Granovetter, in a complete network); ``list``: the counts of ``own``, investor by investor, from the first on
    again where there are more. ``first`` investors need none: they leave on the first day, ``at random`` or ``in turn``
    (in replication r those from number r on). Who has no neighbours never runs by this rule unless it needs none.
    The memory of who left does not fade. Known answer: thresholds 0, 1, …, n − 1 in a
    complete network make all leave, one a day (``test_thresholds_in_a_row_fall_one_a_day``).
    """

    without: ClassVar[dict[str, dict[str, float] | None]] = {"herding": None}  # with a channel off: not at all
    concepts: ClassVar[tuple[str, ...]] = ("emergence", "adaptation", "sensing", "interaction")
    #: what makes the traits: the same in all variants of a pass
    fixes: ClassVar[tuple[str, ...]] = ("rule", "share", "count", "own", "first", "which")
    default_on: ClassVar[bool] = False
    remembers: ClassVar[str] = "departures"

    rule: str = parameter(
        "share", unit="text", choices=("share", "count", "list"), source="D6", text="what a threshold is"
    )
    share: float = parameter(
        0.18, unit="share", source="doi:10.1073/pnas.082090499", text="share of the neighbours, for rule share"
    )
    count: int = parameter(
        1, unit="count", low=0, high=2**31, source="doi:10.1086/226707", text="number of neighbours, for rule count"
    )
    own: str = parameter(
        "0..99", unit="text", source="doi:10.1086/226707",
        text="thresholds of the investors, for rule list: '0, 2, 2..99'",
    )  # fmt: skip
    first: int = parameter(
        0, unit="count", low=0, high=2**31, source="assumed", text="investors who leave on the first day"
    )
    which: str = parameter(
        "at random", unit="text", choices=("at random", "in turn"), source="assumed", text="who they are"
    )

    def __post_init__(self) -> None:
        if self.rule == "list":
            _numbers(self.own)

    def traits(self, owners: Owners) -> Mapping[Traits, Floats]:
        """Return how many neighbours each owner must see leave."""
        n, need = len(owners.degree), self.needs(owners.degree)
        n_first = min(self.first, n)
        if self.which == "in turn":
            first = (owners.world.replication + np.arange(n_first)) % n
        else:
            first = owners.in_random_order(purposes.FIRST)[:n_first]
        need[first] = 0.0
        return {Traits.NEED: need[owners.world.accounts.investor]}

    def needs(self, degree: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return float64 (investors,): how many neighbours each must see leave; infinite without neighbours."""
        if self.rule == "share":
            share = Fraction(self.share).limit_denominator(_FINEST)
            whole = [max(math.ceil(share * d), 1) for d in range(int(degree.max(initial=0)) + 1)]
            need = np.array(whole, np.float64)[degree]
        elif self.rule == "list":
            need = np.resize(np.array(_numbers(self.own), np.float64), len(degree))
        else:
            need = np.full(len(degree), float(self.count))
        return np.where((degree == 0) & (need > 0), np.inf, need)


def _numbers(text: str) -> list[int]:
    """Return the whole numbers of ``'0, 2, 2..99'``; raises UnitError where it is no such list."""
    found: list[int] = []
    for part in text.split(","):
        match = _NUMBERS.fullmatch(part)
        if match is None or (match[2] and int(match[2]) < int(match[1])):
            raise UnitError(f"own {text!r}", "whole numbers from 0 and ranges of them, as '0, 2, 2..99'")
        if len(found) + int(match[2] or match[1]) - int(match[1]) >= _MOST:
            raise UnitError(f"own {text!r}", f"at most {_MOST} numbers; they begin anew where there are more investors")
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return found
