"""The field of a study: its variants, what was measured of them by world, and their differences to the baseline."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trustsim.analysis import intervals
from trustsim.analysis.certain import never_paid
from trustsim.analysis.headlines import what_matters
from trustsim.analysis.intervals import Interval
from trustsim.analysis.measures import Measure, difference_of
from trustsim.analysis.ranking import Field
from trustsim.experiment.study import Study


def field_of(study: Study, measures: Mapping[str, Measure]) -> Field:
    """Return the field of a study; *measures* say what its outcomes are, and which of them are looked at."""
    counted = {name: m.counted(study.outcomes[name], study.scenario.horizon) for name, m in measures.items()}
    base, alike, never = study.variants.index(study.baseline), _like_the_baseline(study), never_paid(study)
    differences = {
        variant: {
            name: difference_of(
                values[:, k],
                values[:, base],
                measures[name],
                is_alike=variant in alike or never.issuperset({(variant, name), (study.baseline, name)}),
            )
            for name, values in counted.items()
        }
        for k, variant in enumerate(study.variants)
        if k != base
    }
    matters = what_matters(measures, study.scenario.matters, study.scenario.horizon)
    return Field(study.variants, study.baseline, measures, counted, differences, matters)


def levels_of(study: Study, field: Field) -> dict[str, dict[str, Interval]]:
    """Return by variant and outcome the mean over worlds with its interval; of what cannot be, zero and no other."""
    scales = {name: intervals.size(field.measures[name].unit, values) for name, values in field.values.items()}
    n, never = len(study.replications), never_paid(study)
    return {
        variant: {
            name: Interval(0.0, 0.0, 0.0, n) if n and (variant, name) in never else
            field.measures[name].level(values[:, k], scales[name])
            for name, values in field.values.items()
        }
        for k, variant in enumerate(study.variants)
    }  # fmt: skip


def happened_in(study: Study, measures: Mapping[str, Measure]) -> dict[str, dict[str, float]]:
    """Return by variant and outcome, of the times to an event, the share of worlds in which it happened."""
    times = {name: study.outcomes[name] for name, m in measures.items() if m.censored and len(study.replications)}
    return {
        variant: {name: float(np.mean(~np.isnan(values[:, k]))) for name, values in times.items()}
        for k, variant in enumerate(study.variants)
    }


def _like_the_baseline(study: Study) -> frozenset[str]:
    """Return the variants that are the baseline by another name: the same world, levers and shocks."""
    by_name = {v.name: (v.items, v.world, v.shocks) for v in study.scenario.variants}
    base = by_name.get(study.baseline)
    return frozenset(name for name in study.variants if base is not None and by_name.get(name) == base)
