"""Visit only those who act: alarms and departures are pushed to neighbours, requests queue up, joiners pay in.

What a neighbour receives is the same from any sender, so the order of senders cannot change a bit of the sum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, purposes
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.cohort import is_of_day_0
from trustsim.kernels.compiled import compiled, inlined
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
    Beliefs,
    Books,
    Gauges,
    Sums,
    Terms,
    Traits,
)
from trustsim.kernels.reasons import note_reasons

_TOGETHER = 1024  # accounts that are looked up together, so that the memory is waited for once
_RAN, _LEFT, _ASKED, _PAID_IN, _COHORT_ASKED, _COHORT_LEFT, _N_DONE = range(7)  # what a platform's actions add up to
_OF_THE_DAY = (
    Gauges.RUNNERS, Gauges.LEAVERS, Gauges.JOINERS, Gauges.ALARMS, Gauges.REQUESTS, Gauges.INFLOW,
    Gauges.RAN_FOR_FUNDAMENTALS, Gauges.RAN_FOR_HERDING, Gauges.RAN_FOR_FEAR, Gauges.RAN_FOR_FIRST_MOVE,
    Gauges.RAN_FOR_ORDINARY,
)  # fmt: skip


@inlined
def address(investor, day, purpose, platform, key):
    """Return the first two words at the address of one account on one day."""
    a, b, _, _ = draws.philox(
        np.uint64(investor), np.uint64(day), np.uint64(purpose), np.uint64(platform), key[0], key[1]
    )
    return a, b


@compiled
def acting_accounts(actions, first, stop, acting):
    """Fill ``acting`` int32 with the accounts of [first, stop) that act (byte not 0), in order; return how many."""
    packed = actions.view(np.uint64)
    n = 0
    for word in range(first // 8, (stop + 7) // 8):
        if packed[word] != np.uint64(0):
            for i in range(max(word * 8, first), min(word * 8 + 8, stop)):
                acting[n] = i
                n += 1 if actions[i] != np.uint8(0) else 0
    return n


@compiled
def push(values, step, gain, senders, rows, account_at) -> None:
    """Add ``step · gain[k]`` to ``values`` float32 (accounts,) of every account k of the senders' neighbours at one
    platform; the senders' rows of the network are looked up for all first, so that memory is waited for once."""
    indptr, neighbours = rows
    begin, stop = np.empty(len(senders), np.int64), np.empty(len(senders), np.int64)
    for k in range(len(senders)):
        begin[k], stop[k] = indptr[senders[k]], indptr[senders[k] + 1]
    for k in range(len(senders)):
        for e in range(begin[k], stop[k]):
            j = account_at[neighbours[e]]
            if j >= 0:
                values[j] += step * gain[j]


@compiled
def push_to_all(values, step, gain, n_senders, first, stop) -> None:
    """Add ``step · gain`` for each of ``n_senders`` to the accounts [first, stop): everyone sees everyone."""
    if n_senders > 0:
        for k in range(first, stop):
            values[k] += step * np.float32(n_senders) * gain[k]


@compiled
def take_own(values, step, gain, senders, account_at) -> None:
    """Take back what :func:`push_to_all` gives the senders of their own doing."""
    for k in range(len(senders)):
        j = account_at[senders[k]]
        if j >= 0:
            values[j] -= step * gain[j]


class Acting(NamedTuple):
    """Room for the accounts that act together: who they are, and how many told their neighbours what."""

    order: NDArray[np.uint64]  # (a,) new requests, to be sorted
    account: NDArray[np.int32]  # (a,) who acts on the platform
    held: NDArray[np.int64]  # (_TOGETHER,) and so the others
    asked: NDArray[np.int64]
    who: NDArray[np.int64]
    alarmed: NDArray[np.int64]
    departed: NDArray[np.int64]
    arrived: NDArray[np.int64]
    done: NDArray[np.int64]  # (_N_DONE,)


@inlined
def room_for(n_accounts):
    """Return room for the actions of so many accounts."""
    room = np.empty((6, _TOGETHER), np.int64)
    return Acting(
        np.empty(n_accounts, np.uint64), np.empty(n_accounts, np.int32), room[0], room[1], room[2], room[3], room[4],
        room[5], np.zeros(_N_DONE, np.int64),
    )  # fmt: skip


