"""Money that cannot be had: who waits for it, for how long, and what that costs (rows J2, J4).

It is one thing under every rule: a queue, a gate, a cap, a notice, a suspension, a ceiling of the keeper, a pause to
think again, a wind-down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import HALF_SALE, Books, Gauges, Terms
from trustsim.kernels.times import DAYS_A_YEAR
from trustsim.measures.losses import covered
from trustsim.measures.model import Model

if TYPE_CHECKING:  # it loads networkx, and the catalogue must stay light
    from trustsim.world.state import State

Floats = NDArray[np.float64]


class Waits:
    """How long accounts have waited at the horizon, and what is frozen.

    Attributes
    ----------
    now : float64 (lanes, accounts), days that what is asked for now has waited; 0 where nothing is.
    longest : the same, of the longest wait of all, over or not.
    frozen : int64 (lanes, accounts), minor units: what has waited for ``frozen_after``, or half the horizon.
    cost : float64 (lanes, investors), minor units: what waiting has cost, and what frozen money would not bring.
    by_platform : float64 (lanes, platforms), minor units: the same by where the money was asked for.
    made_good : float64 (lanes,), minor units: what guarantors would pay of the latter, which is no cost of the clients.
    """

    def __init__(self, model: Model) -> None:
        state, rule, dt = model.state, model.story.counted.waiting, model.dt
        asked = state.requested
        self.now: Floats = np.where(asked > 0, (model.day - state.asked_day) * dt, 0.0)
        self.longest: Floats = np.maximum(self.now, state.waited * dt)
        patience = min(rule.frozen_after, model.day * dt / 2)
        self.frozen = np.where((asked > 0) & (self.now >= patience), asked, 0)
        self.cost: Floats = state.money_days * (rule.price / DAYS_A_YEAR)
        self.by_platform: Floats = state.gauges[Gauges.MONEY_DAYS] * (rule.price / DAYS_A_YEAR)
        self.made_good: Floats = np.zeros(state.n_lanes)
        agreed = state.usual_terms[Terms.PAYOUT_LAG] + state.usual_terms[Terms.CUSTODY_LAG]
        for v, p in np.argwhere(state.books[Books.QUEUED] > 0).tolist():
            mine, who = state.world_of(v).mine(p), state.world_of(v).owners(p)
            beyond = np.maximum(self.now[v, mine] - agreed[v, p], 0.0)
            price = asked[v, mine] * beyond * (rule.price / DAYS_A_YEAR)
            missing = self.frozen[v, mine] * _beyond_marked(state, v, p)
            made_good = missing * covered(state, v, p, state.balance[v, mine])
            self.cost[v] += np.bincount(who, price + missing - made_good, len(self.cost[v]))
            self.by_platform[v, p] += (price + missing - made_good).sum()
            self.made_good[v] += made_good.sum()


def _beyond_marked(state: State, lane: int, platform: int) -> float:
    """Return the share of each claim that a closing today would not bring, beyond what is missing from the books, which
    is counted as lost already."""
    books, terms = state.books[:, lane, platform], state.terms[:, lane, platform]
    claims = max(float(books[Books.CLAIMS]), 1.0)
    proceeds = float(state.ladder[:, lane, platform].sum()) * np.exp(-HALF_SALE * terms[Terms.SALE_IMPACT])
    estate = (max(float(books[Books.CASH]), 0.0) + proceeds) * (1 - terms[Terms.ESTATE_COST]) - float(books[Books.DEBT])
    apart = min(float(books[Books.CUSTODY]) / claims, 1.0)
    back = apart + (1 - apart) * min(max(estate, 0.0) / max(claims * (1 - apart), 1.0), 1.0)
    short = min(max(-float(state.gauges[Gauges.SOLVENCY, lane, platform]), 0.0), 1.0)
    return float(max(1 - back - short, 0.0))
