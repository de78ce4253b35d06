"""What is noted of an account when money comes, or is asked for no more: how much, and how long it was waited for."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import Gauges, Terms


@inlined
def note_wait(people, platforms, whose, amount, since, clock) -> None:
    """Note that an *amount* of an account, ``whose`` (lane, platform, account, investor), minor units, has been waited
    for since a step, beyond the lag in the agreed terms, which is no waiting; below 0 where it is not to count."""
    v, p, _, who = whose
    agreed = platforms.agreed_terms
    days = np.float64(clock.day - since) * clock.dt - agreed[Terms.PAYOUT_LAG, v, p] - agreed[Terms.CUSTODY_LAG, v, p]
    money_days = np.float64(amount) * max(days, 0.0)
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
    are what is paid out of it, and what of it had been asked for.

    What a fee takes of a payment is lost, but paid: whoever asked has been served.
    """
    v, _, i, _ = whose
    paid, asked = sums
    accounts.paid[v, i] += paid
    if asked > 0:
        end_wait(accounts, people, platforms, whose, asked, clock)
