"""What the trials of a calibration say of its parameters: best, posterior, what is not identified.

Approximate Bayesian computation on stored runs. The prior is even over the ranges. Trials crowd where the search went,
so they are no draws from it; therefore each target's mean is emulated over the ranges from all trials
(:mod:`trustsim.analysis.emulator`), draws from the prior are weighted by the normal likelihood of the targets, with
the variances of the target, of the finite number of worlds and of the emulator added as in history matching (Vernon,
Goldstein and Bower 2010, doi:10.1214/10-BA524), and resampled. Draws nearest to a point without numbers count as such.

Measured on 60 random truths of two parameters behind two curved, noisy targets, 64 trials each: the 90 % intervals held
86 % of the truths, those of the exact posterior 85 %, those of the trials themselves weighted by their likelihood 69 %.

*Identification* is the width of a parameter's 90 % posterior interval over that of its prior, on its scale: at
``NOT_IDENTIFIED`` or above the targets say next to nothing about it. Two parameters whose posterior correlation is at
least ``TRADED_OFF`` in size are known together better than apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree
from scipy.stats import qmc

from trustsim.analysis.emulator import emulate
from trustsim.analysis.trials import Trial, loss, positions_of, values_at
from trustsim.errors import TrustsimError
from trustsim.registry import Registry
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.targets import FreeParameter, Targets
from trustsim.units import name_of

NOT_IDENTIFIED, TRADED_OFF = 0.8, 0.7
MISSED = 3.0  # standard deviations from its target at which even the best point does not fit
ACCURATE = 0.5  # share of the variance that an emulator must predict
AT_A_BOUND = 0.02  # of the range
BINS = 12
_QUANTILES = (0.05, 0.5, 0.95)
_DRAWS_LOG2, _SAMPLE, _ENOUGH, _ROUNDS = 12, 1000, 400, 12
_NEGLIGIBLE, _MARGIN = 15.0, 0.1  # log-likelihood below the best; widening of a box

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """A fit, and its uncertainty.

    Attributes
    ----------
    losses : float64 (trials,), see :func:`trustsim.analysis.trials.loss`; infinite for points without numbers.
    sample : float64 (draws, parameters), values drawn from the posterior, in the units of the file.
    accuracy : float64 (targets,), share of the variance over the trials that each target's emulator predicts.
    """

    scenario: Scenario
    targets: Targets
    replications: int
    trials: tuple[Trial, ...]
    losses: Floats
    sample: Floats
    accuracy: Floats
    seconds: float

    @property
    def best(self) -> Trial:
        """The trial with the smallest loss."""
        return self.trials[int(np.argmin(self.losses))]

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, each by the last two parts of its path where these tell them apart."""
        paths = tuple(p.path for p in self.targets.parameters)
        tails = tuple(".".join(path.split(".")[-2:]) for path in paths)
        return tails if len(set(tails)) == len(tails) else paths

    @property
    def settings(self) -> dict[str, str | float | int]:
        """The best value of each path, as a scenario file would hold it."""
        pairs = zip(self.targets.parameters, self.best.values, strict=True)
        return {p.path: p.text(value) for p, value in pairs}

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """One row a parameter: best, quantiles of the posterior, identification ``spread``, which bound best is at."""
        free = self.targets.parameters
        quantiles = np.quantile(self.sample, _QUANTILES, axis=0)
        ends = positions_of(free, quantiles[[0, 2]])
        best = positions_of(free, np.array([self.best.values]))[0]
        near = [AT_A_BOUND if p.steps is None else 0.5 / p.steps.n for p in free]
        spread = np.minimum((ends[1] - ends[0]) / (_QUANTILES[2] - _QUANTILES[0]), 1.0)
        return pd.DataFrame(
            {
                "from": [p.low for p in free],
                "to": [p.high for p in free],
                "unit": [p.unit for p in free],
                "scale": ["log" if p.log else "linear" for p in free],
                "best": self.best.values,
                "p5": quantiles[0],
                "median": quantiles[1],
                "p95": quantiles[2],
                "spread": spread,
                "identified": spread < NOT_IDENTIFIED,
                "at_bound": ["from" if u <= m else "to" if u >= 1 - m else "" for u, m in zip(best, near, strict=True)],
            },
            index=pd.Index([p.path for p in free], name="parameter"),
        )

    @cached_property
    def fit(self) -> pd.DataFrame:
        """One row a target: its value and tolerance, mean and standard error of the best trial, and their distance
        ``z`` in standard deviations."""
        targets, best = self.targets.targets, self.best
        value, tolerance = np.array([(t.value, t.tolerance) for t in targets]).T
        simulated, error = np.array(best.simulated), np.array(best.errors)
        return pd.DataFrame(
            {
                "outcome": [t.outcome for t in targets],
                "variant": [t.variant for t in targets],
                "against": [t.against for t in targets],
                "unit": [name_of(t.unit, self.scenario.currency) for t in targets],
                "value": value,
                "tolerance": tolerance,
                "simulated": simulated,
                "error": error,
                "z": (simulated - value) / np.hypot(tolerance, error),
                "accuracy": self.accuracy,
                "source": [t.source for t in targets],
            }
        ).rename_axis("target")

    @cached_property
    def pairs(self) -> tuple[tuple[str, str, float], ...]:
        """The pairs of parameters that are traded off for each other, with their posterior correlation."""
        positions = positions_of(self.targets.parameters, self.sample)
        with np.errstate(invalid="ignore", divide="ignore"):
            r = np.nan_to_num(np.atleast_2d(np.corrcoef(positions.T)))
        paths = [p.path for p in self.targets.parameters]
        pairs = zip(*np.triu_indices(len(paths), 1), strict=True)
        return tuple((paths[a], paths[b], float(r[a, b])) for a, b in pairs if abs(r[a, b]) >= TRADED_OFF)

    def profile(self, k: int) -> tuple[Floats, Floats]:
        """Return the smallest loss of the trials in each part of parameter *k*'s range: values in the middles, losses,
        float64 (parts,) each; NaN where no trial has a loss."""
        parameter = self.targets.parameters[k]
        n = BINS if parameter.steps is None else min(BINS, parameter.steps.n)
        positions = positions_of([parameter], np.array([[t.values[k]] for t in self.trials]))[:, 0]
        part = np.minimum((positions * n).astype(int), n - 1)
        smallest = np.full(n, np.inf)
        np.minimum.at(smallest, part, self.losses)
        middles = values_at([parameter], ((np.arange(n) + 0.5) / n)[:, None])[:, 0]
        return middles, np.where(np.isfinite(smallest), smallest, np.nan)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a trial: parameters, loss, mean and standard error of every target, what went wrong.

        Money is in units of the currency.
        """
        rows = pd.DataFrame(
            [t.values for t in self.trials],
            columns=[p.path for p in self.targets.parameters],
            index=pd.Index([t.number for t in self.trials], name="trial"),
        )
        rows["loss"] = self.losses
        for k in range(len(self.targets.targets)):
            rows[f"target {k}"] = [t.simulated[k] for t in self.trials]
            rows[f"error {k}"] = [t.errors[k] for t in self.trials]
        return rows.assign(failed_runs=[t.n_failed for t in self.trials], trouble=[t.trouble for t in self.trials])

    def fitted(self, registry: Registry) -> Scenario:
        """Return the scenario with the best values."""
        return from_document(self.scenario.document, registry, file=self.scenario.source, overrides=self.settings)


def calibrated(
    scenario: Scenario, targets: Targets, trials: Sequence[Trial], replications: int, seconds: float = 0.0
) -> Calibration:
    """Return what trials say of the parameters.

    Raises
    ------
    TrustsimError : where fewer than twice as many points as parameters, and two, have numbers.
    """
    losses = np.array([loss(trial, targets.targets) for trial in trials])
    needed = 2 * len(targets.parameters) + 2
    n_good = int(np.isfinite(losses).sum())
    if n_good < needed:
        troubles = [trial.trouble for trial in trials if trial.trouble]
        hint = f" (the first without: {troubles[0]})" if troubles else ""
        raise TrustsimError(f"trials: given {n_good} points with numbers{hint}; allowed: at least {needed}")
    sample, accuracy = _posterior(targets, trials)
    return Calibration(scenario, targets, replications, tuple(trials), losses, sample, accuracy, seconds)


def _posterior(targets: Targets, trials: Sequence[Trial]) -> tuple[Floats, Floats]:
    """Return draws from the posterior, float64 (draws, parameters), and the accuracy of each target's emulator."""
    free = targets.parameters
    has_numbers = np.array([not trial.trouble for trial in trials])
    points = positions_of(free, np.array([trial.values for trial in trials]))
    simulated, errors = np.array([trial.simulated for trial in trials]), np.array([trial.errors for trial in trials])
    emulators = [emulate(points[has_numbers], column[has_numbers]) for column in simulated.T]
    nearest = KDTree(points)

    def log_likelihood(draws: Floats) -> Floats:
        near = nearest.query(draws)[1]
        total = np.where(has_numbers[near], 0.0, -np.inf)
        for k, (target, emulator) in enumerate(zip(targets.targets, emulators, strict=True)):
            mean, doubt = emulator(draws)
            variance = target.tolerance**2 + np.nan_to_num(errors[near, k]) ** 2 + doubt
            total -= ((mean - target.value) ** 2 / variance + np.log(variance)) / 2
        return total

    sample = _resampled(free, log_likelihood)
    return values_at(free, sample), np.array([emulator.accuracy for emulator in emulators])


def _resampled(free: Sequence[FreeParameter], log_likelihood: Callable[[Floats], Floats]) -> Floats:
    """Return positions float64 (draws, parameters) with the density of the likelihood over the ranges.

    Draws fill a box; while too few of them carry the weight, the box closes in on those that do.
    """
    low, high = np.zeros(len(free)), np.ones(len(free))
    even = qmc.Sobol(len(free), rng=1).random_base2(_DRAWS_LOG2)
    for _ in range(_ROUNDS):
        draws = positions_of(free, values_at(free, low + (high - low) * even))
        log = log_likelihood(draws)
        weights = np.exp(log - log.max())
        if weights.sum() ** 2 >= _ENOUGH * (weights**2).sum():
            break
        likely, margin = draws[log > log.max() - _NEGLIGIBLE], _MARGIN * (high - low)
        low, high = np.maximum(likely.min(axis=0) - margin, 0), np.minimum(likely.max(axis=0) + margin, 1)
    total = np.cumsum(weights)
    return draws[np.searchsorted(total / total[-1], (np.arange(_SAMPLE) + 0.5) / _SAMPLE)]
