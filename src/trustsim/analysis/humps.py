"""One hump or two: the dip test of Hartigan and Hartigan (1985), doi:10.1214/aos/1176346577.

The dip is the least distance of the distribution of a sample from any that has one hump. Of the distributions with one
hump the even one has the largest dips in many worlds, so a dip beyond that of 95 % of even samples says that there are
two humps or more, in error in 5 % of studies at most. A dip below that of the middle even sample says nothing of the
kind. The dips of even samples are read from a table, which ``python docs/dips.py`` makes again.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Points = NDArray[np.int64]
_NARROW = 1e-3  # of the least distance between two numbers, over which those that are the same are put side by side

#: worlds: median and 95 % point of the dip of an even sample, times the root of the worlds, of 20,000 samples each
#: (4,000 from 1,000 worlds on)
EVEN: dict[int, tuple[float, float]] = {
    10: (0.3097, 0.4407),
    20: (0.3291, 0.4727),
    50: (0.3467, 0.4977),
    100: (0.3528, 0.5090),
    200: (0.3621, 0.5196),
    500: (0.3685, 0.5327),
    1000: (0.3703, 0.5368),
    2000: (0.3747, 0.5391),
}


def dip(values: Floats) -> float:
    """Return the dip of a sample, float64 (n,): between 1/(2 n) and 1/4; NaN where there is none."""
    n = len(values)
    if n == 0:
        return math.nan
    x = _told_apart(values)
    above = np.arange(1, n + 1) / n  # the distribution at each value, and just before it
    below = above - 1 / n
    first, last, found = 0, len(x) - 1, 1 / (2 * n)
    while True:
        part = slice(first, last + 1)
        lower = _convex(x[part], below[part])
        upper = first + _convex(-x[part][::-1], -above[part][::-1])
        upper, lower = (last + first - upper)[::-1], first + lower
        minorant = np.interp(x[part], x[lower], below[lower])
        majorant = np.interp(x[part], x[upper], above[upper])
        gap = majorant - minorant
        at = int(np.argmax(gap))
        widest = float(gap[at])
        if widest <= 2 * found or last == first:
            return found
        left, right = _around(lower, first + at, is_left=True), _around(upper, first + at, is_left=False)
        begins, ends = slice(0, left - first + 1), slice(right - first, None)
        found = max(
            found,
            float(np.max(above[part][begins] - minorant[begins])) / 2,
            float(np.max(majorant[ends] - below[part][ends])) / 2,
        )
        if left == first and right == last:
            return max(found, widest / 2)
        first, last = left, right


def _told_apart(values: Floats) -> Floats:
    """Return the values in order, those that are the same side by side: many at one number are a narrow hump."""
    x, counts = np.unique(values, return_counts=True)
    narrow = _NARROW * (float(np.diff(x).min()) if len(x) > 1 else 1.0)
    place = np.concatenate([np.arange(count) / count for count in counts])
    return np.repeat(x, counts) + narrow * place


def _around(touched: Points, at: int, *, is_left: bool) -> int:
    """Return the nearest point that a hull touches, on one side."""
    return int(touched[touched <= at][-1] if is_left else touched[touched >= at][0])


def _convex(x: Floats, y: Floats) -> Points:
    """Return which points the greatest convex function below them touches, ascending."""
    hull: list[int] = []
    for k in range(len(x)):
        while len(hull) > 1 and _is_above(x, y, hull[-2], hull[-1], k):
            hull.pop()
        hull.append(k)
    return np.array(hull, np.int64)


def _is_above(x: Floats, y: Floats, a: int, b: int, c: int) -> bool:
    return bool((y[b] - y[a]) * (x[c] - x[a]) >= (y[c] - y[a]) * (x[b] - x[a]))


def points_of(n: int) -> tuple[float, float]:
    """Return the median and the 95 % point of the dip of even samples of *n*; between those of the table by 1/√n."""
    sizes = np.array(sorted(EVEN, reverse=True))
    at = 1 / np.sqrt(sizes)
    middle, high = (np.interp(1 / math.sqrt(n), at, [EVEN[size][k] for size in sizes]) for k in (0, 1))
    return float(middle) / math.sqrt(n), float(high) / math.sqrt(n)
