"""A service desk, contact by contact, in continuous time."""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import draws, purposes
from trustsim.kernels.compiled import compiled


@compiled
def serve(free_at, rate, handling, giving_up, start, stop, platform, day, key):
    """Let contacts come in from ``start`` to ``stop`` (days) and be taken, first come first served, by the first agent
    who is free; return how many came, how many had to wait, and for how long together (days).

    ``free_at`` float64 (agents,): when each is free, changed in place. Contacts come at ``rate`` a day (Poisson), take
    an exponential time of mean ``handling``, and give up after an exponential time at the rate ``giving_up``. Times are
    drawn at the number of the contact in its step; what is left of a gap at the end of a step is drawn anew, which
    changes no law because gaps have no memory. Kiefer and Wolfowitz (1955), doi:10.1090/S0002-9947-1955-0066587-3.
    """
    came, waited, waiting = 0, 0, 0.0
    now = start
    while rate > 0.0:
        a, b, c, _ = draws.philox(
            np.uint64(came), np.uint64(day), np.uint64(purposes.CONTACT), np.uint64(platform), key[0], key[1]
        )
        now -= math.log((np.float64(a) + 0.5) * draws.UNIFORM_SCALE) / rate
        if now >= stop:
            break
        came += 1
        first = 0
        for k in range(1, len(free_at)):
            if free_at[k] < free_at[first]:
                first = k
        wait = max(free_at[first] - now, 0.0)
        waited += 1 if wait > 0.0 else 0
        patience = math.inf
        if giving_up > 0.0:
            patience = -math.log((np.float64(c) + 0.5) * draws.UNIFORM_SCALE) / giving_up
        waiting += min(wait, patience)
        if wait <= patience:
            free_at[first] = now + wait - handling * math.log((np.float64(b) + 0.5) * draws.UNIFORM_SCALE)
    return came, waited, waiting
