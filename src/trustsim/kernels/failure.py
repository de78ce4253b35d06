"""Close a platform that has failed or is wound down: what each account gets back, and who bears the rest."""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.kernels import balance as assets
from trustsim.kernels import closing as closings
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import FAILED, RUNGS, STAYING, Books, Gauges, Terms
from trustsim.kernels.receive import receive

_closing: Any = compiled(closings.closing)
_estate_price = compiled(closings.estate_price)


@compiled
def fail(accounts, people, platforms, v, p, clock) -> None:
    """Close a platform: return what is segregated, sell the estate, pay its guarantee, share the rest of the loss.

    What an account gets: its share of custody; its share of the estate (cash, and assets at half the price fall of a
    full sale, less cost, after debt); the guarantee's cover of what is then missing, for the part of the claim within
    its limit, as far as the fund reaches. Every share is pro rata to the claim and rounded down; the rounding stays in
    the estate. A platform that is wound down is closed like this once nothing is left.
    """
    books, ladder, gauges, terms = platforms.books, platforms.ladder, platforms.gauges, platforms.terms
    w = v // (len(accounts.flags) // len(accounts.first))
    balance, first, investor = accounts.balance, accounts.first[w], accounts.investor[w]
    book = assets.ladder_total(ladder, v, p)
    price = _estate_price(terms[Terms.SALE_IMPACT, v, p])
    proceeds = np.int64(np.float64(book) * price)
    for k in range(RUNGS):
        ladder[k, v, p] = 0
    books[Books.BUYERS, v, p] += book - proceeds
    lent = books[Books.LENT, v, p]
    sold_claims = np.int64(np.float64(lent) * price)
    books[Books.BUYERS, v, p] -= sold_claims
    proceeds += sold_claims
    gauges[Gauges.SOLD, v, p] += book + lent
    gauges[Gauges.SALE_LOSS, v, p] += book + lent - proceeds
    cost, repaid, custody_share, estate_share = _closing(
        books[Books.CASH, v, p], proceeds, books[Books.DEBT, v, p], books[Books.CUSTODY, v, p],
        books[Books.CLAIMS, v, p], terms[Terms.ESTATE_COST, v, p],
    )  # fmt: skip
    books[Books.CASH, v, p] += proceeds - cost - repaid
    books[Books.ESTATE, v, p] += cost
    books[Books.LENDER, v, p] += repaid
    books[Books.DEBT, v, p] = 0
    books[Books.LENT, v, p], books[Books.BORROWED, v, p] = 0, 0
    apart, estate = books[Books.CUSTODY, v, p], books[Books.CASH, v, p]
    returned_share = custody_share + (1.0 - custody_share) * estate_share
    cover, limit = terms[Terms.COVER, v, p], terms[Terms.COVER_LIMIT, v, p]
    owed = 0.0
    for i in range(first[p], first[p + 1]):
        owed += cover * min(np.float64(balance[v, i]), limit) * (1.0 - returned_share)
    fund = terms[Terms.GUARANTEE_FUND, v, p] + min(np.float64(books[Books.GUARANTOR, v, p]), 0.0)
    honoured = min(fund / owed, 1.0) if owed > 0.0 else 1.0
    from_custody, from_estate, from_fund, lost = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for i in range(first[p], first[p + 1]):
        b = balance[v, i]
        if b > 0:
            kept = np.int64(np.float64(b) * custody_share)
            paid = np.int64(np.float64(b - kept) * estate_share)
            within = min(limit / np.float64(b), 1.0)
            topped = np.int64(cover * within * honoured * np.float64(b - kept - paid))
            kept = min(kept, apart - from_custody)
            paid = min(paid, max(estate, np.int64(0)) - from_estate)
            people.safe[v, investor[i]] += kept + paid + topped
            whose, gets = (v, p, i, investor[i]), kept + paid + topped
            receive(accounts, people, platforms.agreed, whose, (gets, accounts.requested[v, i]), clock)
            people.loss[v, investor[i]] += b - kept - paid - topped
            from_custody += kept
            from_estate += paid
            from_fund += topped
            lost += b - kept - paid - topped
            balance[v, i] = 0
            accounts.requested[v, i] = 0
        accounts.flags[v, i] &= np.uint8(STAYING)
    accounts.queue_n[v, p] = 0
    books[Books.CUSTODY, v, p] -= from_custody
    books[Books.CASH, v, p] -= from_estate
    books[Books.GUARANTOR, v, p] -= from_fund
    books[Books.CLAIMS, v, p] = 0
    books[Books.QUEUED, v, p] = 0
    books[Books.LOST, v, p] += lost
    gauges[Gauges.HOLDERS, v, p] = 0.0
    gauges[Gauges.STATUS, v, p] = FAILED
    gauges[Gauges.FAILURE_DAY, v, p] = clock.day


@compiled
def fail_each(accounts, people, platforms, v, which, clock) -> None:
    """Close these platforms of one lane, ``which`` int64 (n,), one after another."""
    for p in which:
        fail(accounts, people, platforms, v, p, clock)
