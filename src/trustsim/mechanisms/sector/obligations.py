"""What platforms owe each other: clearing, and defaults that spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.layout import FAILED, Books, Gauges
from trustsim.registry import REGISTRY, parameter
from trustsim.world.memory import memory
from trustsim.world.sections import owed

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings
    from trustsim.world.state import State

BORROWED = memory("borrowed", text="bool (lanes,), whether they owe by now what they owe")
DEBTS = memory("debts", text="int64 (lanes, 3, debts): debtor, creditor, amount in minor units")
CLEARED = memory("cleared", text="float64 (lanes, 2, platforms): what each paid, and what it had left")
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@REGISTRY.enter(
    "mechanism", "obligations", rows=("A4", "K1"), source="doi:10.1287/mnsc.47.2.236.9835; doi:10.1098/rspa.2009.0410"
)
@dataclass(frozen=True)
class Obligations:
    """Let platforms owe each other: what their ``owes`` say, and ``interbank`` of their assets lent to random others.

    Paid ``pro_rata``: on ``day`` all is cleared, each paying min(what it owes, its cash beyond its clients' claims and
    what it is paid), the most that is consistent (Eisenberg and Noe); who cannot pay all fails. Else: from ``day`` on,
    whoever owes more than it has and is owed fails and pays nothing, a round a day; ``first`` random platforms fail
    before (Gai and Kapadia: with j debtors, one default is too much where interbank / j exceeds the capital).
    Known answer: a chain pays what its links have (``test_a_chain_pays_what_its_links_have``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("interaction",)
    default_on: ClassVar[bool] = False

    pro_rata: bool = parameter(
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
            begins = day.time < rule.day <= day.step * day.dt
            if rule.pro_rata and begins:
                clear_debts(day, v)
            elif not rule.pro_rata and day.step * day.dt >= rule.day:
                default(day, v, rule.first if begins else 0)


def borrow(day: Day, lane: int, rule: Obligations) -> None:
    """Take down what platforms owe each other."""
    debts = stated(day.state)
    if rule.links > 0:
        debts = np.hstack([debts, lend_at_random(day, lane, rule.links, rule.interbank)])
    kept = day.keep(DEBTS, lambda: np.zeros((day.state.n_lanes, 3, 0), np.int64))
    room = max(kept.shape[2], debts.shape[1])
    kept = day.kept[DEBTS] = np.pad(kept, ((0, 0), (0, 0), (0, room - kept.shape[2])))
    kept[lane, :, : debts.shape[1]] = debts


def clear_debts(day: Day, lane: int) -> None:
    """Let all debts among platforms be paid as far as they can; who cannot pay all fails."""
    state, debts = day.state, day.kept[DEBTS][lane]
    n = state.n_platforms
    books = state.books[:, lane]
    own = np.maximum(books[Books.CASH] - np.maximum(books[Books.CLAIMS] - books[Books.CUSTODY], 0), 0)
    paid = day.kernels.clearing(debts, own.astype(np.float64))
    due = np.bincount(debts[0], debts[2], n)
    got = np.bincount(debts[1], debts[2] * (paid / np.maximum(due, 1.0))[debts[0]], n)
    day.keep(CLEARED, lambda: np.full((state.n_lanes, 2, n), np.nan))[lane] = paid, own + got - paid
    pay(state, lane, debts, paid)
    fail(day, lane, np.flatnonzero(paid < due * (1 - 1e-12)))


def default(day: Day, lane: int, n_first: int) -> None:
    """Let the insolvent fail, and some random platforms first; nobody gets anything from them."""
    state = day.state
    worth = net_worth(state, lane, day.kept[DEBTS][lane])
    luck = day.uniforms_at(state.world_of(lane), purposes.OBLIGATION, np.arange(state.n_platforms), step=1)[0]
    hit = np.argsort(luck, kind="stable")[:n_first]
    fail(day, lane, np.union1d(np.flatnonzero(worth < 0), hit))


def fail(day: Day, lane: int, platforms: Ints) -> None:
    """Close those platforms that still stand."""
    stands = day.state.gauges[Gauges.STATUS, lane, platforms] != FAILED
    if stands.any():
        day.kernels.close(lane, platforms[stands])


def stated(state: State) -> Ints:
    """Return int64 (3, debts): debtor, creditor, amount, as the platforms' ``owes`` say."""
    names = {platform.name: p for p, platform in enumerate(state.platforms)}
    debts = [(p, to, amount) for p, x in enumerate(state.platforms) for to, amount in owed(x.owes).items()]
    of_the_sample = [(p, names[to], amount // state.scale) for p, to, amount in debts]
    return np.array(of_the_sample, np.int64).reshape(-1, 3).T


def lend_at_random(day: Day, lane: int, links: float, share: float) -> Ints:
    """Let each platform lend a *share* of what it has in equal parts to random others; return as :func:`stated`.

    Every ordered pair is linked with the same chance, so that a platform lends to ``links`` others on average. The
    money moves: net worth does not change.
    """
    state = day.state
    n = state.n_platforms
    chance = min(links / max(n - 1, 1), 1.0)
    wanted = int(links * n + 8 * np.sqrt(links * n) + 20)
    u = day.uniforms_at(state.world_of(lane), purposes.OBLIGATION, np.arange(wanted), step=0)[0]
    steps = np.floor(np.log(u) / np.log1p(-chance)) + 1 if chance < 1 else np.ones(n * (n - 1))
    pair = np.cumsum(steps).astype(np.int64) - 1
    pair = pair[pair < n * (n - 1)]
    creditor, other = np.divmod(pair, max(n - 1, 1))
    debtor = other + (other >= creditor)
    books, ladder = state.books[:, lane], state.ladder[:, lane]
    total = books[Books.CASH] + books[Books.CUSTODY] + ladder.sum(axis=0)
    n_debtors = np.bincount(creditor, minlength=n)
    amount = np.floor(share * total / np.maximum(n_debtors, 1)).astype(np.int64)[creditor]
    amount = np.minimum(amount, np.maximum(books[Books.CASH], 0)[creditor] // np.maximum(n_debtors, 1)[creditor])
    np.subtract.at(books[Books.CASH], creditor, amount)
    np.add.at(books[Books.CASH], debtor, amount)
    return np.stack([debtor, creditor, amount])


def pay(state: State, lane: int, debts: Ints, paid: Floats) -> None:
    """Move the payments between the books, in whole minor units, never more than there is."""
    debtor, creditor, amount = debts
    due = np.maximum(np.bincount(debtor, amount, state.n_platforms), 1.0)
    moved = np.floor(amount * (paid / due)[debtor] + 1e-6).astype(np.int64)
    cash = state.books[Books.CASH, lane]
    np.subtract.at(cash, debtor, moved)
    np.add.at(cash, creditor, moved)


def net_worth(state: State, lane: int, debts: Ints) -> Ints:
    """Return int64 (platforms,): cash, client money, assets and what others that stand owe, less all that is owed."""
    debtor, creditor, amount = debts
    books = state.books[:, lane]
    stands = state.gauges[Gauges.STATUS, lane] != FAILED
    worth = books[Books.CASH] + books[Books.CUSTODY] + state.ladder[:, lane].sum(axis=0)
    worth = worth - books[Books.DEBT] - books[Books.CLAIMS]
    np.add.at(worth, creditor, amount * stands[debtor])
    np.subtract.at(worth, debtor, amount)
    return np.asarray(worth, np.int64)
