"""The price of loss: which variant is best when avoiding loss is worth so much, and where that changes.

At price x a variant is worth what all but the clients lose by it, guarantors and the public purse with them, plus x
times what clients lose, newcomers with them; the best has the least of the two together. Every variant is a straight
line over x, so the best ones are the lower envelope of these lines. Both sides are money of one ledger, and what
rounding hides is as much on either: :func:`trustsim.report.words.standing.least`. It makes no price.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from trustsim.analysis import intervals
from trustsim.analysis.compared import Compared
from trustsim.analysis.ranking import is_clear
from trustsim.analysis.shifts import CLIENTS as CLIENTS
from trustsim.report.words import reading, standing

BILL = "loss_to_others"  # what a variant costs; clients' losses are what it is priced against
_DOUBLINGS = 60  # of a threshold, within which its upper limit is looked for
_SAME = 1e-9  # prices closer than this (relative) are one: lines that meet in a point


@dataclass(frozen=True)
class Stretch:
    """The prices at which a variant is best, ``start`` to ``stop``; ``low``, ``high``: the 95 % limits of the start.

    A price is what others lose for what clients lose, a unit for a unit of the currency; ``stop`` and ``high``
    may be infinite.
    """

    variant: str
    start: float
    stop: float
    low: float
    high: float


def is_priced(result: Compared) -> bool:
    """Whether a study has what a price of loss needs: a bill to others, two variants and somebody who loses."""
    is_told = all(reading.is_measured(result, name) for name in (BILL, CLIENTS))
    return is_told and len(result.comparison.variants) > 1 and bool(np.any(result.study.outcomes[CLIENTS] > 0))


def unbeaten(result: Compared, outcomes: Sequence[str], names: Sequence[str]) -> NDArray[np.bool_]:
    """Return, bool (n,), which of *names* none of them beats: clearly less of one of *outcomes*, no more of another.

    Clearly is by the interval of the pair's difference, no more by its mean; both by
    :func:`trustsim.report.words.standing.least`, so of two sums of money who is beaten has the larger total.
    """
    least = standing.least(result.comparison, outcomes)

    def beats(ours: str, theirs: str) -> bool:
        gaps = [(reading.versus(result, side, ours, theirs), step) for side, step in zip(outcomes, least, strict=True)]
        is_less = any(gap.mean < 0 and is_clear(gap.mean, gap.low, gap.high, step) for gap, step in gaps)
        return is_less and all(gap.mean <= step for gap, step in gaps)

    return np.array([not any(beats(other, name) for other in names if other != name) for name in names])


def stretches(result: Compared) -> tuple[Stretch, ...]:
    """Return the best variant at every price of loss, from zero up."""
    c = result.comparison
    names = [name for name in c.variants if name not in c.other_worlds]
    cost, loss = (np.array([reading.level(result, side, name).mean for name in names]) for side in (BILL, CLIENTS))
    corners = envelope(cost, loss, _step(result))
    stops = [start for _, start in corners[1:]] + [math.inf]
    found = []
    for k, ((v, start), stop) in enumerate(zip(corners, stops, strict=True)):
        low, high = (0.0, 0.0) if k == 0 else _limits(result, names[corners[k - 1][0]], names[v], start)
        found.append(Stretch(names[v], start, stop, low, high))
    return tuple(found)


def envelope(
    cost: Sequence[float] | np.ndarray, loss: Sequence[float] | np.ndarray, step: float = 0.0
) -> list[tuple[int, float]]:
    """Return (which, from which price) of the lines ``cost + price * loss`` that are lowest, by price from zero up.

    ``cost``, ``loss``: float64 (n,), finite. ``step``: the smallest difference in either that counts. Lines that cost
    the same are one: the safest of them. Of lines that are equal the first counts.
    """
    cost, loss = np.asarray(cost, np.float64), np.asarray(loss, np.float64)
    at = _safest(cost, loss, int(np.lexsort((loss, cost))[0]), step)
    corners = [(at, 0.0)]
    while (safer := np.flatnonzero(loss < loss[at] - step)).size:
        prices = (cost[safer] - cost[at]) / (loss[at] - loss[safer])
        price = float(prices.min())
        level = safer[prices <= price * (1 + _SAME)]
        at = _safest(cost, loss, int(level[np.argmin(loss[level])]), step)
        corners.append((at, price))
    return corners


def _safest(cost: np.ndarray, loss: np.ndarray, at: int, step: float) -> int:
    """Return the line that loses least of those that cost no more than the line *at*, where it loses clearly less."""
    while (same := np.flatnonzero((cost <= cost[at] + step) & (loss < loss[at] - step))).size:
        at = int(same[np.argmin(loss[same])])
    return at


def _step(result: Compared) -> float:
    """Return the smallest difference that counts, in what others lose and in what clients lose."""
    return standing.least(result.comparison, (BILL, CLIENTS))[0]


def _net(result: Compared, ours: str, theirs: str) -> Callable[[float], intervals.Interval]:
    """Return, by price, the paired difference of cost and priced loss between two variants, with its interval."""
    cost, loss = (reading.values(result, side, ours) - reading.values(result, side, theirs) for side in (BILL, CLIENTS))
    known = np.isfinite(cost) & np.isfinite(loss)
    cost, loss = cost[known], loss[known]
    return lambda price: intervals.mean(cost + price * loss)


def _limits(result: Compared, cheaper: str, safer: str, price: float) -> tuple[float, float]:
    """Return the prices between which these worlds cannot tell the two apart: the limits of their threshold."""
    net = _net(result, safer, cheaper)
    low, high = price, price
    if not net(0.0).low > 0:
        low = 0.0
    elif net(price).low < 0:
        low = float(brentq(lambda x: net(x).low, 0.0, price))
    if net(price).high > 0:
        above = next((price * 2.0**k for k in range(1, _DOUBLINGS) if net(price * 2.0**k).high < 0), math.inf)
        high = above if math.isinf(above) else float(brentq(lambda x: net(x).high, price, above))
    return low, high


def close_to_best(
    result: Compared, names: Sequence[str], found: Sequence[Stretch], prices: np.ndarray
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield those of *names*, and from which price to which, that these worlds cannot tell from the best."""
    best = [next(s.variant for s in found if s.start <= price < s.stop) for price in prices]
    step = _step(result)
    for name in names:
        nets = {other: _net(result, name, other) for other in set(best) if other != name}
        isclose_to_best = []
        for price, other in zip(prices, best, strict=True):
            gap = nets[other](float(price)) if other != name else None
            least = step * max(1.0, float(price))
            isclose_to_best.append(gap is None or not is_clear(gap.mean, gap.low, gap.high, least))
        edges = np.flatnonzero(np.diff([False, *isclose_to_best, False]))
        for first, stop in edges.reshape(-1, 2):
            yield name, (float(prices[first]), float(prices[stop - 1]))
