"""A paired comparison says what a study shows: levels, differences to the baseline, and the order of the variants.

Every variant met the same worlds (same people, network and draws), so differences are taken world by world. An
outcome that does not apply to a run (NaN) is summarised over the runs where it is defined; its differences over the
worlds where it is defined for both. ``n`` always says how many. The time to an event (``censored_at_horizon``) applies
to every run: one without the event counts with the horizon, and ``happened`` says in which share of the worlds it was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, TypeVar

import pandas as pd

from trustsim.analysis.fields import field_of, happened_in, levels_of
from trustsim.analysis.headlines import COST, asked_for, candidates, least_to_rank, picked
from trustsim.analysis.intervals import Interval
from trustsim.analysis.measures import UNDEFINED, Measure, measure_of
from trustsim.analysis.measures import Difference as Difference  # docs/api.md names it here
from trustsim.analysis.other_worlds import OtherWorlds, other_worlds, said
from trustsim.analysis.ranking import Groups, Harms, parted_by, ranking_of, side_of
from trustsim.analysis.shifts import Shift, shifts_of
from trustsim.analysis.unfinished import Unfinished, unfinished
from trustsim.analysis.unmeasured import unmeasured
from trustsim.experiment.run import FailedRun
from trustsim.experiment.study import Study
from trustsim.registry import Registry
from trustsim.units import name_of

FORMAT = 2
T = TypeVar("T")
_COMPARING = (
    "baseline", "ranked_by", "passed_over", "ranking", "groups", "matters", "harms", "shifts", "unmeasured",
    "other_worlds",
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """What a study says about its variants. Shares are in [0, 1], times in days, money in units of the currency.

    Attributes
    ----------
    levels : by variant, then outcome.
    differences : the same for all variants but the baseline.
    costs : mean of the outcome ``policy_cost`` by variant, NaN where it was not measured.
    asked : the outcomes to show: the one that ranks, then those of :attr:`Study.asked`.
    happened : by variant and outcome, of the times to an event, the share of worlds in which it happened.
    rank_by : the outcome that was asked for to rank, None where none was.
    ranked_by : the outcome that orders ``groups``; None, without groups and in file order, where nothing can be told.
    passed_over : the outcomes before it that could not tell the variants apart.
    groups : all variants, best first, in groups that cannot be told apart; see :mod:`trustsim.analysis.ranking`.
    parted_by : of each group and the next, the outcome that tells two of them apart; '' where none does.
    matters : by outcome, the smallest difference that matters: of the headline outcomes, and of what else has one.
    usual : those of them of which no file says it.
    harms : by variant, the headline outcomes in which it is worse than the baseline; only variants that harm.
    shifts : by variant, the loss that it moves from clients to others, saving little; only variants that do.
    unmeasured : by variant, the headline outcomes in which its harm is not known; only where there are any.
    other_worlds : by variant, the facts that it sets; only variants that are no remedy. They stand behind all others.
    unfinished : by variant, what goes on at the horizon; only where something does.
    n_failed : by variant, the replications whose run with this variant failed.
    n : replications compared; n_incomplete : those left out because one of their runs failed.
    """

    title: str
    digest: str
    source: str
    currency: str
    seed: int
    baseline: str
    variants: tuple[str, ...]
    measures: Mapping[str, Measure]
    asked: tuple[str, ...]
    levels: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Difference]]
    costs: Mapping[str, float]
    happened: Mapping[str, Mapping[str, float]]
    rank_by: str | None
    ranked_by: str | None
    passed_over: tuple[str, ...]
    groups: Groups
    matters: Mapping[str, float]
    usual: tuple[str, ...]
    harms: Harms
    shifts: Mapping[str, Shift]
    unmeasured: Harms
    unfinished: Mapping[str, Unfinished]
    n: int
    n_incomplete: int
    n_failed: Mapping[str, int]
    failed: tuple[FailedRun, ...]
    seconds: float
    interrupted: bool
    parted_by: tuple[str, ...] = ()
    other_worlds: OtherWorlds = field(default_factory=dict)

    @property
    def remedies(self) -> tuple[str, ...]:
        """The variants that somebody could choose in place of the baseline, best first."""
        return tuple(name for name in self.ranking if name != self.baseline and name not in self.other_worlds)

    def is_known(self, name: str) -> bool:
        """Whether a variant is the baseline or a remedy that is known to do no harm."""
        return not any(name in those for those in (self.harms, self.unmeasured, self.other_worlds))

    @property
    def ranking(self) -> tuple[str, ...]:
        """All variants, best first, within a group by their means; as in the file where nothing ranks."""
        return tuple(name for group in self.groups for name in group) or self.variants

    def group_of(self, name: str) -> int:
        """Return the number of a variant's group, from 1, the best."""
        return next(k for k, group in enumerate(self.groups, start=1) if name in group)

    def helps(self, name: str) -> bool:
        """Whether a variant is better than the baseline by what ranks, in an earlier group, and without harm."""
        if self.ranked_by is None or name in self.other_worlds:
            return False
        is_ahead = self.group_of(name) < self.group_of(self.baseline)
        return is_ahead and name not in self.harms and self._side(name) > 0

    def fails(self, name: str) -> bool:
        """Whether a remedy is worse than the baseline by what ranks, or harms."""
        return name in self.harms or (name not in self.other_worlds and self._side(name) < 0)

    def _side(self, name: str) -> int:
        """Return 1 where a variant's own interval says that it is better than the baseline, -1 worse, 0 neither."""
        if self.ranked_by is None or name == self.baseline:
            return 0
        found, measure = self.differences[name][self.ranked_by], self.measures[self.ranked_by]
        return side_of(found, measure.better, least_to_rank(self.ranked_by, measure.unit, self.matters))

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``trustsim compare --json``, format 2, as plain data; what is not finite is None."""
        about = {key: getattr(self, key) for key in ("title", "digest", "source", "seed", "currency")}
        return {
            "format": FORMAT,
            "scenario": {**about, "version": version("trustsim")},
            "replications": self.n,
            "baseline": self.baseline,
            "ranked_by": self.ranked_by,
            "passed_over": list(self.passed_over),
            "ranking": list(self.ranking),
            "groups": [list(group) for group in self.groups],
            "matters": dict(self.matters),
            "harms": {name: list(outcomes) for name, outcomes in self.harms.items()},
            "shifts": {name: shift.to_json() for name, shift in self.shifts.items()},
            "unmeasured": {name: list(outcomes) for name, outcomes in self.unmeasured.items()},
            "other_worlds": {
                name: {"sets": list(facts), "told": said(facts)} for name, facts in self.other_worlds.items()
            },
            "outcomes": {name: measure.to_json(self.currency) for name, measure in self.measures.items()},
            "unfinished": {name: {"running": x.running, "waiting": x.waiting} for name, x in self.unfinished.items()},
            "variants": {name: self._variant_json(name) for name in self.variants},
            "failed_runs": [
                {name: getattr(run, name) for name in ("replication", "stage", "type", "message")}
                | {"variants": list(run.variants)}
                for run in self.failed
            ],
            "interrupted": self.interrupted,
            "seconds": self.seconds,
        }

    def levels_json(self) -> dict[str, Any]:
        """Return the document of ``trustsim run --json``: that of ``compare`` without what compares."""
        document = {key: value for key, value in self.to_json().items() if key not in _COMPARING}
        for variant in document["variants"].values():
            del variant["difference"]
        return document

    def _variant_json(self, name: str) -> dict[str, Any]:
        return {
            "outcomes": {
                outcome: {**_ends(v), "n": v.n, **self._happened_json(outcome, name)}
                for outcome, v in self.levels[name].items()
            },
            "difference": {
                outcome: {
                    **_ends(d),
                    "n": d.n,
                    "better_share": _finite(d.better_share),
                    "tie_share": _finite(d.tie_share),
                    "variance_reduction": _finite(d.variance_reduction),
                    **self._happened_json(outcome, name, self.baseline),
                }
                for outcome, d in self.differences.get(name, {}).items()
            },
            "cost": _finite(self.costs[name]),
            "failed": self.n_failed[name],
        }

    def _happened_json(self, outcome: str, name: str, against: str | None = None) -> dict[str, float]:
        """Return the share of worlds with the event of an outcome, or its difference; nothing for other outcomes."""
        if outcome not in self.happened[name]:
            return {}
        less = 0.0 if against is None else self.happened[against][outcome]
        return {"happened": self.happened[name][outcome] - less}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a variant and outcome, best variant first; the differences of the baseline are NaN."""
        return pd.DataFrame([self._row(variant, outcome) for variant in self.ranking for outcome in self.measures])

    def _row(self, variant: str, outcome: str) -> dict[str, Any]:
        level, difference = self.levels[variant][outcome], self.differences.get(variant, {}).get(outcome, UNDEFINED)
        return {
            "variant": variant,
            "outcome": outcome,
            "unit": name_of(self.measures[outcome].unit, self.currency),
            "level": level.mean,
            "low": level.low,
            "high": level.high,
            "n": level.n,
            "difference": difference.mean,
            "difference_low": difference.low,
            "difference_high": difference.high,
            "pairs": difference.n,
            "better_share": difference.better_share,
            "tie_share": difference.tie_share,
            "variance_reduction": difference.variance_reduction,
            "happened": self.happened[variant].get(outcome, math.nan),
        }


