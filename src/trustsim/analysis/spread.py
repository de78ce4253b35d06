"""How an outcome is distributed over worlds: its standard deviation and its quantiles, with intervals of 95 %."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis import intervals
from trustsim.analysis.intervals import LEVEL, Interval
from trustsim.later import later

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")

Floats = NDArray[np.float64]
_UNKNOWN = (math.nan, math.nan)


def deviation(values: Floats, scale: float) -> Interval:
    """Return the standard deviation over worlds, float64 (n,), unbiased in its square.

    Its interval is that of the mean squared distance (:func:`trustsim.analysis.intervals.mean`), so it assumes no
    distribution, as one by chi squared would (Box 1953, doi:10.1093/biomet/40.3-4.318, on how badly that fails).
    ``scale``: how large values were seen to be.
    """
    n = len(values)
    if n < 2:
        return Interval(math.nan, *_UNKNOWN, n)
    squares = (values - values.mean()) ** 2 * n / (n - 1)
    found = intervals.mean(squares, at_least=0.0, scale=scale**2)
    ends = [math.sqrt(max(end, 0.0)) if math.isfinite(end) else math.nan for end in (found.low, found.high)]
    return Interval(math.sqrt(found.mean), ends[0], ends[1], n)


def worlds_for(share: float) -> int:
    """Return from how many worlds on the interval of a quantile has both of its ends."""
    rarer = max(share, 1 - share)
    return math.ceil(math.log((1 - LEVEL) / 2) / math.log(rarer)) + 1 if 0 < share < 1 else 0


def quantile(values: Floats, share: float, scale: float) -> Interval:
    """Return a quantile over worlds, with the interval between two ordered worlds that holds it in 95 % of studies.

    It assumes no distribution (David and Nagaraja 2003, doi:10.1002/0471722162, section 7.1). Where too few worlds were
    run for one of its ends there is none. Where both ends are the same number, as where most worlds give 0, they are as
    far from it as those of the mean of worlds that all give this number: a zero is never certain. ``scale``: how large
    values were seen to be.
    """
    n = len(values)
    if n < 2:
        return Interval(math.nan, *_UNKNOWN, n)
    ordered, tail = np.sort(values), (1 - LEVEL) / 2
    middle = float(np.quantile(ordered, share, method="inverted_cdf"))
    chance = special.bdtr(np.arange(n + 1), n, share)  # that so many worlds or fewer lie at the quantile or below
    below, above = int(np.searchsorted(chance, tail)) - 1, int(np.searchsorted(chance, 1 - tail))
    low = float(ordered[below]) if below >= 0 else math.nan
    high = float(ordered[above]) if above < n else math.nan
    if low == high:
        level = intervals.mean(values[values == low], scale=scale)
        low, high = level.low, level.high
    return Interval(middle, low, high, n)
