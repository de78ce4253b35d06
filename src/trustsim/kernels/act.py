"""Visit only those who act: alarms and departures are pushed to neighbours, requests queue up, joiners pay in.

What a neighbour receives is the same from any sender, so the order of senders cannot change a bit of the sum.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels.acting import (
    ASKED,
    COHORT_ASKED,
    COHORT_LEFT,
    LEFT,
    PAID_IN,
    RAN_NOW,
    TOGETHER,
    act_together,
    room_for,
)
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.layout import RUNS, Beliefs, Books, Gauges, Sums, Traits
from trustsim.kernels.reasons import note_reasons

_OF_THE_DAY = (
    Gauges.RUNNERS, Gauges.LEAVERS, Gauges.JOINERS, Gauges.ALARMS, Gauges.REQUESTS, Gauges.INFLOW,
    Gauges.RAN_FOR_FUNDAMENTALS, Gauges.RAN_FOR_HERDING, Gauges.RAN_FOR_FEAR, Gauges.RAN_FOR_FIRST_MOVE,
    Gauges.RAN_FOR_ORDINARY,
)  # fmt: skip


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
def somebody_runs(actions, acting):
    """Return whether some of ``acting`` int32 (n,) run."""
    n = 0
    for i in acting:
        n += actions[i] & np.uint8(RUNS)
    return n > 0


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
                if somebody_runs(accounts.actions[v], acting):
                    note_reasons(accounts, platforms, pushes, acting, (v // n_variants, v, p), clock)
                act_on(accounts, people, platforms, links, room, (v // n_variants, v, p, n_acting), clock)


@inlined
def act_on(accounts, people, platforms, links, room, place, clock) -> None:
    """Carry out the day's actions of one lane on one platform, ``place`` (w, v, p, how many act)."""
    w, v, p, n_acting = place
    at, first = accounts.at[w, p], accounts.first[w]
    seen, fear = accounts.beliefs[Beliefs.SEEN, v], accounts.beliefs[Beliefs.FEAR, v]
    gain, ones, dials = accounts.traits[Traits.FEAR_GAIN, w], accounts.ones, platforms.dials
    contagion, rows = np.float32(dials[v, Dials.CONTAGION]), (links.indptr[w], links.neighbours)
    observed, returned = np.float32(dials[v, Dials.OBSERVED]), np.float32(dials[v, Dials.RETURNED])
    alarms, n_gone, n_back, n_new = 0, 0, 0, 0
    room.done[:] = 0
    for start in range(0, n_acting, TOGETHER):
        together = room.account[start : min(start + TOGETHER, n_acting)]
        n_alarmed, n_departed, n_arrived, n_new = act_together(
            accounts, people, platforms, room, together, room.done, (w, v, p, n_new), clock
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
    line_up(accounts, room.order[:n_new], (w, v, p))
    write_down(platforms, room.done, alarms, n_back, (v, p))


@compiled
def line_up(accounts, new, place) -> None:
    """Let new requests, ``new`` uint64 (n,), luck and account in one, join the queue of ``place`` (w, v, p) by luck."""
    w, v, p = place
    new.sort()
    end = accounts.first[w, p] + accounts.queue_n[v, p]
    for k in range(len(new)):
        accounts.queue[v, end + k] = np.int32(new[k] & np.uint64(0xFFFFFFFF))
    accounts.queue_n[v, p] += len(new)


@inlined
def write_down(platforms, done, alarms, n_back, where) -> None:
    """Write what the actions of a day add up to into the books and gauges of a platform, ``where`` (lane, platform)."""
    v, p = where
    books, gauges = platforms.books, platforms.gauges
    books[Books.CASH, v, p] += done[PAID_IN]
    books[Books.CLAIMS, v, p] += done[PAID_IN]
    books[Books.QUEUED, v, p] += done[ASKED]
    gauges[Gauges.RUNNERS, v, p] = done[RAN_NOW]
    gauges[Gauges.LEAVERS, v, p] = done[LEFT]
    gauges[Gauges.JOINERS, v, p] = n_back
    gauges[Gauges.HOLDERS, v, p] += n_back
    gauges[Gauges.ALARMS, v, p] = alarms
    gauges[Gauges.REQUESTS, v, p] = done[ASKED]
    gauges[Gauges.INFLOW, v, p] = done[PAID_IN]
    gauges[Gauges.COHORT_ASKED, v, p] += done[COHORT_ASKED]
    gauges[Gauges.COHORT_LEFT, v, p] += done[COHORT_LEFT]
