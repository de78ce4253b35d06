"""Pay what is due: queue, terms, cash, credit line, asset sales, payouts; unlock what matures; credit interest.

Money that goes from one platform to another arrives after all have paid.
"""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import balance as assets
from trustsim.kernels import draws, purposes
from trustsim.kernels.act import address
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.cohort import is_of_day_0
from trustsim.kernels.compiled import compiled
from trustsim.kernels.due import asked_for, falls_due, to_have
from trustsim.kernels.layout import (
    BACK,
    FREE,
    HOLDS,
    MATURE,
    OPEN,
    STAYING,
    WINDING,
    Beliefs,
    Books,
    Gauges,
    Terms,
)
from trustsim.kernels.receive import receive
from trustsim.kernels.sales import raise_cash
from trustsim.kernels.times import DAYS_A_YEAR, SAME_TIME


@compiled
def destination(accounts, platforms, who, place, clock):
    """Return the platform that paid-out money goes to, or −1 for the safe account: the best of noisy utilities.

    Each platform's utility carries a logistic draw of its own, shared by the variants of a world.
    """
    w, v, p = place
    beliefs, terms, gauges, dials = accounts.beliefs, platforms.terms, platforms.gauges, platforms.dials
    best, chosen = 0.0, -1
    for q in range(accounts.at.shape[1]):
        k = accounts.at[w, q, who]
        if q == p or k < 0 or gauges[Gauges.STATUS, v, q] != OPEN:
            continue
        trust = np.float64(beliefs[Beliefs.FUND, v, k]) + np.float64(beliefs[Beliefs.INTEGRITY, v, k])
        spread = terms[Terms.PROMISED_YIELD, v, q] - terms[Terms.SAFE_YIELD, v, q]
        u = (np.float64(address(who, clock.day, purposes.DESTINATION, q, clock.keys[w])[0]) + 0.5) * draws.UNIFORM_SCALE
        luck = math.log(u / (1.0 - u))
        utility = dials[v, Dials.SWITCH_APPEAL] + dials[v, Dials.SWITCH_TRUST] * trust
        utility = utility + dials[v, Dials.SWITCH_YIELD] * spread - terms[Terms.ENTRY_FRICTION, v, q]
        utility = utility - dials[v, Dials.SWITCH_FEAR] * np.float64(beliefs[Beliefs.FEAR, v, k]) + luck
        if utility > best:
            best, chosen = utility, q
    return chosen


@compiled
def settle(accounts, people, platforms, n_markets, clock):
    """Pay the due requests of all platforms as far as their money reaches, under their terms.

    A request is due ``payout_lag``, and what custody adds, after it was made, unless a rule holds it back: a stop, a
    ceiling, a cap, a suspension, the stages of a plan. It is paid out of cash and custody, then from the credit line,
    then from selling assets, at most ``sale_limit`` of them a day. All platforms of one asset market sell at one price,
    exp(−``sale_impact`` · (pressure + sold / depth)), with the assets of day 0 as depth and earlier sales as pressure
    (Cifuentes, Ferrucci and Shin 2005, doi:10.1162/jeea.2005.3.2-3.556). Payments go in order of the queue, or the same
    share to each by rule. By plan (``PAY_WITHIN``) assets are sold and requests paid in equal parts until its end, as
    far as money is there.

    What is due and lacks the money is overdue; a platform that is overdue is in arrears, until all that is due is paid.
    What a rule holds back is delayed, and not overdue; while it holds back everything, arrears stand still. What is
    paid goes to the safe account or to another platform.

    Return whether some platform must be looked at: it is being wound down, or in arrears.
    """
    n_lanes, n_platforms = accounts.queue_n.shape
    n_variants = n_lanes // len(accounts.first)
    books, gauges, terms, dt = platforms.books, platforms.gauges, platforms.terms, clock.dt
    is_urgent = False
    asked = np.zeros(n_platforms, np.int64)
    due = np.zeros(n_platforms, np.int64)
    wanted = np.zeros(n_platforms, np.int64)
    arriving = np.zeros(n_platforms, np.int64)
    for v in range(n_lanes):
        w = v // n_variants
        arriving[:] = 0
        for p in range(n_platforms):
            gauges[Gauges.SOLD, v, p] = 0.0
            gauges[Gauges.SALE_LOSS, v, p] = 0.0
            gauges[Gauges.PRICE, v, p] = math.exp(-terms[Terms.SALE_IMPACT, v, p] * gauges[Gauges.PRESSURE, v, p])
            gauges[Gauges.OUTFLOW, v, p] = 0.0
            asked[p] = 0
            if accounts.queue_n[v, p] > 0:
                asked[p] = asked_for(accounts, terms, (w, v, p), clock)
            due[p] = falls_due(platforms, asked[p], v, p, dt)
            wanted[p] = to_have(platforms, due[p], v, p, dt)
        raise_cash(platforms, wanted, n_markets, v, dt)
        for p in range(n_platforms):
            payable = min(due[p], assets.liquid_money(books, v, p))
            if gauges[Gauges.PAY_WITHIN, v, p] > 0.0:
                due[p] = payable
            if payable > 0:
                pay(accounts, people, platforms, arriving, (payable, asked[p]), (w, v, p), clock)
            overdue = due[p] - payable
            gauges[Gauges.OVERDUE, v, p] = np.float64(overdue) / max(gauges[Gauges.CLAIMS_AT_START, v, p], 1.0)
            if overdue > 0:
                gauges[Gauges.ARREARS, v, p] += dt
            elif due[p] > 0 or asked[p] == 0:
                gauges[Gauges.ARREARS, v, p] = 0.0
            is_urgent |= gauges[Gauges.STATUS, v, p] == WINDING
            is_urgent |= gauges[Gauges.ARREARS, v, p] > 0.0
        for q in range(n_platforms):
            gauges[Gauges.PAID, v, q] += gauges[Gauges.OUTFLOW, v, q]
            books[Books.CASH, v, q] += arriving[q]
            books[Books.CLAIMS, v, q] += arriving[q]
            gauges[Gauges.INFLOW, v, q] += arriving[q]
    return is_urgent


