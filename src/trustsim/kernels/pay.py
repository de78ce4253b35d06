"""Pay the queue of one platform: who gets how much, and where what is paid goes."""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import balance as assets
from trustsim.kernels import draws, purposes
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.layout import BACK, FREE, HOLDS, OPEN, STAYING, WINDING, Beliefs, Books, Gauges, Terms
from trustsim.kernels.receive import receive
from trustsim.kernels.times import SAME_TIME


@compiled
def pay(accounts, people, platforms, arriving, sums, place, clock) -> None:
    """Pay an amount out of what is asked, ``sums`` (paid, asked), to the queue of ``place`` (w, v, p), in order or (by
    rule, or winding down) the same share of each request, and close the gaps in the queue.
    """
    w, v, p = place
    budget, asked = sums
    books, gauges, terms = platforms.books, platforms.gauges, platforms.terms
    requested, queue = accounts.requested, accounts.queue
    by_share = (terms[Terms.PRO_RATA, v, p] > 0.0 or gauges[Gauges.STATUS, v, p] == WINDING) and budget < asked
    share = np.float64(budget) / np.float64(asked) if by_share else 1.0
    lag = terms[Terms.PAYOUT_LAG, v, p] + terms[Terms.CUSTODY_LAG, v, p]
    cap, fee_share = terms[Terms.ACCOUNT_CAP, v, p] * clock.dt, terms[Terms.EXIT_FEE, v, p]
    begin = accounts.first[w, p]
    end = begin
    paid_out, left_with_fees = np.int64(0), np.int64(0)
    for k in range(begin, begin + accounts.queue_n[v, p]):
        i = queue[v, k]
        x = np.int64(0)
        if (clock.day - accounts.asked_day[v, i]) * clock.dt >= lag - SAME_TIME and paid_out < budget:
            x = np.int64(min(np.float64(requested[v, i]), cap))
            x = min(np.int64(np.float64(x) * share) if by_share else x, budget - paid_out)
        if x > 0:
            fee = np.int64(np.float64(x) * fee_share)
            who = accounts.investor[w, i]
            take_out(accounts, people, platforms, (v, p, i, who), (x, fee), clock)
            hand_over(accounts, people, platforms, arriving, place, who, x - fee, clock)
            paid_out += x
            left_with_fees += fee
        if requested[v, i] > 0:
            queue[v, end] = i
            end += 1
    accounts.queue_n[v, p] = end - begin
    assets.pay_out(books, v, p, paid_out - left_with_fees)
    books[Books.CLAIMS, v, p] -= paid_out
    books[Books.QUEUED, v, p] -= paid_out
    books[Books.LOST, v, p] += left_with_fees
    gauges[Gauges.OUTFLOW, v, p] = paid_out


@inlined
def take_out(accounts, people, platforms, whose, sums, clock) -> None:
    """Take a payment out of an account, ``whose`` (lane, platform, account, investor), minor units: ``sums`` are what
    is paid, and what of it a fee takes. An account with nothing left is closed."""
    v, p, i, who = whose
    paid, fee = sums
    accounts.balance[v, i] -= paid
    accounts.requested[v, i] -= paid
    receive(accounts, people, platforms, whose, (paid, paid), clock)
    people.loss[v, who] += fee
    if accounts.balance[v, i] == 0:
        accounts.flags[v, i] &= np.uint8(STAYING)
        platforms.gauges[Gauges.HOLDERS, v, p] -= 1


@inlined
def hand_over(accounts, people, platforms, arriving, place, who, amount, clock) -> None:
    """Give an investor what the platform of ``place`` (w, v, p) pays: to the safe account, or to another platform,
    where it is ``arriving`` int64 (platforms,)."""
    w, v, p = place
    gauges, flags = platforms.gauges, accounts.flags
    q = destination(accounts, platforms, who, place, clock) if len(arriving) > 1 else -1
    if q < 0:
        people.safe[v, who] += amount
    else:
        j = accounts.at[w, q, who]
        accounts.balance[v, j] += amount
        gauges[Gauges.HOLDERS, v, q] += 0 if flags[v, j] & np.uint8(HOLDS) else 1
        flags[v, j] |= np.uint8(FREE if flags[v, j] & np.uint8(HOLDS) else HOLDS | FREE | BACK)
        arriving[q] += amount
    platforms.flows[v, p, q if q >= 0 else len(arriving)] += amount


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
        u = (
            np.float64(draws.two_words(who, clock.day, purposes.DESTINATION, q, clock.keys[w])[0]) + 0.5
        ) * draws.UNIFORM_SCALE
        luck = math.log(u / (1.0 - u))
        utility = dials[v, Dials.SWITCH_APPEAL] + dials[v, Dials.SWITCH_TRUST] * trust
        utility = utility + dials[v, Dials.SWITCH_YIELD] * spread - terms[Terms.ENTRY_FRICTION, v, q]
        utility = utility - dials[v, Dials.SWITCH_FEAR] * np.float64(beliefs[Beliefs.FEAR, v, k]) + luck
        if utility > best:
            best, chosen = utility, q
    return chosen
