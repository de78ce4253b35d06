"""Which variant holds up where the world is not known: how variants rank over a sweep, their regret, where each fails.

*One ranking*: at each point, and over all of them, variants stand as :func:`trustsim.analysis.comparison.compare` says,
with the same harm and the same sizes that matter. Over all points a world counts with its mean over the points, the
same for every variant, so pairs stay pairs; a variant harms over the sweep where it harms so, on average. Who harms at
some points only is told beside, by their share and where they lie.

The regret of a variant at a point is how much worse its mean outcome is than that of the best variant without harm
there (Savage 1951, doi:10.1080/01621459.1951.10500768), none where it is no worse; the mean is over the same worlds for
all of them. Where a variant fails: :mod:`trustsim.analysis.boxes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trustsim.analysis.boxes import Box, boxes
from trustsim.analysis.comparison import Comparison, compared
from trustsim.analysis.fragility import RUN, Fragility, fragility
from trustsim.analysis.headlines import COST, candidates, measured_headlines, picked
from trustsim.analysis.measures import Measure, measure_of
from trustsim.analysis.pareto import pareto
from trustsim.errors import TrustsimError, unknown
from trustsim.experiment.design import Sweep
from trustsim.experiment.study import Study
from trustsim.registry import LISTED, Registry
from trustsim.units import Unit

_IN_UNITS = ("mean", "regret_mean", "regret_p90", "regret_max")  # columns in the outcome's unit
_EQUAL = 1e-12  # regret below this share of the outcome's size is none

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Robust:
    """A comparison over the points of a sweep.

    Attributes
    ----------
    comparison : of the means over the points, world by world; it ranks.
    values : float64 (points, variants), mean outcome over the replications; NaN where no run finished.
    regret : float64 (points, variants), in the outcome's unit, at least 0; NaN where not all have a value.
    best : bool (points, variants), who stands in the first group there; where the baseline does, it alone.
    helps, harms : likewise, who helps there, and who is worse than the baseline in a headline outcome.
    leader : the first in rank.
    beaten : where the leader does not stand in the first group.
    fails : by variant, where it is worse than the baseline or harms.
    pareto : the baseline and remedies that none of them beats in the mean of every headline outcome, every one asked
        for and the cost.
    """

    sweep: Sweep
    comparison: Comparison
    outcome: str
    values: Floats
    regret: Floats
    best: Flags
    helps: Flags
    harms: Flags
    leader: str
    beaten: tuple[Box, ...]
    fails: Mapping[str, tuple[Box, ...]]
    pareto: tuple[str, ...]

    @property
    def unit(self) -> Unit:
        """The unit of the outcome."""
        return self.comparison.measures[self.outcome].unit

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants, in the order of the file."""
        return self.comparison.variants

    @property
    def baseline(self) -> str:
        """The variant that the others are compared with."""
        return self.comparison.baseline

    def fragility(self, outcome: str = RUN, variant: str | None = None) -> Fragility:
        """Return the share of worlds with an event against the one number that is swept, with the curve's width.

        ``outcome``: 0 or 1 in a world, a run by default; ``variant``: by default the baseline.
        Raises TrustsimError where more than one thing is swept, or no number.
        """
        return fragility(self.sweep, outcome, self.baseline if variant is None else variant)

    def table(self) -> pd.DataFrame:
        """Return one row a variant, as they rank; money in units of the currency.

        Columns: mean (of the outcome over points), regret_mean, regret_p90, regret_max, best_share, better_share and
        harm_share (of the points: where it is best, helps, harms), harms (over the sweep), pareto.
        """
        known = ~np.isnan(self.regret).any(axis=1)
        regret, values = self.regret[known], self.values[known]
        high = np.quantile(regret, 0.9, axis=0)
        rows = {
            **dict(zip(_IN_UNITS, (values.mean(axis=0), regret.mean(axis=0), high, regret.max(axis=0)), strict=True)),
            "best_share": self.best[known].mean(axis=0),
            "better_share": self.helps[known].mean(axis=0),
            "harm_share": self.harms[known].mean(axis=0),
            "harms": [name in self.comparison.harms for name in self.variants],
            "pareto": [name in self.pareto for name in self.variants],
        }
        return pd.DataFrame(rows, index=pd.Index(self.variants, name="variant")).loc[list(self.comparison.ranking)]

    def points(self) -> pd.DataFrame:
        """Return one row a point: the swept parameters, the mean outcome of every variant, who is best and who harms.

        Money is in units of the currency.
        """
        values = pd.DataFrame(self.values, columns=list(self.variants))
        told = {name: [self._named(row) for row in rows] for name, rows in (("best", self.best), ("harms", self.harms))}
        return pd.concat([self.sweep.design.to_frame(), values, pd.DataFrame(told)], axis=1)

    def _named(self, row: Flags) -> str:
        return ", ".join(name for name, is_so in zip(self.variants, row, strict=True) if is_so)


