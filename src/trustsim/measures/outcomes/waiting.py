"""Money that cannot be had: how much of it, for how long, and whose needs go unmet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import BACK, COHORT, FAILED, LEAVING, WINDING, Gauges
from trustsim.measures.finished import Finished, Floats, People, positive
from trustsim.registry import REGISTRY

LONG_WAITS = {"7 d": 7.0, "30 d": 30.0}  # days that a client waited for longer
FROZEN = 0.01  # share of the claims of day 0 that makes a platform frozen


@REGISTRY.enter(
    "outcome", "stuck_money", rows=("J2", "G3"), source="assumed", better="lower", unit="duration", low=0,
    may_not_apply=True,
)  # fmt: skip
def stuck_money(f: Finished) -> Floats:
    """Days that money was asked for and not had, beyond the agreed lag, added up over all money / claims of day 0."""
    return np.asarray(f.waits.money_days.sum(axis=1) / f.claims_at_start)


@REGISTRY.enter(
    "outcome", "waiting_at_end", rows=("J2", "G3"), source="assumed", better="lower", unit="share", low=0,
    may_not_apply=True,
)  # fmt: skip
def waiting_at_end(f: Finished) -> Floats:
    """Money that is asked for and not had at the horizon, beyond the agreed lag / claims of day 0."""
    return np.asarray(f.waits.late.sum(axis=1) / f.claims_at_start)


@REGISTRY.enter(
    "outcome", "waited_long", rows=("J2", "G3"), source="assumed", better="lower", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def waited_long(f: Finished) -> dict[str, Floats]:
    """Share of the accounts of day 0 that waited for money longer than 7 days beyond the agreed lag, and than 30."""
    was_there = (f.model.state.flags & COHORT) > 0
    n = positive(was_there.sum(axis=1))
    return {name: ((f.waits.longest > days) & was_there).sum(axis=1) / n for name, days in LONG_WAITS.items()}


@REGISTRY.enter(
    "outcome", "waiting_cost", rows=("J4",), source="assumed", better="lower", unit="share", low=0, may_not_apply=True
)
def waiting_cost(f: Finished) -> Floats:
    """What waiting for money cost, and what frozen money would not bring; part of the loss / claims of day 0."""
    return np.asarray(f.waits.cost.sum(axis=1) / f.claims_at_start)


@REGISTRY.enter(
    "outcome", "needs_unmet", rows=("J2", "G3"), source="assumed", better="lower", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def needs_unmet(f: Finished) -> Floats:
    """Share of the money that calm had paid the clients of day 0 by the horizon which has not been paid to them.

    It is that of their first leaving: who comes back and leaves again has other money. Who was paid all that stood in
    the account, and no less than was there at day 0, lacks nothing, whatever becomes of the platform; who was paid less
    because claims were cut, or the platform failed, lacks the rest. Who has not asked, or was
    paid and asks for no more, stays by choice, for a better yield say, and lacks nothing, where nothing was lost, the
    platform pays on, and leaving was never harder or dearer than agreed, or more locked; else nobody can tell, and it
    counts. What a fee takes of a payment is a loss,
    and no unmet need. Not defined where calm pays them nothing.
    """
    everybody = np.ones(f.model.state.drawn[0].population.n_investors, np.bool_)
    return f.by_world(lambda people: unmet(f, people)(everybody))


def unmet(f: Finished, people: People) -> Callable[[NDArray[np.bool_]], Floats]:
    """Return what gives :func:`needs_unmet` of some investors of one world, bool (investors,): float64 (variants,)."""
    state, mine, at_start = f.model.state, people.part, people.world.accounts.balance
    was_closed = (state.flags[mine] & BACK > 0) | (state.balance[mine] == 0)
    is_served = was_closed & (state.paid[mine] >= at_start)
    needed = np.where(state.flags[mine] & COHORT > 0, f.calm.needed[f.calm.lane[mine]], 0)
    lacking = np.where(is_served, 0, np.maximum(needed - state.paid[mine], 0))
    lacking[_stays_by_choice(f, people)] = 0

    def share(who: NDArray[np.bool_]) -> Floats:
        theirs = who[people.world.accounts.investor]
        of_all = positive(np.where(theirs, needed, 0).sum(axis=1))
        return np.asarray(np.where(theirs, lacking, 0).sum(axis=1) / of_all)

    return share


def _stays_by_choice(f: Finished, people: People) -> NDArray[np.bool_]:
    """Return bool (variants, accounts): who has asked for nothing, or been paid and asks for no more, and lost nothing,
    of a platform that pays on and kept nobody from asking."""
    state, mine, sizes = f.model.state, people.part, np.diff(people.world.accounts.first)
    keeps = (f.gauge("status")[-1] >= WINDING) | (state.gauges[Gauges.HOLDS_BACK] > 0)
    has_lost = state.loss[mine][:, people.world.accounts.investor] > 0
    asks_no_more = (state.paid[mine] > 0) & (state.requested[mine] == 0) & (state.flags[mine] & LEAVING == 0)
    is_free = (state.first_asked[mine] < 0) | asks_no_more
    return np.asarray(is_free & ~has_lost & ~np.repeat(keeps[mine], sizes, axis=1))


@REGISTRY.enter(
    "outcome", "end_state", rows=("J3",), source="J3", better="", unit="share", low=0, high=1, may_not_apply=True
)
def end_state(f: Finished) -> dict[str, Floats]:
    """Shares of the platforms that are open, frozen, wound down in order or being so, and failed, at the horizon.

    Frozen is what stands and has at least 1 % of the claims of day 0 waiting for long.
    """
    state, status = f.model.state, f.gauge("status")[-1]
    is_over, is_failed = status >= WINDING, status == FAILED
    is_frozen = ~is_over & (f.waits.frozen >= FROZEN * np.maximum(f.gauge("claims_at_start")[0], 1.0))
    n = max(state.n_platforms, 1)
    shares = {
        "open": ~is_over & ~is_frozen,
        "frozen": is_frozen,
        "wound down": is_over & ~is_failed,
        "failed": is_failed,
    }
    return {name: which.sum(axis=1) / n for name, which in shares.items()}
