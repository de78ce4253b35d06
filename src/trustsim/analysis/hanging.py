"""On which few of its assumptions the order of two variants hangs, and where it tips along each.

*It hangs* on a number by the slope of the difference of the first and its rival along its logarithm (of a share: of its
odds), and on a level of a choice by what that level adds. Factors enter a linear regression one by one, that told best
from nothing first, as long as its p-value times the number of factors is below 5 % (Bonferroni); at most MOST do. The
p-value is the larger of two, of its t in the differences and in their normal scores (van der Waerden's): where worlds
differ, a few sets lie far off by luck, and a level that is there in two of them would be named by the first alone
(``test_a_few_sets_that_came_out_far_off_by_luck_name_nothing``). So each that is named is told from nothing; intervals
are those of the regression of the differences. A number *tips* the order where the straight line through what the study
found, with that slope, meets zero within the range looked at, and where more of the sets beyond it flip than of those
on this side; its interval is Fieller's (1954,
doi:10.1111/j.2517-6161.1954.tb00159.x), with the doubt of the study's difference and that of the slope.

What is regressed has the luck of its worlds in it, which a slope averages out. Differences shrunk by their luck would
give slopes that are too small by as much. In 100 planted studies with a true slope of 0.1 the mean slope was 0.1001,
the 95 % interval of the slope held the truth in 95 and that of the tip in 97; from shrunk ones it was 0.0969, 79 and
83 (``test_the_interval_of_a_slope_holds_the_truth_however_much_luck_there_is``, with more luck).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from trustsim.analysis.assumed import Number
from trustsim.analysis.intervals import LEVEL, Interval
from trustsim.analysis.luck import FEWEST
from trustsim.analysis.other_sets import OtherSets

MOST = 6  # factors on which an order is said to hang
_NO_MORE = 1 - LEVEL
_EQUAL = 1e-12  # difference that is none
_ROUNDING = 1e-20  # share of the variance that is none

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Hang:
    """One factor that moves the difference of the first and its rival.

    ``name``: of a number its path (``media.reach``), of a choice its level (``rule off: media``). ``slope``: of the
    difference, in the unit of the outcome, along the logarithm of the number or its odds (its elasticity), or what the
    level adds. ``number``: None for a level. ``tips``: where the order of the two changes along the number, in its
    computed unit, of a distribution its mean; NaN where not within the range; its interval is cut at the range.
    """

    name: str
    slope: Interval
    number: Number | None
    tips: Interval

    @property
    def has_tip(self) -> bool:
        """Whether the order of the two changes within the range of the number, all else as in the file."""
        return math.isfinite(self.tips.mean)

    def to_json(self) -> dict[str, Any]:
        """Return as plain data; numbers in computed units: shares in [0, 1], days, minor units of money."""
        found = {"name": self.name, "effect": ends(self.slope)}
        if self.number is None:
            return found
        places = {"value": 0.0, "from": self.number.low, "to": self.number.high}
        at = {name: self.number.at(x) for name, x in places.items()}
        return {**found, **at, "tips": ends(self.tips) if self.has_tip else None}


def ends(x: Interval) -> dict[str, float | None]:
    return {k: v if math.isfinite(v) else None for k, v in (("mean", x.mean), ("low", x.low), ("high", x.high))}


def _columns(others: OtherSets, is_there: Flags) -> Iterator[tuple[str, Number | None, Floats]]:
    """Yield the factors: name, number, and how far each set has it moved, float64 (sets,); those that vary."""
    settings = [s for s, there in zip(others.planned.settings, is_there.tolist(), strict=True) if there]
    for number in others.planned.factors.numbers:
        yield number.name, number, np.array([s.moves.get(number.path, 0.0) for s in settings])
    for choice in (each for each in others.planned.factors.choices if each.has_few):
        for level in choice.levels:
            moved = np.array([float(s.choices.get(choice.name) == level) for s in settings])
            if 1 < moved.sum() < len(moved) - 1:
                yield f"{choice.name}: {level}", None, moved


def hangs_of(
    others: OtherSets, is_there: Flags, values: Floats, found: Interval, flips: Flags
) -> tuple[tuple[Hang, ...], float]:
    """Return on what the difference of the first and its rival hangs, and the share of its variance that this explains.

    ``values`` float64 (sets judged,): the difference in each, with its luck; ``found``: that of the study;
    ``flips`` bool (sets judged,): where the order of the two is another, luck taken out.
    """
    columns, n = list(_columns(others, is_there)), len(values)
    if n < FEWEST or not columns or np.ptp(values) <= _EQUAL:
        return (), 0.0
    moved = np.stack([column for _, _, column in columns], axis=1)
    picked, scores = list[int](), special.ndtri(stats.rankdata(values) / (n + 1))
    while len(picked) < min(MOST, n - 3):
        best, p = _next(moved, (values, scores), picked)
        if p * len(columns) >= _NO_MORE:
            break
        picked.append(best)
    if not picked:
        return (), 0.0
    slopes, errors, df, explained = _fitted(moved[:, picked], values)
    t = float(stats.t.ppf(0.5 + LEVEL / 2, df))
    told = []
    for k, (column, slope, error) in enumerate(zip(picked, slopes, errors, strict=True)):
        name, number, at = columns[column]
        between = Interval(slope, slope - t * error, slope + t * error, n)
        tips = Interval(math.nan, math.nan, math.nan, n)
        if number is not None and _tips(number, -found.mean / slope, moved[:, column], flips):
            tips = _tip(number, found, between)
        told.append((abs(slope) * float(np.ptp(at)), -k, Hang(name, between, number, tips)))
    return tuple(hang for _, _, hang in sorted(told, key=lambda one: one[:2], reverse=True)), explained


def _next(moved: Floats, told: Sequence[Floats], picked: Sequence[int]) -> tuple[int, float]:
    """Return the factor that is told best from nothing beside those that are picked, and its p-value: the largest of
    those for each of what is ``told``, float64 (sets,)."""
    p = np.max([_p_values(moved, values, picked) for values in told], axis=0)
    best = int(np.argmin(p))
    return best, float(p[best])


def _p_values(moved: Floats, values: Floats, picked: Sequence[int]) -> Floats:
    """Return the p-value of the t of each factor in a regression with those that are picked, float64 (factors,)."""
    n = len(values)
    base = np.column_stack([np.ones(n), moved[:, list(picked)]])
    q, _ = np.linalg.qr(base)
    left, rest = moved - q @ (q.T @ moved), values - q @ (q.T @ values)
    size, df = (left**2).sum(axis=0), n - base.shape[1] - 1
    total, smallest = float((rest**2).sum()), _ROUNDING * float(((values - values.mean()) ** 2).sum())
    can = size > 1e-9 * np.maximum((moved**2).sum(axis=0), 1e-30)
    explained = np.where(can, (left * rest[:, None]).sum(axis=0) ** 2 / np.where(can, size, 1.0), 0.0)
    if total <= smallest:
        return np.ones(moved.shape[1])
    unexplained = np.maximum(total - explained, smallest)
    return np.asarray(2 * stats.t.sf(np.sqrt(explained / (unexplained / df)), df))


def _fitted(moved: Floats, values: Floats) -> tuple[list[float], list[float], int, float]:
    """Return slopes, their standard errors, the degrees of freedom and the share of the variance explained."""
    n, k = moved.shape
    x = np.column_stack([np.ones(n), moved])
    inverse = np.linalg.inv(x.T @ x)
    slopes = inverse @ x.T @ values
    left, df = values - x @ slopes, n - k - 1
    errors = np.sqrt(np.diag(inverse) * float((left**2).sum()) / df)
    explained = 1 - float((left**2).sum()) / float(((values - values.mean()) ** 2).sum())
    return slopes[1:].tolist(), errors[1:].tolist(), df, explained


def _tips(number: Number, x: float, moved: Floats, flips: Flags) -> bool:
    """Whether *x* is in the range of a number, and more of the sets that have it ``moved`` beyond flip than of the
    others."""
    is_beyond = np.asarray(moved > x if x > 0 else moved < x)
    if not number.low <= x <= number.high or not flips[is_beyond].any():
        return False
    return bool(is_beyond.all()) or bool(flips[is_beyond].mean() > flips[~is_beyond].mean())


def _tip(number: Number, found: Interval, slope: Interval) -> Interval:
    """Return where the order of the two changes along a number, with Fieller's interval cut at its range."""
    x = -found.mean / slope.mean
    a, b = (found.high - found.low) / 2, (slope.high - slope.low) / 2  # half widths: t times the standard errors
    p, q, r = slope.mean**2 - b**2, found.mean * slope.mean, found.mean**2 - a**2
    root = q**2 - p * r
    if p <= 0 or root < 0:
        low, high = number.low, number.high
    else:
        low, high = sorted(-(q + side * math.sqrt(root)) / p for side in (1, -1))
    least, most = sorted(number.at(min(max(end, number.low), number.high)) for end in (low, high))
    return Interval(number.at(x), least, most, slope.n)
