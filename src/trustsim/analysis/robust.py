"""Which variant holds up where the world is not known: regret over the points of a sweep, and where a variant fails.

The regret of a variant at a point is how much worse its mean outcome is than that of the best variant there (Savage
1951, doi:10.1080/01621459.1951.10500768); the mean is over the same worlds for all of them. Where a variant fails:
:mod:`trustsim.analysis.boxes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trustsim.analysis.boxes import Box, boxes
from trustsim.analysis.headlines import COST
from trustsim.analysis.measured import Measured, primary, values_at
from trustsim.analysis.pareto import pareto
from trustsim.errors import TrustsimError, unknown
from trustsim.experiment.design import Sweep
from trustsim.registry import Entry, Registry
from trustsim.units import Unit

_IN_UNITS = ("mean", "regret_mean", "regret_p90", "regret_max")  # columns in the outcome's unit
_EQUAL = 1e-12  # regret below this share of the outcome's size is none


@dataclass(frozen=True)
class Robust:
    """A comparison over the points of a sweep.

    Attributes
    ----------
    values : float64 (points, variants), mean outcome over the replications; NaN where no run finished.
    regret : float64 (points, variants), in the outcome's unit, at least 0; over the points where all have a value.
    leader : the variant with the least mean regret.
    beaten : where another variant is better than the leader.
    fails : by variant, where it is worse than the baseline.
    pareto : the variants that none beats in the mean of every outcome with a better side and of the cost.
    """

    sweep: Sweep
    outcome: str
    unit: Unit
    variants: tuple[str, ...]
    baseline: str
    values: NDArray[np.float64]
    regret: NDArray[np.float64]
    leader: str
    beaten: tuple[Box, ...]
    fails: Mapping[str, tuple[Box, ...]]
    pareto: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return one row a variant, least mean regret first; money in units of the currency.

        Columns: mean (of the outcome over points), regret_mean, regret_p90, regret_max, best_share (points where none
        is better), better_share (points where it is better than the baseline), pareto.
        """
        known = ~np.isnan(self.regret).any(axis=1)
        regret, values = self.regret[known], self.values[known]
        base, high = regret[:, self.variants.index(self.baseline)], np.quantile(regret, 0.9, axis=0)
        rows = {
            **dict(zip(_IN_UNITS, (values.mean(axis=0), regret.mean(axis=0), high, regret.max(axis=0)), strict=True)),
            "best_share": (regret == 0).mean(axis=0),
            "better_share": (regret < base[:, None]).mean(axis=0),
            "pareto": [name in self.pareto for name in self.variants],
        }
        frame = pd.DataFrame(rows, index=pd.Index(self.variants, name="variant"))
        return frame.sort_values(["regret_mean", "regret_max"], kind="stable")

    def points(self) -> pd.DataFrame:
        """Return one row a point: the swept parameters, the mean outcome of every variant, and who is best.

        Money is in units of the currency.
        """
        best = ["" if np.isnan(row).any() else self.variants[int(np.argmin(row))] for row in self.regret]
        values = pd.DataFrame(self.values, columns=list(self.variants))
        return pd.concat([self.sweep.design.to_frame(), values, pd.Series(best, name="best")], axis=1)


def robust(sweep: Sweep, registry: Registry, outcome: str | None = None) -> Robust:
    """Compare the variants of a sweep over its points by *outcome*, by default the one that ranks the variants.

    Raises
    ------
    TrustsimError : for an outcome without a better side, and where no point has a value for every variant.
    """
    entries = registry.group("outcome")
    name = primary(sweep.scenario, registry) if outcome is None else outcome
    ranking = [entry for entry in entries if entries[entry].better]
    if name not in ranking:
        raise unknown("outcome", name, ranking)
    variants, baseline = sweep.studies[0].variants, sweep.studies[0].baseline
    values = _means(sweep, entries[name], variants)
    badness = values if entries[name].better == "lower" else -values
    regret = _regret(badness)
    known = ~np.isnan(regret).any(axis=1)
    if not known.any():
        raise TrustsimError(f"sweep: given no point where every variant has a {name}; allowed: at least one")
    leader = variants[int(np.argmin(regret[known].mean(axis=0)))]
    base = regret[:, variants.index(baseline)]
    parameters = sweep.design.to_frame().set_axis(list(sweep.design.names), axis=1).iloc[np.flatnonzero(known)]
    units = dict(zip(sweep.design.names, sweep.design.units, strict=True))
    return Robust(
        sweep=sweep,
        outcome=name,
        unit=entries[name].unit,
        variants=variants,
        baseline=baseline,
        values=values,
        regret=regret,
        leader=leader,
        beaten=boxes(parameters, regret[known, variants.index(leader)] > 0, units),
        fails={
            v: boxes(parameters, (regret[:, k] > base)[known], units) for k, v in enumerate(variants) if v != baseline
        },
        pareto=_pareto_set(sweep, registry, variants),
    )


def _means(sweep: Sweep, outcome: Entry, variants: tuple[str, ...]) -> NDArray[np.float64]:
    """Return float64 (points, variants): the mean of an outcome over the worlds of each point."""
    measured = [Measured(outcome.name, "number", v, None, outcome.censored_at_horizon) for v in variants]
    return np.stack([values_at(sweep.studies, each) for each in measured], axis=1)


def _regret(badness: NDArray[np.float64]) -> NDArray[np.float64]:
    short = badness - badness.min(axis=1, keepdims=True)
    size = np.abs(badness).max(axis=1, keepdims=True)
    return np.where(short <= _EQUAL * size, np.where(np.isnan(short), np.nan, 0.0), short)


def _pareto_set(sweep: Sweep, registry: Registry, variants: tuple[str, ...]) -> tuple[str, ...]:
    entries = registry.group("outcome")
    wanted = dict.fromkeys([*(name for name in sweep.scenario.outcomes if entries[name].better), COST])
    columns = []
    for name in wanted:
        values = _means(sweep, entries[name], variants)
        known = ~np.isnan(values).any(axis=1)
        if known.any():
            columns.append(values[known].mean(axis=0) * (-1 if entries[name].better == "higher" else 1))
    return tuple(np.array(variants)[pareto(np.stack(columns, axis=1))].tolist())
