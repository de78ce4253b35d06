"""A Gaussian process that stands in for the simulation between the points where it was run.

Constant mean, Matérn 5/2 correlation with one length a parameter, and a nugget for the bumps of a finite number of
worlds; lengths and nugget are those of maximal likelihood (Rasmussen and Williams 2006, chapters 2 and 5,
doi:10.7551/mitpress/3206.001.0001). No random number is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import Bounds, minimize
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]

_LENGTHS, _NUGGETS = (0.05, 20.0), (1e-6, 1.0)  # in widths of the range; as a share of the variance
_STARTS = ((0.3, 1e-3), (1.0, 0.1))
_SMALLEST = 1e-12


@dataclass(frozen=True)
class Emulator:
    """A fitted process; ``accuracy`` is the share of the variance over the points that each one's fellows predict.

    points float64 (n, d); lengths (d,); weights (n,) and the lower Cholesky factor (n, n) of the correlation.
    """

    points: Floats
    lengths: Floats
    centre: float
    variance: float
    weights: Floats
    factor: Floats
    accuracy: float

    def __call__(self, at: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of the smooth function, float64 (m,) each, at float64 (m, d)."""
        near = _correlation(at, self.points, self.lengths)
        known = solve_triangular(self.factor, near.T, lower=True)
        left = np.clip(1 - (known**2).sum(axis=0), 0, 1)
        return self.centre + near @ self.weights, self.variance * left


def emulate(points: Floats, values: Floats) -> Emulator:
    """Fit the process to *values* float64 (n,) at *points* float64 (n, d), each coordinate in [0, 1]."""
    centre, spread = float(values.mean()), float(values.std()) or 1.0
    z, d = (values - centre) / spread, points.shape[1]

    def parts(logs: Sequence[float] | Floats) -> tuple[Floats, Floats, float]:
        whole = _correlation(points, points, np.exp(logs[:d])) + np.exp(logs[d]) * np.eye(len(z))
        factor = cholesky(whole, lower=True)
        weights = cho_solve((factor, True), z)
        return factor, weights, max(float(z @ weights) / len(z), _SMALLEST)

    def deviance(logs: Floats) -> float:
        factor, _, variance = parts(logs)
        return len(z) * math.log(variance) + 2 * float(np.log(np.diag(factor)).sum())

    bounds = Bounds(*np.log([*[_LENGTHS] * d, _NUGGETS]).T)
    found = [minimize(deviance, np.log([*[length] * d, nugget]), bounds=bounds) for length, nugget in _STARTS]
    logs = min(found, key=lambda one: float(one.fun)).x
    factor, weights, variance = parts(logs)
    inverse = cho_solve((factor, True), np.eye(len(z)))
    left_out = weights / np.diag(inverse)  # errors of prediction, each point left out in turn (ibid., eq. 5.12)
    accuracy = 1 - float((left_out**2).mean())
    return Emulator(
        points, np.exp(logs[:d]), centre, variance * spread**2, weights * spread, factor, accuracy if z.any() else 1.0
    )


def _correlation(a: Floats, b: Floats, lengths: Floats) -> Floats:
    r = np.sqrt(5) * cdist(a / lengths, b / lengths)
    return np.asarray((1 + r + r**2 / 3) * np.exp(-r))
