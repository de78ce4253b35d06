"""What is noted of an account when money comes, or is asked for no more: how much, and how long it was waited for."""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.kernels import times
from trustsim.kernels.cohort import is_of_day_0
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.layout import Gauges, Terms

_whole_steps: Any = compiled(times.whole_steps)


@inlined
def end_wait(accounts, people, platforms, whose, asked, clock) -> None:
    """Note that what was *asked* for of an account, ``whose`` (lane, platform, account, investor), minor units, is no
    longer waited for. The lag in the agreed terms, in whole steps, is no waiting.
    """
    v, p, i, who = whose
    steps = clock.day - accounts.asked_day[v, i]
    accounts.waited[v, i] = max(accounts.waited[v, i], steps)
    agreed = platforms.agreed_terms
    lag = _whole_steps(agreed[Terms.PAYOUT_LAG, v, p] + agreed[Terms.CUSTODY_LAG, v, p], clock.dt)
    money_days = np.float64(asked) * max(np.float64(steps) - lag, 0.0) * clock.dt
    people.money_days[v, who] += money_days
    platforms.gauges[Gauges.MONEY_DAYS, v, p] += money_days


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
