"""Visit only those who act: alarms and departures are pushed to neighbours, requests queue up, joiners pay in.

What a neighbour receives is the same from any sender, so the order of senders cannot change a bit of the sum.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels.acting import (
    ALARMED_NOW,
    ARRIVED,
    ASKED,
    COHORT_ASKED,
    COHORT_LEFT,
    DEPARTED,
    LEFT,
    NEW,
    PAID_IN,
    RAN_NOW,
    TOGETHER,
    act_together,
)
from trustsim.kernels.co_clients import count_out, meet
from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.compiled import compiled, compiled_with_arrays, inlined
from trustsim.kernels.layout import Beliefs, Books, Gauges, Sums
from trustsim.kernels.push import push, push_to_all
from trustsim.kernels.reasons import note_reasons

_OF_THE_DAY = (
    Gauges.RUNNERS, Gauges.LEAVERS, Gauges.JOINERS, Gauges.ALARMS, Gauges.REQUESTS, Gauges.INFLOW,
    Gauges.RAN_FOR_FUNDAMENTALS, Gauges.RAN_FOR_NEWS, Gauges.RAN_FOR_HERDING, Gauges.RAN_FOR_FEAR,
    Gauges.RAN_FOR_FIRST_MOVE, Gauges.RAN_FOR_ORDINARY,
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
def act(accounts, people, platforms, links, pushes, room, clock) -> None:
    """Carry out the day's actions, lane by lane and platform by platform.

    Who runs or leaves asks for all that is free, or half of it; requests queue up by day, within a day by a draw. Who
    joins pays in what the investor would hold there, as far as the safe account has it. Every neighbour with an account
    on the platform takes a departure into memory and an alarm as fear; these are counted, so the order of senders does
    not matter. In a complete network all see all. Groups of arrays in kernels/arrays.py.
    """
    n_lanes, n_platforms = accounts.queue_n.shape
    n_variants = n_lanes // len(accounts.first)
    for v in range(n_lanes):
        first = accounts.first[v // n_variants]
        for p in range(n_platforms):
            for row in _OF_THE_DAY:
                platforms.gauges[row, v, p] = 0.0
            platforms.gauges[Gauges.HOLDERS, v, p] = platforms.sums[v, p, Sums.HOLDERS]
            n_acting = acting_accounts(accounts.actions[v], first[p], first[p + 1], room.account)
            if n_acting > 0:
                act_on(accounts, people, platforms, room, (v // n_variants, v, p, n_acting), clock)
                note_reasons(accounts, platforms, pushes, room, (v // n_variants, v, p), clock)
                tell(accounts, platforms, links, room, (v // n_variants, v, p))
            meet(accounts, platforms, links, room, (v // n_variants, v, p))
            if platforms.weights[v, p, Weights.OUT] > 0.0:
                count_out(accounts, links, room, (v // n_variants, v, p))


@inlined
def act_on(accounts, people, platforms, room, place, clock) -> None:
    """Carry out the day's actions of one lane on one platform, ``place`` (w, v, p, how many act)."""
    w, v, p, n_acting = place
    room.done[:] = 0
    for start in range(0, n_acting, TOGETHER):
        together = room.account[start : min(start + TOGETHER, n_acting)]
        act_together(accounts, people, platforms, room, together, (w, v, p), clock)
    line_up(accounts, room.order[: room.done[NEW]], (w, v, p))
    write_down(platforms, room.done, (v, p))


@inlined
def tell(accounts, platforms, links, room, place) -> None:
    """Let the neighbours of those who acted in ``place`` (w, v, p) see who turned alarmed, departed and arrived."""
    w, v, p = place
    at, first, last = accounts.at[w, p], accounts.first[w, p], accounts.first[w, p + 1]
    seen, fear = accounts.beliefs[Beliefs.SEEN, v], accounts.beliefs[Beliefs.FEAR, v]
    gain, ones, dials = accounts.beliefs[Beliefs.ALARM_GAIN, v], accounts.ones, platforms.dials
    contagion, rows = np.float32(dials[v, Dials.CONTAGION]), (links.indptr[w], links.neighbours)
    observed, returned = np.float32(dials[v, Dials.OBSERVED]), np.float32(dials[v, Dials.RETURNED])
    alarmed, departed = room.alarmed[: room.done[ALARMED_NOW]], room.departed[: room.done[DEPARTED]]
    arrived = room.arrived[: room.done[ARRIVED]]
    if links.is_complete:
        push_to_all(fear, contagion, gain, alarmed, at, (first, last))
        push_to_all(seen, observed, ones, departed, at, (first, last))
        push_to_all(seen, -returned, ones, arrived, at, (first, last))
    else:
        push(fear, contagion, gain, alarmed, rows, at, room.ends)
        push(seen, observed, ones, departed, rows, at, room.ends)
        if returned > 0:
            push(seen, -returned, ones, arrived, rows, at, room.ends)


@compiled_with_arrays
def line_up(accounts, new, place) -> None:
    """Let new requests, ``new`` uint64 (n,), luck and account in one, join the queue of ``place`` (w, v, p) by luck."""
    w, v, p = place
    new.sort()
    end = accounts.first[w, p] + accounts.queue_n[v, p]
    for k in range(len(new)):
        accounts.queue[v, end + k] = np.int32(new[k] & np.uint64(0xFFFFFFFF))
    accounts.queue_n[v, p] += len(new)


@inlined
def write_down(platforms, done, where) -> None:
    """Write what the actions of a day add up to into the books and gauges of a platform, ``where`` (lane, platform)."""
    v, p = where
    books, gauges = platforms.books, platforms.gauges
    books[Books.CASH, v, p] += done[PAID_IN]
    books[Books.CLAIMS, v, p] += done[PAID_IN]
    books[Books.QUEUED, v, p] += done[ASKED]
    gauges[Gauges.RUNNERS, v, p] = done[RAN_NOW]
    gauges[Gauges.LEAVERS, v, p] = done[LEFT]
    gauges[Gauges.JOINERS, v, p] = done[ARRIVED]
    gauges[Gauges.HOLDERS, v, p] += done[ARRIVED]
    gauges[Gauges.ALARMS, v, p] = done[ALARMED_NOW]
    gauges[Gauges.REQUESTS, v, p] = done[ASKED]
    gauges[Gauges.INFLOW, v, p] = done[PAID_IN]
    gauges[Gauges.COHORT_ASKED, v, p] += done[COHORT_ASKED]
    gauges[Gauges.COHORT_LEFT, v, p] += done[COHORT_LEFT]
