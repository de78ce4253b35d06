"""Take back what was asked for and has not come."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.asking import of_day_0
from trustsim.kernels.cohort import is_of_day_0
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import FREE, KNOWN, LEAVING, Books, Gauges
from trustsim.kernels.limit import has_only_moved
from trustsim.kernels.receive import end_wait


@compiled
def take_back(accounts, people, platforms, who, place, clock) -> None:
    """Let those of the accounts of ``place`` (v, p) who wait, ``who`` bool (accounts of the platform,), ask no more.

    What they have waited so far is noted. Whose first request it was, and of it nothing is paid, has not asked, and
    from this step on the money has not gone out.
    """
    v, p = place
    w = v // (len(accounts.flags) // len(accounts.first))
    books, gauges, flags, queue = platforms.books, platforms.gauges, accounts.flags, accounts.queue
    begin = accounts.first[w, p]
    end = begin
    for k in range(begin, begin + accounts.queue_n[v, p]):
        i = queue[v, k]
        if not who[i - begin]:
            queue[v, end] = i
            end += 1
            continue
        asked, paid = accounts.requested[v, i], accounts.paid[v, i]
        is_first = paid == 0 and accounts.first_asked[v, i] == accounts.asked_day[v, i]
        end_wait(accounts, people, platforms, (v, p, i, accounts.investor[w, i]), asked, clock)
        books[Books.QUEUED, v, p] -= asked
        gauges[Gauges.TAKEN_BACK, v, p] += asked
        gauges[Gauges.STAYERS, v, p] += 0 if has_only_moved(accounts, v, i) else 1
        accounts.known[v, i] &= np.uint8(KNOWN)
        if is_of_day_0(flags[v, i]):
            gauges[Gauges.COHORT_ASKED, v, p] -= of_day_0(accounts.ticket[w, i], paid, asked)
            gauges[Gauges.COHORT_LEFT, v, p] -= 1 if is_first else 0
        if is_first:
            accounts.first_asked[v, i] = -1
        accounts.asked_day[v, i] = -1
        flags[v, i] &= np.uint8(255 - FREE - LEAVING)
    accounts.queue_n[v, p] = end - begin
