"""Does a study show what its scenario says that it must (``expect``)? The test, and when there are too few worlds.

- A level, a paired difference, a ratio or a series value: its 95 % interval lies within the bounds (*pass*), outside
  (*fail*), or across one of them (*unclear*: too few worlds to tell; the finding says about how many would do).
- ``equals`` without a tolerance: every world gives the number, to a relative 1e-9. ``worlds: all``: every world lies
  within the bounds. What is said of every world that was run is no estimate, and has no interval.
- ``worlds: [a, b]``: the 95 % interval of the share of worlds that lie within the bounds is within [a, b].
- ``worlds: k``, and ``sum``: exactly so many worlds, exactly that sum over them; for worlds that are all there are.
- ``order``: every paired difference of neighbours in the order is above zero.

Intervals are those of :mod:`trustsim.analysis.intervals`: also where all worlds give the same, few of them do not say
that others would; of a ratio that of its linearised parts (delta method). One
world is no interval: unless it is exact, nothing can be told from it. A bound is met at the bound itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis import intervals
from trustsim.analysis.intervals import Interval
from trustsim.analysis.measures import Measure, measure_of
from trustsim.errors import TrustsimError, one_of
from trustsim.experiment.study import Study
from trustsim.registry import LISTED, Registry
from trustsim.scenario.resolved import Expectation
from trustsim.units import Unit

Floats = NDArray[np.float64]
Verdict = Literal["pass", "fail", "unclear"]
EXACT = 1e-9


@dataclass(frozen=True)
class Finding:
    """One expectation and what was observed: the mean with its interval, or the share of worlds that it asks for.

    ``unit`` is that of what is measured. ``worlds_needed`` is about how many worlds would tell,
    where these were too few; 0 elsewhere.
    """

    expectation: Expectation
    observed: Interval
    unit: Unit
    verdict: Verdict
    worlds_needed: int = 0


def findings(study: Study, registry: Registry) -> tuple[Finding, ...]:
    """Judge every expectation of the study's scenario, in the order of the file."""
    return tuple(_finding(study, each, registry) for each in study.scenario.expect)


def variants_needed(expectations: Sequence[Expectation], baseline: str) -> tuple[str, ...]:
    """Return the variants that must be run to judge these expectations, each once."""
    named = (each for e in expectations for each in (e.order or _pair(e, baseline)))
    return tuple(dict.fromkeys(named))


def _pair(e: Expectation, baseline: str) -> tuple[str, ...]:
    one = e.variant or baseline
    return (one, e.against or baseline) if e.what in ("difference", "ratio") else (one,)


def _finding(study: Study, e: Expectation, registry: Registry) -> Finding:
    measure = measure_of(registry["series", e.name] if e.what == "series" else registry.outcome(e.name))
    if e.what == "ratio":
        measure = Measure("number", measure.better, False, measure.text, censored=measure.censored)
    unit = measure.unit
    if e.what != "series" and e.name not in study.outcomes and study.outcomes:
        raise TrustsimError(
            f"expect {e.id}: given the outcome {e.name!r}; allowed: {one_of(study.outcomes, LISTED, like=e.name)}"
        )
    if len(study.replications) == 0:
        return Finding(e, Interval(math.nan, math.nan, math.nan, 0), unit, "unclear")
    if e.order:
        return _ordered(study, e, measure)
    ours, theirs = _values(study, e, measure)
    values = ours if theirs is None else ours - theirs
    values = values[~np.isnan(values)]
    is_within = (e.low <= values) & (values <= e.high)
    observed = measure.level(values) if theirs is None else measure.paired(ours, theirs)
    if e.exact and e.what != "sum":
        low, high = (
            (e.low - EXACT * abs(e.low), e.high + EXACT * abs(e.high)) if e.equals is not None else (e.low, e.high)
        )
        is_met = len(values) > 0 and bool(((low <= values) & (values <= high)).all())
        is_estimate = measure.binary or np.ptp(values) > 0 if len(values) else False
        return Finding(e, observed if is_estimate else _counted(observed.mean, len(values)), unit, _met(is_met))
    if e.what == "sum":
        total = float(values.sum())
        return Finding(e, _counted(total, len(values)), unit, _met(e.low <= total <= e.high))
    if isinstance(e.worlds, int):
        n = int(is_within.sum())
        return Finding(e, _counted(n, len(values)), unit, _met(n == e.worlds))
    if e.worlds is not None:
        share = intervals.proportion(is_within.astype(np.float64))
        return Finding(e, share, unit, *_judged(share, *e.worlds))
    return Finding(e, observed, unit, *_judged(observed, e.low, e.high))


