"""Pay the queue of one platform: who gets how much, and where what is paid goes."""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import balance as assets
from trustsim.kernels import draws, purposes
from trustsim.kernels.asking import lag_in_steps, past_lag
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import (
    BACK,
    FLED,
    FREE,
    HOLDS,
    MOVED,
    OPEN,
    STAYING,
    WARY,
    WINDING,
    Beliefs,
    Books,
    Gauges,
    Terms,
)
from trustsim.kernels.limit import covered_there, may_come_in
from trustsim.kernels.receive import receive


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
    lag = lag_in_steps(terms, v, p, clock.dt)
    cap, fee_share = terms[Terms.ACCOUNT_CAP, v, p] * clock.dt, terms[Terms.EXIT_FEE, v, p]
    by_share = (terms[Terms.PRO_RATA, v, p] > 0.0 or is_winding) and budget < asked
    begin = accounts.first[w, p]
    end = begin
    paid_out, left_with_fees = np.int64(0), np.int64(0)
    for k in range(begin, begin + accounts.queue_n[v, p]):
        i = queue[v, k]
        x = np.int64(0)
        if budget > 0:
            x = np.int64(min(np.float64(past_lag(accounts, (v, i), lag, clock.day)), cap))
            x = min(np.int64(np.float64(x) * share) if by_share else x, budget)
        if x > 0:
            fee = np.int64(np.float64(x) * fee_share)
            who = accounts.investor[w, i]
            budget -= x
            balance[v, i] -= x
            paid_out += x
            left_with_fees += fee
            receive(accounts, people, platforms, (v, p, i, who), (x, x), clock)
            if fee > 0:
                people.loss[v, who] += fee
            is_moved, looks = accounts.known[v, i] & np.uint8(MOVED) > 0, accounts.known[v, i] & np.uint8(FLED | MOVED)
            q = destination(accounts, platforms, who, place, (x, is_moved), clock) if switched and looks else -1
            if q < 0:
                people.safe[v, who] += x - fee
            else:
                j = accounts.at[w, q, who]
                balance[v, j] += x - fee
                gauges[Gauges.HOLDERS, v, q] += 0 if flags[v, j] & np.uint8(HOLDS) else 1
                accounts.asked_day[v, j] = accounts.asked_day[v, j] if flags[v, j] & np.uint8(HOLDS) else -1
                flags[v, j] |= np.uint8(FREE if flags[v, j] & np.uint8(HOLDS) else HOLDS | FREE | BACK)
                accounts.known[v, j] &= np.uint8(255 - FLED - WARY)
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
def destination(accounts, platforms, who, place, money, clock):
    """Return the platform that paid-out money goes to, or −1 for the safe account: the best of noisy utilities.

    Asked for who has fled, or has moved what lay above the limit of a guarantee; who leaves in the ordinary way needs
    the money. Each platform's utility carries a logistic draw of its own, shared by the variants of a world. Risk is
    counted from that of a platform without equity and cash. ``money``: how much it is, minor units, and whether it lay
    above a limit; that goes to the best of the platforms that cover some of it, if there are any. A platform that may
    not take it all takes none.
    """
    w, v, p = place
    beliefs, terms, gauges, dials = accounts.beliefs, platforms.terms, platforms.gauges, platforms.dials
    amount, is_moved = money
    best, chosen = -math.inf if is_moved else 0.0, -1
    for q in range(accounts.at.shape[1]):
        k = accounts.at[w, q, who]
        if q == p or k < 0 or gauges[Gauges.STATUS, v, q] != OPEN:
            continue
        held = accounts.balance[v, k]
        if may_come_in(terms[Terms.HOLDING_CAP, v, q], held, amount) < amount:
            continue
        if is_moved and covered_there(platforms.weights[v, q], held, amount) <= 0.0:
            continue
        trust = np.float64(beliefs[Beliefs.FUND, v, k]) + np.float64(beliefs[Beliefs.INTEGRITY, v, k])
        spread = terms[Terms.PROMISED_YIELD, v, q] - terms[Terms.SAFE_YIELD, v, q]
        word, _ = draws.two_words(who, clock.day, purposes.DESTINATION, accounts.stream[q], clock.keys[w])
        u = (np.float64(word) + 0.5) * draws.UNIFORM_SCALE
        luck = math.log(u / (1.0 - u))
        utility = dials[v, Dials.SWITCH_APPEAL] + dials[v, Dials.SWITCH_TRUST] * trust
        utility = utility + dials[v, Dials.SWITCH_YIELD] * spread - terms[Terms.ENTRY_FRICTION, v, q]
        risk = np.float64(beliefs[Beliefs.RISK, v, k] + beliefs[Beliefs.EVIDENCE, v, k]) - dials[v, Dials.RISK_BASE]
        utility = utility - dials[v, Dials.SWITCH_RISK] * risk
        utility = utility - dials[v, Dials.SWITCH_FEAR] * np.float64(beliefs[Beliefs.FEAR, v, k]) + luck
        if utility > best:
            best, chosen = utility, q
    return chosen
