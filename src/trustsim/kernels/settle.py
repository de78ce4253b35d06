"""Settle a day: raise the money that is due, and pay it; unlock what matures; credit interest.

Money that goes from one platform to another arrives after all have paid.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from trustsim.kernels import balance as assets
from trustsim.kernels.arrays import Ints
from trustsim.kernels.asking import ask
from trustsim.kernels.compiled import compiled
from trustsim.kernels.due import asked_for, falls_due, to_have
from trustsim.kernels.layout import FREE, HOLDS, MATURE, WINDING, Books, Gauges, Terms
from trustsim.kernels.pay import pay
from trustsim.kernels.receive import note_wait
from trustsim.kernels.sales import raise_cash
from trustsim.kernels.times import DAYS_A_YEAR


class Settling(NamedTuple):
    """Room for one lane's day of paying, minor units, int64 (platforms,)."""

    asked: Ints  # past its lag, within the cap of an account
    due: Ints
    wanted: Ints  # liquid money to have
    arriving: Ints  # from other platforms


def room_for(n_platforms: int) -> Settling:
    """Return room for paying on so many platforms."""
    return Settling(*np.zeros((4, n_platforms), np.int64))


@compiled
def settle(accounts, people, platforms, room, n_markets, clock):
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
    asked, due, wanted, arriving = room
    for v in range(n_lanes):
        w = v // n_variants
        arriving[:] = 0
        is_short = False
        for p in range(n_platforms):
            gauges[Gauges.SOLD, v, p] = 0.0
            gauges[Gauges.SALE_LOSS, v, p] = 0.0
            gauges[Gauges.PRICE, v, p] = math.exp(-terms[Terms.SALE_IMPACT, v, p] * gauges[Gauges.PRESSURE, v, p])
            gauges[Gauges.OUTFLOW, v, p] = 0.0
            asked[p], due[p], wanted[p] = 0, 0, 0
            if accounts.queue_n[v, p] > 0:
                asked[p] = asked_for(accounts, terms, (w, v, p), clock)
                due[p] = falls_due(platforms, asked[p], v, p, dt)
                wanted[p] = to_have(platforms, due[p], v, p, dt)
            is_short |= wanted[p] > assets.liquid_money(books, v, p)
        if is_short:
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
            ask(requested, accounts.asked_day, accounts.later, accounts.later_day, (v, i), free, day)
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
    """Book as a loss of the owners of every balance at ``place`` (v, p) what interest at the agreed rate is more than
    at that of today, ``rates`` (agreed, today's), each rounded down."""
    v, p = place
    w = v // (len(accounts.flags) // len(accounts.first))
    agreed, rate = rates
    for i in range(accounts.first[w, p], accounts.first[w, p + 1]):
        b = np.float64(accounts.balance[v, i])
        unpaid = np.int64(b * agreed) - np.int64(b * rate)
        people.loss[v, accounts.investor[w, i]] += unpaid
        books[Books.LOST, v, p] += unpaid
        books[Books.CREDITED, v, p] += unpaid


@compiled
def credit_interest(accounts, people, platforms, days, clock) -> None:
    """Credit the promised yield of *days* to every balance, rounded down; the claims on the platform rise by as much.
    A yield that changed meanwhile counts for the days on which it stood.

    Who has asked for all of the balance asks for the interest too, so that a closed account leaves no crumbs behind; so
    falls due the interest on what a wind-down has called. It is no money of day 0; it waits from now on, and is paid
    with the rest. What the agreed terms would have credited beyond that its owner loses.
    """
    balance, requested = accounts.balance, accounts.requested
    terms, books, gauges = platforms.terms, platforms.books, platforms.gauges
    n_variants = len(balance) // len(accounts.first)
    for v in range(len(balance)):
        first, who = accounts.first[v // n_variants], accounts.investor[v // n_variants]
        for p in range(len(first) - 1):
            rate = (terms[Terms.PROMISED_YIELD, v, p] * days + gauges[Gauges.YIELD_BEFORE, v, p]) / DAYS_A_YEAR
            gauges[Gauges.YIELD_BEFORE, v, p] = 0.0
            agreed = platforms.agreed_terms[Terms.PROMISED_YIELD, v, p] * days / DAYS_A_YEAR
            credited, asked = np.int64(0), np.int64(0)
            if agreed > rate:
                withhold(accounts, people, books, (agreed, rate), (v, p))
            if rate > 0.0:
                for i in range(first[p], first[p + 1]):
                    x = np.int64(np.float64(balance[v, i]) * rate)
                    if requested[v, i] == balance[v, i]:
                        requested[v, i] += x
                        asked += x
                        if x > 0:
                            note_wait(people, platforms, (v, p, i, who[i]), -x, accounts.asked_day[v, i], clock)
                    balance[v, i] += x
                    credited += x
            books[Books.CLAIMS, v, p] += credited
            books[Books.CREDITED, v, p] += credited
            books[Books.QUEUED, v, p] += asked
            gauges[Gauges.CALLED, v, p] += asked
