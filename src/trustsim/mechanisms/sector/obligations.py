"""What platforms owe each other: clearing, and defaults that spread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.layout import FAILED, Books, Gauges, Terms
from trustsim.kernels.times import SAME_TIME
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.debts import debts_of
from trustsim.world.memory import memory
from trustsim.world.terms import Change

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings
    from trustsim.world.state import State

BORROWED = memory("borrowed", text="bool (lanes,), whether they owe by now what they owe")
DEBTS = memory("debts", text="int64 (lanes, 3, debts): debtor, creditor, amount in minor units")
CLEARED = memory("cleared", text="float64 (lanes, 2, platforms): what each paid, and what it had left")
_SMALLEST = 1e-300  # chance of a link: nothing overflows, and there is none
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@REGISTRY.enter(
    "mechanism", "obligations", rows=("K2",), source="doi:10.1287/mnsc.47.2.236.9835; doi:10.1098/rspa.2009.0410"
)
@dataclass(frozen=True)
class Obligations:
    """Let platforms owe each other: what their ``owes`` say, and ``interbank`` of their assets lent to random others.

    What one owes is an asset of the other, from day 0 or from the first day, on which the money is lent, so that net
    worth does not change. Paid ``pro_rata``: on ``day`` all is cleared, each paying min(what it owes, what it has
    beyond its clients' claims and outside debt, and what it is paid), the most that is consistent (Eisenberg and Noe);
    who cannot pay all fails. Until then what is borrowed is kept in cash; where that is lacking assets are sold to the
    owners at par. Else: from ``day`` on, whoever owes more than it has and is owed fails and pays nothing, a round a
    day; ``first`` random platforms fail before (Gai and Kapadia: with j debtors, one default is too much where
    interbank / j exceeds the capital). What a platform that is closed for another reason owes is paid from what its
    clients leave, under ``pro_rata``, and the rest is lost to the creditors on the next day.
    Known answer: a chain pays what its links have (``test_a_chain_pays_what_its_links_have``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("interaction",)
    default_on: ClassVar[bool] = False

    pro_rata: bool = choice(
        True, unit="flag", source="doi:10.1287/mnsc.47.2.236.9835",
        text="whether a platform that cannot pay all pays each a part; else it pays nothing",
    )  # fmt: skip
    links: float = parameter(
        0.0, unit="number", low=0, high=1000, source="doi:10.1098/rspa.2009.0410",
        text="platforms that one lends to, on average (a directed Poisson network); 0: none",
    )  # fmt: skip
    interbank: float = parameter(
        0.2, unit="share", source="doi:10.1098/rspa.2009.0410",
        text="share of its assets that a platform lends to them, in equal parts",
    )  # fmt: skip
    day: float = parameter(
        1.0, unit="duration", low=1, high=36500, source="assumed", text="when debts are cleared, or defaults begin"
    )
    first: int = parameter(
        0, unit="count", low=0, high=10_000, source="doi:10.1098/rspa.2009.0410",
        text="random platforms that fail on that day, where nothing is paid",
    )  # fmt: skip

    @staticmethod
    def each_day(day: Day, settings: Settings[Obligations]) -> None:
        """Clear, or let those fail who have become insolvent."""
        for v, rule in settings.on(range(len(settings))):
            has_borrowed = day.keep(BORROWED, lambda: np.zeros(len(settings), np.bool_))
            if not has_borrowed[v]:
                borrow(day, v, rule)
                has_borrowed[v] = True
            write_off(day, v, pays=rule.pro_rata)
            has_come = day.step * day.dt >= rule.day - SAME_TIME
            begins = has_come and day.time < rule.day - SAME_TIME
            if rule.pro_rata and begins:
                clear_debts(day, v)
            elif not rule.pro_rata and has_come:
                default(day, v, rule.first if begins else 0)

    @staticmethod
    def propose(day: Day, settings: Settings[Obligations]) -> Iterator[Change]:
        """Keep what is borrowed and will be called in cash."""
        books = day.state.books
        called = (settings["pro_rata"] > 0)[:, None] & (books[Books.BORROWED] > 0)
        if called.any():
            share = day.term("liquid_share") + books[Books.BORROWED] / np.maximum(books[Books.CLAIMS], 1)
            yield Change(Terms.RESERVE, np.minimum(share, 1.0), called, "at_least")


def borrow(day: Day, lane: int, rule: Obligations) -> None:
    """Take down what platforms owe each other."""
    debts = debts_of(day.state.platforms, day.scale)
    if rule.links > 0:
        debts = np.hstack([debts, lend_at_random(day, lane, rule.links, rule.interbank)])
    kept = day.keep(DEBTS, lambda: np.zeros((day.state.n_lanes, 3, 0), np.int64))
    room = max(kept.shape[2], debts.shape[1])
    kept = day.kept[DEBTS] = np.pad(kept, ((0, 0), (0, 0), (0, room - kept.shape[2])))
    kept[lane, :, : debts.shape[1]] = debts


def write_off(day: Day, lane: int, *, pays: bool) -> None:
    """Pay what those who are closed owe, where they *pay*, from what they have left; write the rest off, in the books
    of all."""
    state, debts = day.state, day.kept[DEBTS][lane]
    n, books = state.n_platforms, state.books[:, lane]
    closed = is_closed(state, lane)
    debtor, creditor, amount = debts
    owes = closed[debtor] & (amount > 0)
    if owes.any():
        due = np.bincount(debtor, amount * owes, n)
        if pays:
            pay(day, lane, debts, np.minimum(due, np.maximum(books[Books.CASH], 0)))
        amount[owes] = 0
    books[Books.BORROWED] = np.bincount(debtor, amount, n)
    books[Books.LENT] = np.where(closed, 0, np.bincount(creditor, amount, n))


def clear_debts(day: Day, lane: int) -> None:
    """Let all debts among platforms be paid as far as they can; who cannot pay all fails."""
    state, debts = day.state, day.kept[DEBTS][lane]
    n, books = state.n_platforms, state.books[:, lane]
    assets = np.maximum(books[Books.CASH], 0) + state.ladder[:, lane].sum(axis=0)
    own = np.clip(assets + books[Books.CUSTODY] - books[Books.CLAIMS] - books[Books.DEBT], 0, assets)
    paid = day.kernels.clearing(debts, own.astype(np.float64))
    due = np.bincount(debts[0], debts[2], n)
    got = np.bincount(debts[1], debts[2] * (paid / np.maximum(due, 1.0))[debts[0]], n)
    day.keep(CLEARED, lambda: np.full((state.n_lanes, 2, n), np.nan))[lane] = paid, own + got - paid
    pay(day, lane, debts, paid)
    debts[2] = 0
    books[Books.LENT], books[Books.BORROWED] = 0, 0
    fail(day, lane, np.flatnonzero(paid < due * (1 - 1e-12)))


def default(day: Day, lane: int, n_first: int) -> None:
    """Let the insolvent fail, and some random platforms first; nobody gets anything from them."""
    state = day.state
    luck = day.uniforms_at(state.world_of(lane), purposes.OBLIGATION, state.stream, step=1)[0]
    hit = np.argsort(luck, kind="stable")[:n_first]
    fail(day, lane, np.union1d(np.flatnonzero(net_worth(state, lane) < 0), hit))


def fail(day: Day, lane: int, platforms: Ints) -> None:
    """Close those platforms that still stand."""
    stands = day.state.gauges[Gauges.STATUS, lane, platforms] != FAILED
    if stands.any():
        day.kernels.close(lane, platforms[stands])


def lend_at_random(day: Day, lane: int, links: float, share: float) -> Ints:
    """Let each platform lend a *share* of what it has in equal parts to random others; return what they then owe.

    Every ordered pair is linked with the same chance, so that a platform lends to ``links`` others on average. The
    money moves: net worth does not change.
    """
    state = day.state
    n = state.n_platforms
    chance = min(max(links / max(n - 1, 1), _SMALLEST), 1.0)
    wanted = int(links * n + 8 * np.sqrt(links * n) + 20)
    u = day.uniforms_at(state.world_of(lane), purposes.OBLIGATION, np.arange(wanted), step=0)[0]
    steps = np.floor(np.log(u) / np.log1p(-chance)) + 1 if chance < 1 else np.ones(n * (n - 1))
    pair = np.cumsum(np.minimum(steps, n * n)).astype(np.int64) - 1
    pair = pair[pair < n * (n - 1)]
    creditor, other = np.divmod(pair, max(n - 1, 1))
    of_stream = np.argsort(state.stream)
    debtor, creditor = of_stream[other + (other >= creditor)], of_stream[creditor]
    books, ladder = state.books[:, lane], state.ladder[:, lane]
    total = books[Books.CASH] + books[Books.CUSTODY] + ladder.sum(axis=0)
    n_debtors = np.bincount(creditor, minlength=n)
    amount = np.floor(share * total / np.maximum(n_debtors, 1)).astype(np.int64)[creditor]
    amount = np.minimum(amount, np.maximum(books[Books.CASH], 0)[creditor] // np.maximum(n_debtors, 1)[creditor])
    np.subtract.at(books[Books.CASH], creditor, amount)
    np.add.at(books[Books.CASH], debtor, amount)
    return np.stack([debtor, creditor, amount])


def pay(day: Day, lane: int, debts: Ints, paid: Floats) -> None:
    """Move what is *paid*, float64 (platforms,), between the books, in whole minor units; only balances move.

    Who has too little cash sells assets to the owners at par; what is paid to one that is closed goes to its buyers.
    """
    state, (debtor, creditor, amount) = day.state, debts
    books, n = state.books[:, lane], state.n_platforms
    due = np.maximum(np.bincount(debtor, amount, n), 1.0)
    moved = np.floor(amount * (paid / due)[debtor] + 1e-6).astype(np.int64)
    to_buyers = is_closed(state, lane)[creditor]
    np.add.at(books[Books.BUYERS], creditor, moved * to_buyers)
    balance = np.zeros(n, np.int64)
    np.subtract.at(balance, debtor, moved)
    np.add.at(balance, creditor, moved * ~to_buyers)
    lacking = -balance - np.maximum(books[Books.CASH], 0)
    for p in np.flatnonzero(lacking > 0).tolist():
        day.do.sell_to_owners(p, lacking[p], np.arange(state.n_lanes) == lane)
    books[Books.CASH] += balance


def is_closed(state: State, lane: int) -> NDArray[np.bool_]:
    """Return bool (platforms,): which have failed, or were wound down until nothing was left; their claims on others
    are sold."""
    return np.asarray(~np.isnan(state.gauges[Gauges.FAILURE_DAY, lane]))


def net_worth(state: State, lane: int) -> Ints:
    """Return int64 (platforms,): cash, client money, assets and what others that stand owe, less all that is owed."""
    books = state.books[:, lane]
    worth = books[Books.CASH] + books[Books.CUSTODY] + state.ladder[:, lane].sum(axis=0) + books[Books.LENT]
    return np.asarray(worth - books[Books.DEBT] - books[Books.CLAIMS] - books[Books.BORROWED], np.int64)