def compare(study: Study, registry: Registry, *, rank_by: str | None = None) -> Comparison:
    """Compare every variant of *study* with its baseline.

    ``rank_by`` names the outcome that orders the variants. By default it is the first headline outcome
    (:data:`trustsim.analysis.headlines.HEADLINES`) that can tell, then the first outcome with a better side that the
    scenario asks for; see :func:`trustsim.analysis.ranking.ranking_of`. Variants without harm stand before those that
    harm, in groups that cannot be told apart; in a group by their mean paired difference (the baseline's is zero), ties
    by the other headline outcomes, then as in the file. One that cannot be placed comes last.

    Raises
    ------
    TrustsimError : where ``rank_by`` is no outcome of the study with a better side.
    """
    measures = {name: measure_of(registry.outcome(name), study.scenario.horizon) for name in study.outcomes}
    return compared(study, measures, picked(study.scenario, registry), rank_by)


def compared(study: Study, measures: Mapping[str, Measure], asked: Sequence[str], rank_by: str | None) -> Comparison:
    """Compare as :func:`compare` does, by *measures* of outcomes; ``asked``: those that the scenario picks out."""
    wanted = asked_for(rank_by, study.scenario.outcomes, measures)
    known = field_of(study, measures)
    levels, others = levels_of(study, known), other_worlds(study.scenario, study.variants)
    harms, unknown = _of_remedies(known.harms(), others), _of_remedies(unmeasured(known, study.scenario), others)
    ranking = ranking_of(known, candidates(asked, measures), harms, unknown, others, wanted)
    return Comparison(
        title=study.scenario.title,
        digest=study.scenario.digest,
        source=study.scenario.source,
        currency=study.scenario.currency,
        seed=study.scenario.seed,
        baseline=study.baseline,
        variants=study.variants,
        measures=measures,
        asked=tuple(dict.fromkeys(name for name in (ranking.ranked_by, *study.asked) if name is not None)),
        levels=levels,
        differences=known.differences,
        costs={v: levels[v][COST].mean if COST in levels[v] else math.nan for v in study.variants},
        happened=happened_in(study, measures),
        rank_by=wanted,
        ranked_by=ranking.ranked_by,
        passed_over=ranking.passed_over,
        groups=ranking.groups,
        matters=known.matters,
        usual=tuple(name for name in known.matters if name.partition("[")[0] not in study.scenario.matters),
        harms=harms,
        shifts=_of_remedies(shifts_of(known), others),
        unmeasured=unknown,
        unfinished=unfinished(study),
        n=len(study.replications),
        n_incomplete=len({run.replication for run in study.failed}),
        n_failed={v: len({r.replication for r in study.failed if v in r.variants}) for v in study.variants},
        failed=study.failed,
        seconds=study.seconds,
        interrupted=study.interrupted,
        parted_by=parted_by(known, ranking),
        other_worlds=others,
    )


def _of_remedies(found: Mapping[str, T], others: OtherWorlds) -> dict[str, T]:
    return {name: its for name, its in found.items() if name not in others}


def _ends(found: Interval | Difference) -> dict[str, float | None]:
    return {"mean": _finite(found.mean), "low": _finite(found.low), "high": _finite(found.high)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
