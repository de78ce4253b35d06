"""What an entry of ``expect`` measures, in the worlds that were run: its value in each, and its mean with an interval.

A term of means is linearised at them (delta method), which is exact for sums and differences: each world then counts
with the same weights, and worlds with the same people are taken together before anything is estimated. Worlds of other
people share nothing; the intervals of two such samples are put together by their sides, as Zou and Donner (2008),
doi:10.1002/sim.3095, do, so that each keeps the interval of its own kind: Newcombe's (1998),
doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, where both are shares of worlds.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis import intervals
from trustsim.analysis.intervals import Interval
from trustsim.analysis.measures import Measure, measure_of
from trustsim.errors import TrustsimError, one_of
from trustsim.experiment.study import Study
from trustsim.registry import LISTED, Registry
from trustsim.scenario.expected import Combined, Reading, Term, readings
from trustsim.scenario.resolved import World
from trustsim.units import Unit
from trustsim.world.lockstep import same_people

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Worlds with the same people: their replications, int64 (n,), and float64 (n,) by reading; none is NaN."""

    replications: NDArray[np.int64]
    values: Mapping[Reading, Floats]


@dataclass(frozen=True)
class Observed:
    """A term in all worlds in which it has a value.

    ``samples``: one, or one for each of the files whose people differ. ``measures``: what each reading is.
    """

    term: Term
    samples: tuple[Sample, ...]
    measures: Mapping[Reading, Measure]

    @property
    def unit(self) -> Unit:
        """The unit of the term: that of its readings, a number where it is divided."""
        return _unit(self.term, self.measures)

    @property
    def n(self) -> int:
        """The number of worlds: of several samples of the smallest."""
        return min(len(sample.replications) for sample in self.samples)

    @property
    def in_each(self) -> Floats | None:
        """The value in each world, float64 (n,), NaN where it divides by 0; None where samples share no worlds."""
        if len(self.samples) > 1:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            found = _valued(self.term, self.samples[0].values)
        return np.where(np.isfinite(found), found, math.nan)

    def mean(self) -> Interval:
        """Return the term of the means over worlds with its interval."""
        if self.n == 0:
            return Interval(math.nan, math.nan, math.nan, 0)
        means = {r: float(values.mean()) for sample in self.samples for r, values in sample.values.items()}
        value, weights = _linear(self.term, means)
        if not math.isfinite(value):
            return Interval(math.nan, math.nan, math.nan, self.n)
        parts = [self._part(sample, weights) for sample in self.samples]
        if len(parts) == 1 and not self._is_divided:
            return replace(parts[0], mean=value)
        low = value - math.hypot(*(part.mean - part.low for part in parts))
        return Interval(value, low, value + math.hypot(*(part.high - part.mean for part in parts)), self.n)

    def _part(self, sample: Sample, weights: Mapping[Reading, float]) -> Interval:
        """Return what a sample adds to a term: the interval of its kind where it has one, else of the weighted mean."""
        weighed = {r: w for r, w in weights.items() if r in sample.values and w != 0}
        measures = {self.measures[r] for r in weighed}
        if len(weighed) == 1 and not self._is_divided:
            ((reading, weight),) = weighed.items()
            return _scaled(self.measures[reading].level(sample.values[reading]), weight)
        if len(weighed) == 2 and len(measures) == 1 and sorted(weighed.values()) == [-1, 1]:
            ours, theirs = sorted(weighed, key=lambda r: -weighed[r])
            return measures.pop().paired(sample.values[ours], sample.values[theirs])
        return intervals.mean(_weighted(sample, weights), scale=self._scale(sample, weights))

    @property
    def _is_divided(self) -> bool:
        return not isinstance(self.term, Reading) and self.unit != _unit(next(readings(self.term)), self.measures)

    def _scale(self, sample: Sample, weights: Mapping[Reading, float]) -> float:
        """Return how large the weighted sum could be seen to be: nothing is certain where all worlds give the same."""
        sizes = {r: intervals.size(self.measures[r].unit, values) for r, values in sample.values.items()}
        return sum(abs(weights.get(r, 0.0)) * size for r, size in sizes.items())

    def scale(self) -> float:
        """Return how large its values could be seen to be."""
        if isinstance(self.term, Reading):
            return max(intervals.size(self.unit, s.values[self.term]) for s in self.samples)
        each = self.in_each
        seen = 0.0 if each is None or not len(each) else float(np.nanmax(np.abs(each), initial=0.0))
        return max(seen, 1.0) if self.unit == "share" else seen


def observed(term: Term, studies: Mapping[str, Study], registry: Registry) -> Observed:
    """Return a term as the *studies* have it: by file, '' for that of the entry itself.

    Raises TrustsimError for an outcome or a variant that a study does not hold.
    """
    wanted = tuple(dict.fromkeys(readings(term)))
    measures = {r: _measure(r, registry) for r in wanted}
    samples: list[list[Reading]] = []
    for reading in wanted:
        mine = next((sample for sample in samples if _is_paired(sample[0], reading, studies)), None)
        if mine is None:
            samples.append([reading])
        else:
            mine.append(reading)
    return Observed(term, tuple(_sample(mine, studies, measures) for mine in samples), measures)


