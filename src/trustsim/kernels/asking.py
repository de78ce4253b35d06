"""What an owner asks for: how much is free, since when what is asked for waits, and what of it is money of day 0.

What is asked for has two parts: what was asked for first, and what was asked for *later*, a second half or locked money
that matures. Each waits from its own day, and the first is paid first. What comes to the later part joins it, and moves
its day to the mean of both, weighted by money, so that sums of waiting are right to the step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.kernels import times
from trustsim.kernels.compiled import inlined
from trustsim.kernels.times import SAME_TIME

lag_of: Any = inlined(times.lag_of)


@inlined
def free_of(held, asked, locked_share, is_mature):
    """Return what of a balance is free, and what is locked, minor units; ``asked``: what is asked for already."""
    lock = np.int64(0) if is_mature else np.int64(np.float64(held) * locked_share)
    return held - lock - asked, lock


@inlined
def ask(requested, asked_day, later, later_day, at, amount, day) -> None:
    """Let an account, ``at`` (lane, account), ask for an *amount* (minor units) more, which waits from now on."""
    if requested[at] == 0:
        asked_day[at] = day
    elif later[at] == 0:
        later[at], later_day[at] = amount, day
    else:
        age = np.float64(day - later_day[at]) * (np.float64(later[at]) / np.float64(later[at] + amount))
        later[at] += amount
        later_day[at] = day - np.int32(round(age))
    requested[at] += amount


@inlined
def past_lag(accounts, at, lag, day):
    """Return what of what an account, ``at`` (lane, account), has asked for has waited for its lag, steps,
    minor units."""
    if day - accounts.asked_day[at] < lag:
        return np.int64(0)
    later = accounts.later[at]
    is_past = later == 0 or day - accounts.later_day[at] >= lag
    return accounts.requested[at] if is_past else accounts.requested[at] - later


@inlined
def lag_in_steps(terms, v, p, dt):
    """Return how many steps of *dt* days the lag takes in the terms float64 (Terms, lanes, platforms), float64; what
    has waited for so many is past it."""
    return (lag_of(terms[:, v, p]) - SAME_TIME) / dt


@inlined
def of_day_0(ticket, before, amount):
    """Return what of an *amount* that is asked for is money of day 0: as far as what was asked for of the account
    *before* leaves of what it held then, its ``ticket``. Interest, and money that came from elsewhere, go out last."""
    return min(before + amount, ticket) - min(before, ticket)
