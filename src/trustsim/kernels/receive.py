"""What is noted of an account when money comes, or is asked for no more: how much, and how long it was waited for."""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.kernels import times
from trustsim.kernels.asking import lag_of
from trustsim.kernels.cohort import is_of_day_0
from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import Gauges

_whole_steps: Any = inlined(times.whole_steps)


@inlined
def note_wait(people, platforms, whose, amount, since, clock) -> None:
    """Note that an *amount* of an account, ``whose`` (lane, platform, account, investor), minor units, has been waited
    for since a step; below 0 where it is not to count. The lag in the agreed terms, in whole steps, is no waiting.
    """
    v, p, _, who = whose
    lag = _whole_steps(lag_of(platforms.agreed_terms[:, v, p]), clock.dt)
    late = np.float64(clock.day - since) - lag
    if late > 0.0:
        money_days = np.float64(amount) * late * clock.dt
        people.money_days[v, who] += money_days
        platforms.gauges[Gauges.MONEY_DAYS, v, p] += money_days


@inlined
def end_wait(accounts, people, platforms, whose, asked, clock) -> None:
    """Let *asked* of what an account, ``whose`` (lane, platform, account, investor), has asked for, minor units, be
    asked for no more, and note how long it was waited for: first what was asked for first."""
    v, _, i, _ = whose
    requested, later, since = accounts.requested, accounts.later, accounts.asked_day[v, i]
    accounts.waited[v, i] = max(accounts.waited[v, i], clock.day - since)
    first = requested[v, i] - later[v, i]
    note_wait(people, platforms, whose, min(asked, first), since, clock)
    if asked >= first and later[v, i] > 0:
        note_wait(people, platforms, whose, asked - first, accounts.later_day[v, i], clock)
        accounts.asked_day[v, i] = accounts.later_day[v, i]
        later[v, i] = 0
    requested[v, i] -= asked


@inlined
def receive(accounts, people, platforms, whose, sums, clock) -> None:
    """Note that an account, ``whose`` (lane, platform, account, investor), gives its owner money, minor units: ``sums``
    are what is paid out of it, and what of it had been asked for. What is paid to who has come back is another money's.

    What a fee takes of a payment is lost, but paid: whoever asked has been served.
    """
    v, _, i, _ = whose
    paid, asked = sums
    if is_of_day_0(accounts.flags[v, i]):
        accounts.paid[v, i] += paid
    if asked > 0:
        end_wait(accounts, people, platforms, whose, asked, clock)
