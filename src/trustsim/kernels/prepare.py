"""The few weights of the account pass that change from day to day: what is seen of payments, what is published of risk
and cash, and what the press tells of runs."""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.layout import Books, Gauges, Terms

_SAME = 1e-9  # of a term: sums of what levers propose miss what they should be by less
_WEEK = 7.0  # days for which withdrawals are news
_LOGISTIC_SPREAD = 1.8138  # π/√3: standard deviation of a logistic variate


@compiled
def publish(platforms, clock) -> None:
    """Write down whose report comes out in this step, and of when its figures are; what came out before stays.

    A report comes out where the last one, or day 0, is as long ago as the interval of today's terms. Who else wants to
    know what was published when reads the two gauges.
    """
    gauges, terms, dt = platforms.gauges, platforms.terms, clock.dt
    for v in range(gauges.shape[1]):
        for p in range(gauges.shape[2]):
            interval = terms[Terms.REPORT_INTERVAL, v, p]
            since = clock.day - gauges[Gauges.REPORT_CAME, v, p]
            if interval < math.inf and since >= max(round(interval / dt), 1):
                gauges[Gauges.REPORT_CAME, v, p] = clock.day
                gauges[Gauges.REPORT_OF, v, p] = max(clock.day - 1 - round(terms[Terms.REPORT_LAG, v, p] / dt), 0)


@compiled
def note_what_holds_back(platforms) -> None:
    """Write down where leaving costs more, or less of a balance is free, than was agreed on: from then on who does not
    ask may have been kept from it."""
    gauges, terms, agreed = platforms.gauges, platforms.terms, platforms.agreed_terms
    for v in range(gauges.shape[1]):
        for p in range(gauges.shape[2]):
            for row in (Terms.EXIT_FRICTION, Terms.EXIT_FEE, Terms.LOCKED_SHARE):
                if terms[row, v, p] > agreed[row, v, p] + _SAME:
                    gauges[Gauges.HOLDS_BACK, v, p] = 1.0


@compiled
def day_weights(platforms, calm, history, has_report, clock) -> None:
    """Fill the day's entries of ``platforms.weights``.

    Of the figures a share, live transparency, is yesterday's and read every day, with that weight; the rest is that of
    the last report.

    ``calm`` float64 (lanes, platforms): the readiness to run by the terms. ``history`` float64 (steps + 1, Gauges,
    lanes, platforms): all gauges by day. ``has_report`` bool (platforms,) is overwritten: a report or live figures came
    out in some lane.
    """
    dials = platforms.dials
    weights, terms, gauges, day = platforms.weights, platforms.terms, platforms.gauges, clock.day
    n_lanes, n_platforms = calm.shape
    has_report[:] = False
    steps_a_day = max(np.int64(round(1.0 / clock.dt)), np.int64(1))  # a report is news for a day
    for v in range(n_lanes):
        report_weight, noise = dials[v, Dials.REPORT_WEIGHT], dials[v, Dials.REPORT_NOISE]
        some_cash = dials[v, Dials.SOME_CASH]
        for p in range(n_platforms):
            weights[v, p, Weights.QUEUE] = np.float32(seen_of_payments(platforms, v, p))
            live = terms[Terms.TRANSPARENCY, v, p]
            scope = max(terms[Terms.REPORT_SCOPE, v, p], live)
            came = np.int64(gauges[Gauges.REPORT_CAME, v, p])
            comes = came > 0 and day - came < steps_a_day
            then, now = np.int64(gauges[Gauges.REPORT_OF, v, p]), max(day - 1, 0)
            reported = history[then, Gauges.PUBLISHED_RISK, v, p]
            reported += live * (history[now, Gauges.PUBLISHED_RISK, v, p] - reported)
            cash = history[then, Gauges.LIQUIDITY, v, p]
            cash += live * (history[now, Gauges.LIQUIDITY, v, p] - cash)
            cash_0 = history[0, Gauges.LIQUIDITY, v, p]
            cash += line_left(platforms, v, p)
            there = cash + some_cash
            weights[v, p, Weights.STATE] = np.float32(-dials[v, Dials.CASH] * math.log(there / (cash_0 + some_cash)))
            gone = dials[v, Dials.UNPAID] * unpaid(platforms, v, p) * cash / there
            weights[v, p, Weights.CALM] = np.float32(calm[v, p] - dials[v, Dials.CASH] * math.log(1.0 - gone))
            weights[v, p, Weights.REPORT_RISK] = np.float32(reported)
            weights[v, p, Weights.REPORT_WEIGHT] = np.float32(report_weight * (scope if comes else live))
            weights[v, p, Weights.REPORT_NOISE] = np.float32(noise * (1.0 - scope) / _LOGISTIC_SPREAD)
            is_out = comes or live > 0.0
            has_report[p] |= is_out


