"""Let platforms pay what levers and custody cost: a cost leaves somebody's cash, and is booked once."""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.kernels import balance as assets
from trustsim.kernels import closing, times
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import Books, Gauges, Terms
from trustsim.kernels.times import DAYS_A_YEAR

_has_ended: Any = compiled(closing.has_ended)
_of_step: Any = compiled(times.of_step)


@compiled
def charge(platforms, clock) -> None:
    """Let every platform that stands pay its running costs of a step.

    To suppliers go ``cost_per_day``, ``cost_per_client`` for the clients of day 0 or those of today where they are
    more, and ``custody_cost`` for the money kept; to the guarantor the ``premium`` on claims; to the lenders the
    ``line_fee`` on the claims of day 0. All but the first are yearly.
    """
    books, ladder, gauges, terms = platforms.books, platforms.ladder, platforms.gauges, platforms.terms
    for v in range(books.shape[1]):
        for p in range(books.shape[2]):
            claims = np.float64(books[Books.CLAIMS, v, p])
            if _has_ended(gauges[Gauges.STATUS, v, p], claims):
                continue
            clients = max(gauges[Gauges.COHORT, v, p], gauges[Gauges.HOLDERS, v, p])
            liquid = np.float64(books[Books.CASH, v, p] + books[Books.CUSTODY, v, p])
            kept = terms[Terms.COST_PER_CLIENT, v, p] * clients + terms[Terms.CUSTODY_COST, v, p] * liquid
            cost = terms[Terms.COST_PER_DAY, v, p] + kept / DAYS_A_YEAR
            premium = terms[Terms.PREMIUM, v, p] * claims / DAYS_A_YEAR
            fee = terms[Terms.LINE_FEE, v, p] * gauges[Gauges.CLAIMS_AT_START, v, p] / DAYS_A_YEAR
            spend(books, ladder, v, p, Books.COSTS, _of_step(cost, clock.day, clock.dt))
            spend(books, ladder, v, p, Books.GUARANTOR, _of_step(premium, clock.day, clock.dt))
            spend(books, ladder, v, p, Books.LENDER, _of_step(fee, clock.day, clock.dt))


@compiled
def spend_each(books, ladder, p, wanted) -> None:
    """Let a platform pay ``wanted`` int64 (lanes,), minor units, for a lever, see :func:`spend`."""
    for v in range(len(wanted)):
        spend(books, ladder, v, p, Books.COSTS, np.float64(wanted[v]))


@compiled
def spend(books, ladder, v, p, to, wanted) -> None:
    """Pay *wanted* minor units from a platform's liquid money to an outside account; beyond it its owners take assets
    over at par, and what is then lacking nobody pays."""
    liquid = assets.liquid_money(books, v, p)
    held = liquid + assets.ladder_total(ladder, v, p)
    paid = np.int64(wanted) if wanted < np.float64(held) else held
    from_liquid = min(paid, liquid)
    assets.take_from_ladder(ladder, v, p, paid - from_liquid)
    assets.pay_out(books, v, p, from_liquid)
    books[to, v, p] += paid
