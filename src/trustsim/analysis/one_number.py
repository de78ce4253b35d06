"""One number a world, out of many: an outcome under a variant, or its paired difference to the baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis.headlines import HEADLINES, first_to_rank
from trustsim.analysis.measures import with_horizon
from trustsim.errors import TrustsimError, unknown
from trustsim.experiment.study import Study
from trustsim.registry import LISTED, Registry
from trustsim.scenario.resolved import Scenario
from trustsim.units import Unit


@dataclass(frozen=True)
class Measured:
    """An outcome of ``variant``, less that of ``against`` in the same worlds where one is named.

    ``censored``: a run without the event counts with the horizon.
    """

    outcome: str
    unit: Unit
    variant: str
    against: str | None = None
    censored: bool = False

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants that must be run for it."""
        return (self.variant,) if self.against is None else (self.against, self.variant)


def measured_of(
    scenario: Scenario, registry: Registry, outcome: str | None, variant: str | None, *, paired: bool
) -> Measured:
    """Return what is asked for, with defaults: the outcome of :func:`primary`; the baseline, or for a paired difference
    the first other variant.

    Raises TrustsimError for an outcome or a variant that does not exist.
    """
    outcomes = registry.group("outcome")
    name = primary(scenario, registry) if outcome is None else outcome
    if name not in outcomes:
        raise unknown("outcome", name, outcomes, LISTED)
    names = tuple(v.name for v in scenario.variants)
    others = [other for other in names if other != scenario.baseline]
    if paired and not others:
        raise TrustsimError("difference: given a scenario with one variant; allowed: one with a variant to compare")
    chosen = variant if variant is not None else others[0] if paired else scenario.baseline
    if chosen not in (others if paired else names):
        raise unknown("variant", chosen, others if paired else names)
    entry, against = outcomes[name], scenario.baseline if paired else None
    return Measured(name, entry.unit, chosen, against, entry.censored_at_horizon)


def primary(scenario: Scenario, registry: Registry) -> str:
    """Return the outcome that is looked at under one variant where none is named: nothing is ranked by it.

    The first headline outcome that the scenario asks for, else the first that it asks for with a better side.
    """
    outcomes = registry.group("outcome")
    ordered = [name for name in scenario.outcomes if name in outcomes and outcomes[name].better]
    return first_to_rank(ordered) or next((name for name in HEADLINES if name in outcomes), next(iter(HEADLINES)))


def values_at(studies: Sequence[Study], measured: Measured) -> NDArray[np.float64]:
    """Return float64 (studies,): the mean over the worlds where it is defined; NaN where there is none."""
    return np.array([_mean(study, measured) for study in studies])


def _mean(study: Study, measured: Measured) -> float:
    if measured.outcome not in study.outcomes:
        return math.nan
    columns = study.outcomes[measured.outcome]
    columns = with_horizon(columns, study.scenario.horizon) if measured.censored else columns
    values = columns[:, study.variants.index(measured.variant)]
    if measured.against is not None:
        values = values - columns[:, study.variants.index(measured.against)]
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else math.nan
