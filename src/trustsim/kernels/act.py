"""Visit only those who act: alarms and departures are pushed to neighbours, requests queue up, joiners pay in.

What a neighbour receives is the same from any sender, so the order of senders cannot change a bit of the sum.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels import draws, layout, purposes
from trustsim.kernels.compiled import compiled, inlined

_TOGETHER = 1024  # accounts that are looked up together, so that the memory is waited for once


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
def push(values, step, gain, senders, begin, stop, indptr, neighbours, account_at) -> None:
    """Add ``step · gain[k]`` to ``values`` float32 (accounts,) of every account k of the senders' neighbours at one
    platform.

    ``begin``, ``stop``: room for the senders' rows of the network, looked up for all first, so that memory is waited
    for once.
    """
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
def act(
    actions, flags, beliefs, balance, requested, asked_day, queue, queue_n, order, safe, books, gauges, terms,
    contagion, ticket, ones, fear_gain, first, investor, account_at, indptr, neighbours, is_complete, part_share,
    observed, returned, day, key,
) -> None:  # fmt: skip
    """Carry out the day's actions, variant by variant and platform by platform.

    Who runs or leaves asks for all that is free, or half of it; requests queue up by day, within a day by a draw. Who
    joins pays in what the investor would hold there, as far as the safe account has it. Every neighbour with an account
    on the platform takes a departure into memory and an alarm as fear; these are counted, so the order of senders does
    not matter. In a complete network all see all.

    ``queue`` int32 (variants, accounts): accounts with an unpaid request, in order, those of a platform from its first
    account on; ``queue_n`` int64 (variants, platforms). ``order`` uint64 (accounts,): room for sorting. ``ticket``
    int64 (accounts,): what a joiner pays in, as far as the safe account holds it. ``contagion`` float32 (variants,):
    fear that an alarmed neighbour adds, times the receiver's ``fear_gain``. ``part_share`` float64 (variants,): chance
    that a run takes half. ``observed``, ``returned`` float32 (variants,): weight of a departure, and of one who joins,
    in a neighbour's memory. ``is_complete``: everyone is everyone's neighbour, and the rows are empty.
    """
    n_variants, n_platforms = queue_n.shape
    acting = np.empty(len(investor), np.int32)
    room = np.empty((8, _TOGETHER), np.int64)
    held, asked_before, who_acts, alarmed, departed, arrived = room[0], room[1], room[2], room[3], room[4], room[5]
    begin, stop = room[6], room[7]
    for v in range(n_variants):
        seen, fear = beliefs[layout.SEEN, v], beliefs[layout.FEAR, v]
        for p in range(n_platforms):
            runners, leavers, joiners, alarms, n_gone = 0, 0, 0, 0, 0
            asked, paid_in, n_new = np.int64(0), np.int64(0), 0
            is_closed = gauges[layout.G_STATUS, v, p] >= layout.WINDING_STATUS
            is_open = gauges[layout.G_STATUS, v, p] == layout.OPEN
            locked = terms[layout.LOCKED_SHARE, v, p]
            n_acting = acting_accounts(actions[v], first[p], first[p + 1], acting)
            for start in range(0, n_acting, _TOGETHER):
                together = acting[start : min(start + _TOGETHER, n_acting)]
                for k in range(len(together)):
                    i = together[k]
                    held[k], asked_before[k], who_acts[k] = balance[v, i], requested[v, i], investor[i]
                n_alarmed, n_departed, n_arrived = 0, 0, 0
                for k in range(len(together)):
                    i, who, action = together[k], who_acts[k], actions[v, together[k]]
                    if action & np.uint8(layout.ALARMS):
                        flags[v, i] ^= np.uint8(layout.ALARMED)
                        if flags[v, i] & np.uint8(layout.ALARMED):
                            alarmed[n_alarmed] = who
                            n_alarmed += 1
                    if is_closed:
                        continue
                    if action & np.uint8(layout.RUNS | layout.LEAVES):
                        mature = flags[v, i] & np.uint8(layout.MATURE)
                        lock = np.int64(0) if mature else np.int64(np.float64(held[k]) * locked)
                        free = held[k] - lock - asked_before[k]
                        flags[v, i] &= np.uint8(255 - layout.FREE)
                        if free <= 0:
                            continue
                        a, b = address(who, day, purposes.AMOUNT, p, key)
                        if flags[v, i] & np.uint8(layout.LEAVING):
                            pass
                        elif action & np.uint8(layout.RUNS):
                            runners += 1
                            flags[v, i] |= np.uint8(layout.RAN)
                            if np.float64(a) * draws.UNIFORM_SCALE < part_share[v] and free > 1:
                                free -= free // 2
                                flags[v, i] |= np.uint8(layout.FREE)
                        else:
                            leavers += 1
                        if lock > 0:
                            flags[v, i] |= np.uint8(layout.LEAVING)
                        departed[n_departed] = who
                        n_departed += 1
                        if asked_before[k] == 0:
                            order[n_new] = (b << np.uint64(32)) | np.uint64(i)
                            n_new += 1
                            asked_day[v, i] = day
                        requested[v, i] += free
                        asked += free
                    elif is_open and action & np.uint8(layout.JOINS):
                        pays = min(ticket[i], safe[v, who])
                        if pays > 0:
                            joiners += 1
                            arrived[n_arrived] = who
                            n_arrived += 1
                            safe[v, who] -= pays
                            balance[v, i] += pays
                            paid_in += pays
                            flags[v, i] |= np.uint8(layout.HOLDS | layout.FREE)
                at = account_at[p]
                if is_complete:
                    take_own(fear, contagion[v], fear_gain, alarmed[:n_alarmed], at)
                    take_own(seen, observed[v], ones, departed[:n_departed], at)
                    take_own(seen, -returned[v], ones, arrived[:n_arrived], at)
                else:
                    push(fear, contagion[v], fear_gain, alarmed[:n_alarmed], begin, stop, indptr, neighbours, at)
                    push(seen, observed[v], ones, departed[:n_departed], begin, stop, indptr, neighbours, at)
                    if returned[v] > 0:
                        push(seen, -returned[v], ones, arrived[:n_arrived], begin, stop, indptr, neighbours, at)
                alarms += n_alarmed
                n_gone += n_departed
            if is_complete:
                push_to_all(fear, contagion[v], fear_gain, alarms, first[p], first[p + 1])
                push_to_all(seen, observed[v], ones, n_gone, first[p], first[p + 1])
                push_to_all(seen, -returned[v], ones, joiners, first[p], first[p + 1])
            if n_new > 0:
                order[:n_new].sort()
                end = first[p] + queue_n[v, p]
                for k in range(n_new):
                    queue[v, end + k] = np.int32(order[k] & np.uint64(0xFFFFFFFF))
                queue_n[v, p] += n_new
            books[layout.CASH, v, p] += paid_in
            books[layout.CLAIMS, v, p] += paid_in
            books[layout.QUEUED, v, p] += asked
            gauges[layout.G_RUNNERS, v, p] = runners
            gauges[layout.G_LEAVERS, v, p] = leavers
            gauges[layout.G_JOINERS, v, p] = joiners
            gauges[layout.G_ALARMS, v, p] = alarms
            gauges[layout.G_REQUESTS, v, p] = asked
            gauges[layout.G_INFLOW, v, p] = paid_in