@compiled
def pay(accounts, people, platforms, arriving, sums, place, clock) -> None:
    """Pay an amount out of what is asked, ``sums`` (paid, asked), to the queue of ``place`` (w, v, p), in order or (by
    rule, or winding down) the same share of each request, and close the gaps in the queue.
    """
    w, v, p = place
    books, gauges, terms, switched = platforms.books, platforms.gauges, platforms.terms, len(arriving) > 1
    balance, requested, flags, queue = accounts.balance, accounts.requested, accounts.flags, accounts.queue
    budget, asked = sums
    is_winding = gauges[Gauges.STATUS, v, p] == WINDING
    share = np.float64(budget) / np.float64(asked)
    lag = terms[Terms.PAYOUT_LAG, v, p] + terms[Terms.CUSTODY_LAG, v, p]
    cap, fee_share = terms[Terms.ACCOUNT_CAP, v, p] * clock.dt, terms[Terms.EXIT_FEE, v, p]
    by_share = (terms[Terms.PRO_RATA, v, p] > 0.0 or is_winding) and budget < asked
    begin = accounts.first[w, p]
    end = begin
    paid_out, left_with_fees = np.int64(0), np.int64(0)
    for k in range(begin, begin + accounts.queue_n[v, p]):
        i = queue[v, k]
        x = np.int64(0)
        if (clock.day - accounts.asked_day[v, i]) * clock.dt >= lag - SAME_TIME and budget > 0:
            x = np.int64(min(np.float64(requested[v, i]), cap))
            x = min(np.int64(np.float64(x) * share) if by_share else x, budget)
        if x > 0:
            fee = np.int64(np.float64(x) * fee_share)
            who = accounts.investor[w, i]
            budget -= x
            balance[v, i] -= x
            requested[v, i] -= x
            paid_out += x
            left_with_fees += fee
            receive(accounts, people, platforms, (v, p, i, who), (x, x), clock)
            people.loss[v, who] += fee
            q = destination(accounts, platforms, who, place, clock) if switched else -1
            if q < 0:
                people.safe[v, who] += x - fee
            else:
                j = accounts.at[w, q, who]
                balance[v, j] += x - fee
                gauges[Gauges.HOLDERS, v, q] += 0 if flags[v, j] & np.uint8(HOLDS) else 1
                flags[v, j] |= np.uint8(FREE if flags[v, j] & np.uint8(HOLDS) else HOLDS | FREE | BACK)
                arriving[q] += x - fee
            platforms.flows[v, p, q if q >= 0 else len(arriving)] += x - fee
            if balance[v, i] == 0:
                flags[v, i] &= np.uint8(STAYING)
                gauges[Gauges.HOLDERS, v, p] -= 1
        if requested[v, i] > 0:
            queue[v, end] = i
            end += 1
    accounts.queue_n[v, p] = end - begin
    assets.pay_out(books, v, p, paid_out - left_with_fees)
    books[Books.CLAIMS, v, p] -= paid_out
    books[Books.QUEUED, v, p] -= paid_out
    books[Books.LOST, v, p] += left_with_fees
    gauges[Gauges.OUTFLOW, v, p] = paid_out


