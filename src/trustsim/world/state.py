"""The arrays of the worlds that are stepped together: everything that moves. Shapes in kernels/arrays.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError
from trustsim.kernels.arrays import Accounts, Groups, People, Platforms, Tail
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.columns import means_of_columns
from trustsim.kernels.layout import N_MONEY, Books, Laws
from trustsim.world import rows
from trustsim.world.drawn import Drawn, linked, side_by_side
from trustsim.world.leaning import Law
from trustsim.world.network import Network
from trustsim.world.population import Accounts as Opened
from trustsim.world.population import Population
from trustsim.world.sections import Platform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Cast = tuple[str, str]  # kind and name of an actor
_MOVING = {  # what moves, and its axis of lanes
    "beliefs": 1, "flags": 0, "known": 0, "actions": 0, "balance": 0, "requested": 0, "asked_day": 0, "later": 0,
    "later_day": 0, "first_asked": 0, "paid": 0, "waited": 0, "queue": 0, "queue_n": 0, "safe": 0,
    "loss": 0, "money_days": 0, "flows": 0, "books": 1, "ladder": 1, "gauges": 1, "weights": 0, "sums": 0, "trough": 0,
}  # fmt: skip
STAYS = np.array([row == Laws.KEEP for row in Laws], np.float32)  # the law of a column that nobody moves


@dataclass
class State:
    """All arrays of a run; ``w``, ``v``, ``p`` and ``a`` count worlds, lanes, platforms and accounts.

    A lane is a variant of a world. With one world, lanes are its variants, and :attr:`network`, :attr:`population` and
    :attr:`accounts` are those of that world.
    """

    drawn: tuple[Drawn, ...]
    platforms: tuple[Platform, ...]
    beliefs: NDArray[np.float32]  # (BELIEFS, v, a)
    traits: NDArray[np.float32]  # (TRAITS, w, a)
    flags: NDArray[np.uint8]  # (v, a)
    known: NDArray[np.uint8]  # (v, a) CO_CLIENT, FLED, WARY, MOVED: what is known of the owner, and by the owner
    actions: NDArray[np.uint8]  # (v, a rounded up to 8)
    balance: Ints  # (v, a) minor units
    requested: Ints  # (v, a) minor units
    asked_day: NDArray[
        np.int32
    ]  # (v, a) step since which what was asked for first waits; −1: nothing since it was opened
    later: Ints  # (v, a) minor units of what is asked for that were asked for later than that
    later_day: NDArray[np.int32]  # (v, a) step since which these wait: a mean by money where there are several
    first_asked: NDArray[np.int32]  # (v, a) step of the first request of the owner, −1 before any
    paid: Ints  # (v, a) minor units
    waited: NDArray[np.int32]  # (v, a) steps
    queue: NDArray[np.int32]  # (v, a)
    queue_n: Ints  # (v, p)
    safe: Ints  # (v, investors) minor units
    loss: Ints  # (v, investors) minor units
    money_days: Floats  # (v, investors) minor units · days
    flows: Ints  # (v, p + 1, p + 1) minor units
    books: Ints  # (ENTRIES, v, p) minor units
    ladder: Ints  # (RUNGS, v, p) minor units
    base_terms: Floats  # (TERMS, v, p) of the variant, without levers
    agreed_terms: Floats  # (TERMS, v, p) of calm: what platforms and clients have agreed on
    brought_in: Floats  # (TERMS, v, p) minor units: what it costs to bring a variant's own terms in, on the first day
    terms: Floats  # (TERMS, v, p)
    gauges: Floats  # (GAUGES, v, p)
    weights: NDArray[np.float32]  # (v, p, WEIGHTS)
    dials: Floats  # (v, DIALS)
    declared: tuple[rows.Row, ...]  # columns of accounts
    columns: NDArray[np.float32]  # (declared, v, a)
    laws: NDArray[np.float32]  # (declared, v, p, LAWS)
    means: Floats  # (declared, v, p)
    sums: Ints  # (v, p, SUMS)
    by_group: Ints  # (v, groups) trust of the clients of day 0, in fixed point
    trough: Ints  # (v, groups) the least of it so far
    actor_stocks: Floats  # (ACTOR_STOCKS, v, actors)
    actor_purses: Ints  # (ACTOR_PURSES, v, actors) minor units
    market: Ints  # (p,)
    stream: Ints  # (p,) by what the draws of each platform are addressed: see world/streams.py
    scale: int  # real clients that one investor stands for
    ones: NDArray[np.float32]  # (a,)
    group_of: NDArray[np.int32]  # (GROUPINGS, w, a)
    actors: tuple[Cast, ...] = ()  # kind and name
    has_parts: bool = True  # the parts of trust are measured too

    def __post_init__(self) -> None:
        """Put the arrays that kernels take together into groups; they are written to, never replaced."""
        ticket, investor, first, at = side_by_side(self.drawn)
        accounts = Accounts(
            self.beliefs, self.flags, self.known, self.actions, self.balance, self.requested, self.asked_day,
            self.later, self.later_day, self.first_asked, self.paid, self.waited, self.queue, self.queue_n,
            self.traits, ticket, investor, first, at, self.ones, self.group_of, self.stream,
        )  # fmt: skip
        platforms = Platforms(
            self.books, self.ladder, self.terms, self.agreed_terms, self.gauges, self.weights, self.dials, self.sums,
            self.by_group, self.flows, self.market, self.has_parts,
        )  # fmt: skip
        bounds = np.array([column.bounds for column in self.declared], np.float32)
        tail = Tail(self.columns, self.laws, bounds, self.means) if self.declared else None
        self.groups = Groups(
            accounts, People(self.safe, self.loss, self.money_days), platforms, linked(self.drawn), tail
        )

    def column(self, row: rows.Row) -> NDArray[np.float32]:
        """Return a declared column, float32 (v, a); raises ModelError where no mechanism of its file is on."""
        return np.asarray(self.columns[self._place_of(row)])

    def set_laws(self, laws: Iterable[Law]) -> None:
        """Let declared columns move and lean today as *laws* say: what several keep of one multiplies, all else adds
        up. A column without a law stays. Raises ModelError where no mechanism of a column's file is on."""
        self.laws[:] = STAYS
        for law in laws:
            into, shape = self.laws[self._place_of(law.column)], (self.n_lanes, self.n_platforms)
            into[:, :, Laws.KEEP] *= law.spread("keep", shape)
            for row in (Laws.ADD, Laws.RUN, Laws.LEAVE, Laws.JOIN):
                into[:, :, row] += law.spread(row.name.lower(), shape)

    def _place_of(self, row: rows.Row) -> int:
        rows.of_kind(row, "column", "day.state.column")
        if row not in self.declared:
            given = rows.called(row)
            raise ModelError(f"day.state.column: given {given}; allowed: where a mechanism of that file is on")
        return self.declared.index(row)

    def measure_declared(self) -> None:
        """Write the mean of each declared column over the holders into the gauge of its name, and what is the sector's,
        which stands at the first platform, to all."""
        for row in rows.declared("stock"):
            if row.of == "sector":
                self.gauges[row.index] = self.gauges[row.index, :, :1]
        if self.declared:
            means_of_columns(self.groups.tail, self.flags, self.groups.accounts.first)
            for c, row in enumerate(self.declared):
                self.gauges[rows.index_of("stock", row.name)] = self.means[c]

    @property
    def n_lanes(self) -> int:
        return len(self.balance)

    @property
    def network(self) -> Network:
        return self._one.network

    @property
    def population(self) -> Population:
        return self._one.population

    @property
    def accounts(self) -> Opened:
        return self._one.accounts

    @property
    def _one(self) -> Drawn:
        if len(self.drawn) > 1:
            raise ModelError(
                f"given {len(self.drawn)} worlds that are stepped together; allowed: drawn[k] of each of them"
            )
        return self.drawn[0]

    @cached_property
    def literacy(self) -> Floats:
        """Of every investor, float64 (w, investors)."""
        return np.array([world.population.traits["literacy"] for world in self.drawn])

    def world_of(self, lane: int) -> Drawn:
        """Return the world that a lane belongs to."""
        return self.drawn[lane * len(self.drawn) // self.n_lanes]

    @property
    def n_platforms(self) -> int:
        return len(self.platforms)

    def take(self, other: State, columns: Ints) -> None:
        """Let everything that moves stand as in these lanes, int64 (v,), of *other*, a state of this world."""
        for name, axis in _MOVING.items():
            getattr(self, name)[...] = np.take(getattr(other, name), columns, axis)
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

    def trust(self) -> NDArray[np.float32]:
        """Return the trust of the owner of every account, float32 (v, a), in [0, 1]: its parts in their weights."""
        parts = (Weights.TRUST_FUND, Weights.TRUST_INTEGRITY, Weights.TRUST_INFO, Weights.TRUST_SERVICE)
        x = np.zeros_like(self.beliefs[0])
        for world in self.drawn:
            for p in range(self.n_platforms):
                for belief, part in zip(range(len(parts)), parts, strict=True):
                    mine = (world.part, world.mine(p))
                    x[mine] += self.weights[world.part, p, part, None] * self.beliefs[belief][mine]
        return np.asarray(1 / (1 + np.exp(-x)), np.float32)

    def total_money(self) -> Ints:
        """Return int64 (v,): all money and assets, in and outside platforms; constant for ever (promise 1)."""
        money = self.books[:N_MONEY].sum(axis=(0, 2)) + self.books[len(Books) :].sum(axis=(0, 2))  # and the purses
        money = money + self.actor_purses.sum(axis=(0, 2))
        inside = money + self.ladder.sum(axis=(0, 2))
        return np.asarray(inside + self.safe.sum(axis=1), np.int64)

    def owned(self) -> Ints:
        """Return int64 (v, p): what platforms own at book value, less what they owe to others than their clients."""
        inside = self.books[Books.CASH] + self.books[Books.CUSTODY] + self.ladder.sum(axis=0)
        lent = self.books[Books.LENT] - self.books[Books.BORROWED]
        return np.asarray(inside + lent - self.books[Books.DEBT], np.int64)

    def claims_gap(self) -> Ints:
        """Return int64 (v, p): booked claims less the sum of balances; always 0."""
        owed = np.zeros((self.n_lanes, self.n_platforms), np.int64)
        for world in self.drawn:
            for p in range(self.n_platforms):
                owed[world.part, p] = self.balance[world.part, world.mine(p)].sum(axis=1)
        return np.asarray(self.books[Books.CLAIMS] - owed, np.int64)
