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
from trustsim.kernels.people import draw_traits
from trustsim.registry import parameters_of
from trustsim.units import ALL_MONEY, CELLS, LARGEST_MONEY, Distribution
from trustsim.world.sections import Investors, Segment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SPREAD = tuple(p for p in parameters_of(Segment) if p.spread)
_SEGMENT, _ACCOUNTS, _PHASE, _READING = range(4)  # "day" of POPULATION addresses; traits follow
_FIRST_TRAIT = 16
_ROUNDS = 5  # in which what is beyond 1 goes to others; what is then left makes no difference
_BOUNDS = np.array([(-np.inf if p.low is None else p.low, np.inf if p.high is None else p.high) for p in _SPREAD])


@dataclass(frozen=True)
class Population:
    """Investors: ``segment`` int16 (investors,), ``traits`` name → float64 (investors,), shares in [0, 1] or computed
    units. ``segments``: their names."""

    segment: NDArray[np.int16]
    traits: Mapping[str, Floats]
    segments: tuple[str, ...]

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


@lru_cache(maxsize=8)
def _tables(segments: tuple[Segment, ...]) -> Floats:
    """Return float64 (traits, segments, CELLS): each trait's inverse distribution function, constant for a number."""
    tables = np.empty((len(_SPREAD), len(segments), CELLS))
    for k, trait in enumerate(_SPREAD):
        for s, settings in enumerate(segments):
            value = getattr(settings, trait.name)
            tables[k, s] = _quantiles(value) if isinstance(value, Distribution) else float(value)
    return tables


def draw_population(investors: Investors, count: int, key: NDArray[np.uint64]) -> Population:
    """Draw segments and traits of ``count`` investors and the newcomers, who come last; rows A1, A2, D9, D10, D20.

    Each trait comes from the distribution of the investor's segment, by an own uniform; traits are correlated through
    segments only. What is drawn beyond a bound of the trait is set to that bound.

    Raises
    ------
    ModelError : where a distribution gives what is no finite number.
    """
    n = count + investors.newcomers
    edges = np.cumsum([s.share for s in investors.segments])
    u = draws.uniforms(n, purposes.POPULATION, key, day=_SEGMENT)[0]
    segment = np.minimum(np.searchsorted(edges, u, side="right"), len(edges) - 1).astype(np.int16)
    traits = np.empty((len(_SPREAD), n))
    draw_traits(traits, _tables(investors.segments), segment, _FIRST_TRAIT, key)
    if not np.isfinite(traits).all():
        k, i = np.argwhere(~np.isfinite(traits))[0]
        settings, name = investors.segments[segment[i]], _SPREAD[k].name
        where, value = f"investors.segments.{settings.name}.{name}", getattr(settings, name)
        raise ModelError(f"{where}: given {value}, which draws what is no number; allowed: finite numbers")
    np.clip(traits, *_BOUNDS.T[:, :, None], out=traits)
    by_name = {trait.name: traits[k] for k, trait in enumerate(_SPREAD)}
    return Population(segment, by_name, tuple(settings.name for settings in investors.segments))


@dataclass(frozen=True)
class Accounts:
    """One row per (investor, platform) held or considered, platform by platform, in order of investor.

    ``investor`` int64 (accounts,); ``first`` int64 (platforms + 1,); ``at`` int32 (platforms, investors), −1 where
    there is none; ``balance`` int64 (accounts,) at day 0; ``safe`` int64 (investors,); ``ticket`` int64 (accounts,):
    what the investor would pay in; ``phase`` int64 (accounts,): place in the maturity cycle, uniform in [0, 2³²).
    ``places`` int64 (investors,): on how many platforms each holds money at most; ``usual`` float64 (accounts,): the
    chance, by sizes, that the platform is among these, of those considered.
    """

    investor: Ints
    first: Ints
    at: NDArray[np.int32]
    balance: Ints
    safe: Ints
    ticket: Ints
    phase: Ints
    places: Ints
    usual: Floats

    @property
    def n_accounts(self) -> int:
        return len(self.investor)


def open_accounts(
    investors: Investors, count: int, population: Population, platforms: tuple[Floats, Ints], key: NDArray[np.uint64]
) -> Accounts:
    """Give every investor a ranking of the platforms by size and chance, accounts on the first ones, and money in them.

    The ranking is a weighted draw without replacement (Efraimidis and Spirakis 2006, doi:10.1016/j.ipl.2005.11.003).
    The first ``considered`` platforms are considered; of them 1 + min(⌊ln u / ln ``second_platform``⌋, considered −
    1) are held, with equal parts of the invested wealth, by a share ``members`` of the investors. The rest of the
    wealth is in the safe account. Rows A12, D21; fact E-34.

    ``platforms``: float64 (platforms,), weights, and int64 (platforms,), by what their draws are addressed.
    """
    sizes, streams = platforms
    n, n_platforms = population.n_investors, len(sizes)
    considered = min(investors.considered, n_platforms)
    rank = _rank(n, sizes, streams, key) if n_platforms > 1 else np.zeros((n_platforms, n), np.int64)
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
        np.floor(phase[0, investor] * 2**32).astype(np.int64), n_held,
        _chance_held(investor.astype(np.int64), sizes[platform], n_held),
    )  # fmt: skip


def _chance_held(investor: Ints, size: Floats, places: Ints) -> Floats:
    """Return float64 (accounts,): chances in proportion to sizes, at most 1, that add up to each investor's places."""
    chance = np.zeros(len(investor))
    for _ in range(_ROUNDS):
        rest = chance < 1
        left = places - np.bincount(investor[~rest], minlength=len(places))
        whole = np.bincount(investor[rest], weights=size[rest], minlength=len(places))
        chance[rest] = np.minimum(size[rest] * left[investor[rest]] / whole[investor[rest]], 1.0)
    return chance


def _rank(n: int, sizes: Floats, streams: Ints, key: NDArray[np.uint64]) -> Ints:
    """Return int64 (platforms, investors): the place of each platform in an investor's ranking, 0 the first."""
    u = np.array([draws.uniforms(n, purposes.POPULATION, key, day=1000 + s)[0] for s in streams.tolist()])
    order = np.argsort(-np.log(u) / sizes[:, None], axis=0, kind="stable")
    return np.argsort(order, axis=0, kind="stable")


def reading_errors(n: int, key: NDArray[np.uint64]) -> Floats:
    """Return float64 (n,): each investor's bell-shaped error in reading the day-0 state, standard deviation 1."""
    u = draws.uniforms(n, purposes.POPULATION, key, day=_READING)
    return np.asarray((u.sum(axis=0) - 2.0) * np.sqrt(3.0))


def awareness(n: int, key: NDArray[np.uint64]) -> Floats:
    """Return float64 (n,): each investor's uniform that says whether one knows of a guarantee that has stood."""
    return np.asarray(draws.uniforms(n, purposes.AWARENESS, key)[0])
