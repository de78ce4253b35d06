"""What those who act on a platform do, account by account: turn alarmed or calm, ask for money, pay in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, purposes
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
NEW, RAN_NOW, LEFT, ASKED, PAID_IN, COHORT_ASKED, COHORT_LEFT, N_DONE = range(8)


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
def act_together(accounts, people, platforms, room, together, place, clock):
    """Carry out the actions of some accounts, ``together`` int32 (n ≤ TOGETHER,), of one lane on one platform.

    Return how many were alarmed, departed and arrived; they stand in *room*, and what they did is added to its
    ``done``.
    """
    w, v, p = place
    flags, actions, status = accounts.flags, accounts.actions, platforms.gauges[Gauges.STATUS, v, p]
    locked, part = platforms.terms[Terms.LOCKED_SHARE, v, p], platforms.dials[v, Dials.PART]
    n_alarmed, n_departed, n_arrived = 0, 0, 0
    for k in range(len(together)):
        i = together[k]
        room.held[k], room.asked[k] = accounts.balance[v, i], accounts.requested[v, i]
        room.who[k] = accounts.investor[w, i]
    for k in range(len(together)):
        i, who, action = together[k], room.who[k], actions[v, together[k]]
        if action & np.uint8(ALARMS):
            flags[v, i] ^= np.uint8(ALARMED)
            if flags[v, i] & np.uint8(ALARMED):
                room.alarmed[n_alarmed] = who
                n_alarmed += 1
        if status >= WINDING:
            continue
        if action & np.uint8(RUNS | LEAVES):
            lock = np.int64(0) if flags[v, i] & np.uint8(MATURE) else np.int64(np.float64(room.held[k]) * locked)
            free = room.held[k] - lock - room.asked[k]
            flags[v, i] &= np.uint8(255 - FREE)
            if free > 0:
                a, b = draws.two_words(who, clock.day, purposes.AMOUNT, p, clock.keys[w])
                free = decided(flags, room.done, (v, i), action, free, np.float64(a) * draws.UNIFORM_SCALE < part)
                if lock > 0:
                    flags[v, i] |= np.uint8(LEAVING)
                ask(accounts, room, (v, i), free, room.asked[k] == 0, b, clock.day)
                room.departed[n_departed] = who
                n_departed += 1
        elif status == OPEN and action & np.uint8(JOINS):
            pays = min(accounts.ticket[w, i], people.safe[v, who])
            if pays > 0:
                pay_in(accounts, people, room.done, (v, i, who), pays)
                room.arrived[n_arrived] = who
                n_arrived += 1
    return n_alarmed, n_departed, n_arrived


@inlined
def decided(flags, done, whose, action, free, is_for_half):
    """Return how much of what is *free* an account, ``whose`` (lane, account), asks for: who runs may ask for half.

    Who gave notice before asks for the rest, and is not counted again.
    """
    v, i = whose
    wants = free
    if not flags[v, i] & np.uint8(LEAVING):
        if action & np.uint8(RUNS):
            done[RAN_NOW] += 1
            flags[v, i] |= np.uint8(RAN)
            if is_for_half and free > 1:
                wants = free - free // 2
                flags[v, i] |= np.uint8(FREE)
        else:
            done[LEFT] += 1
    return wants


@inlined
def ask(accounts, room, whose, amount, is_new, luck, day) -> None:
    """Let an account, ``whose`` (lane, account), ask for an amount; one that did not wait yet gets a place in the queue
    of the day, by ``luck``, uint64 < 2**32."""
    v, i = whose
    done, first_asked = room.done, accounts.first_asked
    if is_of_day_0(accounts.flags[v, i]):
        done[COHORT_ASKED] += amount
        done[COHORT_LEFT] += first_asked[v, i] < 0
    if first_asked[v, i] < 0:
        first_asked[v, i] = day
    if is_new:
        room.order[done[NEW]] = (luck << np.uint64(32)) | np.uint64(i)
        done[NEW] += 1
        accounts.asked_day[v, i] = day
    accounts.requested[v, i] += amount
    done[ASKED] += amount


@inlined
def pay_in(accounts, people, done, whose, amount) -> None:
    """Let the owner of an account, ``whose`` (lane, account, investor), pay in from the safe account."""
    v, i, who = whose
    people.safe[v, who] -= amount
    accounts.balance[v, i] += amount
    accounts.flags[v, i] |= np.uint8(HOLDS | FREE | BACK)
    done[PAID_IN] += amount
