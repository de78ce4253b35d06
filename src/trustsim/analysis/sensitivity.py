"""A sensitivity analysis says which parameters move an outcome, over ranges of scenario parameters.

Every point meets the same worlds (common random numbers), so the mean over the replications is a function of the
parameters without noise between points; the indices are of that function. This module runs the points, leaves out what
failed and says how much, and puts the indices of every method (:mod:`trustsim.analysis.indices`) into one table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trustsim import arguments
from trustsim.analysis.indices import FEWEST, METHODS, Index, Positions, Values, constant, guarded
from trustsim.analysis.one_number import Measured, measured_of, values_at
from trustsim.errors import TrustsimError, unknown
from trustsim.experiment.design import Sweep, SweepOptions, run_sweep
from trustsim.experiment.estimate import Estimate, estimate
from trustsim.experiment.points import Design, Range, design_at
from trustsim.experiment.room import FREE
from trustsim.registry import Registry
from trustsim.scenario.resolved import Scenario


@dataclass(frozen=True)
class Sensitivity:
    """What an outcome depends on.

    Attributes
    ----------
    indices : the one that ranks the parameters first.
    values : float64 (points,), mean over replications at each point; NaN where no run finished.
    n_left_out : points that were left out of the indices, with those that failed the ones of their block.
    """

    method: str
    measured: Measured
    ranges: tuple[Range, ...]
    positions: Positions
    values: Values
    indices: tuple[Index, ...]
    n_left_out: int
    sweep: Sweep

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter, the most important first: its range, and each index with its 95 % interval.

        Indices of Morris are in the outcome's unit, money in units of the currency; the others are shares.
        """
        columns: dict[str, Any] = {"from": [r.at(0) for r in self.ranges], "to": [r.at(1) for r in self.ranges]}
        for index in self.indices:
            columns |= {index.name: index.value}
            if not np.isnan(index.low).all():
                columns |= {f"{index.name}_low": index.low, f"{index.name}_high": index.high}
        frame = pd.DataFrame(columns, index=pd.Index([r.path for r in self.ranges], name="parameter"))
        return frame.sort_values(self.indices[0].name, ascending=False, kind="stable")

    def points(self) -> pd.DataFrame:
        """Return one row a point: the parameters, the number of replications that finished, and the mean outcome.

        Money is in units of the currency.
        """
        n = [len(study.replications) for study in self.sweep.studies]
        return self.sweep.design.to_frame().assign(replications=n, value=self.values)


def sensitivity(
    scenario: Scenario,
    registry: Registry,
    ranges: Sequence[Range],
    *,
    method: str = "sobol",
    outcome: str | None = None,
    variant: str | None = None,
    paired: bool = False,
    samples: int | None = None,
    **options: Unpack[SweepOptions],
) -> Sensitivity:
    """Vary parameters over their ranges and return how much an outcome depends on each.

    Parameters
    ----------
    ranges : see :func:`trustsim.experiment.points.ranges_of`.
    method : 'morris', 'sobol', 'pawn' or 'delta'.
    outcome : by default the first headline outcome of the scenario.
    variant : by default the baseline; with ``paired`` the first other one.
    paired : take the difference to the baseline in the same worlds in place of the level.
    samples : trajectories (morris, 20 by default), base points (sobol, 64; a power of two) or points (256).
    options : of :func:`trustsim.experiment.design.run_sweep`: replications, workers, store, progress, …

    Raises
    ------
    TrustsimError : for an unknown method, outcome or variant, and where too few points finished.
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    how, d = METHODS[method], len(ranges)
    measured = measured_of(scenario, registry, outcome, variant, paired=paired)
    paths, replications = [r.path for r in ranges], options.get("replications")
    needs = needs_of(scenario, paths, method, samples, measured.variants, replications)
    (options.get("room") or FREE).check_study(needs, scenario.source)
    positions, design = points_of(scenario, ranges, method, samples)
    sweep = run_sweep(scenario, registry, design=design, variants=measured.variants, **options)
    values = values_at(sweep.studies, measured)
    is_whole = _whole_blocks(values, how.block(d))
    if is_whole.sum() < FEWEST * how.block(d):
        raise TrustsimError(
            f"sensitivity: given {int(np.isnan(values).sum())} of {len(values)} points without a finished run; "
            f"allowed: at least {FEWEST * how.block(d)} points in whole blocks"
        )
    with guarded():
        there, seen = positions[is_whole], values[is_whole]
        indices = constant(d, method) if np.ptp(seen) == 0 else how.analyse(there, seen, 1)
    return Sensitivity(method, measured, tuple(ranges), positions, values, indices, int((~is_whole).sum()), sweep)


def needs_of(
    scenario: Scenario,
    paths: Sequence[str],
    method: str,
    samples: int | None,
    variants: Sequence[str],
    replications: int | None,
    workers: int | None = 1,
) -> Estimate:
    """Return what an analysis needs, without making its points."""
    how = METHODS[method]
    n_points = how.points(how.samples if samples is None else samples, len(paths))
    return estimate(
        scenario, variants=variants, replications=replications, workers=workers, points=n_points, moved=paths,
        with_series=False,
    )  # fmt: skip


def points_of(
    scenario: Scenario, ranges: Sequence[Range], method: str, samples: int | None
) -> tuple[Positions, Design]:
    """Return where a method looks. Raises TrustsimError for an unknown one."""
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    how = METHODS[method]
    n = how.samples if samples is None else arguments.count("samples", samples, 2)
    with guarded():
        positions = how.sample(len(ranges), n, scenario.seed)
    return positions, design_at(method, ranges, positions)


def _whole_blocks(values: Values, size: int) -> NDArray[np.bool_]:
    """Return bool (points,): those in blocks of which every point has a value."""
    return np.repeat(~np.isnan(values.reshape(-1, size)).any(axis=1), size)
