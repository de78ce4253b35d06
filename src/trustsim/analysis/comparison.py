"""A paired comparison says what a study shows: levels, differences to the baseline, and the order of the variants.

Every variant met the same worlds (same people, network and draws), so differences are taken world by world. An
outcome that does not apply to a run (NaN, as the time to a failure that did not happen) is summarised over the runs
where it is defined; its differences over the worlds where it is defined for both. ``n`` always says how many.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trustsim.analysis import intervals
from trustsim.analysis.intervals import Interval
from trustsim.analysis.measures import UNDEFINED, Measure, difference_of, measure_of
from trustsim.analysis.measures import Difference as Difference  # docs/api.md names it here
from trustsim.errors import unknown
from trustsim.experiment.run import FailedRun
from trustsim.experiment.study import Study
from trustsim.registry import Registry
from trustsim.units import MINOR_PER_MAJOR

FORMAT = 1
COST = "policy_cost"
HEADLINES = ("run_probability", "investor_loss")


@dataclass(frozen=True)
class Comparison:
    """What a study says about its variants. Numbers in computed units: shares in [0, 1], days, money in minor units.

    Attributes
    ----------
    levels : by variant, then outcome.
    differences : the same for all variants but the baseline.
    costs : mean of the outcome ``policy_cost`` by variant, NaN where it was not measured.
    asked : the outcomes to show: the one that ranks, then those that the scenario asks for or needs.
    ranked_by : the outcome that orders ``ranking``, None where no outcome has a better side (then file order).
    ranking : all variants, best first; see :func:`compare`.
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
    ranked_by: str | None
    ranking: tuple[str, ...]
    n: int
    n_incomplete: int
    n_failed: Mapping[str, int]
    failed: tuple[FailedRun, ...]
    seconds: float
    interrupted: bool

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``trustsim compare --json``, format 1, as plain data; what is not finite is None."""
        return {
            "format": FORMAT,
            "scenario": {
                "title": self.title,
                "digest": self.digest,
                "source": self.source,
                "seed": self.seed,
                "currency": self.currency,
                "version": version("trustsim"),
            },
            "replications": self.n,
            "baseline": self.baseline,
            "ranked_by": self.ranked_by,
            "ranking": list(self.ranking),
            "outcomes": {
                name: {"unit": m.unit, "better": m.better or None, "binary": m.binary, "text": m.text}
                for name, m in self.measures.items()
            },
            "minor_per_major": MINOR_PER_MAJOR,
            "variants": {name: self._variant_json(name) for name in self.variants},
            "failed_runs": [
                {
                    "replication": run.replication,
                    "variants": list(run.variants),
                    "stage": run.stage,
                    "type": run.type,
                    "message": run.message,
                }
                for run in self.failed
            ],
            "interrupted": self.interrupted,
            "seconds": self.seconds,
        }

    def levels_json(self) -> dict[str, Any]:
        """Return the document of ``trustsim run --json``: that of ``compare`` without what compares."""
        document = self.to_json()
        for key in ("baseline", "ranked_by", "ranking"):
            del document[key]
        for variant in document["variants"].values():
            del variant["difference"]
        return document

    def _variant_json(self, name: str) -> dict[str, Any]:
        return {
            "outcomes": {
                outcome: {"mean": _finite(v.mean), "low": _finite(v.low), "high": _finite(v.high), "n": v.n}
                for outcome, v in self.levels[name].items()
            },
            "difference": {
                outcome: {
                    "mean": _finite(d.mean),
                    "low": _finite(d.low),
                    "high": _finite(d.high),
                    "n": d.n,
                    "better_share": _finite(d.better_share),
                    "tie_share": _finite(d.tie_share),
                    "variance_reduction": _finite(d.variance_reduction),
                }
                for outcome, d in self.differences.get(name, {}).items()
            },
            "cost": _finite(self.costs[name]),
            "failed": self.n_failed[name],
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row a variant and outcome, best variant first; the differences of the baseline are NaN."""
        return pd.DataFrame([self._row(variant, outcome) for variant in self.ranking for outcome in self.measures])

    def _row(self, variant: str, outcome: str) -> dict[str, Any]:
        level, difference = self.levels[variant][outcome], self.differences.get(variant, {}).get(outcome, UNDEFINED)
        return {
            "variant": variant,
            "outcome": outcome,
            "unit": self.measures[outcome].unit,
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
        }


