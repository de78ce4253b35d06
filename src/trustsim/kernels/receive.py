"""What is noted of an account when money comes, or is asked for no more: how much, and how long it was waited for."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import Terms


@inlined
def end_wait(accounts, people, agreed, whose, asked, clock) -> None:
    """Note that what was *asked* for of an account, ``whose`` (lane, platform, account, investor), minor units, is no
    longer waited for.

    ``agreed`` float64 (Terms, lanes, platforms): the usual terms, those of calm; the lag in them is no waiting.
    """
    v, p, i, who = whose
    steps = clock.day - accounts.asked_day[v, i]
    accounts.waited[v, i] = max(accounts.waited[v, i], steps)
    beyond = np.float64(steps) * clock.dt - agreed[Terms.PAYOUT_LAG, v, p] - agreed[Terms.CUSTODY_LAG, v, p]
    people.money_days[v, who] += np.float64(asked) * max(beyond, 0.0)


@inlined
def receive(accounts, people, agreed, whose, sums, clock) -> None:
    """Note that an account, ``whose`` (lane, platform, account, investor), gives its owner money, minor units: ``sums``
    are what comes, and what of it had been asked for. ``agreed``: see :func:`end_wait`.
    """
    v, _, i, _ = whose
    gets, asked = sums
    accounts.paid[v, i] += gets
    if asked > 0:
        end_wait(accounts, people, agreed, whose, asked, clock)