@compiled
def act(accounts, people, platforms, links, pushes, clock) -> None:
    """Carry out the day's actions, lane by lane and platform by platform.

    Who runs or leaves asks for all that is free, or half of it; requests queue up by day, within a day by a draw. Who
    joins pays in what the investor would hold there, as far as the safe account has it. Every neighbour with an account
    on the platform takes a departure into memory and an alarm as fear; these are counted, so the order of senders does
    not matter. In a complete network all see all. Groups of arrays in kernels/arrays.py.
    """
    n_lanes, n_platforms = accounts.queue_n.shape
    room = room_for(accounts.investor.shape[1])
    n_variants = n_lanes // len(accounts.first)
    for v in range(n_lanes):
        first = accounts.first[v // n_variants]
        for p in range(n_platforms):
            for row in _OF_THE_DAY:
                platforms.gauges[row, v, p] = 0.0
            platforms.gauges[Gauges.HOLDERS, v, p] = platforms.sums[v, p, Sums.HOLDERS]
            n_acting = acting_accounts(accounts.actions[v], first[p], first[p + 1], room.account)
            if n_acting > 0:
                acting = room.account[:n_acting]
                note_reasons(accounts, platforms, pushes, acting, (v // n_variants, v, p), clock)
                act_on(accounts, people, platforms, links, room, (v // n_variants, v, p, n_acting), clock)


@inlined
def act_on(accounts, people, platforms, links, room, place, clock) -> None:
    """Carry out the day's actions of one lane on one platform, ``place`` (w, v, p, how many act)."""
    w, v, p, n_acting = place
    gauges, at, first = platforms.gauges, accounts.at[w, p], accounts.first[w]
    seen, fear = accounts.beliefs[Beliefs.SEEN, v], accounts.beliefs[Beliefs.FEAR, v]
    gain, ones, dials = accounts.traits[Traits.FEAR_GAIN, w], accounts.ones, platforms.dials
    contagion, rows = np.float32(dials[v, Dials.CONTAGION]), (links.indptr[w], links.neighbours)
    observed, returned = np.float32(dials[v, Dials.OBSERVED]), np.float32(dials[v, Dials.RETURNED])
    alarms, n_gone, n_back, n_new = 0, 0, 0, 0
    done = room.done
    done[:] = 0
    for start in range(0, n_acting, _TOGETHER):
        together = room.account[start : min(start + _TOGETHER, n_acting)]
        n_alarmed, n_departed, n_arrived, n_new = act_together(
            accounts, people, platforms, room, together, done, (w, v, p, n_new), clock
        )
        alarmed, departed, arrived = room.alarmed[:n_alarmed], room.departed[:n_departed], room.arrived[:n_arrived]
        if links.is_complete:
            take_own(fear, contagion, gain, alarmed, at)
            take_own(seen, observed, ones, departed, at)
            take_own(seen, -returned, ones, arrived, at)
        else:
            push(fear, contagion, gain, alarmed, rows, at)
            push(seen, observed, ones, departed, rows, at)
            if returned > 0:
                push(seen, -returned, ones, arrived, rows, at)
        alarms += n_alarmed
        n_gone += n_departed
        n_back += n_arrived
    if links.is_complete:
        push_to_all(fear, contagion, gain, alarms, first[p], first[p + 1])
        push_to_all(seen, observed, ones, n_gone, first[p], first[p + 1])
        push_to_all(seen, -returned, ones, n_back, first[p], first[p + 1])
    if n_new > 0:
        new = room.order[:n_new]
        new.sort()
        end = first[p] + accounts.queue_n[v, p]
        for k in range(n_new):
            accounts.queue[v, end + k] = np.int32(new[k] & np.uint64(0xFFFFFFFF))
        accounts.queue_n[v, p] += n_new
    platforms.books[Books.CASH, v, p] += done[_PAID_IN]
    platforms.books[Books.CLAIMS, v, p] += done[_PAID_IN]
    platforms.books[Books.QUEUED, v, p] += done[_ASKED]
    gauges[Gauges.RUNNERS, v, p] = done[_RAN]
    gauges[Gauges.LEAVERS, v, p] = done[_LEFT]
    gauges[Gauges.JOINERS, v, p] = n_back
    gauges[Gauges.HOLDERS, v, p] += n_back
    gauges[Gauges.ALARMS, v, p] = alarms
    gauges[Gauges.REQUESTS, v, p] = done[_ASKED]
    gauges[Gauges.INFLOW, v, p] = done[_PAID_IN]
    gauges[Gauges.COHORT_ASKED, v, p] += done[_COHORT_ASKED]
    gauges[Gauges.COHORT_LEFT, v, p] += done[_COHORT_LEFT]


@inlined
def act_together(accounts, people, platforms, room, together, done, place, clock):
    """Carry out the actions of some accounts, ``together`` int32 (n ≤ _TOGETHER,).

    ``place``: world, lane, platform, new requests so far. Return how many were alarmed, departed, arrived, and
    how many new requests there are by now; what was asked, paid in, and how many ran and left is added to ``done``.
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
            mature = flags[v, i] & np.uint8(MATURE)
            lock = np.int64(0) if mature else np.int64(np.float64(room.held[k]) * locked)
            free = room.held[k] - lock - room.asked[k]
            flags[v, i] &= np.uint8(255 - FREE)
            if free <= 0:
                continue
            a, b = address(who, clock.day, purposes.AMOUNT, p, clock.keys[w])
            if flags[v, i] & np.uint8(LEAVING):
                pass
            elif action & np.uint8(RUNS):
                done[_RAN] += 1
                flags[v, i] |= np.uint8(RAN)
                if np.float64(a) * draws.UNIFORM_SCALE < part and free > 1:
                    free -= free // 2
                    flags[v, i] |= np.uint8(FREE)
            else:
                done[_LEFT] += 1
            if lock > 0:
                flags[v, i] |= np.uint8(LEAVING)
            room.departed[n_departed] = who
            n_departed += 1
            if is_of_day_0(flags[v, i]):
                done[_COHORT_ASKED] += free
                done[_COHORT_LEFT] += accounts.first_asked[v, i] < 0
            if accounts.first_asked[v, i] < 0:
                accounts.first_asked[v, i] = clock.day
            if room.asked[k] == 0:
                room.order[n_new] = (b << np.uint64(32)) | np.uint64(i)
                n_new += 1
                accounts.asked_day[v, i] = clock.day
            requested[v, i] += free
            done[_ASKED] += free
        elif is_open and action & np.uint8(JOINS):
            pays = min(accounts.ticket[w, i], safe[v, who])
            if pays > 0:
                room.arrived[n_arrived] = who
                n_arrived += 1
                safe[v, who] -= pays
                balance[v, i] += pays
                done[_PAID_IN] += pays
                flags[v, i] |= np.uint8(HOLDS | FREE | BACK)
    return n_alarmed, n_departed, n_arrived, n_new