def compare(study: Study, registry: Registry, *, rank_by: str | None = None) -> Comparison:
    """Compare every variant of *study* with its baseline.

    ``rank_by`` names the outcome that orders the variants. By default it is the first of run_probability and
    investor_loss that the scenario asks for; without them its first outcome with a better side. Variants are ordered
    by their mean paired difference in it (the baseline's is zero); ties by the other headline outcome, then as in the
    file. One that cannot be placed (no world where the outcome is defined for both) comes last.

    Raises
    ------
    TrustsimError : where ``rank_by`` is no outcome of the study with a better side.
    """
    measures = {name: measure_of(registry.outcome(name)) for name in study.outcomes}
    ranked_by = _primary(study, measures, rank_by)
    scales = {name: intervals.size(measures[name].unit, values) for name, values in study.outcomes.items()}
    levels = {
        variant: {name: measures[name].level(values[:, k], scales[name]) for name, values in study.outcomes.items()}
        for k, variant in enumerate(study.variants)
    }
    base = study.variants.index(study.baseline)
    alike = _like_the_baseline(study)
    differences = {
        variant: {
            name: difference_of(values[:, k], values[:, base], measures[name], is_alike=variant in alike)
            for name, values in study.outcomes.items()
        }
        for k, variant in enumerate(study.variants)
        if k != base
    }
    return Comparison(
        title=study.scenario.title,
        digest=study.scenario.digest,
        source=study.scenario.source,
        currency=study.scenario.currency,
        seed=study.scenario.seed,
        baseline=study.baseline,
        variants=study.variants,
        measures=measures,
        asked=tuple(dict.fromkeys(name for name in (ranked_by, *study.asked) if name is not None)),
        levels=levels,
        differences=differences,
        costs={v: levels[v][COST].mean if COST in levels[v] else math.nan for v in study.variants},
        ranked_by=ranked_by,
        ranking=_ranking(study.variants, differences, measures, ranked_by),
        n=len(study.replications),
        n_incomplete=len({run.replication for run in study.failed}),
        n_failed={v: len({r.replication for r in study.failed if v in r.variants}) for v in study.variants},
        failed=study.failed,
        seconds=study.seconds,
        interrupted=study.interrupted,
    )


def _like_the_baseline(study: Study) -> frozenset[str]:
    """Return the variants that are the baseline by another name: the same world, levers and shocks."""
    by_name = {v.name: (v.items, v.world, v.shocks) for v in study.scenario.variants}
    base = by_name.get(study.baseline)
    return frozenset(name for name in study.variants if base is not None and by_name.get(name) == base)


def _primary(study: Study, measures: Mapping[str, Measure], wanted: str | None) -> str | None:
    ordered = can_rank(study.scenario.outcomes, measures)
    if wanted is None:
        return first_to_rank(ordered)
    if wanted not in ordered:
        raise unknown("rank by", wanted, ordered)
    return wanted


def can_rank(wanted: Sequence[str], measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """Return the outcomes with a better side, those that a scenario asks for first."""
    names = dict.fromkeys((*wanted, *measures))
    return tuple(name for name in names if name in measures and measures[name].better)


def check_rank(registry: Registry, wanted: str | None) -> None:
    """Raise TrustsimError where no study can be ranked by *wanted*, so that it is known before one is run."""
    outcomes = registry.group("outcome")
    if wanted is not None and not ((entry := outcomes.get(wanted.partition("[")[0])) and entry.better):
        raise unknown("rank by", wanted, (name for name, entry in outcomes.items() if entry.better))


def first_to_rank(names: Sequence[str]) -> str | None:
    """Return the outcome that ranks variants unless another is asked for, of those that can; None of none."""
    headlines = [name for name in names if name in HEADLINES]
    return next(iter([*headlines, *names]), None)


def ranking_keys(ranked_by: str | None, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """Return the outcomes that order the variants: the one that ranks, then those that decide where it is equal."""
    if ranked_by is None:
        return ()
    return (ranked_by, *(name for name in HEADLINES if name in measures and name != ranked_by))


def _ranking(
    variants: tuple[str, ...],
    differences: Mapping[str, Mapping[str, Difference]],
    measures: Mapping[str, Measure],
    ranked_by: str | None,
) -> tuple[str, ...]:
    keys = ranking_keys(ranked_by, measures)

    def badness(variant: str) -> tuple[float, ...]:
        if variant not in differences:
            return (0.0,) * len(keys)
        signs = (1 if measures[name].better == "lower" else -1 for name in keys)
        signed = (sign * differences[variant][name].mean for sign, name in zip(signs, keys, strict=True))
        return tuple(math.inf if math.isnan(x) else x for x in signed)

    return tuple(sorted(variants, key=badness))


def pareto(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return, bool (n,), which rows of float64 (n, k) none beats: at most as large in all, smaller in one."""
    no_worse = np.all(points[None, :, :] <= points[:, None, :], axis=2)
    smaller = np.any(points[None, :, :] < points[:, None, :], axis=2)
    return np.asarray(~np.any(no_worse & smaller, axis=1))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
