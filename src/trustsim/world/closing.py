"""Platforms that end: who lacks the money to pay for too long, or is wound down and spent, is closed.

Those who lose remember.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.arrays import Clock
from trustsim.kernels.failure import fail_each
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import OPEN, WINDING, Beliefs, Books, Gauges, Terms
from trustsim.kernels.times import SAME_TIME
from trustsim.world.state import State


def close_platforms(state: State, lane: int, platforms: NDArray[np.int64], clock: Clock) -> None:
    """Close platforms of one lane, int64 (n,), in the books: see :func:`trustsim.kernels.failure.fail`."""
    groups = state.groups
    fail_each(groups.accounts, groups.people, groups.platforms, lane, platforms, clock)


def close_the_insolvent(state: State, clock: Clock, loss_scar: NDArray[np.float64]) -> None:
    """Close what has been in arrears for longer than its patience, and what is wound down and has nothing left.

    What others owe it is not nothing: a platform that is wound down waits for that. Whoever loses a share of what was
    held there bears a scar of that share · ``loss_scar`` float64 (lanes,).
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
        world = state.world_of(v)
        mine, who, everyone = world.mine(p), world.owners(p), world.accounts.investor
        held, before = state.balance[v, mine].copy(), state.loss[v].copy()
        close_platforms(state, v, np.array([p]), clock)
        share = np.zeros(world.population.n_investors)
        share[who] = (state.loss[v] - before)[who] / np.maximum(held, 1)
        scars = state.beliefs[Beliefs.SCAR, v]
        scars[:] = np.minimum(scars + loss_scar[v] * share[everyone], CLIP)
        if is_winding[v, p]:
            gauges[Gauges.STATUS, v, p] = WINDING
