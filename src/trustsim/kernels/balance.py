"""The platforms' side of the day: assets pay, default, change price and are lent out.

Loops over (lanes, platforms): small arrays, scalar code. Every movement of money has two ends in ``books``, the
ladder, or the safe accounts; the sum of them all never changes.
"""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import draws, purposes
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.layout import FAILED, OPEN, RUNGS, Books, Gauges, Terms
from trustsim.kernels.times import DAYS_A_YEAR

_PRESSURE_FADES = 0.1  # a day, assumed: a market takes up what was sold in some ten days
_LENT_A_DAY = 0.2  # share of the spare cash, assumed: new loans are found within a week
_MEAN_OF_TWELVE = 6.0  # uniforms added up, whose variance is 1


@compiled
def ladder_total(ladder, v, p):
    """Return the book value of a platform's assets, int64 minor units."""
    total = np.int64(0)
    for k in range(RUNGS):
        total += ladder[k, v, p]
    return total


@compiled
def take_from_ladder(ladder, v, p, amount) -> None:
    """Take exactly *amount* (at most the total) off the ladder, evenly over the rungs, the remainder from the
    longest."""
    total = ladder_total(ladder, v, p)
    if total <= 0 or amount <= 0:
        return
    left = min(amount, total)
    for k in range(RUNGS):
        part = min(np.int64(np.float64(ladder[k, v, p]) * (np.float64(amount) / np.float64(total))), left)
        ladder[k, v, p] -= part
        left -= part
    for j in range(RUNGS):
        k = RUNGS - 1 - j
        part = min(ladder[k, v, p], left)
        ladder[k, v, p] -= part
        left -= part


@compiled
def liquid_money(books, v, p):
    """Return what can pay at once, int64 minor units: cash, and client money at the custodian."""
    return max(books[Books.CASH, v, p] + books[Books.CUSTODY, v, p], np.int64(0))


@compiled
def pay_out(books, v, p, amount) -> None:
    """Take a payment to clients, at most the liquid money, out of custody and cash in proportion to what stands there,
    so that the share kept apart stays.
    """
    custody, liquid = books[Books.CUSTODY, v, p], liquid_money(books, v, p)
    apart = np.float64(custody) / max(np.float64(liquid), 1.0)
    from_custody = min(np.int64(np.float64(amount) * apart), custody)
    from_cash = min(amount - from_custody, max(books[Books.CASH, v, p], np.int64(0)))
    books[Books.CASH, v, p] -= from_cash
    books[Books.CUSTODY, v, p] -= amount - from_cash


@inlined
def whole_of(gauges, rest, v, p, amount):
    """Return the whole minor units, int64, of an amount and of what earlier steps left of one; their rest waits in the
    gauge ``rest``, so that as much adds up however short the step."""
    total = amount + gauges[rest, v, p]
    whole = np.int64(total)
    gauges[rest, v, p] = total - np.float64(whole)
    return whole


