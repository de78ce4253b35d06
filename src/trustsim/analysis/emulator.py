"""A Gaussian process that stands in for the simulation between the points where it was run.

Constant mean, Matérn 5/2 correlation with one length a parameter, and a nugget for the bumps of a finite number of
worlds; variance, lengths and nugget are those of maximal likelihood (Rasmussen and Williams 2006, chapters 2 and 5,
doi:10.7551/mitpress/3206.001.0001).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

Floats = NDArray[np.float64]

_VARIANCES, _LENGTHS, _NUGGETS = (1e-6, 1e4), (0.05, 20.0), (1e-6, 1.0)  # of the values; widths of the range; variances
_STARTS = ((0.3, 1e-3), (1.0, 0.1))  # length, nugget


@dataclass(frozen=True)
class Emulator:
    """A fitted process on values scaled to mean 0 and spread 1.

    ``accuracy`` is the share of the variance over the points that each one's fellows predict; ``nugget`` the variance
    of a point beside the smooth function.
    """

    process: GaussianProcessRegressor
    centre: float
    spread: float
    nugget: float
    accuracy: float

    def __call__(self, at: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of the smooth function, float64 (m,) each, at float64 (m, d)."""
        mean, deviation = self.process.predict(at, return_std=True)
        left = np.maximum(deviation**2 - self.nugget, 0.0)
        return self.centre + self.spread * mean, self.spread**2 * left


def emulate(points: Floats, values: Floats) -> Emulator:
    """Fit the process to *values* float64 (n,) at *points* float64 (n, d), each coordinate in [0, 1]."""
    centre, spread = float(values.mean()), float(values.std()) or 1.0
    z = (values - centre) / spread
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: hardly matters
        fits = [_fitted(points, z, length, nugget) for length, nugget in _STARTS]
    process = max(fits, key=lambda fit: float(fit.log_marginal_likelihood_value_))
    inverse = cho_solve((process.L_, True), np.eye(len(z)))
    left_out = process.alpha_ / np.diag(inverse)  # errors of prediction, each point left out in turn (ibid., eq. 5.12)
    accuracy = 1 - float((left_out**2).mean()) if z.any() else 1.0
    return Emulator(process, centre, spread, float(process.kernel_.k2.noise_level), accuracy)


def _fitted(points: Floats, z: Floats, length: float, nugget: float) -> GaussianProcessRegressor:
    smooth = ConstantKernel(1.0, _VARIANCES) * Matern([length] * points.shape[1], _LENGTHS, nu=2.5)
    return GaussianProcessRegressor(smooth + WhiteKernel(nugget, _NUGGETS)).fit(points, z)
