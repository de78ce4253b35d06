"""What falls due today and what a rule holds back, and the money that a platform wants to have for it."""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import balance as assets
from trustsim.kernels.asking import lag_in_steps, past_lag
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import FAILED, GATED, WINDING, Books, Gauges, Terms


@compiled
def asked_for(accounts, terms, place, clock):
    """Return what is asked for, past its lag and within the cap of an account, int64 minor units, of ``place`` (w, v,
    p).
    """
    w, v, p = place
    lag = lag_in_steps(terms, v, p, clock.dt)
    cap = terms[Terms.ACCOUNT_CAP, v, p] * clock.dt
    begin, asked = accounts.first[w, p], np.int64(0)
    for k in range(begin, begin + accounts.queue_n[v, p]):
        ripe = past_lag(accounts, (v, accounts.queue[v, k]), lag, clock.day)
        asked += np.int64(min(np.float64(ripe), cap))
    return asked


@compiled
def falls_due(platforms, asked, v, p, dt):
    """Return how much of what is ``asked`` falls due today, int64 minor units; the rest is held back by a rule.

    Nothing while payments are stopped; no more than the ceiling, the stage of a plan, a suspension; winding down, as
    far as money is there.
    """
    books, gauges, terms = platforms.books, platforms.gauges, platforms.terms
    status, within = gauges[Gauges.STATUS, v, p], gauges[Gauges.PAY_WITHIN, v, p]
    if status in (GATED, FAILED):
        return np.int64(0)
    due = asked
    if terms[Terms.THROUGHPUT, v, p] < math.inf:
        most = terms[Terms.THROUGHPUT, v, p] * dt * np.float64(books[Books.CLAIMS, v, p])
        due = min(due, np.int64(math.ceil(min(most, np.float64(due)))))
    if status == WINDING:
        return min(due, assets.liquid_money(books, v, p))
    if within > 0.0:
        due = min(due, staged(books[Books.QUEUED, v, p], within, dt))
    if terms[Terms.SUSPEND_AFTER, v, p] < math.inf:
        most = round(terms[Terms.SUSPEND_AFTER, v, p] * gauges[Gauges.CLAIMS_AT_START, v, p])
        due = max(min(due, np.int64(most - gauges[Gauges.PAID, v, p])), np.int64(0))
    return due


@compiled
def staged(amount, within, dt):
    """Return the part of an amount that is the step's turn, int64, where all has its turn in ``within`` days."""
    return np.int64(math.ceil(np.float64(amount) * min(dt / within, 1.0)))


@compiled
def to_have(platforms, due, v, p, dt):
    """Return the liquid money that a platform wants to have, int64 minor units: what is due, or by plan some more."""
    books, within = platforms.books, platforms.gauges[Gauges.PAY_WITHIN, v, p]
    if within <= 0.0:
        return due
    liquid = assets.liquid_money(books, v, p)
    return liquid + staged(max(books[Books.QUEUED, v, p] - liquid, np.int64(0)), within, dt)
