"""What is noted of an account when money comes: how much came out of it in all, and how long it was waited for."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import Terms


@inlined
def receive(accounts, people, agreed, whose, sums, clock) -> None:
    """Note that an account, ``whose`` (lane, platform, account, investor), gives its owner money, minor units: ``sums``
    are what is paid out of it, and what of it had been asked for.

    What a fee takes of a payment is lost, but paid: whoever asked has been served. ``agreed`` float64 (Terms, lanes,
    platforms): the usual terms, those of calm; the lag in them is no waiting.
    """
    v, p, i, who = whose
    paid, asked = sums
    accounts.paid[v, i] += paid
    if asked > 0:
        steps = clock.day - accounts.asked_day[v, i]
        accounts.waited[v, i] = max(accounts.waited[v, i], steps)
        beyond = np.float64(steps) * clock.dt - agreed[Terms.PAYOUT_LAG, v, p] - agreed[Terms.CUSTODY_LAG, v, p]
        people.money_days[v, who] += np.float64(asked) * max(beyond, 0.0)
