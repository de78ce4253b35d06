"""Money that cannot be had: who waits for it, for how long, and what that costs (rows J2, J4).

It is one thing under every rule: a queue, a gate, a cap, a notice, a suspension, a ceiling of the keeper, a pause to
think again, a wind-down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.closing import closing, estate_price
from trustsim.kernels.layout import WINDING, Books, Gauges, Terms
from trustsim.kernels.times import DAYS_A_YEAR, SAME_TIME, lag_of, whole_steps
from trustsim.measures.model import Model
from trustsim.measures.shortfall import Shortfall, made_good

if TYPE_CHECKING:  # it loads networkx, and the catalogue must stay light
    from trustsim.world.state import State

Floats = NDArray[np.float64]


class Waits:
    """How long accounts have waited at the horizon, beyond the agreed lag of their platform, and what is frozen.

    Attributes
    ----------
    longest : float64 (lanes, accounts), days of the longest wait, over or not.
    money_days : float64 (lanes, investors), minor units times days: what was asked for and not had.
    late, frozen : int64 (lanes, platforms), minor units: what is asked for and late, and what has waited for
        ``frozen_after``, or half the horizon.
    cost : float64 (lanes, investors), minor units: what waiting has cost, and what frozen money would not bring.
    by_platform : float64 (lanes, platforms), minor units: the same by where the money was asked for.
    made_good : float64 (lanes,), minor units: what guarantors would pay of the latter, which is no cost of the clients.
    """

    def __init__(self, model: Model, owed: Shortfall) -> None:
        state, rule, dt = model.state, model.story.counted.waiting, model.dt
        asked, agreed = state.requested, _agreed_lag(state, dt)
        since = np.stack([state.asked_day, state.later_day])
        parts = np.stack([asked - state.later, state.later])  # what was asked for first, and later
        now = np.where(parts > 0, np.maximum((model.day - since) * dt - agreed, 0.0), 0.0)
        self.longest: Floats = np.maximum(now[0], state.waited * dt - agreed)
        self.late, self.frozen = (np.zeros_like(state.books[Books.QUEUED]) for _ in range(2))
        patience = min(rule.frozen_after, model.day * dt / 2)
        self.money_days, missing = state.money_days.copy(), np.zeros_like(state.money_days)
        self.days_by_platform = state.gauges[Gauges.MONEY_DAYS].copy()
        missing_by_platform = np.zeros_like(self.days_by_platform)
        self.made_good: Floats = np.zeros(state.n_lanes)
        for v, p in np.argwhere(state.books[Books.QUEUED] > 0).tolist():
            mine, who = state.world_of(v).mine(p), state.world_of(v).owners(p)
            waiting, days = parts[:, v, mine], now[:, v, mine]
            waits = (waiting * days).sum(axis=0)
            self.money_days[v] += np.bincount(who, waits, len(missing[v]))
            self.days_by_platform[v, p] += waits.sum()
            self.late[v, p] = waiting[days > SAME_TIME].sum()
            self.frozen[v, p] = waiting[days >= patience].sum()
            doubtful = waiting * np.minimum(days / max(rule.frozen_after, dt), 1.0)
            lacking = doubtful.sum(axis=0) * _beyond_marked(state, v, p)
            paid = made_good(state, v, p, lacking, int(owed.guarantors[v, p]))
            missing[v] += np.bincount(who, lacking - paid, len(missing[v]))
            missing_by_platform[v, p] = (lacking - paid).sum()
            self.made_good[v] += paid.sum()
        a_day = rule.price / DAYS_A_YEAR
        self.cost: Floats = self.money_days * a_day + missing
        self.by_platform: Floats = self.days_by_platform * a_day + missing_by_platform


def _agreed_lag(state: State, dt: float) -> Floats:
    """Return the days, in whole steps, that money takes by the agreed terms, which is no waiting, float64 (lanes,
    accounts)."""
    agreed = whole_steps(lag_of(state.agreed_terms), dt) * dt
    lag = np.zeros(state.requested.shape)
    for world in state.drawn:
        for p in range(state.n_platforms):
            lag[world.part, world.mine(p)] = agreed[world.part, p, None]
    return lag


def _beyond_marked(state: State, lane: int, platform: int) -> float:
    """Return the share of each claim that a closing today would not bring, beyond what is missing from the books, which
    is counted as lost already. An orderly wind-down sells nothing in a hurry: its claims are worth what the books say.
    """
    if state.gauges[Gauges.STATUS, lane, platform] == WINDING:
        return 0.0
    books, terms = state.books[:, lane, platform], state.terms[:, lane, platform]
    price = estate_price(terms[Terms.SALE_IMPACT])
    proceeds = int(state.ladder[:, lane, platform].sum() * price) + int(books[Books.LENT] * price)
    cash, debt, custody, claims = (int(books[row]) for row in (Books.CASH, Books.DEBT, Books.CUSTODY, Books.CLAIMS))
    brings = closing(cash, proceeds, debt, custody, claims, terms[Terms.ESTATE_COST])
    short = min(max(-float(state.gauges[Gauges.SOLVENCY, lane, platform]), 0.0), 1.0)
    return float(max(1 - brings.returned_share - short, 0.0))
