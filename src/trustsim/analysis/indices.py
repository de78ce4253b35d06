"""Indices say how much an outcome depends on each parameter: how their points are laid out and how they are computed.

- ``morris``: elementary effects (doi:10.1080/00401706.1991.10484804): ``mu_star`` the mean size of the effect of a step
  over the range (doi:10.1016/j.envsoft.2006.10.004), ``sigma`` its spread: large where it depends on the others.
- ``sobol``: shares of the outcome's variance: ``S1`` by a parameter alone, ``ST`` with all its interactions.
- ``pawn``: distance between the outcome's distribution and the one with the parameter held
  (doi:10.1016/j.envsoft.2015.01.004), median over ten slices.
- ``delta``: shift of the whole density of the outcome (doi:10.1016/j.ress.2006.04.015); ``S1`` from the same points.

Samples and indices are SALib's (doi:10.21105/joss.00097).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from SALib.analyze import delta as delta_index
from SALib.analyze import morris as morris_index
from SALib.analyze import pawn as pawn_index
from SALib.analyze import sobol as sobol_index
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from scipy.stats import qmc

from trustsim.analysis.intervals import LEVEL, share_unlike

_RESAMPLES, _SLICES, _LEVELS, FEWEST = 500, 10, 4, 4
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


@contextmanager
def guarded() -> Iterator[None]:
    """Keep what SALib changes for the whole process (numpy's global stream, how warnings are shown) as it was."""
    state, shown = np.random.get_state(), warnings.formatwarning  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
        warnings.formatwarning = shown


def constant(d: int, method: str) -> tuple[Index, ...]:
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
    result = sobol_index.analyze(
        _problem(positions.shape[1]), values, calc_second_order=False, num_resamples=_RESAMPLES, conf_level=LEVEL,
        seed=seed,
    )  # fmt: skip
    n = len(values) // (positions.shape[1] + 2)
    return tuple(_with_half_width(name, result[name], result[f"{name}_conf"], n) for name in NAMES["sobol"])


def _morris_points(d: int, samples: int, seed: int) -> Positions:
    return np.asarray(morris_sample.sample(_problem(d), samples, num_levels=_LEVELS, seed=seed))


def _morris(positions: Positions, values: Values, seed: int) -> tuple[Index, ...]:
    result = morris_index.analyze(
        _problem(positions.shape[1]), positions, values, num_resamples=_RESAMPLES, conf_level=LEVEL,
        num_levels=_LEVELS, seed=seed,
    )  # fmt: skip
    n = len(values) // (positions.shape[1] + 1)
    size = _with_half_width("mu_star", result["mu_star"], result["mu_star_conf"], n)
    return size, _without("mu", result["mu"]), _without("sigma", result["sigma"])


def _even_points(d: int, samples: int, seed: int) -> Positions:
    return np.asarray(qmc.LatinHypercube(d, rng=seed).random(samples))


def _pawn(positions: Positions, values: Values, seed: int) -> tuple[Index, ...]:
    def median(rows: Any) -> Values:
        result = pawn_index.analyze(_problem(positions.shape[1]), positions[rows], values[rows], S=_SLICES, seed=seed)
        return np.asarray(result["median"], np.float64)

    rng = np.random.default_rng(seed)
    again = np.stack([median(rng.integers(len(values), size=len(values))) for _ in range(_RESAMPLES // 5)])
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    estimate = median(slice(None))  # resamples repeat points, which moves them all up: the limits hold the estimate
    low, high = np.minimum(low, estimate), np.maximum(high, estimate)
    return (Index("pawn", estimate, *np.where(low < high, [low, high], math.nan)),)


def _delta(positions: Positions, values: Values, seed: int) -> tuple[Index, ...]:
    result = delta_index.analyze(
        _problem(positions.shape[1]), positions, values, num_resamples=_RESAMPLES // 5, conf_level=LEVEL, seed=seed
    )
    n = len(values)
    shift = _with_half_width("delta", result["delta_raw"], result["delta_raw_conf"], n)
    return shift, _with_half_width("S1", result["S1"], result["S1_conf"], n)


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
