"""What levers cost: on the change that they make, so what is there already costs nothing.

A running cost of a lever is a term like others (``cost_per_day``, ``cost_per_client``, ``premium``, ``line_fee``).
Where it names the term that it is the price ``of``, it is for a rise of that term by one, as far as the lever alone
makes it rise, and of several levers as far as they do together; any other holds where the lever changes a term at all.
What bringing a change in costs, ``once``, stands beside the term that is changed: it is paid on the day on which a
lever that starts moves the term, by several at once but once, at the highest of their prices.

The same change by a ``set`` has the same prices, those of the lever's default: for a rise, ``once``, and of the flat
costs those that say ``by_set`` of which terms. A ``set`` that comes in in the course of a run is a lever with these
costs (:func:`costs_of_change`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Terms
from trustsim.registry import REGISTRY
from trustsim.world.terms import OWN, Floats, How, Proposal, Term, combined, held, row_of_term

if TYPE_CHECKING:
    from trustsim.world.day import Day

COSTS = (Terms.COST_PER_DAY, Terms.COST_PER_CLIENT, Terms.PREMIUM, Terms.LINE_FEE)
SAME_RISE = 1e-9  # of a rise: sums of rises miss one by less
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
        self.paid_once = [(row, term) for row, term in self.terms if term.once]

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
            return value * self.rises(platform, term.of)
        changes = list(self._changes(platform, term))
        return value * np.any(changes, axis=0) if changes else value

    def once(self, row: int, term: Term, platform: int, stood: Floats, now: Floats) -> Floats:
        """Return what it costs to bring a term in at a platform, float64 (lanes,): nothing where the lever alone does
        not move it, or it does not move from where it *stood*, float64 (lanes,), to what it is *now*."""
        before, way = self.base[row, :, platform], dict(term.only).get(term.name, "set")
        moves = is_moved(way, before, self._alone(row, term, before)) & is_moved(way, stood, now)
        return np.where(moves, term.once / self.scale, 0.0)

    def rises(self, platform: int, name: str) -> Floats:
        """Return by how much the lever alone makes a term of a platform rise, float64 (lanes,)."""
        total = np.zeros(self.base.shape[1])
        for row, term in self.terms:
            if term.name == name:
                before = self.base[row, :, platform]
                total += rise(row, before, self._alone(row, term, before))
        return total

    def _changes(self, platform: int, cost: Term) -> Iterator[NDArray[np.bool_]]:
        """Yield where the lever alone changes a term for which a flat cost holds, bool (lanes,), term by term."""
        ways = dict(cost.only)
        for row, term in self.terms:
            if row not in COSTS and (not ways or term.name in ways):
                before = self.base[row, :, platform]
                yield is_moved(ways.get(term.name, "set"), before, self._alone(row, term, before))

    @staticmethod
    def _alone(row: int, term: Term, before: Floats) -> Floats:
        everywhere = np.ones(len(before), np.bool_)
        return held(row, combined(before, [Proposal(term.how, np.full(len(before), term.value), everywhere)]))


class Acting(Protocol):
    """What acts: its lever, once somebody has asked for its terms, where it is active, and since which step."""

    lever: Lever | None
    active: NDArray[np.bool_]
    since: NDArray[np.int64]


def is_replaced(cost: Term, platform: int, mine: Acting, all_of_them: Iterable[Acting], day: Day) -> NDArray[np.bool_]:
    """Return bool (lanes,): where of all own terms that a flat cost is for those of others count: they came in later,
    or are larger."""
    found = np.full(len(mine.active), bool(cost.only))
    for name, _ in cost.only:
        value, is_under = _own(mine, name, platform, day), np.zeros(len(mine.active), np.bool_)
        for other in all_of_them:
            is_larger = (other.since == mine.since) & (_own(other, name, platform, day) > value)
            has_it = _own(other, name, platform, day) > -np.inf
            is_under |= other.active & has_it & (is_larger | (other.since > mine.since))
        found &= is_under
    return found


def _own(entry: Acting, name: str, platform: int, day: Day) -> float:
    """Return what an entry makes of a platform's own term; −∞ where it leaves that alone."""
    lever = entry.lever
    own = [x for _, x in lever.terms if (x.name, x.rank) == (name, OWN)] if lever is not None else []
    there = [x.value for x in own if lever is not None and platform in day.platforms(x.platform, lever.what)]
    return max(there, default=-np.inf)


def rise(row: int, before: Floats, after: Floats) -> Floats:
    """Return by how much a term rises, at least 0; of an interval, by how many reports a day."""
    if row == Terms.REPORT_INTERVAL:
        before, after = (1.0 / np.maximum(interval, OFTENEST) for interval in (before, after))
    return np.maximum(after - before, 0.0)


def prices_of_settings(terms: Floats, reference: Floats, scale: float) -> Floats:
    """Return what the terms of variants cost beyond those of the reference, by row, float64 (terms, variants,
    platforms), at the prices of the levers' defaults."""
    cost = np.zeros_like(terms)
    for lever in _defaults():
        for row, term in (each for each in lever if each[0] in COSTS):
            price = term.value / scale if row in SUMS else term.value
            of = [k for k, each in lever if each.name == term.of]
            by_set = [is_moved(each.how, reference[k], terms[k]) for k, each in lever if each.name in term.by_set]
            cost[row] += price * sum(rise(k, reference[k], terms[k]) for k in of)
            cost[row] += price * np.any(by_set, axis=0)
    return cost


def bringing_in(terms: Floats, reference: Floats, scale: float) -> Floats:
    """Return what it costs once to bring the terms of variants in, by row of the term, float64 (terms, variants,
    platforms), minor units, at the prices of the levers' defaults."""
    cost = np.zeros_like(terms)
    for lever in _defaults():
        for row, term in lever:
            cost[row] += np.where(is_moved(term.how, reference[row], terms[row]), term.once / scale, 0.0)
    return cost


def costs_of_change(names: Container[str]) -> tuple[list[Term], dict[str, Term]]:
    """Return what a lever that sets these terms costs, at the prices of the levers' defaults: its running costs, and by
    name the terms of others that cost ``once``, each with the way in which it must move."""
    running, once = list[Term](), dict[str, Term]()
    for lever in _defaults():
        ways = {term.name: term.how for _, term in lever}
        for _, term in lever:
            only = tuple((name, ways[name]) for name in term.by_set if name in names)
            if only or term.of in names:
                running.append(replace(term, by_set=(), only=only))
            if term.once and term.name in names:
                once[term.name] = replace(term, only=((term.name, term.how),))
    return running, once


def is_moved(how: How, before: Floats, after: Floats) -> NDArray[np.bool_]:
    """Return where a term moves the way in which a lever moves it: up by ``at_least``, down by ``at_most``."""
    if how == "at_least":
        return np.asarray(after > before)
    return np.asarray(after < before if how == "at_most" else after != before)


def _defaults() -> list[list[tuple[int, Term]]]:
    """Return the terms, with their rows, of every lever as it is by default."""
    entries = REGISTRY.group("intervention").values()
    made = [e.make() for e in entries if hasattr(e.make, "terms") and not any(p.is_required for p in e.parameters)]
    return [[(row_of_term(term, lever), term) for term in lever.terms()] for lever in made]
