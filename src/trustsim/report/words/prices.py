"""The price of loss: which variant is best when avoiding loss is worth so much, and where that changes.

At price x a variant is worth what all but the clients lose by it, guarantors and the public purse with them, plus x
times what clients lose; the best has the least of the two together. Every variant is a straight line over x, so the
best ones are the lower envelope of these lines. Differences that are too small to matter, and what rounding hides, make
no price: :func:`trustsim.report.words.standing.smallest_told`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from trustsim.analysis import intervals
from trustsim.analysis.compared import Compared
from trustsim.analysis.headlines import COST
from trustsim.analysis.ranking import is_clear
from trustsim.report.words import reading, standing
from trustsim.report.words.reading import LOSS

BILL = "loss_to_others"  # what a variant costs; clients' losses are what it is priced against
_DOUBLINGS = 60  # of a threshold, within which its upper limit is looked for
_SAME = 1e-9  # prices closer than this (relative) are one: lines that meet in a point


@dataclass(frozen=True)
class Stretch:
    """The prices at which a variant is best, ``start`` to ``stop``; ``low``, ``high``: the 95 % limits of the start.

    Prices are units of the currency per unit of the loss; ``stop`` and ``high`` may be infinite.
    """

    variant: str
    start: float
    stop: float
    low: float
    high: float


def billed(result: Compared) -> str:
    """Return the outcome that says what a variant costs: what others lose, where that is measured."""
    return BILL if reading.is_measured(result, BILL) else COST


def is_priced(result: Compared) -> bool:
    """Whether a study has what a price of loss needs: a bill to others, two variants and somebody who loses."""
    is_told = all(reading.is_measured(result, name) for name in (LOSS, BILL))
    return is_told and len(result.comparison.variants) > 1 and bool(np.any(result.study.outcomes[LOSS] > 0))


def stretches(result: Compared) -> tuple[Stretch, ...]:
    """Return the best variant at every price of loss, from zero up."""
    names = result.comparison.variants
    cost, loss = (np.array([reading.level(result, side, name).mean for name in names]) for side in (BILL, LOSS))
    corners = envelope(cost, loss, _steps(result))
    stops = [start for _, start in corners[1:]] + [math.inf]
    found = []
    for k, ((v, start), stop) in enumerate(zip(corners, stops, strict=True)):
        low, high = (0.0, 0.0) if k == 0 else _limits(result, names[corners[k - 1][0]], names[v], start)
        found.append(Stretch(names[v], start, stop, low, high))
    return tuple(found)


def envelope(
    cost: Sequence[float] | np.ndarray, loss: Sequence[float] | np.ndarray, steps: tuple[float, float] = (0.0, 0.0)
) -> list[tuple[int, float]]:
    """Return (which, from which price) of the lines ``cost + price * loss`` that are lowest, by price from zero up.

    ``cost``, ``loss``: float64 (n,), finite. ``steps``: the smallest difference in each that counts. Lines that cost
    the same are one: the safest of them. Of lines that are equal the first counts.
    """
    cost, loss = np.asarray(cost, np.float64), np.asarray(loss, np.float64)
    at = _safest(cost, loss, int(np.lexsort((loss, cost))[0]), steps)
    corners = [(at, 0.0)]
    while (safer := np.flatnonzero(loss < loss[at] - steps[1])).size:
        prices = (cost[safer] - cost[at]) / (loss[at] - loss[safer])
        price = float(prices.min())
        level = safer[prices <= price * (1 + _SAME)]
        at = _safest(cost, loss, int(level[np.argmin(loss[level])]), steps)
        corners.append((at, price))
    return corners


def _safest(cost: np.ndarray, loss: np.ndarray, at: int, steps: tuple[float, float]) -> int:
    """Return the line that loses least of those that cost no more than the line *at*, where it loses clearly less."""
    while (same := np.flatnonzero((cost <= cost[at] + steps[0]) & (loss < loss[at] - steps[1]))).size:
        at = int(same[np.argmin(loss[same])])
    return at


def _steps(result: Compared) -> tuple[float, float]:
    """Return the smallest differences that count: in what others lose, and in what clients lose."""
    cost, loss = standing.least(result.comparison, (BILL, LOSS))
    return cost, loss


def _net(result: Compared, ours: str, theirs: str) -> Callable[[float], intervals.Interval]:
    """Return, by price, the paired difference of cost and priced loss between two variants, with its interval."""
    cost, loss = (reading.values(result, side, ours) - reading.values(result, side, theirs) for side in (BILL, LOSS))
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
    cost_step, loss_step = _steps(result)
    for name in names:
        nets = {other: _net(result, name, other) for other in set(best) if other != name}
        isclose_to_best = []
        for price, other in zip(prices, best, strict=True):
            gap = nets[other](float(price)) if other != name else None
            least = max(cost_step, float(price) * loss_step)
            isclose_to_best.append(gap is None or not is_clear(gap.mean, gap.low, gap.high, least))
        edges = np.flatnonzero(np.diff([False, *isclose_to_best, False]))
        for first, stop in edges.reshape(-1, 2):
            yield name, (float(prices[first]), float(prices[stop - 1]))
