"""What is left of the ranges of parameters once facts have ruled points out: see :mod:`trustsim.analysis.history`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from trustsim.analysis.emulator import Emulator, emulate

CUTOFF = 3.0
DRAWN_LOG2 = 13  # draws at a time to find points that are left
_MOST = 64  # and how many times
_MARGIN = 0.05  # of the range, around the box in which points are left
_PER_POINT = 10  # draws among which each new point is the farthest from all others
_LEAST = 5  # points that an emulator needs, beyond one a parameter

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Seen:
    """What runs gave of each goal: ``values`` and the ``variances`` of their doubt, ``low`` and ``high`` what is asked.

    All float64 (points, goals) but the bounds, (goals,); values are NaN where a point gave no number.
    """

    values: Floats
    variances: Floats
    low: Floats
    high: Floats

    def and_then(self, other: Seen) -> Seen:
        """Return these points and those of *other* behind them."""
        values, variances = np.vstack([self.values, other.values]), np.vstack([self.variances, other.variances])
        return Seen(values, variances, self.low, self.high)


def implausibility(values: Floats, variances: Floats, low: Floats, high: Floats, discrepancies: Floats) -> Floats:
    """Return how implausible points are by each goal, float64 (points, goals); infinite where there is no number."""
    outside = np.maximum(np.maximum(low - values, values - high), 0.0)
    found = outside / np.sqrt(variances + discrepancies**2)
    return np.where(np.isnan(values), np.inf, found)


@dataclass
class Space:
    """What the waves so far leave of the prior, even over the ranges of *n* parameters, as positions in [0, 1]."""

    n: int
    discrepancies: Floats
    low: Floats
    high: Floats
    seed: int
    left: float = 1.0

    def __post_init__(self) -> None:
        self._emulators: list[tuple[int, Emulator, float]] = []
        self._box = (np.zeros(self.n), np.ones(self.n))

    def learn(self, positions: Floats, seen: Seen) -> Floats:
        """Fit an emulator to every goal at these positions and rule out by it; return the accuracy of each.

        NaN for a goal that has a number at too few of them.
        """
        accuracy = np.full(len(self.low), np.nan)
        for k in range(len(self.low)):
            known = ~np.isnan(seen.values[:, k])
            if known.sum() >= self.n + _LEAST:
                emulator = emulate(positions[known], seen.values[known, k])
                self._emulators.append((k, emulator, float(seen.variances[known, k].mean())))
                accuracy[k] = emulator.accuracy
        self._close_in()
        return accuracy

    def by_goal(self, positions: Floats) -> Floats:
        """Return how implausible positions are by each goal, float64 (points, goals), by all waves so far."""
        worst = np.zeros((len(positions), len(self.low)))
        for k, emulator, of_worlds in self._emulators:
            mean, doubt = emulator(positions)
            found = implausibility(mean, doubt + of_worlds, self.low[k], self.high[k], self.discrepancies[k])
            worst[:, k] = np.maximum(worst[:, k], found)
        return worst

    def is_left(self, positions: Floats) -> Flags:
        """Return which positions no wave rules out, bool (points,)."""
        return np.asarray((self.by_goal(positions) <= CUTOFF).all(axis=1))

    def draws(self, n: int, stream: int) -> Floats:
        """Return up to *n* positions, evenly drawn from what is left; fewer where hardly anything is."""
        found = np.zeros((0, self.n))
        for k in range(_MOST):
            here = self._even(stream * _MOST + k)
            found = np.vstack([found, here[self.is_left(here)]])
            if len(found) >= n:
                break
        return found[:n]

    def spread(self, n: int, stream: int, others: Floats) -> Floats:
        """Return up to *n* positions that are left, each as far as can be from those before it and from *others*."""
        pool = self.draws(n * _PER_POINT, stream)
        near = np.full(len(pool), np.inf)
        for other in others:
            near = np.minimum(near, ((pool - other) ** 2).sum(axis=1))
        chosen = []
        for _ in range(min(n, len(pool))):
            k = int(np.argmax(near))
            chosen.append(k)
            near = np.minimum(near, ((pool - pool[k]) ** 2).sum(axis=1))
        return pool[chosen]

    def _even(self, stream: int) -> Floats:
        low, high = self._box
        even = qmc.Sobol(self.n, rng=(self.seed * 1_000_003 + stream) % 2**32).random_base2(DRAWN_LOG2)
        return np.asarray(low + (high - low) * even)

    def _close_in(self) -> None:
        """Measure the share of the prior that is left, and close the box in on it."""
        low, high = self._box
        size = float(np.prod(high - low))
        drawn = np.vstack([self._even(2**20 + k) for k in range(4)])
        kept = drawn[self.is_left(drawn)]
        self.left = size * len(kept) / len(drawn)
        if len(kept):
            self._box = np.maximum(kept.min(axis=0) - _MARGIN, 0.0), np.minimum(kept.max(axis=0) + _MARGIN, 1.0)
