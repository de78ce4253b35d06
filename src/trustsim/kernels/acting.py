"""What those who act on a platform do, account by account: turn alarmed or calm, ask for money, pay in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, purposes
from trustsim.kernels.asking import ask, free_of, of_day_0
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.cohort import is_of_day_0
from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import (
    ALARMED,
    ALARMS,
    BACK,
    FREE,
    HOLDS,
    JOINS,
    LEAVES,
    LEAVING,
    MATURE,
    OPEN,
    RAN,
    RUNS,
    WINDING,
    Gauges,
    Terms,
)

TOGETHER = 1024  # accounts that are looked up together, so that the memory is waited for once
# what a platform's actions add up to
RAN_NOW, LEFT, ASKED, PAID_IN, COHORT_ASKED, COHORT_LEFT, N_DONE = range(7)


class Acting(NamedTuple):
    """Room for the accounts that act together: who they are, and how many told their neighbours what."""

    order: NDArray[np.uint64]  # (a,) new requests, to be sorted
    account: NDArray[np.int32]  # (a,) who acts on the platform
    held: NDArray[np.int64]  # (TOGETHER,) and so the others
    asked: NDArray[np.int64]
    who: NDArray[np.int64]
    alarmed: NDArray[np.int64]
    departed: NDArray[np.int64]
    arrived: NDArray[np.int64]
    done: NDArray[np.int64]  # (N_DONE,)


@inlined
def room_for(n_accounts):
    """Return room for the actions of so many accounts."""
    room = np.empty((6, TOGETHER), np.int64)
    return Acting(
        np.empty(n_accounts, np.uint64), np.empty(n_accounts, np.int32), room[0], room[1], room[2], room[3], room[4],
        room[5], np.zeros(N_DONE, np.int64),
    )  # fmt: skip


@inlined
def act_together(accounts, people, platforms, room, together, done, place, clock):
    """Carry out the actions of some accounts, ``together`` int32 (n ≤ TOGETHER,).

    ``place``: world, lane, platform, new requests so far. Return how many were alarmed, departed, arrived, and
    how many new requests there are by now; what was asked, paid in, and how many ran and left is added to ``done``. An
    account runs or leaves once, with its first request since it was opened; whoever takes that back may do it again.
    """
    w, v, p, n_new = place
    flags, balance, requested, safe = accounts.flags, accounts.balance, accounts.requested, people.safe
    is_closed = platforms.gauges[Gauges.STATUS, v, p] >= WINDING
    is_open = platforms.gauges[Gauges.STATUS, v, p] == OPEN
    part = platforms.dials[v, Dials.PART]
    locked = platforms.terms[Terms.LOCKED_SHARE, v, p]
    n_alarmed, n_departed, n_arrived = 0, 0, 0
    for k in range(len(together)):
        i = together[k]
        room.held[k], room.asked[k], room.who[k] = balance[v, i], requested[v, i], accounts.investor[w, i]
    for k in range(len(together)):
        i, who, action = together[k], room.who[k], accounts.actions[v, together[k]]
        if action & np.uint8(ALARMS):
            flags[v, i] ^= np.uint8(ALARMED)
            if flags[v, i] & np.uint8(ALARMED):
                room.alarmed[n_alarmed] = who
                n_alarmed += 1
        if is_closed:
            continue
        if action & np.uint8(RUNS | LEAVES):
            free, lock = free_of(room.held[k], room.asked[k], locked, flags[v, i] & np.uint8(MATURE))
            flags[v, i] &= np.uint8(255 - FREE)
            if free <= 0:
                continue
            if accounts.asked_day[v, i] < 0:
                done[RAN_NOW if action & np.uint8(RUNS) else LEFT] += 1
            a, b = draws.two_words(who, clock.day, purposes.AMOUNT, p, clock.keys[w])
            if action & np.uint8(RUNS) and not flags[v, i] & np.uint8(LEAVING):
                flags[v, i] |= np.uint8(RAN)
                if np.float64(a) * draws.UNIFORM_SCALE < part and free > 1:
                    free -= free // 2
                    flags[v, i] |= np.uint8(FREE)
            if lock > 0:
                flags[v, i] |= np.uint8(LEAVING)
            room.departed[n_departed] = who
            n_departed += 1
            if is_of_day_0(flags[v, i]):
                done[COHORT_ASKED] += of_day_0(accounts.ticket[w, i], accounts.paid[v, i] + room.asked[k], free)
                done[COHORT_LEFT] += accounts.first_asked[v, i] < 0
            if accounts.first_asked[v, i] < 0:
                accounts.first_asked[v, i] = clock.day
            if room.asked[k] == 0:
                room.order[n_new] = (b << np.uint64(32)) | np.uint64(i)
                n_new += 1
            ask(requested, accounts.asked_day, accounts.later, accounts.later_day, (v, i), free, clock.day)
            done[ASKED] += free
        elif is_open and action & np.uint8(JOINS):
            pays = min(accounts.ticket[w, i], safe[v, who])
            if pays > 0:
                room.arrived[n_arrived] = who
                n_arrived += 1
                safe[v, who] -= pays
                balance[v, i] += pays
                done[PAID_IN] += pays
                flags[v, i] |= np.uint8(HOLDS | FREE | BACK)
                accounts.asked_day[v, i] = -1
    return n_alarmed, n_departed, n_arrived, n_new
