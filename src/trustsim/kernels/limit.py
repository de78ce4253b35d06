"""What lies above the limit of a guarantee: how much of it can be asked for, and where it is covered."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import MOVED, RAN


@inlined
def above(limit, margin, held, asked):
    """Return what the owner of a balance above a limit takes out down to it, less what is asked for, minor units, at
    least 0; a ``margin``, a share of the limit, is left free below it for the interest to come.

    ``limit`` float64, infinite where there is none; ``held``, ``asked`` int64: the balance, and what of it is asked
    for.
    """
    if np.float64(held) <= limit:
        return np.int64(0)
    return max(held - np.int64(limit * (1.0 - margin)) - asked, np.int64(0))


@inlined
def may_come_in(cap, held, amount):
    """Return what of an *amount* may join a balance ``held`` under a cap on what may be held, minor units, at least 0;
    ``cap`` float64, infinite where there is none."""
    return np.int64(min(max(cap - np.float64(held), 0.0), np.float64(amount)))


@inlined
def covered_there(weights, held, amount):
    """Return what share of a loss of an *amount* is believed to be made good where it joins a balance ``held``, minor
    units both; ``weights`` float32 (Weights,) of the platform."""
    room = max(np.float64(weights[Weights.COVER_LIMIT]) - np.float64(held), 0.0)
    return np.float64(weights[Weights.COVER]) * min(room / np.float64(amount), 1.0)


@inlined
def has_only_moved(accounts, v, i):
    """Return whether all that an account has asked for was moved in the ordinary way because no guarantee covered it:
    then it has neither run nor left."""
    return accounts.known[v, i] & np.uint8(MOVED) > 0 and accounts.flags[v, i] & np.uint8(RAN) == 0
