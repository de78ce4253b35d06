"""Does a study show what its scenario says that it must (``expect``)? The test, and when there are too few worlds.

- A mean of what is measured, which may be a difference, a ratio or any sum of such terms
  (:mod:`trustsim.analysis.observed`): its 95 % interval lies within the bounds (*pass*), outside (*fail*), or across
  one of them (*unclear*: too few worlds to tell; the finding says about how many would do).
- ``statistic``: the same of the standard deviation or of a quantile over worlds (:mod:`trustsim.analysis.spread`).
- ``humps``: two where the dip is beyond that of 95 % of even samples, one where it is below that of the middle one
  (:mod:`trustsim.analysis.humps`); between them it is unclear.
- ``equals`` without a tolerance: every world gives the number, to a relative 1e-9. ``worlds: all``: every world lies
  within the bounds. What is said of every world that was run is no estimate, and has no interval.
- ``worlds: [a, b]``: the 95 % interval of the share of worlds that lie within the bounds is within [a, b].
- ``worlds: k``, and ``sum``: exactly so many worlds, exactly that sum over them; for worlds that are all there are.
- ``order``: every paired difference of neighbours in the order is above zero.

Intervals are those of :mod:`trustsim.analysis.intervals`: also where all worlds give the same, few of them do not say
that others would, and no interval has a width of zero. One world is no interval: unless it is exact, nothing can be
told from it. A bound is met at the bound itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from trustsim.analysis import humps, intervals, spread
from trustsim.analysis.intervals import Interval
from trustsim.analysis.observed import Floats, Observed, observed
from trustsim.errors import TrustsimError
from trustsim.experiment.study import Study
from trustsim.registry import Registry
from trustsim.scenario.expected import Expectation
from trustsim.units import Unit

Verdict = Literal["pass", "fail", "unclear"]
EXACT = 1e-9
NOTHING = Interval(math.nan, math.nan, math.nan, 0)
_RANK = {"fail": 0, "unclear": 1, "pass": 2}
_NONE: Mapping[str, Study] = MappingProxyType({})


@dataclass(frozen=True)
class Finding:
    """One expectation and what was observed: the number with its interval, or the share of worlds that it asks for.

    ``unit`` is that of what is measured. ``worlds_needed`` is about how many worlds would tell, where these were too
    few; 0 elsewhere. ``is_paired``: whether everything was read in worlds with the same people.
    """

    expectation: Expectation
    observed: Interval
    unit: Unit
    verdict: Verdict
    worlds_needed: int = 0
    is_paired: bool = True

    @property
    def observed_unit(self) -> Unit:
        """The unit of what was observed: where worlds are counted, their number or share."""
        worlds = self.expectation.worlds
        return self.unit if worlds is None else "count" if isinstance(worlds, int) else "share"


def findings(study: Study, registry: Registry, others: Mapping[str, Study] = _NONE) -> tuple[Finding, ...]:
    """Judge every expectation of the study's scenario, in the order of the file; ``others``: by file that they name.

    Raises TrustsimError for an outcome that a study does not hold.
    """
    return tuple(_finding({"": study, **others}, each, registry) for each in study.scenario.expect)


def variants_needed(expectations: Sequence[Expectation], baseline: str, file: str = "") -> tuple[str, ...]:
    """Return the variants of a file that must be run to judge these expectations, each once; '' for their own file.

    At least the baseline, so that there is a study to speak of.
    """
    named = (r.variant or baseline for e in expectations for r in e.readings if r.file == file)
    return tuple(dict.fromkeys(named)) or (baseline,)


def files_needed(expectations: Sequence[Expectation]) -> tuple[str, ...]:
    """Return the other files that these expectations read, each once."""
    return tuple(dict.fromkeys(r.file for e in expectations for r in e.readings if r.file))


def _finding(studies: Mapping[str, Study], e: Expectation, registry: Registry) -> Finding:
    try:
        steps = [observed(step, studies, registry) for step in e.steps]
    except TrustsimError as error:
        raise type(error)(str(error).replace("expect:", f"expect {e.id}:", 1)) from error
    found = [_judge(e, step) for step in steps]
    worst = min(found, key=lambda each: (_RANK[each.verdict], each.observed.low))
    return worst


def _judge(e: Expectation, seen: Observed) -> Finding:
    """Judge a term; of an order each step must be above zero."""
    is_paired = len(seen.samples) == 1

    def found(interval: Interval, verdict: Verdict, needed: int = 0) -> Finding:
        return Finding(e, interval, seen.unit, verdict, needed, is_paired)

    if seen.n == 0:
        return found(NOTHING, "fail" if e.exact else "unclear")
    if e.order:
        mean = seen.mean()
        return found(mean, *_judged(mean, math.nextafter(0.0, 1.0), math.inf))
    if not _is_of_each(e):
        mean = seen.mean()
        return found(mean, *_judged(mean, e.least, e.most))
    values = seen.in_each
    if values is None:  # nobody can say of each world what is read in two
        return found(seen.mean(), "unclear")
    values = values[~np.isnan(values)]
    return found(*_of_each(e, values, seen))


def _is_of_each(e: Expectation) -> bool:
    """Whether it is said of the worlds' values, not of their mean."""
    return e.exact or e.worlds is not None or e.statistic != "mean" or bool(e.humps)


