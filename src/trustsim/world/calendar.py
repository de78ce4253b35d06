"""When the locked balances of each account mature."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.arrays import Calendar
from trustsim.kernels.layout import Terms
from trustsim.world.state import State


def calendar_of(state: State, dt: float) -> Calendar:
    """Return the accounts of every platform where something is locked, by the day of its cycle on which they mature."""
    is_locked = (state.base_terms[Terms.LOCKED_SHARE] > 0).any(axis=0)
    cycles = [max(round(platform.lock_term / dt), 1) for platform in state.platforms]
    cycle = np.where(is_locked, np.array(cycles, np.int64), 0)
    n_worlds, n_accounts = state.traits.shape[1:]
    some = n_accounts if is_locked.any() else 0
    order = np.zeros((n_worlds, some), np.int64)
    begins = np.zeros((n_worlds, state.n_platforms, int(cycle.max(initial=0)) + 1), np.int64)
    for w, world in enumerate(state.drawn):
        for p in np.flatnonzero(is_locked).tolist():
            mine = world.mine(p)
            day = (world.accounts.phase[mine] * cycle[p]) >> 32
            order[w, mine] = mine.start + np.argsort(day, kind="stable")
            begins[w, p, : cycle[p] + 1] = mine.start + np.searchsorted(np.sort(day), np.arange(cycle[p] + 1))
    return Calendar(cycle, order, begins)
