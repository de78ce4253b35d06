"""How failures are spread over time: how many in 30 days, in spikes or for long, of what, and how late."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import FAILED, Gauges
from trustsim.measures.finished import Finished, Floats
from trustsim.measures.model import Model
from trustsim.mechanisms.sector.closure import CLOSED
from trustsim.names import EVERY
from trustsim.registry import REGISTRY

MONTH = 30.0  # days
FEWEST = 3  # intervals of which a lag can be told
_SAME_DAY = 1e-9  # of a month: what rounding makes of a day that begins one

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


def counts(day: Floats, end: float, interval: float = MONTH) -> Ints:
    """Return how many fail in each whole *interval* to the day *end*, int64 (rows, intervals).

    *day* float64 (rows, platforms): the day on which each failed, NaN where it did not. An interval begins behind its
    first day and holds its last.
    """
    n = int(end / interval + _SAME_DAY)
    place = np.ceil(day / interval - _SAME_DAY) - 1
    return np.stack([(place == k).sum(axis=1) for k in range(n)], axis=1) if n else np.zeros((len(day), 0), np.int64)


def dispersion(series: NDArray[np.number]) -> Floats:
    """Return variance / mean of each row, float64 (rows,): 1 where events are independent; NaN without an event.

    *series* (rows, intervals); the variance is that of a sample, as in E-26 and E-29.
    """
    mean = series.mean(axis=1) if series.shape[1] > 1 else np.zeros(len(series))
    variance = series.var(axis=1, ddof=1) if series.shape[1] > 1 else mean
    return np.asarray(np.where(mean > 0, variance / np.where(mean > 0, mean, 1.0), np.nan))


def lag_1(series: NDArray[np.number]) -> Floats:
    """Return the autocorrelation of each row with itself one interval later, float64 (rows,): Σ d(t) d(t + 1) / Σ d².

    d is the difference to the mean of the row; NaN where nothing varies, or of fewer than three intervals.
    """
    if series.shape[1] < FEWEST:
        return np.full(len(series), np.nan)
    d = series - series.mean(axis=1, keepdims=True)
    whole = (d * d).sum(axis=1)
    return np.asarray(np.where(whole > 0, (d[:, 1:] * d[:, :-1]).sum(axis=1) / np.where(whole > 0, whole, 1.0), np.nan))


def days_of(model: Model) -> Floats:
    """Return the day on which each platform failed, float64 (lanes, platforms), NaN of those that stand, or were wound
    down in order."""
    last = model.history[-1]
    return np.where(last[Gauges.STATUS] == FAILED, last[Gauges.FAILURE_DAY] * model.dt, np.nan)


def causes(model: Model) -> dict[str, Mask]:
    """Return which platforms failed of what, bool (lanes, platforms) each.

    ``closed as insolvent``: closed because its insolvency was known; ``out of cash``: all others, who could not pay.
    Of both ``after a shock`` are those whom a shock with a chance had struck before, and ``without a shock`` those whom
    none had: what came to them came from others, or from a shock of a day or a trigger.
    """
    day = days_of(model)
    fails, closed = ~np.isnan(day), model.kept.get(CLOSED)
    is_closed = fails & (~np.isnan(closed) if closed is not None else np.False_)
    struck = np.zeros_like(fails)
    places = {platform.name: p for p, platform in enumerate(model.state.platforms)}
    for name, since in model.struck_on().items():
        who = name.partition(": ")[2]
        its = slice(None) if who == EVERY else slice(places[who], places[who] + 1)
        struck[:, its] |= since[:, None] <= day[:, its]
    return {
        "out of cash": fails & ~is_closed, "closed as insolvent": is_closed, "after a shock": fails & struck,
        "without a shock": fails & ~struck,
    }  # fmt: skip


def _by_cause(f: Finished) -> dict[str, Floats]:
    """Return the day of the failures of each cause, and of all, float64 (lanes, platforms), NaN elsewhere."""
    day = days_of(f.model)
    return {"all": day, **{name: np.where(which, day, np.nan) for name, which in causes(f.model).items()}}


@REGISTRY.enter(
    "outcome", "failures_a_month", rows=("J3", "K1"), source="E-26; E-29", better="lower", unit="number", low=0,
    may_not_apply=True,
)  # fmt: skip
def failures_a_month(f: Finished) -> dict[str, Floats]:
    """Platforms that fail in 30 days, on average over the whole intervals of 30 days, of all causes and of each.

    Of what: ``out of cash`` or ``closed as insolvent``; ``after a shock`` with a chance that struck
    it, or ``without a shock`` of that kind, also after one with a day or a trigger.
    Not defined before the first 30 days are over.
    """

    def mean(day: Floats) -> Floats:
        found = counts(day, f.end)
        return found.mean(axis=1) if found.shape[1] else np.full(f.n_lanes, np.nan)

    return {name: mean(day) for name, day in _by_cause(f).items()}


@REGISTRY.enter(
    "outcome", "failures_dispersion", rows=("J3", "K1"), source="E-26; E-29", better="", unit="number", low=0,
    may_not_apply=True,
)  # fmt: skip
def failures_dispersion(f: Finished) -> dict[str, Floats]:
    """Variance over mean of the failures in 30 days: 1 where each fails for itself, more where they fail together.

    It grows with the number of platforms: where a common cause moves the chance of all, its excess over 1 is in
    proportion to that number. Not defined where none fails.
    """
    return {name: dispersion(counts(day, f.end)) for name, day in _by_cause(f).items()}


@REGISTRY.enter(
    "outcome", "failures_lag_1", rows=("J3", "K1"), source="E-26; E-29", better="", unit="number", low=-1, high=1,
    may_not_apply=True,
)  # fmt: skip
def failures_lag_1(f: Finished) -> dict[str, Floats]:
    """Autocorrelation of the failures in 30 days with those of the next: near 0 of spikes, near 1 of long waves.

    What each platform's own luck adds to a small sector pulls it to 0. Not defined where the counts never differ, or
    of fewer than three intervals.
    """
    return {name: lag_1(counts(day, f.end)) for name, day in _by_cause(f).items()}


@REGISTRY.enter(
    "outcome", "failure_day", rows=("J3",), source="E-28", better="", unit="duration", low=0, may_not_apply=True
)
def failure_day(f: Finished) -> dict[str, Floats]:
    """Median day of failure among the platforms that fail; a platform has no age, so it counts from day 0."""
    return {name: _median(day) for name, day in _by_cause(f).items()}


def _median(day: Floats) -> Floats:
    """Return the median of each row without NaN, float64 (rows,), NaN of an empty one."""
    return np.array([np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else np.nan for row in day])
