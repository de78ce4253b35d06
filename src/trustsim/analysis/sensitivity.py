"""Which parameters move an outcome: Morris, Sobol, PAWN and delta indices over ranges of scenario parameters.

Every point meets the same worlds (common random numbers), so the mean over the replications is a function of the
parameters without noise between points; the indices are of that function. The samples and the indices are SALib's
(doi:10.21105/joss.00097); this module runs the points, leaves out what failed and says how much, and puts all methods
into one table.

- ``morris``: elementary effects (doi:10.1080/00401706.1991.10484804): ``mu_star`` the mean size of the effect of a step
  over the range (doi:10.1016/j.envsoft.2006.10.004), ``sigma`` its spread: large where it depends on the others.
- ``sobol``: shares of the outcome's variance: ``S1`` by a parameter alone, ``ST`` with all its interactions.
- ``pawn``: distance between the outcome's distribution and the one with the parameter held
  (doi:10.1016/j.envsoft.2015.01.004), median over ten slices.
- ``delta``: shift of the whole density of the outcome (doi:10.1016/j.ress.2006.04.015); ``S1`` from the same points.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from SALib.analyze import delta as delta_index
from SALib.analyze import morris as morris_index
from SALib.analyze import pawn as pawn_index
from SALib.analyze import sobol as sobol_index
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from scipy.stats import qmc

from trustsim import arguments
from trustsim.analysis.intervals import LEVEL, share_unlike
from trustsim.analysis.measured import Measured, measured_of, values_at
from trustsim.errors import TrustsimError, unknown
from trustsim.experiment.design import Design, Range, Sweep, design_at, run_sweep
from trustsim.experiment.estimate import Estimate, estimate
from trustsim.experiment.frames import major
from trustsim.experiment.room import Room
from trustsim.registry import Registry
from trustsim.scenario.resolved import Scenario

_RESAMPLES, _SLICES, _LEVELS, _FEWEST = 500, 10, 4, 4
Positions = NDArray[np.float64]  # (points, parameters), each in [0, 1]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Index:
    """One kind of index for every parameter: value, low, high float64 (parameters,); the limits NaN where none are
    known."""

    name: str
    value: Values
    low: Values
    high: Values


@dataclass(frozen=True)
class Method:
    """How points are laid out and read: ``block(d)`` points belong together and are left out together."""

    samples: int
    block: Callable[[int], int]
    sample: Callable[[int, int, int], Positions]  # parameters, samples, seed
    analyse: Callable[[Positions, Values, int], tuple[Index, ...]]  # positions, values, seed
    is_filled_up: bool = False  # the samples, to a power of two

    def points(self, samples: int, d: int) -> int:
        """Return how many points so many samples of *d* parameters take."""
        return (2 ** max(samples - 1, 1).bit_length() if self.is_filled_up else samples) * self.block(d)


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
        scores = self.scores()
        unit = self.measured.unit if self.method == "morris" else "share"
        return scores.assign(**{k: major(scores[k].to_numpy(), unit) for k in scores.columns.drop(["from", "to"])})

    def scores(self) -> pd.DataFrame:
        """Return :meth:`to_frame` with money as the engine counts it."""
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
        return self.sweep.design.to_frame().assign(replications=n, value=major(self.values, self.measured.unit))


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
    **options: Any,
) -> Sensitivity:
    """Vary parameters over their ranges and return how much an outcome depends on each.

    Parameters
    ----------
    ranges : see :func:`trustsim.experiment.design.ranges_of`.
    method : 'morris', 'sobol', 'pawn' or 'delta'.
    outcome : by default the one that ranks the scenario's variants.
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
    asked = measured_of(scenario, registry, outcome, variant, paired=paired)
    needs = needs_of(scenario, [r.path for r in ranges], method, samples, asked.variants, options.get("replications"))
    (options.get("room") or Room()).check_memory(needs, scenario.source)
    positions, design = points_of(scenario, ranges, method, samples)
    sweep = run_sweep(scenario, registry, design=design, variants=asked.variants, **options)
    values = values_at(sweep.studies, asked)
    kept = _whole_blocks(values, how.block(d))
    if kept.sum() < _FEWEST * how.block(d):
        raise TrustsimError(
            f"sensitivity: given {int(np.isnan(values).sum())} of {len(values)} points without a finished run; "
            f"allowed: at least {_FEWEST * how.block(d)} points in whole blocks"
        )
    with _guarded():
        indices = _constant(d, method) if np.ptp(values[kept]) == 0 else how.analyse(positions[kept], values[kept], 1)
    return Sensitivity(method, asked, tuple(ranges), positions, values, indices, int((~kept).sum()), sweep)


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
    with _guarded():
        positions = how.sample(len(ranges), n, scenario.seed)
    return positions, design_at(method, ranges, positions)


@contextmanager
def _guarded() -> Iterator[None]:
    """Keep what SALib changes for the whole process (numpy's global stream, how warnings are shown) as it was."""
    state, shown = np.random.get_state(), warnings.formatwarning  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
        warnings.formatwarning = shown


