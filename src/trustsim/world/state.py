"""The arrays of one replication: everything that moves, all variants in lockstep. Shapes in kernels/layout.py."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError
from trustsim.kernels.arrays import Accounts, Groups, Links, People, Platforms, Tail
from trustsim.kernels.columns import means_of_columns
from trustsim.kernels.layout import FREE, HOLDS, N_MONEY, NEUTRAL, RUNGS, Books, Gauges, Laws, Terms
from trustsim.kernels.named import names_of
from trustsim.scenario.resolved import World
from trustsim.world import rows
from trustsim.world.leaning import Law
from trustsim.world.network import Network
from trustsim.world.population import Accounts as Opened
from trustsim.world.population import Population
from trustsim.world.sections import Platform
from trustsim.world.sizes import STATE, Size

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Cast = tuple[str, str]  # kind and name of an actor
_MOVING = {  # what moves, and its axis of variants
    "beliefs": 1, "flags": 0, "actions": 0, "balance": 0, "requested": 0, "asked_day": 0, "queue": 0, "queue_n": 0,
    "safe": 0, "loss": 0, "flows": 0, "books": 1, "ladder": 1, "gauges": 1, "weights": 0, "sums": 0,
}  # fmt: skip


@dataclass
class State:
    """All arrays of a run. ``v``, ``p`` and ``a`` below count variants, platforms and accounts."""

    network: Network
    population: Population
    accounts: Opened
    platforms: tuple[Platform, ...]
    beliefs: NDArray[np.float32]  # (BELIEFS, v, a)
    traits: NDArray[np.float32]  # (TRAITS, a)
    flags: NDArray[np.uint8]  # (v, a)
    actions: NDArray[np.uint8]  # (v, a rounded up to 8)
    balance: Ints  # (v, a) minor units
    requested: Ints  # (v, a) minor units
    asked_day: NDArray[np.int32]  # (v, a) step of the first unpaid request, −1 before any
    queue: NDArray[np.int32]  # (v, a)
    queue_n: Ints  # (v, p)
    safe: Ints  # (v, investors) minor units
    loss: Ints  # (v, investors) minor units
    flows: Ints  # (v, p + 1, p + 1) minor units
    books: Ints  # (ENTRIES, v, p) minor units
    ladder: Ints  # (RUNGS, v, p) minor units
    base_terms: Floats  # (TERMS, v, p)
    terms: Floats  # (TERMS, v, p)
    gauges: Floats  # (GAUGES, v, p)
    weights: NDArray[np.float32]  # (v, p, WEIGHTS)
    dials: Floats  # (v, DIALS)
    declared: tuple[rows.Row, ...]  # columns of accounts
    columns: NDArray[np.float32]  # (declared, v, a)
    laws: NDArray[np.float32]  # (declared, v, p, LAWS)
    means: Floats  # (declared, v, p)
    sums: Ints  # (v, p, SUMS)
    actor_stocks: Floats  # (ACTOR_STOCKS, v, actors)
    actor_purses: Ints  # (ACTOR_PURSES, v, actors) minor units
    market: Ints  # (p,)
    ones: NDArray[np.float32]  # (a,)
    actors: tuple[Cast, ...] = ()  # kind and name

    def __post_init__(self) -> None:
        self.group()

    def group(self) -> None:
        """Put the arrays that kernels take together into groups; again after arrays were replaced."""
        x, links = self.accounts, self.network
        accounts = Accounts(
            self.beliefs, self.flags, self.actions, self.balance, self.requested, self.asked_day, self.queue,
            self.queue_n, self.traits, x.ticket, x.investor, x.first, x.at, self.ones,
        )  # fmt: skip
        platforms = Platforms(
            self.books, self.ladder, self.terms, self.gauges, self.weights, self.dials, self.sums, self.flows,
            self.market,
        )  # fmt: skip
        linked = Links(links.indptr, links.neighbours, links.is_complete)
        bounds = [(-np.inf if x.low is None else x.low, np.inf if x.high is None else x.high) for x in self.declared]
        tail = Tail(self.columns, self.laws, np.array(bounds, np.float32).reshape(-1, 2), self.means)
        self.groups = Groups(accounts, People(self.safe, self.loss), platforms, linked, tail)

    def column(self, row: rows.Row) -> NDArray[np.float32]:
        """Return a declared column, float32 (v, a); raises ModelError where no mechanism of its file is on."""
        if row not in self.declared:
            raise ModelError(f"the column {row.name!r} is not here; allowed: where a mechanism of {row.module} is on")
        return np.asarray(self.columns[self.declared.index(row)])

    def set_law(self, law: Law) -> None:
        """Let a declared column move and lean as *law* says."""
        into = self.laws[self.declared.index(law.column)]
        for row in Laws:
            into[:, :, row] = getattr(law, row.name.lower())

    def measure_columns(self) -> None:
        """Write the mean of each declared column over the holders into the gauge of its name."""
        if self.declared:
            means_of_columns(self.groups.tail, self.flags, self.accounts.first)
            for c, row in enumerate(self.declared):
                self.gauges[rows.index_of("stock", row.name)] = self.means[c]

    @property
    def n_variants(self) -> int:
        return len(self.balance)

    @property
    def n_platforms(self) -> int:
        return len(self.platforms)

    def take(self, other: State, columns: Ints) -> None:
        """Let everything that moves stand as in these columns, int64 (variants,), of *other*, a state of this world."""
        for name, axis in _MOVING.items():
            setattr(self, name, np.ascontiguousarray(np.take(getattr(other, name), columns, axis)))
        for c, row in enumerate(self.declared):
            if row in other.declared:
                self.columns[c] = other.column(row)[columns]
        for a, one in enumerate(other.actors):
            if one in self.actors:
                self.actor_stocks[:, :, self.actors.index(one)] = other.actor_stocks[:, columns, a]
                self.actor_purses[:, :, self.actors.index(one)] = other.actor_purses[:, columns, a]
            elif other.actor_purses[:, columns, a].any():
                raise ModelError(
                    f"fork: given a scenario without {one[0]} {one[1]!r}, who holds money; allowed: with it"
                )
        self.group()

    def total_money(self) -> Ints:
        """Return int64 (v,): all money and assets, in and outside platforms; constant for ever (promise 1)."""
        money = self.books[:N_MONEY].sum(axis=(0, 2)) + self.books[len(Books) :].sum(axis=(0, 2))  # and the purses
        money = money + self.actor_purses.sum(axis=(0, 2))
        inside = money + self.ladder.sum(axis=(0, 2))
        return np.asarray(inside + self.safe.sum(axis=1), np.int64)

    def claims_gap(self) -> Ints:
        """Return int64 (v, p): booked claims less the sum of balances; always 0."""
        owed = np.add.reduceat(np.pad(self.balance, ((0, 0), (0, 1))), self.accounts.first[:-1], axis=1)
        owed[:, np.diff(self.accounts.first) == 0] = 0
        return np.asarray(self.books[Books.CLAIMS] - owed, np.int64)


def _base_terms(worlds: Sequence[World]) -> Floats:
    n_platforms = len(worlds[0].platforms)
    terms = np.zeros((rows.count("term"), len(worlds), n_platforms))
    for declared in rows.declared("term"):
        terms[declared.index] = declared.start
    for row, value in NEUTRAL.items():
        terms[row] = value
    for v, world in enumerate(worlds):
        if world.platforms is worlds[0].platforms and v > 0:
            terms[:, v] = terms[:, 0]
            continue
        for p, platform in enumerate(world.platforms):
            for k, name in enumerate(names_of(Terms)):
                if getattr(platform, name, None) is not None:
                    terms[k, v, p] = getattr(platform, name)
            if not platform.report_interval:
                terms[Terms.REPORT_INTERVAL, v, p] = math.inf
    return terms


def build(
    worlds: Sequence[World], network: Network, population: Population, accounts: Opened, actors: tuple[Cast, ...] = ()
) -> State:
    """Lay out the arrays for day 0: one world a variant, all on the same network, population and accounts.

    On every platform claims are the sum of the balances, liquid money ``liquid_share`` · claims, of which
    ``segregated_share`` stands in custody, and assets (1 + ``equity``) · claims less the liquid money, spread evenly
    over the twelve rungs of the ladder. Nothing is queued or overdue.
    """
    n_platforms = len(worlds[0].platforms)
    terms = _base_terms(worlds)
    names = sorted({platform.asset_market for platform in worlds[0].platforms if platform.asset_market})
    market = np.array(
        [names.index(x.asset_market) if x.asset_market else len(names) + p for p, x in enumerate(worlds[0].platforms)],
        np.int64,
    )
    on = {type(rule) for world in worlds for rule in world.mechanisms.values() if rule is not None}
    declared = rows.columns_of(on)
    n_people, n_accounts = population.n_investors, accounts.n_accounts
    size = Size(n_people, n_accounts, n_platforms, len(worlds), columns=len(declared), actors=len(actors))
    filled = {
        "balance": accounts.balance, "safe": accounts.safe, "asked_day": -1, "base_terms": terms, "terms": terms,
        "market": market, "ones": 1.0,
    }  # fmt: skip
    arrays: dict[str, NDArray[Any]] = {name: np.zeros(size.shape(name), dtype) for name, (dtype, _) in STATE.items()}
    for name, value in filled.items():
        arrays[name][...] = value
    for c, row in enumerate(declared):
        arrays["columns"][c] = row.start
    arrays["laws"][:, :, :, Laws.KEEP] = 1.0
    for row in rows.declared("actor_stock"):
        arrays["actor_stocks"][row.index] = row.start
    state = State(network, population, accounts, worlds[0].platforms, declared=declared, actors=actors, **arrays)
    state.flags[state.balance > 0] = HOLDS | FREE
    _open_books(state, worlds)
    return state


def _open_books(state: State, worlds: Sequence[World]) -> None:
    """Fill the balance sheets of day 0: claims from the balances, liquidity and assets by their shares of the
    claims."""
    first, stocks = state.accounts.first, rows.declared("stock")
    for p in range(state.n_platforms):
        claims = int(state.accounts.balance[first[p] : first[p + 1]].sum())
        for v, world in enumerate(worlds):
            if world.platforms is worlds[0].platforms and v > 0:
                for array in (state.books, state.ladder, state.gauges):
                    array[:, v, p] = array[:, 0, p]
                continue
            platform = world.platforms[p]
            liquid = int(platform.liquid_share * claims)
            assets = max(int((1.0 + platform.equity) * claims) - liquid, 0)
            apart = int(platform.segregated_share * liquid)
            state.books[Books.CLAIMS, v, p] = claims
            state.books[Books.CUSTODY, v, p] = apart
            state.books[Books.CASH, v, p] = liquid - apart + int(platform.own_cash)
            state.books[Books.DEBT, v, p] = int(platform.outside_debt)
            state.ladder[:, v, p] = assets // RUNGS
            state.ladder[-1, v, p] += assets % RUNGS
            state.gauges[Gauges.CLAIMS_AT_START, v, p] = claims
            state.gauges[Gauges.DEPTH, v, p] = max(assets, 1)
            state.gauges[Gauges.ACCOUNTS, v, p] = first[p + 1] - first[p]
            state.gauges[Gauges.PRICE, v, p] = 1.0
            state.gauges[Gauges.FAILURE_DAY, v, p] = np.nan
            for row in stocks:
                state.gauges[row.index, v, p] = getattr(platform, row.name, row.start)
