"""Claims that are scaled: what clients own of a platform's value moves with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import BACK, COHORT, STAYING, Books, Gauges
from trustsim.kernels.times import lag_of, whole_steps

if TYPE_CHECKING:
    from trustsim.world.day import Day

Ints = NDArray[np.int64]


def scale_claims(day: Day, v: int, platform: int, share: float) -> None:
    """Multiply every claim on a platform of lane *v* by a *share*, rounded down; a fall is a loss.

    What of a request is cut has been waited for until now, and by what claims rise a request is made now. Who has
    nothing left asks for nothing any more, and has no account.
    """
    state = day.state
    world = state.world_of(v)
    mine = world.mine(platform)
    held, asked = state.balance[v, mine], state.requested[v, mine]
    now, left = np.floor(held * share).astype(np.int64), np.floor(asked * share).astype(np.int64)
    np.add.at(state.loss[v], world.owners(platform), np.maximum(held - now, 0))
    state.books[Books.LOST, v, platform] += np.maximum(held - now, 0).sum()
    state.books[Books.CREDITED, v, platform] += np.maximum(now - held, 0).sum()
    state.books[Books.CLAIMS, v, platform] += (now - held).sum()
    state.books[Books.QUEUED, v, platform] += (left - asked).sum()
    state.gauges[Gauges.CALLED, v, platform] += np.maximum(left - asked, 0).sum()
    later = np.floor(state.later[v, mine] * share).astype(np.int64)
    _note_waits(day, v, platform, (asked - left) - (state.later[v, mine] - later), state.asked_day[v, mine])
    _note_waits(day, v, platform, state.later[v, mine] - later, state.later_day[v, mine])
    ticket, paid = world.accounts.balance[mine], state.paid[v, mine]
    more = np.minimum(paid + left, ticket) - np.minimum(paid + asked, ticket)
    is_of_day_0 = state.flags[v, mine] & (COHORT | BACK) == COHORT
    state.gauges[Gauges.COHORT_ASKED, v, platform] += np.maximum(more, 0)[is_of_day_0].sum()
    state.flags[v, mine] &= np.where((held > 0) & (now == 0), STAYING, 255).astype(np.uint8)
    held[:], asked[:], state.later[v, mine] = now, left, later
    first, n = world.accounts.first[platform], state.queue_n[v, platform]
    waits = state.queue[v, first : first + n]
    waits = waits[state.requested[v, waits] > 0]
    state.queue[v, first : first + len(waits)], state.queue_n[v, platform] = waits, len(waits)


def _note_waits(day: Day, lane: int, platform: int, amounts: Ints, since: NDArray[np.int32]) -> None:
    """Note that *amounts* of the accounts of a platform, int64, minor units, have been waited for since some steps."""
    state, agreed = day.state, day.state.agreed_terms[:, lane, platform]
    lag = whole_steps(lag_of(agreed), day.dt)
    money_days = amounts * np.maximum(day.step - since - lag, 0.0) * day.dt
    np.add.at(state.money_days[lane], state.world_of(lane).owners(platform), money_days)
    state.gauges[Gauges.MONEY_DAYS, lane, platform] += money_days.sum()
