"""A discrete-time hazard of adoption in a social network: who adopts, when, with which of the contacts before.

A person has a hazard in each period up to the one of adoption: logit h = a(period) + weight · exposure. Where n of d
contacts have adopted in earlier periods, exposure is (n / d) · (d / d₀)^(1 − γ): their share for γ = 1, their number
over the usual number of contacts d₀ for γ = 0. With d = d₀ all contacts are an exposure of 1 whatever γ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Memory = Callable[[Ints], Floats]  # periods since an adoption → what it counts
NAMES = ("medical_innovation", "korean_family_planning", "brazilian_farmers")
PSEUDO = 1.0  # people more in each period, at the mean hazard and without exposure: no period has a hazard of zero


class Network(NamedTuple):
    """People, whom each of them named, and when each adopted.

    ``names`` float64 (people, people), 1 where the row names the column; ``community`` int64 (people,); ``time`` int64
    (people,), from 1, one more than the ``last`` period for who never did.
    """

    names: Floats
    community: Ints
    time: Ints
    last: int


class Periods(NamedTuple):
    """People with contacts in the periods in which they could adopt: float64, int64 or bool (n,) each."""

    period: Ints  # from 0
    adopts: NDArray[np.bool_]
    seen: Floats  # contacts who had adopted before, each as it counts
    degree: Floats  # contacts
    community: Ints

    def of(self, which: NDArray[np.bool_]) -> Periods:
        """Return those of them."""
        return Periods(*(column[which] for column in self))

    def exposure(self, gamma: float, usual: float) -> Floats:
        """Return float64 (n,): the exposure, by γ and the usual number of contacts."""
        return self.seen * self.degree**-gamma * usual ** (gamma - 1)


class Fit(NamedTuple):
    """What a fit found: hazards of the periods, log-odds (periods,), the weight, its standard error, the likelihood."""

    periods: Floats
    weight: float
    error: float
    log_likelihood: float
    log_evidence: float  # with the periods integrated out by Laplace's method, up to a constant


def read(folder: Path, name: str) -> Network:
    """Return a network of the folder: files ``diffusion_NAME_nodes.csv`` and ``…_edges.csv``, read in place."""
    nodes, edges = (
        np.genfromtxt(folder / f"diffusion_{name}_{part}.csv", delimiter=",", skip_header=1, dtype=np.int64)
        for part in ("nodes", "edges")
    )
    place = {int(person): k for k, person in enumerate(nodes[:, 0])}
    names = np.zeros((len(nodes), len(nodes)))
    for ego, alter in edges:
        names[place[int(ego)], place[int(alter)]] = 1.0
    has_adopted = nodes[:, 3] == 1
    last = int(nodes[has_adopted, 2].max())
    return Network(names, nodes[:, 1], np.where(has_adopted, nodes[:, 2], last + 1), last)


def for_good(age: Ints) -> Floats:
    """Return what an adoption counts so many periods later: always the same."""
    return np.ones(len(age))


def periods_of(network: Network, memory: Memory = for_good) -> Periods:
    """Return all people with contacts in all periods in which they could adopt; ``memory``: what contacts count."""
    degree, found = network.names.sum(axis=1), []
    for s in range(1, network.last + 1):
        who = np.flatnonzero((network.time >= s) & (degree > 0))
        counts = np.where(network.time < s, memory(s - network.time), 0.0)
        period, adopts = np.full(len(who), s - 1), network.time[who] == s
        found.append(Periods(period, adopts, network.names[who] @ counts, degree[who], network.community[who]))
    return Periods(*(np.concatenate(column) for column in zip(*found, strict=True)))


def logistic(x: Floats) -> Floats:
    """Return 1 / (1 + exp(−x))."""
    return 1 / (1 + np.exp(-x))


def fitted(data: Periods, x: Floats, n_periods: int) -> Fit:
    """Return the fit of the hazard on the exposure ``x`` float64 (n,), by Newton's steps; all 0: without a weight."""
    t, y, mean = data.period, data.adopts.astype(float), data.adopts.mean()
    a, b = np.full(n_periods, np.log(mean / (1 - mean))), 0.0
    for _ in range(60):
        p, rest = logistic(a[t] + b * x), logistic(a)
        w = p * (1 - p)
        slope = np.bincount(t, y - p, n_periods) + PSEUDO * (mean - rest)
        bend = np.bincount(t, w, n_periods) + PSEUDO * rest * (1 - rest)
        mixed = np.bincount(t, x * w, n_periods)
        left = max(float(x * x @ w - (mixed**2 / bend).sum()), 1e-9)
        step = float(x @ (y - p) - (mixed * slope / bend).sum()) / left
        a, b = a + np.clip((slope - mixed * step) / bend, -1, 1), b + min(max(step, -1.0), 1.0)
        if abs(step) < 1e-9 and np.abs(slope).max() < 1e-7:
            break
    likely = score(data, x, a, b) + PSEUDO * float((mean * np.log(rest) + (1 - mean) * np.log(1 - rest)).sum())
    return Fit(a, b, left**-0.5, likely, likely - float(np.log(bend).sum()) / 2 - np.log(left) / 2)


def score(data: Periods, x: Floats, a: Floats, b: float) -> float:
    """Return the log score of what people did, under hazards of the periods *a* and the weight *b*."""
    return float(scores(data, x, a, b).sum())


def scores(data: Periods, x: Floats, a: Floats, b: float) -> Floats:
    """Return float64 (n,): the log score of each."""
    z = a[data.period] + b * x
    return -np.logaddexp(0.0, np.where(data.adopts, -z, z))


class Posterior(NamedTuple):
    """What three networks say together: a grid over γ, the mean weight and its spread; chances that add up to 1."""

    gamma: Floats
    weight: Floats
    spread: Floats
    chance: Floats  # (gamma, weight, spread)

    def of(self, axis: int) -> tuple[Floats, float, float]:
        """Return the marginal of one of the three, its mean and its standard deviation."""
        values = (self.gamma, self.weight, self.spread)[axis]
        chance = self.chance.sum(axis=tuple(k for k in range(3) if k != axis))
        mean = float(values @ chance)
        return chance, mean, float((values - mean) ** 2 @ chance) ** 0.5


def posterior(data: Sequence[Periods], n_periods: Sequence[int], usual: float, gammas: Floats) -> Posterior:
    """Return the posterior of a common γ and of weights that are normal around a mean, with a spread.

    Flat in γ over the grid; mean weight normal (0, 2²), spread half-normal (1). Period effects and the networks' own
    weights are integrated out by Laplace's method.
    """
    weights, spreads = np.linspace(-3, 5, 161), np.linspace(0.01, 3, 60)
    mu, tau = np.meshgrid(weights, spreads, indexing="ij")
    log = np.zeros((len(gammas), *mu.shape)) - (mu / 2) ** 2 / 2 - tau**2 / 2
    for k, gamma in enumerate(gammas):
        for each, n in zip(data, n_periods, strict=True):
            fit = fitted(each, each.exposure(gamma, usual), n)
            room = fit.error**2 + tau**2
            log[k] += fit.log_evidence - np.log(room) / 2 - (fit.weight - mu) ** 2 / room / 2
    chance = np.exp(log - log.max())
    return Posterior(gammas, weights, spreads, chance / chance.sum())
