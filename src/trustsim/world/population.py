"""Draw the population: traits of investors by segment, the accounts that they hold, the money in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from trustsim.errors import ModelError
from trustsim.kernels import draws, purposes
from trustsim.registry import parameters_of
from trustsim.units import ALL_MONEY, CELLS, LARGEST_MONEY, Distribution
from trustsim.world.sections import Investors, Segment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SPREAD = tuple(p for p in parameters_of(Segment) if p.spread)
_SEGMENT, _ACCOUNTS, _PHASE, _READING = range(4)  # "day" of POPULATION addresses; traits follow
_FIRST_TRAIT = 16


@dataclass(frozen=True)
class Population:
    """Investors: ``segment`` int16 (investors,), ``traits`` name → float64 (investors,), shares in [0, 1] or computed
    units."""

    segment: NDArray[np.int16]
    traits: Mapping[str, Floats]

    @property
    def n_investors(self) -> int:
        return len(self.segment)


@lru_cache(maxsize=256)
def _quantiles(distribution: Distribution) -> Floats:
    """Return float64 (CELLS,): the inverse distribution function at the middles of CELLS equal cells."""
    if distribution.point is not None:
        return np.full(CELLS, distribution.point)
    u = (np.arange(CELLS) + 0.5) / CELLS
    a = distribution.args
    frozen: Mapping[str, Any] = {
        "beta": lambda: stats.beta(a[0], a[1]),
        "uniform": lambda: stats.uniform(a[0], a[1] - a[0]),
        "normal": lambda: stats.norm(a[0], a[1]),
        "lognormal": lambda: stats.lognorm(a[1], scale=a[0]),
        "exponential": lambda: stats.expon(scale=a[0]),
        "pareto": lambda: stats.pareto(a[1], scale=a[0]),
        "gamma": lambda: stats.gamma(a[0], scale=a[1]),
    }
    if distribution.name == "choice":
        return np.asarray(np.array(a)[(u * len(a)).astype(int)], np.float64)
    with np.errstate(over="ignore", invalid="ignore"):  # what is no number is refused by whoever draws
        return np.asarray(frozen[distribution.name]().ppf(u), np.float64)


def sample(value: float | Distribution, u: Floats) -> Floats:
    """Return float64 (n,): *value* itself, or its distribution at the uniforms *u* (8,192 cells, nearest)."""
    if not isinstance(value, Distribution):
        return np.full(len(u), float(value))
    return _quantiles(value)[(u * CELLS).astype(np.int64)]


def draw_population(investors: Investors, count: int, key: NDArray[np.uint64]) -> Population:
    """Draw segments and traits of ``count`` investors and the newcomers, who come last; rows A1, A2, D9, D10, D20.

    Each trait comes from the distribution of the investor's segment, by an own uniform; traits are correlated through
    segments only. What is drawn beyond a bound of the trait is set to that bound.

    Raises
    ------
    ModelError : where a distribution gives what is no finite number.
    """
    n = count + investors.newcomers
    u = draws.uniforms(n, purposes.POPULATION, key, day=_SEGMENT)
    edges = np.cumsum([s.share for s in investors.segments])
    segment = np.minimum(np.searchsorted(edges, u[0], side="right"), len(edges) - 1).astype(np.int16)
    traits: dict[str, Floats] = {}
    for k, trait in enumerate(_SPREAD):
        column = np.empty(n)
        word = k % 4
        if word == 0:
            u = draws.uniforms(n, purposes.POPULATION, key, day=_FIRST_TRAIT + k // 4)
        for s, settings in enumerate(investors.segments):
            mine, value = segment == s, getattr(settings, trait.name)
            column[mine] = sample(value, u[word, mine])
            if not np.isfinite(column[mine]).all():
                where = f"investors.segments.{settings.name}.{trait.name}"
                raise ModelError(f"{where}: given {value}, which draws what is no number; allowed: finite numbers")
        traits[trait.name] = np.clip(column, trait.low, trait.high)
    return Population(segment, traits)


@dataclass(frozen=True)
class Accounts:
    """One row per (investor, platform) held or considered, platform by platform, in order of investor.

    ``investor`` int64 (accounts,); ``first`` int64 (platforms + 1,); ``at`` int32 (platforms, investors), −1 where
    there is none; ``balance`` int64 (accounts,) at day 0; ``safe`` int64 (investors,); ``ticket`` int64 (accounts,):
    what the investor would pay in; ``phase`` int64 (accounts,): place in the maturity cycle, uniform in [0, 2³²).
    """

    investor: Ints
    first: Ints
    at: NDArray[np.int32]
    balance: Ints
    safe: Ints
    ticket: Ints
    phase: Ints

    @property
    def n_accounts(self) -> int:
        return len(self.investor)


def open_accounts(
    investors: Investors, count: int, population: Population, sizes: Floats, key: NDArray[np.uint64]
) -> Accounts:
    """Give every investor a ranking of the platforms by size and chance, accounts on the first ones, and money in them.

    The ranking is a weighted draw without replacement (Efraimidis and Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).
    The first ``considered`` platforms are considered; of them 1 + min(⌊ln u / ln ``second_platform``⌋, considered −
    1) are held, with equal parts of the invested wealth, by a share ``members`` of the investors. The rest of the
    wealth is in the safe account. Rows A12, D21; fact E-34.

    ``sizes`` float64 (platforms,): weights.
    """
    n, n_platforms = population.n_investors, len(sizes)
    considered = min(investors.considered, n_platforms)
    u = np.empty((n_platforms, n))
    for p in range(n_platforms):
        u[p] = draws.uniforms(n, purposes.POPULATION, key, day=1000 + p)[0]
    rank = np.argsort(np.argsort(-np.log(u) / sizes[:, None], axis=0, kind="stable"), axis=0, kind="stable")
    more = draws.uniforms(n, purposes.POPULATION, key, day=_ACCOUNTS)
    chance = max(min(investors.second_platform, 1 - 1e-12), 1e-12)
    n_held = 1 + np.minimum(np.floor(np.log(more[0]) / np.log(chance)), considered - 1).astype(np.int64)
    is_member = more[1] < investors.members
    is_member[count:] = False
    platform, investor = np.nonzero(rank < considered)
    first = np.searchsorted(platform, np.arange(n_platforms + 1)).astype(np.int64)
    at = np.full((n_platforms, n), -1, np.int32)
    at[platform, investor] = np.arange(len(investor), dtype=np.int32)
    wealth = np.clip(population.traits["wealth"], 0.0, min(LARGEST_MONEY, ALL_MONEY / max(n, 1)))
    held = rank[platform, investor] < n_held[investor]
    per_account = wealth[investor] * population.traits["invested"][investor] / n_held[investor]
    ticket = np.floor(per_account).astype(np.int64)
    balance = np.where(held & is_member[investor], ticket, 0)
    invested = np.bincount(investor, weights=balance, minlength=n)
    safe = np.floor(wealth).astype(np.int64) - np.round(invested).astype(np.int64)
    phase = draws.uniforms(n, purposes.POPULATION, key, day=_PHASE)
    return Accounts(
        investor.astype(np.int64), first, at, balance.astype(np.int64), np.maximum(safe, 0), ticket,
        np.floor(phase[0, investor] * 2**32).astype(np.int64),
    )  # fmt: skip


def reading_errors(n: int, key: NDArray[np.uint64]) -> Floats:
    """Return float64 (n,): each investor's bell-shaped error in reading the day-0 state, standard deviation 1."""
    u = draws.uniforms(n, purposes.POPULATION, key, day=_READING)
    return np.asarray((u.sum(axis=0) - 2.0) * np.sqrt(3.0))
