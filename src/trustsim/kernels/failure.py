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
_promised: Any = compiled(closings.promised)
_honoured: Any = compiled(closings.honoured)


@compiled
def fail(accounts, people, platforms, v, p, clock) -> None:
    """Close a platform: return what is segregated, sell the estate, pay its guarantee, share the rest of the loss.

    What an account gets: its share of custody; its share of the estate (cash, and assets at half the price fall of a
    full sale, less cost, after debt); the guarantee's cover of what is then missing, for the part of the claim within
    its limit, as far as the fund reaches. Every share is pro rata to the claim and rounded down; the rounding stays in
    the estate. A platform that is wound down is closed like this once nothing is left.
    """
    books, gauges = platforms.books, platforms.gauges
    brings = _sell(platforms, v, p)
    lost = _pay_out(accounts, people, platforms, (v, p), brings, clock)
    accounts.queue_n[v, p] = 0
    books[Books.CLAIMS, v, p] = 0
    books[Books.QUEUED, v, p] = 0
    books[Books.LOST, v, p] += lost
    gauges[Gauges.HOLDERS, v, p] = 0.0
    gauges[Gauges.STATUS, v, p] = FAILED
    gauges[Gauges.FAILURE_DAY, v, p] = clock.day


@compiled
def _sell(platforms, v, p):
    """Sell what a platform owns to outsiders, pay the cost and the debt from it, and return what it brings the rest."""
    books, ladder, gauges, terms = platforms.books, platforms.ladder, platforms.gauges, platforms.terms
    price = _estate_price(terms[Terms.SALE_IMPACT, v, p])
    book, lent = assets.ladder_total(ladder, v, p), books[Books.LENT, v, p]
    sold_claims = np.int64(np.float64(lent) * price)
    proceeds = np.int64(np.float64(book) * price) + sold_claims
    for k in range(RUNGS):
        ladder[k, v, p] = 0
    books[Books.BUYERS, v, p] += book - proceeds
    gauges[Gauges.SOLD, v, p] += book + lent
    gauges[Gauges.SALE_LOSS, v, p] += book + lent - proceeds
    brings = _closing(
        books[Books.CASH, v, p], proceeds, books[Books.DEBT, v, p], books[Books.CUSTODY, v, p],
        books[Books.CLAIMS, v, p], terms[Terms.ESTATE_COST, v, p],
    )  # fmt: skip
    books[Books.CASH, v, p] += proceeds - brings.cost - brings.repaid
    books[Books.ESTATE, v, p] += brings.cost
    books[Books.LENDER, v, p] += brings.repaid
    books[Books.DEBT, v, p], books[Books.LENT, v, p], books[Books.BORROWED, v, p] = 0, 0, 0
    return brings


@compiled
def _pay_out(accounts, people, platforms, where, brings, clock):
    """Pay each account of a platform, ``where`` (lane, platform), what a closing brings it; return what is lost in all,
    int64 minor units."""
    v, p = where
    books, terms = platforms.books, platforms.terms
    w = v // (len(accounts.flags) // len(accounts.first))
    balance, first, investor = accounts.balance, accounts.first[w], accounts.investor[w]
    cover, limit = terms[Terms.COVER, v, p], terms[Terms.COVER_LIMIT, v, p]
    owed = 0.0
    for i in range(first[p], first[p + 1]):
        b = np.float64(balance[v, i])
        owed += _promised(b, b * (1.0 - brings.returned_share), cover, limit)
    honoured = _honoured(terms[Terms.GUARANTEE_FUND, v, p], books[Books.GUARANTOR, v, p], owed)
    apart, estate, lost = books[Books.CUSTODY, v, p], max(books[Books.CASH, v, p], np.int64(0)), np.int64(0)
    for i in range(first[p], first[p + 1]):
        b = balance[v, i]
        if b > 0:
            kept = np.int64(np.float64(b) * brings.custody_share)
            paid = np.int64(np.float64(b - kept) * brings.estate_share)
            topped = np.int64(_promised(np.float64(b), np.float64(b - kept - paid), cover, limit) * honoured)
            kept, paid = min(kept, apart), min(paid, estate)
            apart -= kept
            estate -= paid
            gets, who = kept + paid + topped, investor[i]
            receive(accounts, people, platforms, (v, p, i, who), (gets, accounts.requested[v, i]), clock)
            people.safe[v, who] += gets
            people.loss[v, who] += b - gets
            books[Books.CUSTODY, v, p] -= kept
            books[Books.CASH, v, p] -= paid
            books[Books.GUARANTOR, v, p] -= topped
            lost += b - gets
            balance[v, i] = 0
        accounts.flags[v, i] &= np.uint8(STAYING)
    return lost


@compiled
def fail_each(accounts, people, platforms, v, which, clock) -> None:
    """Close these platforms of one lane, ``which`` int64 (n,), one after another."""
    for p in which:
        fail(accounts, people, platforms, v, p, clock)