def robust(sweep: Sweep, registry: Registry, outcome: str | None = None) -> Robust:
    """Compare the variants of a sweep over its points by *outcome*, by default the one that ranks them over the sweep.

    Raises
    ------
    TrustsimError : for an outcome without a better side, and where no point has a value for every variant.
    """
    entries = registry.group("outcome")
    if outcome is not None and not (outcome in entries and entries[outcome].better):
        raise unknown("outcome", outcome, [name for name in entries if entries[name].better], LISTED)
    measured = dict.fromkeys(name for study in sweep.studies for name in study.outcomes)
    every = {name: measure_of(registry.outcome(name), sweep.scenario.horizon) for name in measured}
    asked = picked(sweep.scenario, registry)
    seen = (*candidates(asked, every), *measured_headlines(every), *([outcome] if outcome in every else []))
    measures = {name: every[name] for name in dict.fromkeys(seen)}
    studies = [study for study in sweep.studies if all(name in study.outcomes for name in measures)]
    if not studies or not measures or (outcome is not None and outcome not in measures):
        raise _no_value(outcome)
    whole = _over(studies, measures, asked, outcome)
    if whole.ranked_by is None:
        raise _no_value(outcome)
    name = whole.ranked_by
    values = _means(sweep.studies, name, measures[name], whole.variants)
    known = np.asarray(~np.isnan(values).any(axis=1))
    if not known.any():
        raise _no_value(name)
    best, helps, harms, fails, first = _standing(sweep.studies, known, measures, name, whole.variants)
    barred = harms | np.array([variant in whole.other_worlds for variant in whole.variants])
    regret = _regret(values if measures[name].better == "lower" else -values, barred)
    parameters = sweep.design.to_frame().set_axis(list(sweep.design.names), axis=1).iloc[np.flatnonzero(known)]
    units = dict(zip(sweep.design.names, sweep.design.units, strict=True))
    leader = whole.ranking[0]
    return Robust(
        sweep=sweep,
        comparison=whole,
        outcome=name,
        values=values,
        regret=regret,
        best=best,
        helps=helps,
        harms=harms,
        leader=leader,
        beaten=boxes(parameters, ~first[known, whole.variants.index(leader)], units),
        fails={
            v: boxes(parameters, fails[known, k], units) for k, v in enumerate(whole.variants) if v != whole.baseline
        },
        pareto=_pareto_set(sweep, every, whole),
    )


def _no_value(name: str | None) -> TrustsimError:
    what = f"a {name}" if name else "an outcome with a better side"
    return TrustsimError(f"sweep: given no point where every variant has {what}; allowed: at least one")


def _over(
    studies: Sequence[Study], measures: Mapping[str, Measure], asked: Sequence[str], wanted: str | None
) -> Comparison:
    """Compare the means over the points, world by world."""
    worlds = np.unique(np.concatenate([study.replications for study in studies]))
    means = {name: _mean_over_points(studies, name, measure, worlds) for name, measure in measures.items()}
    failed = tuple(run for study in studies for run in study.failed)
    whole = replace(studies[0], replications=worlds, outcomes=means, failed=failed, runs=())
    plain = {name: replace(measure, binary=False, censored=False) for name, measure in measures.items()}
    return compared(whole, plain, asked, wanted)


def _mean_over_points(studies: Sequence[Study], name: str, measure: Measure, worlds: NDArray[np.int64]) -> Floats:
    """Return float64 (worlds, variants): the mean over the points at which every variant has a value in that world."""
    total, n = np.zeros((len(worlds), len(studies[0].variants))), np.zeros((len(worlds), 1))
    for study in studies:
        counted = measure.counted(study.outcomes[name], study.scenario.horizon)
        is_whole = ~np.isnan(counted).any(axis=1, keepdims=True)
        at = np.searchsorted(worlds, study.replications)
        total[at] += np.where(is_whole, counted, 0.0)
        n[at] += is_whole
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _standing(
    studies: Sequence[Study], known: Flags, measures: Mapping[str, Measure], name: str, variants: tuple[str, ...]
) -> tuple[Flags, ...]:
    """Return bool (points, variants) each: who is best, helps, harms, fails, and stands in the first group."""
    best, helps, harms, fails, first = np.zeros((5, len(studies), len(variants)), bool)
    for k in np.flatnonzero(known).tolist():
        there = compared(studies[k], measures, (), name)
        leaders = there.groups[0]
        for v, variant in enumerate(variants):
            first[k, v] = variant in leaders
            best[k, v] = variant == there.baseline if there.baseline in leaders else variant in leaders
            helps[k, v], harms[k, v], fails[k, v] = there.helps(variant), variant in there.harms, there.fails(variant)
    return best, helps, harms, fails, first


def _means(studies: Sequence[Study], name: str, measure: Measure, variants: tuple[str, ...]) -> Floats:
    """Return float64 (points, variants): the mean of an outcome over the worlds of each point where it is defined."""
    found = np.full((len(studies), len(variants)), np.nan)
    for k, study in enumerate(studies):
        if name in study.outcomes:
            counted = measure.counted(study.outcomes[name], study.scenario.horizon)
            is_there = ~np.isnan(counted)
            total, n = np.where(is_there, counted, 0.0).sum(axis=0), is_there.sum(axis=0)
            found[k] = np.where(n > 0, total / np.maximum(n, 1), np.nan)
    return found


def _regret(badness: Floats, barred: Flags) -> Floats:
    """Return by how much each is worse than the best of those that could be chosen; ``barred``: who could not."""
    least = np.where(barred, np.inf, badness).min(axis=1, keepdims=True)
    short = badness - least
    size = np.abs(badness).max(axis=1, keepdims=True)
    regret = np.where(short <= _EQUAL * size, 0.0, short)
    return np.where(np.isnan(badness).any(axis=1, keepdims=True), np.nan, regret)


def _pareto_set(sweep: Sweep, every: Mapping[str, Measure], whole: Comparison) -> tuple[str, ...]:
    is_there = np.array([variant not in whole.other_worlds for variant in whole.variants])
    asked = [name for name in sweep.scenario.outcomes if name in every and every[name].better]
    columns = []
    for name in dict.fromkeys([*measured_headlines(every), *asked, *([COST] if COST in every else [])]):
        values = _means(sweep.studies, name, every[name], whole.variants)[:, is_there]
        known = ~np.isnan(values).any(axis=1)
        if known.any():
            columns.append(values[known].mean(axis=0) * (-1 if every[name].better == "higher" else 1))
    return tuple(np.array(whole.variants)[is_there][pareto(np.stack(columns, axis=1))].tolist())
