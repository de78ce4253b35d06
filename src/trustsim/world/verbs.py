"""The few verbs by which a mechanism, a shock or a lever changes the world: ``day.do.post(…)``."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from trustsim.errors import ModelError, one_of, unknown
from trustsim.kernels import balance, costs, settle
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import (
    EXCESS,
    FREE,
    GATED,
    JOINS,
    LEAVES,
    N_MONEY,
    OPEN,
    RUNS,
    WINDING,
    Beliefs,
    Books,
    Gauges,
    Targets,
)
from trustsim.kernels.named import row_of
from trustsim.names import CLIENTS, EVERYONE
from trustsim.world.board import Audience
from trustsim.world.ends import ended
from trustsim.world.handed import Money, finite, money, shares
from trustsim.world.rows import Row, called
from trustsim.world.telling import factor, reached
from trustsim.world.today import Floats, Mask, Today

Entry = Books | Row
Payer = Literal["platform", "owners", "public"]
_OWN = (Books.CASH, Books.CUSTODY)  # entries of a platform's own, which hold what is there and no more
_SURE = 1e-9  # a probability is taken to be at least this far from 0 and from 1


def _audience(segments: tuple[str, ...], to: str, *, is_page: bool, by_literacy: bool) -> Audience:
    if to not in (EVERYONE, CLIENTS, *segments):
        raise unknown("to", to, (EVERYONE, CLIENTS, *segments))
    segment = segments.index(to) if to in segments else -1
    return Audience(is_page, by_literacy, segment, is_for_clients=to == CLIENTS)


def _row_of(entry: Entry) -> int:
    """Return the row of an entry of the books that is money; raises ModelError for others."""
    if isinstance(entry, Books) and entry < N_MONEY:
        return int(entry)
    if isinstance(entry, Row) and entry.kind == "purse":
        return entry.index
    names = [called(each) for each in Books if each < N_MONEY]
    raise ModelError(f"move: given {called(entry)}; allowed: {one_of(names)}, or a purse of platforms")


class Verbs:
    """The ways to change the world on a day.

    ``platform`` is the index of a platform. ``where`` bool (lanes,) says in which lanes the change happens; an
    amount is a scalar or an array (lanes,). ``who`` bool (accounts of the platform,) says which accounts act.
    """

    def __init__(self, day: Today) -> None:
        dials = day.state.dials
        self._day = day
        self._press_reach = np.array([1 - (1 - reach) ** day.dt for reach in dials[:, Dials.PRESS_REACH].tolist()])
        self._press_keep = np.array([(1.0 - fades) ** day.dt for fades in dials[:, Dials.PRESS_FADING].tolist()])

    def post(
        self,
        platform: int,
        where: Mask,
        *,
        reach: ArrayLike | None = None,
        fading: float | None = None,
        is_page: bool = False,
        by_literacy: bool = False,
        to: str = EVERYONE,
        **strength: ArrayLike,
    ) -> None:
        """Post a message about *platform* in the lanes *where*: strengths by target in log-odds, scalar or
        (lanes,).

        Without a ``reach`` of its own the press carries it, with the reach and the fading of the media; ``reach`` is
        that of one step, ``fading`` that of a day, shares from 0 to 1. What is no page is as loud and goes as far as
        news does in this world (the dials NEWS_STRENGTH, NEWS_REACH). ``attention``, a rise of the rate of looking,
        is apart from what is said: how far the press is believed does not change it. ``to``: everyone, the
        ``clients`` (who have an open account there), or the name of a segment.
        """
        audience = _audience(self._day.worlds[0].population.segments, to, is_page=is_page, by_literacy=by_literacy)
        if not where.any():
            return
        state = self._day.state
        strengths = {target: np.where(where, value, 0.0) for target, value in strength.items()}
        finite("post", **strengths)
        shares("post", reach=None if reach is None else np.where(where, reach, 0.0), fading=fading)
        if not self._day.board.is_heard[platform]:
            return
        if "attention" in strengths:
            state.gauges[Gauges.DRAWS, strengths["attention"] != 0, platform] = 1.0
        evidence = np.zeros((state.n_lanes, state.n_platforms, len(Targets)))
        reaches = np.zeros((state.n_lanes, state.n_platforms))
        for target, value in strengths.items():
            evidence[:, platform, row_of(Targets, target)] = value
        if reach is None:
            evidence[:, :, : Targets.ATTENTION] *= state.dials[:, Dials.PRESS_CREDIBILITY, None, None]
            reaches[:, platform], keep = self._press_reach, self._press_keep
        else:
            reaches[:, platform] = np.where(where, reach, 0.0)
            keep = np.full(len(where), 0.0 if fading is None else (1.0 - fading) ** self._day.dt)
        if not is_page:
            evidence *= factor(state.dials[:, Dials.NEWS_STRENGTH])[:, None, None]
            more = state.dials[:, Dials.NEWS_REACH]
            reaches[:, platform] = reached(reaches[:, platform], more, self._day.dt)
        self._day.board.post(evidence, reaches, audience=audience, keep=keep)

    def tell(self, platform: int, **strength: Floats) -> None:
        """Tell all who look at their account on *platform*, today only: strengths by target, float64 (lanes,)."""
        where = np.any([np.asarray(s) != 0 for s in strength.values()], axis=0)
        self.post(platform, where, reach=1.0, is_page=True, **strength)  # type: ignore[arg-type]  # targets only

    def move(self, source: Entry, target: Entry, platform: int, amount: ArrayLike, where: Mask) -> Money:
        """Move money between two entries of a platform's books, in minor units; return what was moved, int64
        (lanes,).

        An entry is money of ``Books`` or a declared purse. Cash, custody and purses give
        at most what is there; the accounts outside the platform, of owners, borrowers, the market, may fall below 0.
        Raises ModelError for an amount that is negative or not finite, and for entries that are no money.
        """
        giver, taker = _row_of(source), _row_of(target)
        books = self._day.state.books
        is_outside = isinstance(source, Books) and source not in _OWN
        moved = money("move", amount, where, None if is_outside else books[giver, :, platform])
        books[giver, :, platform] -= moved
        books[taker, :, platform] += moved
        return moved

    def take_client_money(self, platform: int, amount: ArrayLike, where: Mask) -> Money:
        """Take an amount out of cash and custody of *platform*, from each in proportion, for the thieves; claims stay.

        No more is taken than there is. Return what was taken, int64 (lanes,), minor units.
        """
        books = self._day.state.books
        cash, custody = (np.maximum(books[entry, :, platform], 0) for entry in (Books.CASH, Books.CUSTODY))
        held = np.maximum(cash + custody, 1)
        wanted = np.minimum(np.asarray(amount, np.float64), cash + custody)
        from_custody = self.move(Books.CUSTODY, Books.THIEVES, platform, wanted * (custody / held), where)
        from_cash = np.minimum(np.floor(wanted) - from_custody, cash)
        return from_custody + self.move(Books.CASH, Books.THIEVES, platform, from_cash, where)

    def revalue(self, platform: int, change: ArrayLike, where: Mask) -> Money:
        """Change the value of a platform's assets by a share (negative: a loss); return the change, int64
        (lanes,)."""
        state = self._day.state
        before = state.ladder[:, :, platform].sum(axis=0)
        changes = np.broadcast_to(np.asarray(change, np.float64), where.shape)
        finite("revalue", change=changes[where])
        for v in np.flatnonzero(where):
            balance.reprice(state.books, state.ladder, v, platform, float(changes[v]))
        return np.asarray(state.ladder[:, :, platform].sum(axis=0) - before, np.int64)

    def misreport(self, platform: int, amount: ArrayLike, where: Mask) -> None:
        """Let the reported assets of *platform* exceed the true ones by *amount* more (minor units)."""
        more = np.where(where, np.asarray(amount), 0)
        finite("misreport", amount=more)
        self._day.state.books[Books.MISREPORTED, :, platform] += more.astype(np.int64)

    def reveal(self, platform: int, where: Mask, *, at_most: ArrayLike | None = None) -> Floats:
        """Bring the reported figures back to the truth, by *at_most* (minor units) where that is given; return the gap
        that this uncovers / claims, float64 (lanes,)."""
        books = self._day.state.books
        hidden = books[Books.MISREPORTED, :, platform]
        shown = np.where(where, hidden if at_most is None else np.minimum(hidden, at_most), 0).astype(np.int64)
        hidden -= shown
        return np.asarray(shown / np.maximum(books[Books.CLAIMS, :, platform], 1))

    def spend(self, platform: int, amount: ArrayLike, where: Mask, by: Payer = "platform") -> None:
        """Let a cost of a lever be paid, minor units: ``by`` the platform, its owners or the public purse.

        A platform pays from its cash, and what that does not reach by assets that its owners take over at par. For one
        that has ended nobody pays. Raises ModelError for an amount that is negative or not finite.
        """
        state, payers = self._day.state, get_args(Payer)
        if by not in payers:
            raise unknown("by", by, payers)
        if not np.any(where):
            return
        spent = money("spend", amount, np.asarray(where & ~ended(state, platform)))
        if by == "platform":
            costs.spend_each(state.books, state.ladder, platform, spent)
            return
        state.books[Books.PUBLIC if by == "public" else Books.OWNERS, :, platform] -= spent
        state.books[Books.COSTS, :, platform] += spent
        if by == "owners":
            state.books[Books.SPENT_BY_OWNERS, :, platform] += spent

    def stop_payments(self, platform: int, where: Mask) -> None:
        """Let *platform* pay nothing in this step (an outage, a gate)."""
        row = self._day.state.gauges[Gauges.STATUS, :, platform]
        stops = where & (row == OPEN)
        row[stops] = GATED
        self._day.is_quiet &= not stops.any()

    def wind_down(self, platform: int, where: Mask) -> None:
        """Freeze *platform* for good: every claim falls due and is paid as assets run off."""
        state = self._day.state
        row = state.gauges[Gauges.STATUS, :, platform]
        for v in np.flatnonzero(where & (row < WINDING)):
            row[v] = WINDING
            settle.call_all(state.groups.accounts, state.groups.platforms, v, platform, self._day.step)

    def sell_to_owners(self, platform: int, amount: ArrayLike, where: Mask) -> None:
        """Let the owners take assets over at par: *amount* (minor units) of cash comes in, as far as assets reach.

        Raises ModelError for an amount that is negative or not finite.
        """
        state = self._day.state
        taken = money("sell_to_owners", amount, where, state.ladder[:, :, platform].sum(axis=0))
        for v in np.flatnonzero(where):
            balance.take_from_ladder(state.ladder, v, platform, taken[v])
        state.books[Books.CASH, :, platform] += taken

    def leave(
        self, lane: int, platform: int, who: Mask, *, is_ordinary: bool = False, above_limit: bool = False
    ) -> None:
        """Let the accounts *who* of one lane run today, where they hold money that is free.

        Who leaves for ordinary needs, ``is_ordinary``, is no runner, unless another rule lets the account run, and does
        so in calm as well where the rule is on in the baseline. Who asks, in the ordinary way, for no more than lies
        ``above_limit`` of the guarantee has not left; whoever asks for more today does that.
        """
        mine = self._day.accounts(lane, platform)
        is_free = (self._day.state.flags[lane, mine] & FREE) > 0
        actions, goes = self._day.state.actions[lane, mine], who & is_free & self._day.holds(lane, platform)
        if above_limit:
            goes &= (actions & np.uint8(RUNS | LEAVES)) == 0
            actions[goes] |= np.uint8(LEAVES | EXCESS)
            return
        actions[goes] &= np.uint8(255 - EXCESS)
        actions[goes] |= np.uint8(LEAVES if is_ordinary else RUNS)

    def join(self, lane: int, platform: int, who: Mask) -> None:
        """Let the accounts *who* of one lane pay in today, where they hold nothing."""
        joins = who & ~self._day.holds(lane, platform)
        self._day.state.actions[lane, self._day.accounts(lane, platform)][joins] |= np.uint8(JOINS)

    def set_trust(self, lane: int, platform: int, trust: Floats) -> None:
        """Let the trust in fund safety of one lane be *trust*, probabilities float64 (accounts of the platform,)."""
        finite("set_trust", trust=trust)
        x = np.clip(trust, _SURE, 1 - _SURE)
        log_odds = np.clip(np.log(x / (1 - x)), -CLIP, CLIP)
        self._day.state.beliefs[Beliefs.FUND, lane, self._day.accounts(lane, platform)] = log_odds
