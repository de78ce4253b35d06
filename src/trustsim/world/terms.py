"""What a lever proposes about a platform's terms, and the one rule by which proposals combine.

Proposals of one term combine in an order that does not depend on who proposed first: the largest ``set`` of the highest
rank, then the product of ``multiply``, the sum of ``add``, the largest ``at_least``, the smallest ``at_most``. A rank
holds together what belongs together: of two levers that set several terms, one sets them all. Below all levers lie the
platform's own terms where they become others in the course of a run (rank :data:`OWN`): of several ``set`` of that rank
those count that came in last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError, nearest, one_of
from trustsim.kernels.layout import NEUTRAL, Terms
from trustsim.kernels.named import names_of
from trustsim.registry import file_of
from trustsim.world.handed import spread
from trustsim.world.rows import Row, called, declared, index_of

How = Literal["set", "multiply", "add", "at_least", "at_most"]
Floats = NDArray[np.float64]
#: rank of a ``set`` that makes a platform's own terms others: levers lie over it
OWN = -1.0
_NOTHING: dict[How, float] = {"set": -np.inf, "multiply": 1.0, "add": 0.0, "at_least": -np.inf, "at_most": np.inf}


#: terms of the engine that are shares; its others are bounded by what they do
_SHARES = frozenset({
    Terms.LIQUID_SHARE, Terms.DEFAULT_RATE, Terms.RECOVERY, Terms.SALE_LIMIT, Terms.ESTATE_COST, Terms.SEGREGATED_SHARE,
    Terms.LOCKED_SHARE, Terms.REPORT_SCOPE, Terms.VISIBILITY, Terms.EXIT_FEE, Terms.PRO_RATA, Terms.GATE_TRIGGER,
    Terms.GATE_ANNOUNCED, Terms.COVER, Terms.CREDIBILITY, Terms.EDUCATION, Terms.TRANSPARENCY, Terms.REBUTTAL,
    Terms.RESERVE,
})  # fmt: skip
#: terms of the engine that may be infinite: no limit, or reports that never come
_ENDLESS = frozenset({row for row, value in NEUTRAL.items() if np.isinf(value)} | {Terms.REPORT_INTERVAL})


class Proposal(NamedTuple):
    """A change of one term of one platform, in the lanes *where*, bool (lanes,), by a number or float64 (lanes,)."""

    how: How
    value: Floats | float
    where: NDArray[np.bool_]
    rank: float = 0.0  # of a ``set``
    since: NDArray[np.int64] | int = 0  # of a ``set``, steps (lanes,): of those of one rank the latest counts


@dataclass(frozen=True)
class Term:
    """One proposal: while its lever acts, term ``name`` of ``platform`` ('*': all) is changed by ``value``.

    ``once`` is what it costs to bring the change in, minor units. Of a term that is itself a cost, ``of`` names the
    term of which it is the price, for a rise by one; without it the cost holds where the lever changes anything, and
    where a ``set`` changes one of the terms ``by_set`` (see world/costs.py). What has ``only`` costs, running or once,
    holds only where the lever alone moves one of these terms the way beside it.
    """

    name: str
    value: float
    how: How = "set"
    platform: str = "*"
    rank: float = 0.0  # of a ``set``: the highest counts; OWN lies below all levers
    of: str = ""
    by_set: tuple[str, ...] = ()
    once: float = 0.0
    only: tuple[tuple[str, How], ...] = ()


@dataclass(frozen=True, eq=False)
class Change:
    """What a mechanism proposes about a term today: ``row`` of the engine's or a declared term, ``value`` float64 that
    spreads to (lanes, platforms), ``where`` bool alike.

    Raises ModelError for a row that is no term, and a way that there is not.
    """

    row: Terms | Row
    value: NDArray[np.float64]
    where: NDArray[np.bool_]
    how: How = "set"

    def __post_init__(self) -> None:
        _check_how("Change", self.how)
        if not isinstance(self.row, Terms) and not (isinstance(self.row, Row) and self.row.kind == "term"):
            raise ModelError(f"Change: given {called(self.row)}; allowed: a row of Terms or a declared term")

    def by_platform(self, shape: tuple[int, int]) -> Iterator[tuple[int, int, Proposal]]:
        """Yield row, platform and proposal where it holds somewhere; *shape*: (lanes, platforms)."""
        row = int(self.row) if isinstance(self.row, Terms) else self.row.index
        value, where = spread("value of a Change", self.value, shape), spread("where of a Change", self.where, shape)
        for p in np.flatnonzero(where.any(axis=0)).tolist():
            yield row, p, Proposal(self.how, value[:, p], where[:, p])


def row_of_term(term: Term, by: object) -> int:
    """Return the row of a term that a lever changes; raises ModelError, with the file of the lever, where it cannot."""
    _check_how(f"term {term.name!r} in {file_of(by)}", term.how)
    return index_of("term", term.name, by)


def _check_how(where: str, how: str) -> None:
    """Raise ModelError where a way of changing a term is none."""
    ways = get_args(How)
    if how not in ways:
        hint = nearest(how, ways)
        near = f"; did you mean {hint}?" if hint else ""
        raise ModelError(f"{where}: given the way {how!r}; allowed: {one_of(ways)}{near}")


def combined(base: Floats, proposals: Iterable[Proposal]) -> Floats:
    """Return *base*, float64 (lanes,), under all *proposals*, whatever their order."""
    by: dict[How, list[Floats]] = {}
    proposals = list(proposals)
    highest = _most([(each.rank, each.where) for each in proposals if each.how == "set"], len(base))
    latest = _most([(x.since, x.where & (x.rank == highest)) for x in proposals if x.how == "set"], len(base))
    for how, value, where, rank, since in proposals:
        counts = where & (rank == highest) & (since == latest) if how == "set" else where
        by.setdefault(how, []).append(np.where(counts, value, _NOTHING[how]))
    largest = np.max(by["set"], axis=0) if "set" in by else np.full(len(base), -np.inf)
    value = np.where(np.isneginf(largest), base, largest)
    for factor in np.sort(by.get("multiply", []), axis=0):
        value = value * factor
    value = value + sum(np.sort(by.get("add", []), axis=0))
    value = np.max([value, *by.get("at_least", [])], axis=0)
    return np.asarray(np.min([value, *by.get("at_most", [])], axis=0))


def _most(numbers: Sequence[tuple[NDArray[np.int64] | float, NDArray[np.bool_]]], n: int) -> Floats:
    """Return the largest of numbers, each where it counts, bool (lanes,); float64 (n lanes,), −∞ where none does."""
    counted = [np.where(where, number, -np.inf) for number, where in numbers]
    return np.asarray(np.max(counted, axis=0)) if counted else np.full(n, -np.inf)


def held(row: int, value: Floats) -> Floats:
    """Return a term, float64 (lanes,), within its bounds: a share lies between 0 and 1, a declared one as declared.

    Raises ModelError where it is no number, or infinite where that does not mean that nothing limits it.
    """
    if row < len(Terms):
        name, is_share, may_be_endless = names_of(Terms)[row], row in _SHARES, row in _ENDLESS
        low, high = (0.0, 1.0) if is_share else (-np.inf, np.inf)
    else:
        its = declared("term")[row - len(Terms)]
        name, (low, high), may_be_endless = its.name, its.bounds, bool(np.isinf(its.start))
    if not np.isfinite(value).all() and (np.isnan(value).any() or not may_be_endless):
        raise ModelError(f"term {name!r}: given {value.tolist()}; allowed: finite numbers")
    return np.asarray(np.clip(value, low, high))
