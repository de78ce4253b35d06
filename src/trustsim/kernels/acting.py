"""What those who act on a platform do, account by account: turn alarmed or calm, ask for money, pay in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, purposes
from trustsim.kernels.asking import ask, free_of, of_day_0
from trustsim.kernels.channels import Channels
from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.cohort import is_of_day_0
from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import (
    ALARMED,
    ALARMS,
    BACK,
    CO_CLIENT,
    EXCESS,
    FLED,
    FREE,
    HOLDS,
    JOINS,
    LEAVES,
    LEAVING,
    MATURE,
    MOVED,
    OPEN,
    RAN,
    RUNS,
    WARY,
    WINDING,
    Gauges,
    Terms,
    Traits,
)
from trustsim.kernels.limit import above, has_only_moved, may_come_in

TOGETHER = 1024  # accounts that are looked up together, so that the memory is waited for once
# what a platform's actions add up to: how many clients turned alarmed, departed, arrived, ran, left, asked anew; money
ALARMED_NOW, DEPARTED, ARRIVED, RAN_NOW, LEFT, NEW, ASKED, PAID_IN, COHORT_ASKED, COHORT_LEFT, N_DONE = range(11)


class Acting(NamedTuple):
    """Room for what is done on one platform in one lane: by whom, and what each tells the neighbours."""

    account: NDArray[np.int32]  # (a,) who acts
    runners: NDArray[np.int32]  # (a,) accounts that run
    order: NDArray[np.uint64]  # (a,) new requests, to be sorted
    alarmed: NDArray[np.int32]  # (a,) investors who turn alarmed
    departed: NDArray[np.int32]  # (a,) investors who ask for money
    arrived: NDArray[np.int32]  # (a,) investors who pay in
    held: NDArray[np.int64]  # (TOGETHER,) of those who are looked up together, and so the others
    asked: NDArray[np.int64]
    who: NDArray[np.int64]
    ends: NDArray[np.int64]  # (2, TOGETHER) where their rows of the network begin and end
    words: NDArray[np.uint32]  # (4, TOGETHER) draws
    luck: NDArray[np.float32]  # (TOGETHER,)
    push: NDArray[np.float64]  # (CHANNELS,) what each channel adds
    weights: NDArray[np.float64]  # (Weights,) of the platform
    done: NDArray[np.int64]  # (N_DONE,) what it adds up to


def room_for(n_accounts: int) -> Acting:
    """Return room for the actions of so many accounts."""
    account, runners, alarmed, departed, arrived = np.empty((5, n_accounts), np.int32)
    held, asked, who = np.empty((3, TOGETHER), np.int64)
    return Acting(
        account, runners, np.empty(n_accounts, np.uint64), alarmed, departed, arrived, held, asked, who,
        np.empty((2, TOGETHER), np.int64), np.empty((4, TOGETHER), np.uint32), np.empty(TOGETHER, np.float32),
        np.empty(len(Channels)), np.empty(len(Weights)), np.zeros(N_DONE, np.int64),
    )  # fmt: skip


@inlined
def has_room(accounts, place, who):
    """Return whether the owner of account *i* of ``place`` (w, v, i) holds money on fewer platforms than usual."""
    w, v, i = place
    places = accounts.traits[Traits.PLACES, w, i]
    n = np.float32(0)
    for q in range(accounts.at.shape[1]):
        j = accounts.at[w, q, who]
        if j >= 0 and j != i and accounts.flags[v, j] & np.uint8(HOLDS):
            n += np.float32(1)
    return n < places


@inlined
def act_together(accounts, people, platforms, room, together, place, clock) -> None:
    """Carry out the actions of some accounts, ``together`` int32 (n ≤ TOGETHER,), of ``place`` (world, lane, platform).

    Who ran, told the neighbours, and asked anew joins the lists of the *room*, as long as ``room.done`` says, where
    money is added up too. An account runs or leaves once, with its first request since it was opened; whoever takes
    that back may do it again. Who moves in the ordinary way what lies above the limit of the guarantee has not left,
    and no neighbour sees it.
    """
    w, v, p = place
    flags, balance, requested, safe, done = accounts.flags, accounts.balance, accounts.requested, people.safe, room.done
    is_closed = platforms.gauges[Gauges.STATUS, v, p] >= WINDING
    is_open = platforms.gauges[Gauges.STATUS, v, p] == OPEN
    part, margin = platforms.dials[v, Dials.PART], platforms.dials[v, Dials.LIMIT_MARGIN]
    locked, limit = platforms.terms[Terms.LOCKED_SHARE, v, p], platforms.terms[Terms.COVER_LIMIT, v, p]
    for k in range(len(together)):
        i = together[k]
        room.held[k], room.asked[k], room.who[k] = balance[v, i], requested[v, i], accounts.investor[w, i]
    for k in range(len(together)):
        i, who, action = together[k], room.who[k], accounts.actions[v, together[k]]
        if action & np.uint8(ALARMS):
            flags[v, i] ^= np.uint8(ALARMED)
            if flags[v, i] & np.uint8(ALARMED) and accounts.known[v, i] & np.uint8(CO_CLIENT):
                room.alarmed[done[ALARMED_NOW]] = who
                done[ALARMED_NOW] += 1
        if is_closed:
            continue
        if action & np.uint8(RUNS | LEAVES):
            free, lock = free_of(room.held[k], room.asked[k], locked, flags[v, i] & np.uint8(MATURE))
            runs, excess, rest = action & np.uint8(RUNS), action & np.uint8(EXCESS), np.int64(0)
            if excess:
                most = above(limit, margin, room.held[k], room.asked[k])
                if most < free + lock:
                    rest, free, lock = free, min(free, most), np.int64(0)
                else:  # all of it lies above
                    excess = np.uint8(0)
            if free >= rest:
                flags[v, i] &= np.uint8(255 - FREE)
            if free <= 0:
                continue
            if runs or not excess:
                if accounts.asked_day[v, i] < 0 or has_only_moved(accounts, v, i):
                    if runs:
                        room.runners[done[RAN_NOW]] = i
                    done[RAN_NOW if runs else LEFT] += 1
                room.departed[done[DEPARTED]] = who
                done[DEPARTED] += 1
            if not excess:
                accounts.known[v, i] &= np.uint8(255 - MOVED)
            elif room.asked[k] == 0:
                accounts.known[v, i] |= np.uint8(MOVED)
            a, b = draws.two_words(who, clock.day, purposes.AMOUNT, accounts.stream[p], clock.keys[w])
            if runs and not flags[v, i] & np.uint8(LEAVING):
                flags[v, i] |= np.uint8(RAN)
                accounts.known[v, i] |= np.uint8(FLED)
                if np.float64(a) * draws.UNIFORM_SCALE < part and free > 1 and not excess:
                    free -= free // 2
                    flags[v, i] |= np.uint8(FREE)
            elif not flags[v, i] & np.uint8(LEAVING):
                accounts.known[v, i] &= np.uint8(255 - FLED)
            if lock > 0:
                flags[v, i] |= np.uint8(LEAVING)
            if is_of_day_0(flags[v, i]):
                done[COHORT_ASKED] += of_day_0(accounts.ticket[w, i], accounts.paid[v, i] + room.asked[k], free)
                done[COHORT_LEFT] += accounts.first_asked[v, i] < 0
            if accounts.first_asked[v, i] < 0:
                accounts.first_asked[v, i] = clock.day
            if room.asked[k] == 0:
                room.order[done[NEW]] = (b << np.uint64(32)) | np.uint64(i)
                done[NEW] += 1
            ask(requested, accounts.asked_day, accounts.later, accounts.later_day, (v, i), free, clock.day)
            done[ASKED] += free
        elif is_open and action & np.uint8(JOINS) and room.asked[k] == 0:
            share = np.float64(platforms.weights[v, p, Weights.TICKET])
            wanted = min(np.int64(np.float64(accounts.ticket[w, i]) * share) - room.held[k], safe[v, who])
            pays = may_come_in(platforms.terms[Terms.HOLDING_CAP, v, p], room.held[k], wanted)
            if pays > 0 and has_room(accounts, (w, v, i), who):
                room.arrived[done[ARRIVED]] = who
                done[ARRIVED] += 1
                safe[v, who] -= pays
                balance[v, i] += pays
                done[PAID_IN] += pays
                if flags[v, i] & np.uint8(HOLDS):  # had given notice, and takes it back
                    platforms.gauges[Gauges.HOLDERS, v, p] -= 1.0
                    flags[v, i] &= np.uint8(255 - LEAVING)
                    flags[v, i] |= np.uint8(FREE)
                else:
                    flags[v, i] |= np.uint8(HOLDS | FREE | BACK)
                accounts.known[v, i] &= np.uint8(255 - FLED - WARY)
                accounts.asked_day[v, i] = -1