@compiled
def carry(platforms, clock) -> None:
    """Let one step pass over the assets: repayment, interest, default, price change, repayment of debt, new lending.

    Assets stand in a ladder of twelve rungs by time to maturity. The first is repaid in equal parts until its time is
    over, then all move down by one. In a step of dt days assets · ``asset_yield`` · dt / 365 comes in as cash (a
    negative yield lowers their value), the liquid money earns ``safe_yield`` · dt / 365, a share ``default_rate`` ·
    (1 − ``recovery``) · dt / 365 of the assets is lost, and the price moves by ``volatility`` · √dt times a draw of
    variance 1 that all platforms of one market share. Liquid money beyond the claims times the larger of
    ``liquid_share`` and the reserve, plus the queue, pays debt back; a fifth a day of the rest is lent, at the longest
    term. Money moves between cash and custody, see :func:`spare_cash`. Past sales weigh on the price less by a factor
    exp(−0.1 dt). Interest and defaults are whole minor units, and what a step leaves of one the next has.

    Platforms of one market share the price shock of the day (a common factor).
    """
    books, ladder, gauges, terms = platforms.books, platforms.ladder, platforms.gauges, platforms.terms
    n_lanes, n_platforms, dt, day = books.shape[1], books.shape[2], clock.dt, clock.day
    n_variants = n_lanes // len(clock.keys)
    for v in range(n_lanes):
        for p in range(n_platforms):
            if gauges[Gauges.STATUS, v, p] == FAILED:
                continue
            assets = ladder_total(ladder, v, p)
            liquid = books[Books.CASH, v, p] + books[Books.CUSTODY, v, p]
            rung_days = max(terms[Terms.ASSET_TERM, v, p] / RUNGS, dt)
            steps = max(np.int64(round(rung_days / dt)), 1)
            left = steps - (day - 1) % steps
            repaid = ladder[0, v, p] // left
            ladder[0, v, p] -= repaid
            if left == 1:
                for k in range(RUNGS - 1):
                    ladder[k, v, p] = ladder[k + 1, v, p]
                ladder[RUNGS - 1, v, p] = 0
            a_year = dt / DAYS_A_YEAR
            interest = np.float64(assets) * terms[Terms.ASSET_YIELD, v, p] * a_year
            interest = whole_of(gauges, Gauges.INTEREST_REST, v, p, interest)
            safe = whole_of(gauges, Gauges.SAFE_REST, v, p, np.float64(liquid) * terms[Terms.SAFE_YIELD, v, p] * a_year)
            # a negative yield lowers the value of the assets: it cannot be paid in cash
            earned = max(interest, np.int64(0))
            shrunk = min(earned - interest, ladder_total(ladder, v, p))
            take_from_ladder(ladder, v, p, shrunk)
            books[Books.BORROWERS, v, p] += shrunk - earned - safe
            books[Books.EARNED, v, p] += earned + safe - shrunk
            books[Books.CASH, v, p] += repaid + earned + safe
            lost_share = terms[Terms.DEFAULT_RATE, v, p] * a_year * (1.0 - terms[Terms.RECOVERY, v, p])
            defaulted = whole_of(gauges, Gauges.DEFAULT_REST, v, p, np.float64(assets) * lost_share)
            defaulted = min(defaulted, ladder_total(ladder, v, p))
            take_from_ladder(ladder, v, p, defaulted)
            books[Books.BORROWERS, v, p] += defaulted
            volatility = terms[Terms.VOLATILITY, v, p]
            if volatility > 0.0:
                change = price_draw(platforms.market[p], day, clock.keys[v // n_variants])
                reprice(books, ladder, v, p, volatility * math.sqrt(dt) * change)
            spare_cash(platforms, v, p, dt)
            gauges[Gauges.PRESSURE, v, p] *= math.exp(-_PRESSURE_FADES * dt)


@compiled
def price_draw(market, day, key):
    """Return a bell-shaped draw with variance 1 for a market: twelve uniforms, less six."""
    total = 0.0
    for k in range(3):
        a, b, c, d = draws.philox(
            np.uint64(market), np.uint64(day), np.uint64(purposes.MARKET), np.uint64(k), key[0], key[1]
        )
        total += (np.float64(a) + np.float64(b) + np.float64(c) + np.float64(d)) * draws.UNIFORM_SCALE
    return total - _MEAN_OF_TWELVE


@compiled
def reprice(books, ladder, v, p, change) -> None:
    """Change the value of all assets by the share *change* (at least −1); the market is the other end."""
    for k in range(RUNGS):
        delta = np.int64(np.float64(ladder[k, v, p]) * max(change, -1.0))
        ladder[k, v, p] += delta
        books[Books.MARKET, v, p] -= delta


@compiled
def spare_cash(platforms, v, p, dt) -> None:
    """Pay debt back, then lend what exceeds the liquidity target, a fifth a day; keep the segregated share apart.

    The custodian keeps at least that share of the liquid money, and at most that share of what should be there, so that
    it does not fill the gap that a thief left in the cash.
    """
    books, ladder, gauges, terms = platforms.books, platforms.ladder, platforms.gauges, platforms.terms
    liquid = books[Books.CASH, v, p] + books[Books.CUSTODY, v, p]
    claims = books[Books.CLAIMS, v, p]
    target_share = max(terms[Terms.LIQUID_SHARE, v, p], terms[Terms.RESERVE, v, p])
    target = np.int64(target_share * np.float64(claims)) + books[Books.QUEUED, v, p]
    spare = liquid - target
    if spare > 0 and gauges[Gauges.STATUS, v, p] == OPEN:
        back = min(spare, books[Books.DEBT, v, p])
        books[Books.LENDER, v, p] += back
        books[Books.DEBT, v, p] -= back
        lent = np.int64(np.float64(spare - back) * min(_LENT_A_DAY * dt, 1.0))
        ladder[RUNGS - 1, v, p] += lent
        liquid -= back + lent
    share = terms[Terms.SEGREGATED_SHARE, v, p]
    apart = max(books[Books.CUSTODY, v, p], np.int64(np.float64(liquid) * share))
    apart = min(apart, np.int64(np.float64(max(liquid, target)) * share), max(liquid, np.int64(0)))
    books[Books.CUSTODY, v, p] = apart
    books[Books.CASH, v, p] = liquid - apart