def _of_each(e: Expectation, values: Floats, seen: Observed) -> tuple[Interval, Verdict, int]:
    """Judge what is said of the values that worlds have, float64 (n,)."""
    if e.humps:
        return _humps(e.humps, values)
    if e.statistic == "total":
        total = float(values.sum())
        return _counted(total, len(values)), _met(e.least <= total <= e.most), 0
    if e.statistic == "sd":
        interval = spread.deviation(values, seen.scale())
        return interval, *_judged(interval, e.least, e.most)
    if e.quantile is not None:
        interval = spread.quantile(values, e.quantile, seen.scale())
        return interval, *_judged_quantile(interval, e)
    is_within = (e.least <= values) & (values <= e.most)
    if e.exact:
        if e.equals is not None:
            is_within = (e.low - EXACT * abs(e.low) <= values) & (values <= e.high + EXACT * abs(e.high))
        mean = seen.mean()
        is_estimate = mean.low < mean.high and (np.ptp(values) > 0 or _is_binary(seen)) if len(values) else False
        shown = mean if is_estimate else _counted(mean.mean, len(values))
        return shown, _met(len(values) > 0 and bool(is_within.all())), 0
    if isinstance(e.worlds, int):
        n = int(is_within.sum())
        return _counted(n, len(values)), _met(n == e.worlds), 0
    assert e.worlds is not None
    share = intervals.proportion(is_within.astype(np.float64))
    return share, *_judged(share, *e.worlds)


def _judged_quantile(found: Interval, e: Expectation) -> tuple[Verdict, int]:
    """Return the verdict on a quantile: an end that so few worlds do not show is none, and may not be needed."""
    needed = spread.worlds_for(e.quantile or 0.0)
    if math.isfinite(found.low) == math.isfinite(found.high) and found.n >= needed:
        return _judged(found, e.least, e.most)
    low, high = (end if math.isfinite(end) else far for end, far in ((found.low, -math.inf), (found.high, math.inf)))
    if e.least <= low and high <= e.most:
        return "pass", 0
    return ("fail", 0) if high < e.least or low > e.most else ("unclear", needed)


def _is_binary(seen: Observed) -> bool:
    return any(measure.binary for measure in seen.measures.values())


def _humps(asked: str, values: Floats) -> tuple[Interval, Verdict, int]:
    """Judge whether a sample has one hump or two by its dip."""
    n = len(values)
    found = humps.dip(values)
    if n < min(humps.EVEN):
        return _counted(found, n), "unclear", min(humps.EVEN)
    middle, high = humps.points_of(n)
    if middle < found <= high:
        return _counted(found, n), "unclear", math.ceil(n * min((high / found) ** 2, 100.0)) + 1
    return _counted(found, n), _met((found > high) == (asked == "two")), 0


def _met(is_met: bool) -> Verdict:
    return "pass" if is_met else "fail"


def _counted(number: float, n: int) -> Interval:
    """Return what was counted in *n* worlds: a fact of these worlds, no estimate."""
    return Interval(number, math.nan, math.nan, n)


def _judged(observed: Interval, low: float, high: float) -> tuple[Verdict, int]:
    """Return the verdict and about how many worlds would tell: sides shrink as the root of their number."""
    if not (math.isfinite(observed.low) and math.isfinite(observed.high)):
        return "unclear", 2 if observed.n < 2 else 0  # nothing bounds what other worlds may give
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