def _whole_blocks(values: Values, size: int) -> NDArray[np.bool_]:
    """Return bool (points,): those in blocks of which every point has a value."""
    return np.repeat(~np.isnan(values.reshape(-1, size)).any(axis=1), size)


def _constant(d: int, method: str) -> tuple[Index, ...]:
    """Return the indices of an outcome that is the same everywhere: nothing that was seen depends on anything."""
    return tuple(_without(name, np.zeros(d)) for name in NAMES[method])


def _problem(d: int) -> dict[str, Any]:
    return {"num_vars": d, "names": [f"x{k}" for k in range(d)], "bounds": [[0.0, 1.0]] * d}


def _with_half_width(name: str, value: Any, half: Any, n: int) -> Index:
    """Return indices with their limits. Where all resamples agree, *n* points may all the same be unlike others: see
    :mod:`trustsim.analysis.intervals`."""
    centre, width = np.asarray(value, np.float64), np.asarray(half, np.float64)
    size = np.where(centre == 0, np.max(np.abs(centre), initial=0.0), 2 * np.abs(centre))
    width = np.where(width > 0, width, share_unlike(n) * np.where(size > 0, size, math.nan))
    return Index(name, centre, centre - width, centre + width)


def _without(name: str, value: Any) -> Index:
    centre = np.asarray(value, np.float64)
    return Index(name, centre, np.full(len(centre), math.nan), np.full(len(centre), math.nan))


def _sobol_points(d: int, samples: int, seed: int) -> Positions:
    base = 2 ** max(samples - 1, 1).bit_length()
    return np.asarray(sobol_sample.sample(_problem(d), base, calc_second_order=False, seed=seed))


def _sobol(positions: Positions, values: Values, seed: int) -> tuple[Index, ...]:
    found = sobol_index.analyze(
        _problem(positions.shape[1]), values, calc_second_order=False, num_resamples=_RESAMPLES, conf_level=LEVEL,
        seed=seed,
    )  # fmt: skip
    n = len(values) // (positions.shape[1] + 2)
    return tuple(_with_half_width(name, found[name], found[f"{name}_conf"], n) for name in NAMES["sobol"])


def _morris_points(d: int, samples: int, seed: int) -> Positions:
    return np.asarray(morris_sample.sample(_problem(d), samples, num_levels=_LEVELS, seed=seed))


def _morris(positions: Positions, values: Values, seed: int) -> tuple[Index, ...]:
    found = morris_index.analyze(
        _problem(positions.shape[1]), positions, values, num_resamples=_RESAMPLES, conf_level=LEVEL,
        num_levels=_LEVELS, seed=seed,
    )  # fmt: skip
    n = len(values) // (positions.shape[1] + 1)
    size = _with_half_width("mu_star", found["mu_star"], found["mu_star_conf"], n)
    return size, _without("mu", found["mu"]), _without("sigma", found["sigma"])


def _even_points(d: int, samples: int, seed: int) -> Positions:
    return np.asarray(qmc.LatinHypercube(d, rng=seed).random(samples))


def _pawn(positions: Positions, values: Values, seed: int) -> tuple[Index, ...]:
    def median(rows: Any) -> Values:
        found = pawn_index.analyze(_problem(positions.shape[1]), positions[rows], values[rows], S=_SLICES, seed=seed)
        return np.asarray(found["median"], np.float64)

    rng = np.random.default_rng(seed)
    again = np.stack([median(rng.integers(len(values), size=len(values))) for _ in range(_RESAMPLES // 5)])
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    found = median(slice(None))  # resamples repeat points, which moves them all up: the limits hold the estimate
    low, high = np.minimum(low, found), np.maximum(high, found)
    return (Index("pawn", found, *np.where(low < high, [low, high], math.nan)),)


def _delta(positions: Positions, values: Values, seed: int) -> tuple[Index, ...]:
    found = delta_index.analyze(
        _problem(positions.shape[1]), positions, values, num_resamples=_RESAMPLES // 5, conf_level=LEVEL, seed=seed
    )
    n = len(values)
    shift = _with_half_width("delta", found["delta_raw"], found["delta_raw_conf"], n)
    return shift, _with_half_width("S1", found["S1"], found["S1_conf"], n)


NAMES: Mapping[str, tuple[str, ...]] = {
    "morris": ("mu_star", "mu", "sigma"),
    "sobol": ("ST", "S1"),
    "pawn": ("pawn",),
    "delta": ("delta", "S1"),
}
METHODS: Mapping[str, Method] = {
    "morris": Method(20, lambda d: d + 1, _morris_points, _morris),
    "sobol": Method(64, lambda d: d + 2, _sobol_points, _sobol, is_filled_up=True),
    "pawn": Method(256, lambda d: 1, _even_points, _pawn),
    "delta": Method(256, lambda d: 1, _even_points, _delta),
}
