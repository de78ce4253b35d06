"""Visit only those who act: alarms and departures are pushed to neighbours, requests queue up, joiners pay in.

What a neighbour receives is the same from any sender, so the order of senders cannot change a bit of the sum.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels import draws, layout
from trustsim.kernels.compiled import compiled, inlined

_1 = np.uint64(1)


@inlined
def address(investor, day, purpose, platform, key):
    """Return the first two words at the address of one account on one day."""
    a, b, _, _ = draws.philox(
        np.uint64(investor), np.uint64(day), np.uint64(purpose), np.uint64(platform), key[0], key[1]
    )
    return a, b


@compiled
def push(values, step, gain, sender, indptr, neighbours, account_at) -> None:
    """Add ``step · gain[k]`` to ``values`` float32 (accounts,) of every account k of the sender's neighbours at one
    platform."""
    for e in range(indptr[sender], indptr[sender + 1]):
        k = account_at[neighbours[e]]
        if k >= 0:
            values[k] += step * gain[k]


@compiled
def act(
    actions, flags, beliefs, balance, requested, asked_day, queue, queue_n, order, safe, books, gauges, terms,
    contagion, ticket, ones, fear_gain, first, investor, account_at, indptr, neighbours, part_share, observed, day, key,
) -> None:  # fmt: skip
    """Carry out the day's actions, variant by variant and platform by platform.

    ``queue`` int32 (variants, accounts): accounts with an unpaid request, in order, those of a platform from its first
    account on; ``queue_n`` int64 (variants, platforms). ``order`` uint64 (accounts,): room for sorting. ``ticket``
    int64 (accounts,): what a joiner pays in, as far as the safe account holds it. ``contagion`` float32 (variants,):
    fear that an alarmed neighbour adds, times the receiver's ``fear_gain``. ``part_share`` float64 (variants,): chance
    that a run takes half. ``observed`` float32 (variants,): weight of one departure in a neighbour's memory.
    """
    n_variants, n_platforms = queue_n.shape
    for v in range(n_variants):
        seen, fear = beliefs[layout.SEEN, v], beliefs[layout.FEAR, v]
        packed = actions[v].view(np.uint64)
        for p in range(n_platforms):
            runners, leavers, joiners, alarms = 0, 0, 0, 0
            asked, paid_in, n_new = np.int64(0), np.int64(0), 0
            is_closed = gauges[layout.G_STATUS, v, p] >= layout.WINDING_STATUS
            locked = terms[layout.LOCKED_SHARE, v, p]
            for word in range(first[p] // 8, (first[p + 1] + 7) // 8):
                if packed[word] == np.uint64(0):
                    continue
                for i in range(max(word * 8, first[p]), min(word * 8 + 8, first[p + 1])):
                    action = actions[v, i]
                    if action == np.uint8(0):
                        continue
                    who = investor[i]
                    if action & np.uint8(layout.ALARMS):
                        flags[v, i] ^= np.uint8(layout.ALARMED)
                        if flags[v, i] & np.uint8(layout.ALARMED):
                            alarms += 1
                            push(fear, contagion[v], fear_gain, who, indptr, neighbours, account_at[p])
                    if is_closed:
                        continue
                    if action & np.uint8(layout.RUNS | layout.LEAVES):
                        mature = flags[v, i] & np.uint8(layout.MATURE)
                        lock = np.int64(0) if mature else np.int64(np.float64(balance[v, i]) * locked)
                        free = balance[v, i] - lock - requested[v, i]
                        flags[v, i] &= np.uint8(255 - layout.FREE)
                        if free <= 0:
                            continue
                        a, b = address(who, day, draws.AMOUNT, p, key)
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
                        push(seen, observed[v], ones, who, indptr, neighbours, account_at[p])
                        if requested[v, i] == 0:
                            order[n_new] = (b << np.uint64(32)) | np.uint64(i)
                            n_new += 1
                            asked_day[v, i] = day
                        requested[v, i] += free
                        asked += free
                    elif action & np.uint8(layout.JOINS):
                        pays = min(ticket[i], safe[v, who])
                        if pays > 0:
                            joiners += 1
                            safe[v, who] -= pays
                            balance[v, i] += pays
                            paid_in += pays
                            flags[v, i] |= np.uint8(layout.HOLDS | layout.FREE)
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
