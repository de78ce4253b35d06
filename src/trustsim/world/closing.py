"""Platforms that end: who lacks the money to pay for too long, or is wound down and spent, is closed.

Those who lose remember.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.arrays import Clock
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.failure import fail_each
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import OPEN, WINDING, Beliefs, Books, Gauges, Terms
from trustsim.kernels.times import SAME_TIME
from trustsim.world.state import State


def close_platforms(state: State, lane: int, platforms: NDArray[np.int64], clock: Clock) -> None:
    """Close platforms of one lane, int64 (n,), in the books: see :func:`trustsim.kernels.failure.fail`.

    Whoever loses a share of what was held there bears a scar of that share · the dial LOSS_SCAR, log-odds.
    """
    groups, loss_scar = state.groups, state.dials[lane, Dials.LOSS_SCAR]
    if loss_scar <= 0 or not state.books[Books.CLAIMS, lane, platforms].any():
        fail_each(groups.accounts, groups.people, groups.platforms, lane, platforms, clock)
        return
    world = state.world_of(lane)
    scars, everyone = state.beliefs[Beliefs.SCAR, lane], world.accounts.investor
    for p in platforms.tolist():
        mine, who = world.mine(p), world.owners(p)
        held, before = state.balance[lane, mine].copy(), state.loss[lane].copy()
        fail_each(groups.accounts, groups.people, groups.platforms, lane, np.array([p]), clock)
        share = np.zeros(world.population.n_investors)
        share[who] = (state.loss[lane] - before)[who] / np.maximum(held, 1)
        scars[:] = np.minimum(scars + loss_scar * share[everyone], CLIP)


def close_who_cannot_pay(state: State, clock: Clock) -> None:
    """Close what has been in arrears for longer than its patience, and what is wound down and has nothing left.

    What others owe it is not nothing: a platform that is wound down waits for that. Who is insolvent and pays is closed
    by the mechanism ``closure``.
    """
    gauges = state.gauges
    is_open = gauges[Gauges.STATUS] == OPEN
    in_arrears = is_open & (gauges[Gauges.ARREARS] > state.terms[Terms.PATIENCE] + SAME_TIME)
    is_winding = gauges[Gauges.STATUS] == WINDING
    if is_winding.any():
        left = state.books[Books.CASH] + state.books[Books.CUSTODY] + state.ladder.sum(axis=0) + state.books[Books.LENT]
        is_spent = left <= gauges[Gauges.ACCOUNTS]  # less than a unit for each account
        is_winding &= is_spent & (state.books[Books.CLAIMS] > 0)
    for v, p in np.argwhere(in_arrears | is_winding).tolist():
        close_platforms(state, v, np.array([p]), clock)
        if is_winding[v, p]:
            gauges[Gauges.STATUS, v, p] = WINDING
