"""A measure says what an outcome is, and gives its level and its paired differences with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from trustsim.analysis import intervals
from trustsim.analysis.intervals import Interval, Sample
from trustsim.registry import Entry
from trustsim.units import Unit, name_of

Better = Literal["lower", "higher", ""]


def with_horizon(times: Sample, horizon: float) -> Sample:
    """Return times to an event, float64, with the horizon (days) where there was none by then (NaN)."""
    return np.where(np.isnan(times), horizon, times)


@dataclass(frozen=True)
class Measure:
    """What an outcome is: its unit, which way is better, whether a run gives 0 or 1, one line of text, its bounds.

    ``censored``: it is the time to an event, and a run without it counts with the horizon.
    """

    unit: Unit
    better: Better
    binary: bool
    text: str
    low: float = -math.inf
    high: float = math.inf
    censored: bool = False

    def to_json(self, currency: str) -> dict[str, Any]:
        """Return as plain data what it is; ``unit`` names that of its numbers: ``CNY``, ``days``, ``share``, ..."""
        unit = name_of(self.unit, currency)
        return {"unit": unit, "better": self.better or None, "binary": self.binary, "text": self.text}

    def counted(self, values: Sample, horizon: float) -> Sample:
        """Return what means are taken of: of the time to an event the horizon (days) where there was none by then.

        So the mean is the restricted mean survival time (Royston and Parmar 2013, doi:10.1186/1471-2288-13-152). A mean
        over the runs with the event alone compares other worlds under each variant: those in which it did not help.
        """
        return with_horizon(values, horizon) if self.censored else values

    def level(self, values: Sample, scale: float | None = None) -> Interval:
        """Return the mean over worlds with its interval; ``scale`` as of :func:`trustsim.analysis.intervals.mean`."""
        seen = intervals.size(self.unit, values) if scale is None else scale
        return intervals.level(values, binary=self.binary, low=self.low, high=self.high, scale=seen)

    def paired(self, ours: Sample, theirs: Sample, confidence: float = intervals.LEVEL) -> Interval:
        """Return the mean paired difference, ``ours`` less ``theirs``, with its interval."""
        seen = intervals.size(self.unit, ours, theirs)
        return intervals.paired(
            ours, theirs, binary=self.binary, low=self.low, high=self.high, scale=seen, confidence=confidence
        )


def measure_of(entry: Entry, horizon: float = math.inf) -> Measure:
    """Return what an outcome or a series is, as it was entered.

    It is bounded where its entry says so, nowhere else, but for the time to an event: that ends with the *horizon*.
    """
    low, high = entry.bounds
    high = min(high, horizon) if entry.censored_at_horizon else high
    return Measure(entry.unit, entry.better, entry.binary, entry.summary, low, high, entry.censored_at_horizon)


@dataclass(frozen=True)
class Difference:
    """A variant less the baseline, over the worlds where both are defined; NaN where not defined.

    ``better_share`` is the share of these worlds where the variant is strictly better (NaN where neither way is),
    ``tie_share`` where both are equal. ``variance_reduction`` is (Var a + Var b) / Var(a - b), by how much the pairing
    shrinks the variance of the difference: NaN where the difference is the same in every world.
    """

    mean: float
    low: float
    high: float
    n: int
    better_share: float
    tie_share: float
    variance_reduction: float


UNDEFINED = Difference(math.nan, math.nan, math.nan, 0, math.nan, math.nan, math.nan)


def difference_of(ours: Sample, theirs: Sample, measure: Measure, *, is_alike: bool) -> Difference:
    """Return what a variant changes; of one that is the baseline by another name no mean, in any world there is.

    (Shares of worlds keep Tango's interval, which does not need to know that.)
    """
    is_pair = ~np.isnan(ours) & ~np.isnan(theirs)
    a, b = ours[is_pair], theirs[is_pair]
    if len(a) == 0:
        return UNDEFINED
    is_nothing = is_alike and not measure.binary and np.array_equal(a, b)
    interval = Interval(0.0, 0.0, 0.0, len(a)) if is_nothing else measure.paired(a, b)
    is_better = {"lower": a < b, "higher": a > b}.get(measure.better)
    return Difference(
        mean=interval.mean,
        low=interval.low,
        high=interval.high,
        n=interval.n,
        better_share=math.nan if is_better is None else float(np.mean(is_better)),
        tie_share=float(np.mean(a == b)),
        variance_reduction=_variance_reduction(a, b),
    )


def _variance_reduction(a: Sample, b: Sample) -> float:
    paired = float(np.var(a - b))
    return float(np.var(a) + np.var(b)) / paired if paired > 0 else math.nan