@inlined
def queue_seen(terms, v, p):
    """Return how far clients see the queue of a platform, as a share: by themselves, or in live figures."""
    return max(terms[Terms.VISIBILITY, v, p], terms[Terms.TRANSPARENCY, v, p])


@compiled
def unpaid(platforms, v, p):
    """Return which share of the cash that was reported is seen to be gone: that of what was due and stayed unpaid, as
    far as the queue is seen."""
    gauges, terms = platforms.gauges, platforms.terms
    overdue = gauges[Gauges.OVERDUE, v, p] * gauges[Gauges.CLAIMS_AT_START, v, p]
    return queue_seen(terms, v, p) * overdue / max(overdue + gauges[Gauges.OUTFLOW, v, p], 1.0)


@compiled
def seen_of_payments(platforms, v, p):
    """Return which share of the others is expected to leave by what is seen of payments: what is overdue, as far as
    the queue is seen, and how near an announced gate is."""
    dials, gauges, terms = platforms.dials, platforms.gauges, platforms.terms
    above = gauges[Gauges.LIQUIDITY, v, p] - terms[Terms.GATE_TRIGGER, v, p]
    near = max(1.0 - max(above, 0.0) / dials[v, Dials.GATE_MARGIN], 0.0)
    rush = terms[Terms.GATE_ANNOUNCED, v, p] * near * (1.0 - gauges[Gauges.GATE_SPENT, v, p])
    overdue = min(gauges[Gauges.OVERDUE, v, p], 1.0) * queue_seen(terms, v, p)
    return dials[v, Dials.FIRST_MOVE] * overdue + dials[v, Dials.GATE_RUSH] * rush


@compiled
def tell_of_runs(platforms, history, alike, ran, clock) -> None:
    """Fill the weights that say which share of the others is expected to leave by what the press tells: of the accounts
    that ran within a week, up to yesterday, there and, as far as they are alike, at other platforms.

    ``alike`` float64 (lanes, platforms, platforms): how much news about the first counts for the second. ``ran``
    float64 (platforms,) is overwritten: accounts that ran.
    """
    begin = max(clock.day - np.int64(round(_WEEK / clock.dt)), 1)
    n_lanes, n_platforms = platforms.weights.shape[:2]
    for v in range(n_lanes):
        told, any_ran = platforms.dials[v, Dials.PRESS_WITHDRAWALS], 0.0
        for p in range(n_platforms if told > 0.0 else 0):
            ran[p] = 0.0
            for t in range(begin, clock.day):
                ran[p] += history[t, Gauges.RUNNERS, v, p]
            any_ran += ran[p]
        for p in range(n_platforms):
            share = 0.0
            if any_ran > 0.0:
                held = history[begin - 1, Gauges.HOLDERS, v]
                share = told_of(p, ran, held, alike[v, :, p])
            platforms.weights[v, p, Weights.TOLD] = np.float32(told * share)


@compiled
def told_of(p, ran, held, alike):
    """Return the share of the accounts that ran, of a platform alone, or of it and the others taken together where that
    is more; each account of another weighs how alike it is.

    So two halves of a platform are told of as the whole, and who has few accounts is hardly told of elsewhere.
    """
    of_all, all_held = ran[p], held[p]
    for other in range(len(ran)):
        if other != p:
            of_all += alike[other] * ran[other]
            all_held += alike[other] * held[other]
    return min(max(ran[p] / max(held[p], 1.0), of_all / max(all_held, 1.0)), 1.0)


@compiled
def line_left(platforms, v, p):
    """Return what can still be borrowed on a credit line, as a share of the claims."""
    books, gauges = platforms.books, platforms.gauges
    line = platforms.terms[Terms.CREDIT_LINE, v, p] * gauges[Gauges.CLAIMS_AT_START, v, p]
    left = max(line - np.float64(books[Books.DEBT, v, p]), 0.0)
    return left / max(np.float64(books[Books.CLAIMS, v, p]), 1.0)
