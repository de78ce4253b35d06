"""Measure every platform: its books, its risk, true and published, and what its clients feel."""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels.balance import ladder_total
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.layout import CALM_FEAR, OPEN, SUM_SCALE, Books, Gauges, Sums, Terms

MOST_EQUITY = 0.3  # assumed: beyond this share of the claims, more or less equity tells nobody of more or less risk
HOLE = 0.25  # of the claims: where so much is missing nearly all fail (docs/reliability.py)
_NO_PATIENCE = 1e-6  # days: with less, the first day of arrears is the last
_PARTS = (
    (Gauges.COHORT_FUND, Sums.COHORT_FUND), (Gauges.COHORT_INTEGRITY, Sums.COHORT_INTEGRITY),
    (Gauges.COHORT_INFO, Sums.COHORT_INFO), (Gauges.COHORT_SERVICE, Sums.COHORT_SERVICE),
)  # fmt: skip
_MOST_RISK = 10.0  # log-odds: one failure in 22,000; less and more are no risk and certainty to anybody


@compiled
def gauge(platforms):
    """Measure liquidity, solvency, risk (log-odds), true and published, trust and fear on every platform, and costs.

    Return whether all is quiet: every platform open, nothing overdue, no backlog, no fear to speak of.
    """
    gauges, is_quiet = platforms.gauges, True
    n_lanes, n_platforms = gauges.shape[1], gauges.shape[2]
    for v in range(n_lanes):
        for p in range(n_platforms):
            gauge_books(platforms, v, p)
            gauge_risk(platforms, v, p)
            gauge_people(platforms, v, p)
            is_quiet &= (
                gauges[Gauges.STATUS, v, p] == OPEN
                and gauges[Gauges.OVERDUE, v, p] <= 0.0
                and gauges[Gauges.FEAR, v, p] < CALM_FEAR
                and gauges[Gauges.BACKLOG, v, p] <= 0.0
            )
    return is_quiet


@inlined
def gauge_books(platforms, v, p) -> None:
    """Measure what a platform owns and owes, as shares of its claims; where nothing is owed any more, of those of
    day 0."""
    books, gauges = platforms.books, platforms.gauges
    claims = np.float64(books[Books.CLAIMS, v, p])
    claims = claims if claims > 0.0 else max(gauges[Gauges.CLAIMS_AT_START, v, p], 1.0)
    liquid = np.float64(books[Books.CASH, v, p] + books[Books.CUSTODY, v, p])
    assets = np.float64(ladder_total(platforms.ladder, v, p))
    owed = np.float64(books[Books.CLAIMS, v, p] + books[Books.DEBT, v, p] + books[Books.BORROWED, v, p])
    solvency = (liquid + assets + np.float64(books[Books.LENT, v, p]) - owed) / claims
    reported = solvency + np.float64(books[Books.MISREPORTED, v, p]) / claims
    gauges[Gauges.COST, v, p] = books[Books.COSTS, v, p]
    gauges[Gauges.CLAIMS, v, p] = books[Books.CLAIMS, v, p]
    gauges[Gauges.WAITING, v, p] = books[Books.QUEUED, v, p]
    gauges[Gauges.QUEUE, v, p] = np.float64(books[Books.QUEUED, v, p]) / claims
    # where nothing is owed nothing is lacking
    gauges[Gauges.LIQUIDITY, v, p] = min(liquid / claims, 1.0) if books[Books.CLAIMS, v, p] > 0 else 1.0
    gauges[Gauges.SOLVENCY, v, p] = solvency
    gauges[Gauges.REPORTED_SOLVENCY, v, p] = reported
    gauges[Gauges.HIDDEN_GAP, v, p] = max(reported - solvency, 0.0)


