"""What a mechanism sees of the day, and what single rules do on it; the verbs that change the world are in verbs.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trustsim.errors import ModelError
from trustsim.kernels import draws, purposes
from trustsim.kernels.desk import serve
from trustsim.kernels.layout import (
    FAILED,
    FREE,
    GATED,
    HOLDS,
    LEAVING,
    Beliefs,
    Books,
    Dials,
    Gauges,
    Terms,
    Traits,
)
from trustsim.kernels.named import row_of
from trustsim.kernels.opinions import copy, meet
from trustsim.kernels.variates import account_words
from trustsim.world import obligations, opinions
from trustsim.world.board import Board
from trustsim.world.closing import close_platform
from trustsim.world.hazards import Draw, Occurrence
from trustsim.world.rumours import Told, spread_rumour
from trustsim.world.state import State
from trustsim.world.verbs import Verbs

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Column = Floats  # one number a variant
# what days keep: the day of agreement of clusters, one-time decisions, contacts and their waits, agents
AGREED, DECIDED, WAITS, FREE_AT, BACKING = "agreed", "decided", "waits", "free at", "backing"
DEBTS, CLEARED = "debts", "cleared"  # … what platforms owe each other; what they paid and what was left
_EPSILON = 1e-9


class Desk(Protocol):
    """The settings of a desk with agents (see mechanisms/service/service_desk.py)."""

    @property
    def agents(self) -> int: ...
    @property
    def handling(self) -> float: ...
    @property
    def patience(self) -> float: ...
    @property
    def warm_up(self) -> float: ...


class Day:
    """One step of the world, seen by one item (a shock or an intervention) at a time.

    ``do`` has the verbs that change the world (:class:`~trustsim.world.verbs.Verbs`).
    ``time`` is in days at the start of the step, ``dt`` the length of the step in days. ``active`` bool (variants,)
    says where the item acts now, ``age`` float64 (variants,) for how long it has (days, 0 on its first step).
    ``memory`` is a dictionary of the item's own that lasts for the run; ``occurrence`` tells it from others.
    ``is_quiet``: every platform is open, nothing overdue, nobody alarmed, no backlog; set by yesterday's measures,
    taken back by a stop of payments.
    """

    def __init__(self, state: State, board: Board, dt: float, key: NDArray[np.uint64]) -> None:
        self.state, self.board, self.dt, self.key = state, board, dt, key
        self.step = 0
        self.active: Mask = np.ones(state.n_variants, np.bool_)
        self.age: NDArray[np.float64] = np.zeros(state.n_variants)
        self.memory: dict[Any, Any] = {}
        self.occurrence: Occurrence = (-1, 0.0, 0)
        self.status_before = state.gauges[Gauges.STATUS].copy()  # yesterday's: today's is being made
        self.is_quiet = False
        self.kept: dict[str, NDArray[Any]] = {}
        self.do = Verbs(self)
        self._turns: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self.unanswered = np.zeros((state.n_variants, state.n_platforms))  # contacts per client that wait at the desk

    def take(self, other: Day, columns: NDArray[np.int64]) -> None:
        """Begin where *other* is, with these columns, int64 (variants,), of it."""
        self.board.take(other.board, columns)
        self.unanswered = other.unanswered[columns]
        self.kept = {name: array[columns] for name, array in other.kept.items()}
        self.is_quiet = other.is_quiet

    def keep(self, name: str, start: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Return an array (variants, …) that a mechanism keeps under *name* over the run; *start* makes it."""
        if name not in self.kept:
            self.kept[name] = start()
        return self.kept[name]

    def accounts(self, platform: int) -> slice:
        """Return where the accounts of *platform* stand in the arrays."""
        return slice(*self.state.accounts.first[platform : platform + 2])

    def holds(self, variant: int, platform: int) -> Mask:
        """Return bool (accounts of the platform,): the account is open."""
        return (self.state.flags[variant, self.accounts(platform)] & HOLDS) > 0

    def serve(self, variant: int, platform: int, contacts: float, desk: Desk, most: int) -> float:
        """Let the contacts of a step, per client and day, be taken by the agents of a desk; return the next one's wait.

        ``most``: how many agents a desk has in any variant.
        """
        shape = (self.state.n_variants, self.state.n_platforms)
        free_at = self.keep(FREE_AT, lambda: np.zeros((*shape, most)))
        if free_at.shape[2] < most:
            free_at = self.kept[FREE_AT] = np.pad(free_at, ((0, 0), (0, 0), (0, most - free_at.shape[2])))
        agents = free_at[variant, platform, : desk.agents]
        told = self.keep(WAITS, lambda: np.zeros((*shape, 3)))[variant, platform]
        giving_up = -np.log1p(-min(desk.patience, 1 - 1e-12))
        came = serve(
            agents, contacts * self.gauge("holders", platform)[variant], desk.handling, giving_up, self.time,
            self.time + self.dt, platform, self.step, self.key,
        )  # fmt: skip
        if self.time >= desk.warm_up - _EPSILON:
            told += came
        return float(max(agents.min() - self.time - self.dt, 0.0))

    def opened(self, variant: int, platform: int) -> Mask:
        """Return bool (accounts of the platform,): the account was open at day 0."""
        return np.asarray(self.state.accounts.balance[self.accounts(platform)] > 0)

    def needs(self, platform: int) -> NDArray[np.int64]:
        """Return int64 (accounts of the platform,): the place of each open at day 0 in a random order, for the run."""
        mine = self.accounts(platform)
        luck = draws.uniforms(self.state.population.n_investors, purposes.NEED, self.key, day=platform)[0]
        is_open = self.opened(0, platform)
        order = np.argsort(np.where(is_open, luck[self.state.accounts.investor[mine]], 2.0), kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        return np.where(is_open, place, len(order))

    def backing(self, variant: int, platform: int) -> float:
        """Return what cash and assets are worth / claims, less debt, as it was on the first day."""
        shape = (self.state.n_variants, self.state.n_platforms)
        worth = self.keep(BACKING, lambda: np.full(shape, np.nan))
        if np.isnan(worth[variant, platform]):
            worth[variant, platform] = self.worth(platform)[variant] / self.state.books[Books.CLAIMS, variant, platform]
        return float(worth[variant, platform])

    def worth(self, platform: int) -> NDArray[np.int64]:
        """Return int64 (variants,): cash, client money and true assets, less debt, minor units."""
        books = self.state.books[:, :, platform]
        own = books[Books.CASH] + books[Books.CUSTODY] - books[Books.DEBT]
        return np.asarray(own + self.state.ladder[:, :, platform].sum(axis=0), np.int64)

    def believed_cover(self, variant: int, platform: int) -> Floats:
        """Return float64 (accounts of the platform,): the share of a loss that clients believe would be made good."""
        cover, limit, credibility = (self.term(t, platform)[variant] for t in ("cover", "cover_limit", "credibility"))
        held = np.maximum(self.state.balance[variant, self.accounts(platform)], 1)
        return np.asarray(min(cover * credibility, 1.0) * np.minimum(limit / held, 1.0))

    def bring_claims_to_value(self, platform: int, where: Mask) -> None:
        """Let the claims on *platform* be what stands behind them, in proportion and rounded down; a fall is a loss."""
        state, mine = self.state, self.accounts(platform)
        for v in np.flatnonzero(where & (state.books[Books.CLAIMS, :, platform] > 0)).tolist():
            share = max(int(self.worth(platform)[v]), 0) / int(state.books[Books.CLAIMS, v, platform])
            held, asked = state.balance[v, mine], state.requested[v, mine]
            now, left = np.floor(held * share).astype(np.int64), np.floor(asked * share).astype(np.int64)
            np.add.at(state.loss[v], state.accounts.investor[mine], np.maximum(held - now, 0))
            state.books[Books.CLAIMS, v, platform] += (now - held).sum()
            state.books[Books.QUEUED, v, platform] += (left - asked).sum()
            held[:], asked[:] = now, left

    def borrow(self, variant: int, *, links: float, interbank: float) -> None:
        """Take down what platforms owe each other, on the first day."""
        if self.step > 1:
            return
        debts = obligations.stated(self.state)
        if links > 0:
            debts = np.hstack([debts, obligations.lend_at_random(self.state, variant, links, interbank, self.key)])
        kept = self.keep(DEBTS, lambda: np.zeros((self.state.n_variants, 3, 0), np.int64))
        room = max(kept.shape[2], debts.shape[1])
        kept = self.kept[DEBTS] = np.pad(kept, ((0, 0), (0, 0), (0, room - kept.shape[2])))
        kept[variant, :, : debts.shape[1]] = debts

    def clear_debts(self, variant: int) -> None:
        """Let all debts among platforms be paid as far as they can; who cannot pay all fails."""
        state, debts = self.state, self.kept[DEBTS][variant]
        n = state.n_platforms
        books = state.books[:, variant]
        own = np.maximum(books[Books.CASH] - np.maximum(books[Books.CLAIMS] - books[Books.CUSTODY], 0), 0)
        paid = obligations.clearing(debts, own.astype(np.float64))
        due = np.bincount(debts[0], debts[2], n)
        got = np.bincount(debts[1], debts[2] * (paid / np.maximum(due, 1.0))[debts[0]], n)
        self.keep(CLEARED, lambda: np.full((state.n_variants, 2, n), np.nan))[variant] = paid, own + got - paid
        obligations.pay(state, variant, debts, paid)
        self._fail(variant, np.flatnonzero(paid < due * (1 - 1e-12)))

    def default(self, variant: int, *, first: int) -> None:
        """Let the insolvent fail, and *first* random platforms; nobody gets anything from them."""
        worth = obligations.net_worth(self.state, variant, self.kept[DEBTS][variant])
        luck = draws.uniforms(self.state.n_platforms, purposes.OBLIGATION, self.key, day=1)[0]
        hit = np.argsort(luck, kind="stable")[:first]
        self._fail(variant, np.union1d(np.flatnonzero(worth < 0), hit))

    def _fail(self, variant: int, platforms: NDArray[np.int64]) -> None:
        for p in platforms.tolist():
            if self.state.gauges[Gauges.STATUS, variant, p] != FAILED:
                close_platform(self.state, variant, p, self.step)

    def waiting(self, variant: int, platform: int) -> Floats:
        """Return float64 (accounts of the platform,): days since the request that is not yet paid; −1 without one."""
        mine = self.accounts(platform)
        days = (self.step - self.state.asked_day[variant, mine]) * self.dt
        return np.where(self.state.requested[variant, mine] > 0, days, -1.0)

    def take_back(self, variant: int, platform: int, who: Mask) -> None:
        """Let the accounts *who*, bool (accounts of the platform,), take back what they asked for, and ask no more."""
        state, mine = self.state, self.accounts(platform)
        requested = state.requested[variant, mine]
        taken = who & (requested > 0)
        state.books[Books.QUEUED, variant, platform] -= requested[taken].sum()
        requested[taken] = 0
        state.flags[variant, mine][taken] &= np.uint8(255 - FREE - LEAVING)
        n = int(state.queue_n[variant, platform])
        queue = state.queue[variant, mine.start : mine.start + n]
        kept = queue[~taken[queue - mine.start]]
        queue[: len(kept)] = kept
        state.queue_n[variant, platform] = len(kept)

    def share_out(self, variant: int, platform: int) -> Floats:
        """Return float64 (accounts of the platform,): the share of the owner's neighbours in memory; 0 without any."""
        mine = self.accounts(platform)
        seen = self.state.beliefs[Beliefs.SEEN, variant, mine].astype(np.float64)
        return np.asarray(seen * self.state.traits[Traits.LINKS, mine])

    def uniforms(self, purpose: int, platform: int) -> Floats:
        """Return the day's uniforms in (0, 1) of the accounts of *platform* for *purpose*, float64 (4, accounts)."""
        return self.uniforms_of(purpose, platform, self.state.accounts.investor[self.accounts(platform)])

    def uniforms_of(self, purpose: int, platform: int, entity: NDArray[np.int64]) -> Floats:
        """Return the day's uniforms in (0, 1) of the entities, int64 (n,), on *platform*, float64 (4, n)."""
        words = np.empty((4, len(entity)), np.uint32)
        account_words(words, entity, self.step, platform, purpose, self.key)
        return np.asarray((words + 0.5) * draws.UNIFORM_SCALE)

    @property
    def time(self) -> float:
        return (self.step - 1) * self.dt

    def reached(self, after: ArrayLike) -> Mask:
        """Return bool (variants,): where the item's age passes *after* (days) in this step. One step only, for each."""
        after = np.asarray(after, np.float64)
        return self.active & (self.age >= after - _EPSILON) & (self.age - self.dt < after - _EPSILON)

    def passed(self, what: str, platform: int, after: ArrayLike) -> Mask:
        """Return bool (variants,): where the item's age has passed *after* (days) for the first time.

        Unlike :meth:`reached` for an *after* that a lever may shorten on the way: nothing is skipped, nothing comes
        twice.
        """
        done: Mask = self.memory.setdefault((what, platform), np.zeros(len(self.active), np.bool_))
        first: Mask = self.active & (self.age >= np.asarray(after, np.float64) - _EPSILON) & ~done
        done |= first
        return first

    def platforms(self, name: str) -> list[int]:
        """Return the indices of the platform called *name*, or of all for ``'*'``."""
        if name == "*":
            return list(range(self.state.n_platforms))
        for p, platform in enumerate(self.state.platforms):
            if platform.name == name:
                return [p]
        raise ModelError(f"no platform {name!r}")

    def dial(self, dial: Dials) -> Column:
        """Return what mechanisms give to the engine, float64 (variants,); see kernels/layout.py."""
        return np.asarray(self.state.dials[:, dial])

    def term(self, name: str, platform: int) -> NDArray[np.float64]:
        """Return a term of one platform as it stands today, float64 (variants,)."""
        return self.terms(name)[:, platform]

    def gauge(self, name: str, platform: int) -> NDArray[np.float64]:
        """Return what was measured of one platform yesterday, float64 (variants,)."""
        return self.measured(name)[:, platform]

    def measured(self, name: str) -> NDArray[np.float64]:
        """Return what was measured yesterday, float64 (variants, platforms)."""
        today: NDArray[np.float64] = self.state.gauges[row_of(Gauges, name)]
        return self.status_before if name == "status" else today

    def terms(self, name: str) -> NDArray[np.float64]:
        """Return a term as it stands today, float64 (variants, platforms)."""
        row: NDArray[np.float64] = self.state.terms[row_of(Terms, name)]
        return row

    def stopped_today(self) -> NDArray[np.bool_]:
        """Return bool (variants, platforms): payments are stopped today and were not yesterday."""
        is_stopped = self.state.gauges[Gauges.STATUS] == GATED
        return np.asarray(is_stopped & (self.status_before != GATED))

    def failed_yesterday(self) -> NDArray[np.bool_]:
        """Return bool (variants, platforms): the platform failed in the step before."""
        return np.asarray(self.measured("failure_day") == self.step - 1)

    def press_draw(self, entity: int) -> float:
        """Return the day's uniform in (0, 1) of the press for *entity*; the same in all variants."""
        return self._draw(purposes.MEDIA, entity, self.step)

    def chance(self, draw: Draw, entity: int) -> float:
        """Return the day's uniform in (0, 1) of the acting item at *entity*; the same in all variants."""
        return self._draw(draw.purpose(self.occurrence), entity, self.step)

    def fate(self, draw: Draw, entity: int) -> float:
        """Return the run's uniform in (0, 1) of the acting item at *entity*: the same every day and in all variants."""
        return self._draw(draw.purpose(self.occurrence), entity, 0)

    def _draw(self, purpose: int, entity: int, step: int) -> float:
        return float(draws.uniforms(1, purpose, self.key, day=step, first=entity)[0, 0])

    def meet(self, variant: int, *, confidence: float, speed: float, meetings: float) -> None:
        """Let random pairs of neighbours meet and exchange opinions; see :func:`trustsim.kernels.opinions.meet`."""
        thought = self.keep(opinions.OPINION, lambda: opinions.spread_evenly(self.state, self.key))[variant]
        n_before, n = (round(0.5 * meetings * self.dt * step * len(thought)) for step in (self.step - 1, self.step))
        links = self.state.network
        meet(thought, confidence, speed, n - n_before, *links.seen, links.is_complete, self.step, self.key)
        opinions.trust_as_thought(self.state, variant, thought)

    def copied(self, variant: int, platform: int, *, looks: float, first_out: float) -> Mask:
        """Let random people do as a random neighbour; return bool (accounts of the platform,): who is out by then."""
        investors, links = self.state.accounts.investor[self.accounts(platform)], self.state.network
        is_out = np.full(links.n_nodes, 2, np.uint8)
        is_out[investors] = ~self.holds(variant, platform)
        if self.step == 1:
            is_out[investors] |= self._first(platform, first_out)
        before, now = (round(looks * self.dt * step * len(investors)) for step in (self.step - 1, self.step))
        copy(is_out, now - before, *links.seen, links.is_complete, self.step, self.key)
        return np.asarray(is_out[investors] == 1)

    def _first(self, platform: int, share: float) -> Mask:
        """Return bool (accounts of the platform,): a share of each cluster, to the nearest whole number, at random."""
        cluster = self.state.network.clusters[self.state.accounts.investor[self.accounts(platform)]]
        order = np.lexsort((self.uniforms(purposes.IMITATION, platform)[3], cluster))
        begins = np.searchsorted(cluster[order], cluster[order])
        size = np.searchsorted(cluster[order], cluster[order], side="right") - begins
        is_first = np.zeros(len(cluster), np.bool_)
        is_first[order] = np.arange(len(cluster)) - begins < np.rint(share * size)
        return is_first

    def note_agreement(self, variant: int, platform: int, is_out: Mask) -> None:
        """Take down for each cluster of the network on which day all of it were first alike."""
        cluster = self.state.network.clusters[self.state.accounts.investor[self.accounts(platform)]]
        n = self.state.network.n_nodes
        since = self.keep(AGREED, lambda: np.full((self.state.n_variants, self.state.n_platforms, n), np.nan))
        size, out = np.bincount(cluster, minlength=n), np.bincount(cluster, is_out, n)
        is_new = ((out == 0) | (out == size)) & (size > 0) & np.isnan(since[variant, platform])
        since[variant, platform][is_new] = self.step * self.dt

    @property
    def is_first_step_of_a_day(self) -> bool:
        """Whether a day begins with this step; always where a step is a day or longer."""
        return self.dt >= 1 or self.step % max(round(1 / self.dt), 1) == 1

    def turns(self, platform: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return int64 (accounts of the platform,) twice: the place in the own cluster, and how many neighbours come
        before."""
        if platform not in self._turns:
            state = self.state
            who = state.accounts.investor[self.accounts(platform)]
            cluster = state.network.clusters[who]
            order = np.argsort(cluster, kind="stable")
            turn = np.empty(len(who), np.int64)
            turn[order] = np.arange(len(who)) - np.searchsorted(cluster[order], cluster[order])
            before = turn.copy()
            if not state.network.is_complete:
                indptr, seen = state.network.seen
                sees = np.repeat(np.arange(state.network.n_nodes), np.diff(indptr))
                has_account = state.accounts.at[platform] >= 0
                before = np.bincount(sees[(seen < sees) & has_account[seen]], minlength=len(has_account))[who]
            self._turns[platform] = (turn, before)
        return self._turns[platform]

    def note_decision(self, variant: int, platform: int, who: Mask, leaves: Mask) -> None:
        """Take down who decides today, bool (accounts of the platform,), and what: 1 to leave, −1 to stay."""
        decided = self.keep(DECIDED, lambda: np.zeros((self.state.n_variants, self.state.accounts.n_accounts), np.int8))
        decided[variant, self.accounts(platform)][who] = np.where(leaves[who], 1, -1)

    def listen(self, variant: int, rule: opinions.Listens) -> None:
        """Let everyone take over what those think whom they listen to, and note how fast opinions still move."""
        state, n_variants = self.state, self.state.n_variants
        first = self.keep(opinions.FIRST, lambda: np.full((n_variants, state.population.n_investors), np.nan))
        thought = self.keep(opinions.OPINION, lambda: np.full(first.shape, np.nan))[variant]
        change = self.keep(opinions.CHANGE, lambda: np.full(n_variants, np.nan))
        rate = self.keep(opinions.RATE, lambda: np.full(n_variants, np.nan))
        if np.isnan(first[variant]).any():
            thought[:] = first[variant] = opinions.first_opinion(state, rule, self.key)
        now = opinions.listen(state.network, rule, thought, first[variant], self.dt)
        if rule.of_neighbours == "sum":
            rate[variant] = np.sqrt((now @ now) / max(thought @ thought, 1e-300))
            now /= max(np.abs(now).max(initial=0.0), 1e-300)
        else:
            moved = np.sqrt((now - thought) @ (now - thought))
            rate[variant] = moved / change[variant] if change[variant] > 0 else np.nan
            change[variant] = moved
        thought[:] = now
        opinions.trust_as_thought(state, variant, thought)

    def rumour(self, platform: int, rumour: Told, begins: Mask, seeds: Draw, words: Draw) -> NDArray[np.uint8]:
        """Seed *rumour* where it begins, let it spread for a step where it acts; return who believes, (variants,
        investors)."""
        purposes = seeds.purpose(self.occurrence), words.purpose(self.occurrence)
        return spread_rumour(
            self.state, self.memory, platform, rumour, begins, self.active, self.age, purposes, self.step, self.dt,
            self.key,
        )  # fmt: skip