@compiled
def call_all(accounts, platforms, v, p, day) -> None:
    """Let every claim on one platform of one lane fall due: what is not yet asked for joins the queue, in order.

    It waits from now on; its owners have not asked for it.
    """
    first = accounts.first[v // (len(accounts.flags) // len(accounts.first))]
    begin, balance, requested = first[p], accounts.balance, accounts.requested
    end = begin + accounts.queue_n[v, p]
    called = np.int64(0)
    for i in range(begin, first[p + 1]):
        free = balance[v, i] - requested[v, i]
        accounts.flags[v, i] &= np.uint8(255 - FREE)
        if free > 0:
            if requested[v, i] == 0:
                accounts.queue[v, end] = i
                end += 1
                accounts.asked_day[v, i] = day
            requested[v, i] += free
            called += free
    accounts.queue_n[v, p] = end - begin
    platforms.books[Books.QUEUED, v, p] += called
    platforms.gauges[Gauges.CALLED, v, p] += called


@compiled
def mature(flags, locked, calendar, day) -> None:
    """Unlock the accounts that mature today; lock again those of yesterday that stayed.

    ``locked`` float64 (v, p): where nothing is locked there are no maturities. ``calendar``: kernels/arrays.py.
    """
    n_variants = len(flags) // len(calendar.order)
    for v in range(len(flags)):
        order = calendar.order[v // n_variants]
        for p in range(len(calendar.cycle)):
            if calendar.cycle[p] == 0 or locked[v, p] <= 0.0:
                continue
            begins = calendar.begins[v // n_variants, p]
            today, before = day % calendar.cycle[p], (day - 1) % calendar.cycle[p]
            for k in range(begins[before], begins[before + 1]):
                flags[v, order[k]] &= np.uint8(255 - MATURE)
            for k in range(begins[today], begins[today + 1]):
                i = order[k]
                if flags[v, i] & np.uint8(HOLDS):
                    flags[v, i] |= np.uint8(FREE | MATURE)


@compiled
def withhold(accounts, people, books, rates, place) -> None:
    """Book as a loss of the owners of every balance at ``place`` (v, p) the interest at the usual rate that the rate of
    today does not pay, ``rates`` (usual, today's), each rounded down."""
    v, p = place
    w = v // (len(accounts.flags) // len(accounts.first))
    usual, rate = rates
    for i in range(accounts.first[w, p], accounts.first[w, p + 1]):
        b = np.float64(accounts.balance[v, i])
        unpaid = np.int64(b * usual) - np.int64(b * rate)
        people.loss[v, accounts.investor[w, i]] += unpaid
        books[Books.LOST, v, p] += unpaid
        books[Books.CREDITED, v, p] += unpaid


@compiled
def credit_interest(accounts, people, platforms, days) -> None:
    """Credit the promised yield of *days* to every balance, rounded down; the claims on the platform rise by as much.

    Who has asked for all of the balance asks for the interest too, so that a closed account leaves no crumbs behind; so
    falls due the interest on what a wind-down has called. What the usual terms would have credited beyond that its
    owner loses.
    """
    balance, requested = accounts.balance, accounts.requested
    terms, books, gauges = platforms.terms, platforms.books, platforms.gauges
    n_variants = len(balance) // len(accounts.first)
    for v in range(len(balance)):
        first = accounts.first[v // n_variants]
        for p in range(len(first) - 1):
            rate = terms[Terms.PROMISED_YIELD, v, p] * days / DAYS_A_YEAR
            usual = platforms.agreed[Terms.PROMISED_YIELD, v, p] * days / DAYS_A_YEAR
            credited, asked, since_day_0 = np.int64(0), np.int64(0), np.int64(0)
            if usual > rate:
                withhold(accounts, people, books, (usual, rate), (v, p))
            if rate > 0.0:
                for i in range(first[p], first[p + 1]):
                    x = np.int64(np.float64(balance[v, i]) * rate)
                    if requested[v, i] == balance[v, i]:
                        requested[v, i] += x
                        asked += x
                        if is_of_day_0(accounts.flags[v, i]) and gauges[Gauges.STATUS, v, p] != WINDING:
                            since_day_0 += x
                    balance[v, i] += x
                    credited += x
            books[Books.CLAIMS, v, p] += credited
            books[Books.CREDITED, v, p] += credited
            books[Books.QUEUED, v, p] += asked
            gauges[Gauges.CALLED, v, p] += asked
            gauges[Gauges.COHORT_ASKED, v, p] += since_day_0