@inlined
def gauge_risk(platforms, v, p) -> None:
    """Measure the risk of a platform, log-odds: how likely it fails within 90 days, and what it publishes."""
    gauges = platforms.gauges
    fails, published = true_risk(platforms, v, p), published_risk(platforms, v, p)
    gauges[Gauges.RISK, v, p] = min(max(fails, -_MOST_RISK), _MOST_RISK)
    gauges[Gauges.PUBLISHED_RISK, v, p] = min(max(published, -_MOST_RISK), _MOST_RISK)


@compiled
def true_risk(platforms, v, p):
    """Return the log-odds that a platform fails within 90 days, as fitted to how often platforms of the model do, by
    equity / claims, and by liquidity less what waits / claims.

    What is missing counts apart from equity, for it fails far more; each counts as far as it was fitted: from −0.25
    to 0.3, cash from −1.
    """
    dials, gauges = platforms.dials, platforms.gauges
    equity, cash = gauges[Gauges.SOLVENCY, v, p], gauges[Gauges.LIQUIDITY, v, p] - gauges[Gauges.QUEUE, v, p]
    patience = max(platforms.terms[Terms.PATIENCE, v, p], _NO_PATIENCE)
    used_up = min(gauges[Gauges.ARREARS, v, p] / patience, 1.0)
    return (
        dials[v, Dials.FAILS_BASE]
        - dials[v, Dials.FAILS_EQUITY] * min(max(equity, 0.0), MOST_EQUITY)
        + dials[v, Dials.FAILS_HOLE] * min(max(-equity, 0.0), HOLE)
        - dials[v, Dials.FAILS_CASH] * max(cash, -1.0)
        + dials[v, Dials.FAILS_ARREARS] * used_up
    )


@compiled
def published_risk(platforms, v, p):
    """Return the risk that a platform publishes, log-odds: by what it reports of itself, less its bias, with the
    error that all readers share."""
    dials, gauges = platforms.dials, platforms.gauges
    reported = gauges[Gauges.REPORTED_SOLVENCY, v, p]
    strain = (
        dials[v, Dials.RISK_BASE]
        - dials[v, Dials.RISK_LIQUIDITY] * gauges[Gauges.LIQUIDITY, v, p]
        + dials[v, Dials.RISK_OVERDUE] * gauges[Gauges.OVERDUE, v, p]
    )
    equity = min(max(reported, -MOST_EQUITY), MOST_EQUITY)
    off = dials[v, Dials.PUBLISHED_ERROR] - platforms.terms[Terms.REPORT_BIAS, v, p]
    return strain - dials[v, Dials.RISK_EQUITY] * equity + off


@inlined
def gauge_people(platforms, v, p) -> None:
    """Measure trust and fear of the holders of a platform, and of its clients of day 0, with what they get wrong."""
    gauges, sums = platforms.gauges, platforms.sums
    holders, cohort = np.float64(sums[v, p, Sums.HOLDERS]), gauges[Gauges.COHORT, v, p]  # who were asked what they feel
    gauges[Gauges.FEAR, v, p] = 0.0
    if holders > 0.0:
        gauges[Gauges.TRUST, v, p] = np.float64(sums[v, p, Sums.TRUST]) / holders / SUM_SCALE
        gauges[Gauges.FEAR, v, p] = np.float64(sums[v, p, Sums.ALARMED]) / holders
    if cohort > 0.0:
        gauges[Gauges.COHORT_TRUST, v, p] = np.float64(sums[v, p, Sums.COHORT_TRUST]) / cohort / SUM_SCALE
        gauges[Gauges.COHORT_FEAR, v, p] = np.float64(sums[v, p, Sums.COHORT_ALARMED]) / cohort
        if platforms.has_parts:
            for part, total in _PARTS:
                gauges[part, v, p] = np.float64(sums[v, p, total]) / cohort / SUM_SCALE
        perceived = np.float64(sums[v, p, Sums.COHORT_RISK]) / cohort / SUM_SCALE
        gauges[Gauges.MISPERCEPTION, v, p] = perceived - 1.0 / (1.0 + math.exp(-gauges[Gauges.RISK, v, p]))
