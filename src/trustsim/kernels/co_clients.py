"""Count the co-clients of everyone: the neighbours who hold an account on the same platform, or have held one.

Who holds nothing there and never did is nobody's co-client: people beside a platform change nothing on it.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels.coefficients import Dials
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.layout import CO_CLIENT, COUNTED, FLED, HOLDS, Beliefs, Traits
from trustsim.kernels.push import push, push_to_all

TOGETHER = 64  # accounts among which somebody new is looked for together
_1 = np.float32(1)


@compiled
def begin(accounts, platforms, links, room) -> None:
    """Let everybody know the co-clients of day 0, in all lanes, on all platforms."""
    n_lanes, n_platforms = accounts.queue_n.shape
    n_variants = n_lanes // len(accounts.first)
    for v in range(n_lanes):
        w = v // n_variants
        for p in range(n_platforms):
            make_known(accounts, links, room, (w, v, p))
            for i in range(accounts.first[w, p], accounts.first[w, p + 1]):
                accounts.beliefs[Beliefs.WHOLE, v, i] = _1
                accounts.beliefs[Beliefs.ALARM_GAIN, v, i] = accounts.traits[Traits.FEAR_GAIN, w, i]
                weigh_up(accounts, platforms.dials, (w, v), i)


@compiled
def meet(accounts, platforms, links, room, place) -> None:
    """Let the neighbours of those who hold an account of ``place`` (w, v, p) for the first time count them."""
    w, v, p = place
    flags, known = accounts.flags[v], accounts.known[v]
    first, last = accounts.first[w, p], accounts.first[w, p + 1]
    if nobody_new(flags[first:last], known[first:last]):
        return
    n = make_known(accounts, links, room, place)
    if links.is_complete:
        for i in range(first, last):
            weigh_up(accounts, platforms.dials, (w, v), i)
        return
    for k in range(n):
        who = room.arrived[k]
        for e in range(links.indptr[w, who], links.indptr[w, who + 1]):
            i = accounts.at[w, p, links.neighbours[e]]
            if i >= 0:
                weigh_up(accounts, platforms.dials, (w, v), i)


@compiled
def nobody_new(flags, known):
    """Return whether all who hold an account, ``flags`` uint8 (n,), are known as co-clients, ``known`` uint8 (n,)."""
    is_new = np.uint8(0)
    for i in range(len(flags)):
        unknown = np.uint8(np.uint8(known[i] & np.uint8(CO_CLIENT)) ^ np.uint8(CO_CLIENT))  # whose bit is that of HOLDS
        is_new = np.uint8(is_new | np.uint8(np.uint8(flags[i] & np.uint8(HOLDS)) & unknown))
    return is_new == np.uint8(0)


@compiled
def make_known(accounts, links, room, place):
    """Count whoever of ``place`` (w, v, p) holds an account and is not known yet as a co-client; return how many."""
    w, v, p = place
    flags, known, count = accounts.flags[v], accounts.known[v], accounts.beliefs[Beliefs.CO_CLIENTS, v]
    first, last = accounts.first[w, p], accounts.first[w, p + 1]
    n = 0
    for start in range(first, last, TOGETHER):
        stop = min(start + TOGETHER, last)
        if nobody_new(flags[start:stop], known[start:stop]):
            continue
        for i in range(start, stop):
            if flags[i] & np.uint8(HOLDS) and not known[i] & np.uint8(CO_CLIENT):
                known[i] |= np.uint8(CO_CLIENT)
                room.arrived[n] = accounts.investor[w, i]
                n += 1
    if links.is_complete:
        push_to_all(count, _1, accounts.ones, room.arrived[:n], accounts.at[w, p], (first, last))
    else:
        rows = (links.indptr[w], links.neighbours)
        push(count, _1, accounts.ones, room.arrived[:n], rows, accounts.at[w, p], room.ends)
    return n


@compiled
def count_out(accounts, links, room, place) -> None:
    """Let the neighbours of those of ``place`` (w, v, p) who ran, or came back, count who of them is out."""
    w, v, p = place
    known, out = accounts.known[v], accounts.beliefs[Beliefs.OUT, v]
    first, last = accounts.first[w, p], accounts.first[w, p + 1]
    rows, at = (links.indptr[w], links.neighbours), accounts.at[w, p]
    for start in range(first, last, TOGETHER):
        stop = min(start + TOGETHER, last)
        if all_counted(known[start:stop]):
            continue
        n_out, n_back = 0, 0
        for i in range(start, stop):
            is_out, counted = known[i] & np.uint8(FLED) > 0, known[i] & np.uint8(COUNTED) > 0
            if is_out == counted:
                continue
            known[i] ^= np.uint8(COUNTED)
            if is_out:
                room.departed[n_out] = accounts.investor[w, i]
                n_out += 1
            else:
                room.arrived[n_back] = accounts.investor[w, i]
                n_back += 1
        for who, by in ((room.departed[:n_out], _1), (room.arrived[:n_back], -_1)):
            if links.is_complete:
                push_to_all(out, by, accounts.ones, who, at, (first, last))
            else:
                push(out, by, accounts.ones, who, rows, at, room.ends)


@compiled
def all_counted(known):
    """Return whether the neighbours of all know who is out, ``known`` uint8 (n,)."""
    differs = np.uint8(0)
    for i in range(len(known)):
        differs = np.uint8(differs | np.uint8(np.uint8(known[i] >> np.uint8(3)) ^ np.uint8(known[i])) & np.uint8(FLED))
    return differs == np.uint8(0)


@inlined
def exposed(counts, seen, out, each):
    """Return the exposure of one owner to ``seen`` co-clients who left lately and ``out`` who ran and stay away;
    ``counts``: what one of these and of those counts."""
    return (counts[0] * seen + counts[1] * out) * each


@compiled
def weigh_up(accounts, dials, place, i) -> None:
    """Work out what the co-clients of account *i* of ``place`` (w, v) count, by how many there are.

    Of d co-clients one who leaves is an exposure of d^−γ · d₀^(γ − 1), all of them of (d / d₀)^(1 − γ); an alarmed one
    adds fear times the gain of fear times (d₀ / d)^γ, with the γ and d₀ of alarms. What does not depend on d is left as
    it stands, so that memory is not waited for.
    """
    w, v = place
    beliefs, d = accounts.beliefs, np.float64(accounts.beliefs[Beliefs.CO_CLIENTS, v, i])
    whole, of_departures, of_alarms = 1.0, dials[v, Dials.EXPOSURE_EXPONENT], dials[v, Dials.ALARM_EXPONENT]
    if of_departures != 1.0:
        whole = (d / dials[v, Dials.EXPOSURE_CONTACTS]) ** (1.0 - of_departures) if d > 0.0 else 0.0
        beliefs[Beliefs.WHOLE, v, i] = np.float32(whole)
    beliefs[Beliefs.EACH, v, i] = np.float32(1.0 / d * whole if d > 0.0 else 0.0)
    if of_alarms != 0.0:
        part = (dials[v, Dials.ALARM_CONTACTS] / max(d, 1.0)) ** of_alarms
        beliefs[Beliefs.ALARM_GAIN, v, i] = np.float32(np.float64(accounts.traits[Traits.FEAR_GAIN, w, i]) * part)