def _is_paired(one: Reading, other: Reading, studies: Mapping[str, Study]) -> bool:
    """Whether two readings are of the same worlds: of one study, or of the same draws and people in two."""
    mine, theirs = studies[one.file], studies[other.file]
    if mine is theirs:
        return True
    worlds = [_world(r, study) for r, study in ((one, mine), (other, theirs))]
    return mine.scenario.seed == theirs.scenario.seed and same_people(*worlds)


def _world(r: Reading, study: Study) -> World:
    """Return the world of the variant that is read."""
    name = r.variant or study.baseline
    return next(variant.world for variant in study.scenario.variants if variant.name == name)


def _sample(wanted: Sequence[Reading], studies: Mapping[str, Study], measures: Mapping[Reading, Measure]) -> Sample:
    """Return the worlds in which all of these readings have a value."""
    columns = {r: _column(studies[r.file], r, measures[r]) for r in wanted}
    common = functools.reduce(np.intersect1d, [studies[r.file].replications for r in wanted])
    rows = {r: np.searchsorted(studies[r.file].replications, common) for r in wanted}
    values = {r: column[rows[r]] for r, column in columns.items()}
    known = ~np.isnan(np.stack(list(values.values()))).any(axis=0)
    return Sample(common[known], {r: each[known] for r, each in values.items()})


def _column(study: Study, r: Reading, measure: Measure) -> Floats:
    """Return what is read in each world of a study, float64 (n,)."""
    if len(study.replications) == 0:
        return np.zeros(0)
    at = study.variants.index(r.variant or study.baseline)
    if not r.is_series:
        if r.name not in study.outcomes:
            allowed = one_of(study.outcomes, LISTED, like=r.name)
            raise TrustsimError(f"expect: given the outcome {r.name!r}; allowed: {allowed}")
        return np.asarray(measure.counted(study.outcomes[r.name], study.scenario.horizon)[:, at])
    days = study.series[r.name]
    steps = [min(round(day / study.scenario.step), days.shape[1] - 1) for day in r.days] or [days.shape[1] - 1]
    names = [platform.name for platform in study.scenario.variants[0].world.platforms]
    place = names.index(r.platform) if r.platform else days.shape[3] - 1
    if not r.over:
        return np.asarray(days[:, steps[0], at, place], np.float64)
    return _over(np.asarray(days[:, steps[0] : steps[1] + 1, at, place], np.float64), r.over)


def _over(days: Floats, over: str) -> Floats:
    """Put a span of a series together, float64 (n, steps); days on which there is none of it are left out."""
    if over == "change":
        return np.asarray(days[:, -1] - days[:, 0])
    put: Mapping[str, Callable[..., Floats]] = {
        "sum": np.nansum,
        "mean": np.nanmean,
        "peak": np.nanmax,
        "low": np.nanmin,
    }
    has = ~np.isnan(days).all(axis=1)
    return np.array([put[over](row) if known else math.nan for row, known in zip(days, np.asarray(has), strict=True)])


def _measure(r: Reading, registry: Registry) -> Measure:
    """Return what a reading is; a sum or a change keeps none of the bounds of its series that it may pass."""
    measure = measure_of(registry["series", r.name] if r.is_series else registry.outcome(r.name))
    if r.over == "sum":
        return replace(measure, high=math.inf if measure.high > 0 else measure.high)
    if r.over == "change":
        return replace(measure, low=measure.low - measure.high, high=measure.high - measure.low)
    return measure


def _unit(term: Term, measures: Mapping[Reading, Measure]) -> Unit:
    if isinstance(term, Reading):
        return measures[term].unit
    return "number" if term.per else _unit(term.of, measures)


def _valued(term: Term, values: Mapping[Reading, Floats]) -> Floats:
    """Return a term in each world."""
    if isinstance(term, Reading):
        return values[term]

    def total(terms: tuple[Term, ...]) -> Floats:
        return np.asarray(np.sum([_valued(each, values) for each in terms], axis=0))

    found = total((term.of, *term.plus)) - total(term.less)
    return np.asarray(found / total(term.per)) if term.per else np.asarray(found)


def _linear(term: Term, means: Mapping[Reading, float]) -> tuple[float, dict[Reading, float]]:
    """Return a term at the means, and by reading how much it moves with each of them."""
    if isinstance(term, Reading):
        return means[term], {term: 1.0}
    value, weights = _summed(term, means)
    if not term.per:
        return value, weights
    below, theirs = _summed(Combined(term.per[0], plus=term.per[1:]), means)
    if below == 0:
        return math.nan, {}
    ratio = value / below
    return ratio, {r: (weights.get(r, 0.0) - ratio * theirs.get(r, 0.0)) / below for r in {**weights, **theirs}}


def _summed(term: Combined, means: Mapping[Reading, float]) -> tuple[float, dict[Reading, float]]:
    value, weights = 0.0, dict[Reading, float]()
    for sign, terms in ((1.0, (term.of, *term.plus)), (-1.0, term.less)):
        for one, of_it in (_linear(each, means) for each in terms):
            value += sign * one
            for r, weight in of_it.items():
                weights[r] = weights.get(r, 0.0) + sign * weight
    return value, weights


def _weighted(sample: Sample, weights: Mapping[Reading, float]) -> Floats:
    return np.asarray(np.sum([weights.get(r, 0.0) * values for r, values in sample.values.items()], axis=0))


def _scaled(found: Interval, by: float) -> Interval:
    ends = sorted((by * found.low, by * found.high)) if not math.isnan(found.low) else (math.nan, math.nan)
    return Interval(by * found.mean, ends[0], ends[1], found.n)
