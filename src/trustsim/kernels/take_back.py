"""Take back what was asked for and has not come."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.asking import of_day_0
from trustsim.kernels.cohort import is_of_day_0
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.layout import FREE, LEAVING, MOVED, Books, Gauges
from trustsim.kernels.limit import has_only_moved
from trustsim.kernels.receive import end_wait, note_wait

WHOLE, LATER = 1, 2  # what is taken back: all that is asked for, or what was asked for later alone


@compiled
def take_back(accounts, people, platforms, parts, place, clock) -> None:
    """Let those of the accounts of ``place`` (v, p) who wait ask no more, or for less: ``parts`` uint8 (accounts of the
    platform,), WHOLE, LATER, or 0.

    What they have waited so far is noted. Whose first request it was, and of it nothing is paid, has not asked, and
    from this step on the money has not gone out. Who takes back the later part alone has asked, and waits for the rest.
    """
    v, p = place
    w = v // (len(accounts.flags) // len(accounts.first))
    gauges, flags, queue = platforms.gauges, accounts.flags, accounts.queue
    begin = accounts.first[w, p]
    end = begin
    for k in range(begin, begin + accounts.queue_n[v, p]):
        i = queue[v, k]
        part = parts[i - begin]
        if part != WHOLE:
            queue[v, end] = i
            end += 1
        if part == LATER and accounts.later[v, i] > 0:
            later = accounts.later[v, i]
            whose = (v, p, i, accounts.investor[w, i])
            _want_no_more(accounts, platforms, whose, accounts.requested[v, i] - later, later)
            note_wait(people, platforms, whose, later, accounts.later_day[v, i], clock)
            accounts.requested[v, i] -= later
            accounts.later[v, i] = 0
            flags[v, i] &= np.uint8(255 - FREE - LEAVING)
        if part != WHOLE:
            continue
        asked = accounts.requested[v, i]
        is_first = accounts.paid[v, i] == 0 and accounts.first_asked[v, i] == accounts.asked_day[v, i]
        whose = (v, p, i, accounts.investor[w, i])
        _want_no_more(accounts, platforms, whose, 0, asked)
        end_wait(accounts, people, platforms, whose, asked, clock)
        gauges[Gauges.STAYERS, v, p] += 0 if has_only_moved(accounts, v, i) else 1
        accounts.known[v, i] &= np.uint8(255 - MOVED)
        if is_of_day_0(flags[v, i]):
            gauges[Gauges.COHORT_LEFT, v, p] -= 1 if is_first else 0
        if is_first:
            accounts.first_asked[v, i] = -1
        accounts.asked_day[v, i] = -1
        flags[v, i] &= np.uint8(255 - FREE - LEAVING)
    accounts.queue_n[v, p] = end - begin


@inlined
def _want_no_more(accounts, platforms, whose, before, amount) -> None:
    """Note that an *amount* of an account, ``whose`` (lane, platform, account, investor), minor units, is wanted no
    more, while so much that was asked for *before* it still is."""
    v, p, i, _ = whose
    w = v // (len(accounts.flags) // len(accounts.first))
    platforms.books[Books.QUEUED, v, p] -= amount
    platforms.gauges[Gauges.TAKEN_BACK, v, p] += amount
    if is_of_day_0(accounts.flags[v, i]):
        taken = of_day_0(accounts.ticket[w, i], accounts.paid[v, i] + before, amount)
        platforms.gauges[Gauges.COHORT_ASKED, v, p] -= taken
