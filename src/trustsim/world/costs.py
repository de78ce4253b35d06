"""What levers cost: on the change that they make, so what is there already costs nothing.

A cost of a lever is a term like others (``cost_per_day``, ``cost_per_client``, ``premium``, ``line_fee``). Where it
names the term that it is the price ``of``, it is for a rise of that term by one, as far as the lever alone makes it
rise; any other holds where the lever changes a term at all. A rise that a ``set`` makes has the same price: that of the
lever's default.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Terms
from trustsim.registry import REGISTRY
from trustsim.world.terms import Floats, Proposal, Term, combined, held, row_of_term

COSTS = (Terms.COST_PER_DAY, Terms.COST_PER_CLIENT, Terms.PREMIUM, Terms.LINE_FEE)
OFTENEST = 1 / 1440  # days between reports: nothing is shorter than the shortest step
#: terms that are sums of the real platform, of which a world holds one part in ``scale``
SUMS = (Terms.COST_PER_DAY, Terms.GUARANTEE_FUND)


class Lever:
    """The terms of one lever, and what it alone makes of those of a platform, by row; ``base`` float64 (terms, lanes,
    platforms): the terms without levers."""

    def __init__(self, what: object, base: Floats, scale: float) -> None:
        self.what, self.base, self.scale = what, base, scale
        self._values: dict[tuple[Term, int], Floats] = {}
        self.terms: list[tuple[int, Term]] = [(row_of_term(term, what), term) for term in what.terms()]  # type: ignore[attr-defined]

    def value(self, row: int, term: Term, platform: int) -> Floats:
        """Return what a term proposes for a platform, float64 (lanes,): the same throughout a run."""
        if (term, platform) not in self._values:
            self._values[term, platform] = self._value(row, term, platform)
        return self._values[term, platform]

    def _value(self, row: int, term: Term, platform: int) -> Floats:
        value = np.full(self.base.shape[1], term.value / self.scale if row in SUMS else term.value)
        if row not in COSTS:
            return value
        if term.of:
            return value * sum(self._rises(platform, term.of))
        changes = list(self._changes(platform))
        return value * np.any(changes, axis=0) if changes else value

    def _rises(self, platform: int, name: str) -> Iterator[Floats]:
        for row, term in self.terms:
            if term.name == name:
                before = self.base[row, :, platform]
                yield rise(row, before, self._alone(row, term, before))

    def _changes(self, platform: int) -> Iterator[NDArray[np.bool_]]:
        for row, term in self.terms:
            if row not in COSTS:
                before = self.base[row, :, platform]
                yield self._alone(row, term, before) != before

    @staticmethod
    def _alone(row: int, term: Term, before: Floats) -> Floats:
        everywhere = np.ones(len(before), np.bool_)
        return held(row, combined(before, [Proposal(term.how, np.full(len(before), term.value), everywhere)]))


def rise(row: int, before: Floats, after: Floats) -> Floats:
    """Return by how much a term rises, at least 0; of an interval, by how many reports a day."""
    if row == Terms.REPORT_INTERVAL:
        before, after = (1.0 / np.maximum(interval, OFTENEST) for interval in (before, after))
    return np.maximum(after - before, 0.0)


def prices_of_settings(terms: Floats, reference: Floats, scale: float) -> Floats:
    """Return what the terms of variants cost beyond those of the reference, by row, float64 (terms, variants,
    platforms), at the prices of the levers' defaults."""
    cost = np.zeros_like(terms)
    for row, of, price in _standing():
        cost[row] += rise(of, reference[of], terms[of]) * (price / scale if row in SUMS else price)
    return cost


def _standing() -> tuple[tuple[int, int, float], ...]:
    """Return the prices of rises by one: row of the cost, row of what rises, price."""
    found = []
    for entry in REGISTRY.group("intervention").values():
        if hasattr(entry.make, "terms") and not any(p.is_required for p in entry.parameters):
            lever = entry.make()
            rows = {term.name: row_of_term(term, lever) for term in lever.terms()}
            found += [(rows[term.name], rows[term.of], term.value) for term in lever.terms() if term.of]
    return tuple(found)