def _met(is_met: bool) -> Verdict:
    return "pass" if is_met else "fail"


def _counted(number: float, n: int) -> Interval:
    """Return what was counted in *n* worlds: a fact of these worlds, no estimate."""
    return Interval(number, math.nan, math.nan, n)


def _ordered(study: Study, e: Expectation, measure: Measure) -> Finding:
    """Judge an order by its weakest step: the smallest lower end of the paired differences of neighbours."""
    values = measure.counted(study.outcomes[e.name], study.scenario.horizon)
    columns = [values[:, study.variants.index(name)] for name in e.order]
    steps = [measure.paired(larger, smaller) for smaller, larger in pairwise(columns)]
    above_zero = math.nextafter(0.0, 1.0)
    verdicts = [_judged(step, above_zero, math.inf) for step in steps]
    worst = min(range(len(steps)), key=lambda k: (_RANK[verdicts[k][0]], steps[k].low))
    return Finding(e, steps[worst], measure.unit, *verdicts[worst])


_RANK = {"fail": 0, "unclear": 1, "pass": 2}


def _values(study: Study, e: Expectation, measure: Measure) -> tuple[Floats, Floats | None]:
    """Return float64 (n,): what is measured in each world, and of a difference what it is taken from."""
    one, *other = (study.variants.index(name) for name in _pair(e, study.baseline))
    if e.what == "series":
        days = study.series[e.name]
        step = days.shape[1] - 1 if e.day is None else min(round(e.day / study.scenario.step), days.shape[1] - 1)
        names = [platform.name for platform in study.scenario.variants[0].world.platforms]
        return np.asarray(days[:, step, one, names.index(e.platform) if e.platform else -1], np.float64), None
    values = measure.counted(study.outcomes[e.name], study.scenario.horizon)
    if not other:
        return np.asarray(values[:, one]), None
    if e.what == "difference":
        return np.asarray(values[:, one]), np.asarray(values[:, other[0]])
    known = ~np.isnan(values[:, [one, other[0]]]).any(axis=1)
    above, below = values[known, one], values[known, other[0]]
    if not len(below) or below.mean() == 0:
        return np.zeros(0), None
    ratio = above.mean() / below.mean()
    return np.asarray(ratio + (above - ratio * below) / below.mean()), None


def _judged(observed: Interval, low: float, high: float) -> tuple[Verdict, int]:
    """Return the verdict and about how many worlds would tell: sides shrink as the root of their number."""
    if not (math.isfinite(observed.low) and math.isfinite(observed.high)):
        return "unclear", max(2, observed.n + 1)
    if low <= observed.low and observed.high <= high:
        return "pass", 0
    if observed.high < low or observed.low > high:
        return "fail", 0
    sides = [(observed.mean - observed.low, observed.mean - low), (observed.high - observed.mean, high - observed.mean)]
    needed = max(_shrinking(half, abs(room)) for half, room in sides if half > room)
    return "unclear", math.ceil(observed.n * needed)


def _shrinking(half: float, room: float) -> float:
    """Return how many times the worlds make an interval's side fit the room to its bound; a hundredfold at most."""
    return min((half / max(room, half / 10)) ** 2, 100.0)
