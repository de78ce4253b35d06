"""The platforms' side of the day: assets pay, default, change price and are lent out; what outsiders can measure of it.

Loops over (variants, platforms): small arrays, scalar code. Every movement of money has two ends in ``books``, the
ladder, or the safe accounts; the sum of them all never changes.
"""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import account_pass as ap
from trustsim.kernels import draws, layout, purposes
from trustsim.kernels.compiled import compiled

_RUNGS = layout.RUNGS
_CALM_FEAR = 1e-3  # share of alarmed holders below which a day counts as quiet


@compiled
def ladder_total(ladder, v, p):
    """Return the book value of a platform's assets, int64 minor units."""
    total = np.int64(0)
    for k in range(_RUNGS):
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
    for k in range(_RUNGS):
        part = min(np.int64(np.float64(ladder[k, v, p]) * (np.float64(amount) / np.float64(total))), left)
        ladder[k, v, p] -= part
        left -= part
    for j in range(_RUNGS):
        k = _RUNGS - 1 - j
        part = min(ladder[k, v, p], left)
        ladder[k, v, p] -= part
        left -= part


@compiled
def own_share(books, v, p):
    """Return the part of each claim that stands apart at the custodian: nobody else is paid with it."""
    return min(np.float64(books[layout.CUSTODY, v, p]) / max(np.float64(books[layout.CLAIMS, v, p]), 1.0), 1.0)


@compiled
def payable(books, v, p, wanted, is_winding):
    """Return how much of *wanted* can be paid: own shares from custody, the rest from cash; winding down, all."""
    cash = max(books[layout.CASH, v, p], np.int64(0))
    most = min(wanted, cash + books[layout.CUSTODY, v, p])  # floats miss what is beyond 2⁵³
    if is_winding:
        return most
    from_cash = 1.0 - own_share(books, v, p)
    if np.float64(wanted) * from_cash <= np.float64(cash):
        return most
    return min(np.int64(np.float64(cash) / from_cash), most)


@compiled
def pay_out(books, v, p, amount) -> None:
    """Take a payment to clients out of custody, as far as it is their own share, and out of cash."""
    from_custody = min(np.int64(np.float64(amount) * own_share(books, v, p)), books[layout.CUSTODY, v, p])
    from_cash = min(amount - from_custody, max(books[layout.CASH, v, p], np.int64(0)))
    books[layout.CASH, v, p] -= from_cash
    books[layout.CUSTODY, v, p] -= amount - from_cash


@compiled
def carry(books, ladder, gauges, terms, market, dt, day, key) -> None:
    """Let one step pass over the assets: repayment, interest, default, price change, repayment of debt, new lending.

    Assets stand in a ladder of twelve rungs by time to maturity. The first is repaid in equal parts until its time is
    over, then all move down by one. In a step of dt days assets · ``asset_yield`` · dt / 365 comes in as cash (a
    negative yield lowers their value), a share ``default_rate`` · (1 − ``recovery``) · dt / 365 is lost, and the
    price moves by ``volatility`` · √dt times a draw of variance 1 that all platforms of one market share. Cash beyond
    the claims times the larger of ``liquid_share`` and the reserve, plus the queue, pays debt back; a fifth a day of
    the rest is lent, at the longest term. The segregated share of the liquid money is kept in custody. Past sales
    weigh on the price less by a factor exp(−0.1 dt).

    ``market`` int64 (platforms,): platforms of one number share the price shock of the day (a common factor).
    """
    n_variants, n_platforms = books.shape[1], books.shape[2]
    for v in range(n_variants):
        for p in range(n_platforms):
            if gauges[layout.G_STATUS, v, p] == layout.FAILED:
                continue
            assets = ladder_total(ladder, v, p)
            rung_days = max(terms[layout.ASSET_TERM, v, p] / _RUNGS, dt)
            steps = max(np.int64(round(rung_days / dt)), 1)
            left = steps - (day - 1) % steps
            repaid = ladder[0, v, p] // left
            ladder[0, v, p] -= repaid
            if left == 1:
                for k in range(_RUNGS - 1):
                    ladder[k, v, p] = ladder[k + 1, v, p]
                ladder[_RUNGS - 1, v, p] = 0
            interest = np.int64(np.float64(assets) * terms[layout.ASSET_YIELD, v, p] * dt / 365.0)
            # a negative yield lowers the value of the assets: it cannot be paid in cash
            earned = max(interest, np.int64(0))
            shrunk = min(earned - interest, ladder_total(ladder, v, p))
            take_from_ladder(ladder, v, p, shrunk)
            books[layout.BORROWERS, v, p] += shrunk - earned
            books[layout.CASH, v, p] += repaid + earned
            lost_share = terms[layout.DEFAULT_RATE, v, p] * dt / 365.0 * (1.0 - terms[layout.RECOVERY, v, p])
            defaulted = np.int64(np.float64(assets) * lost_share)
            defaulted = min(defaulted, ladder_total(ladder, v, p))
            take_from_ladder(ladder, v, p, defaulted)
            books[layout.BORROWERS, v, p] += defaulted
            volatility = terms[layout.VOLATILITY, v, p]
            if volatility > 0.0:
                reprice(books, ladder, v, p, volatility * math.sqrt(dt) * price_draw(market[p], day, key))
            spare_cash(books, ladder, gauges, terms, v, p, dt)
            gauges[layout.G_PRESSURE, v, p] *= math.exp(-0.1 * dt)


@compiled
def price_draw(market, day, key):
    """Return a bell-shaped draw with variance 1 for a market: twelve uniforms, less six."""
    total = 0.0
    for k in range(3):
        a, b, c, d = draws.philox(
            np.uint64(market), np.uint64(day), np.uint64(purposes.MARKET), np.uint64(k), key[0], key[1]
        )
        total += (np.float64(a) + np.float64(b) + np.float64(c) + np.float64(d)) * draws.UNIFORM_SCALE
    return total - 6.0


@compiled
def reprice(books, ladder, v, p, change) -> None:
    """Change the value of all assets by the share *change* (at least −1); the market is the other end."""
    for k in range(_RUNGS):
        delta = np.int64(np.float64(ladder[k, v, p]) * max(change, -1.0))
        ladder[k, v, p] += delta
        books[layout.MARKET, v, p] -= delta


@compiled
def spare_cash(books, ladder, gauges, terms, v, p, dt) -> None:
    """Pay debt back, then lend what exceeds the liquidity target, a fifth a day; keep the segregated share apart."""
    liquid = books[layout.CASH, v, p] + books[layout.CUSTODY, v, p]
    claims = books[layout.CLAIMS, v, p]
    target_share = max(terms[layout.LIQUID_SHARE, v, p], terms[layout.RESERVE, v, p])
    target = np.int64(target_share * np.float64(claims)) + books[layout.QUEUED, v, p]
    spare = min(liquid - target, books[layout.CASH, v, p])
    if spare > 0 and gauges[layout.G_STATUS, v, p] == layout.OPEN:
        back = min(spare, books[layout.DEBT, v, p])
        books[layout.LENDER, v, p] += back
        books[layout.DEBT, v, p] -= back
        lent = np.int64(np.float64(spare - back) * min(0.2 * dt, 1.0))
        ladder[_RUNGS - 1, v, p] += lent
        books[layout.CASH, v, p] -= back + lent
        liquid -= back + lent
    missing = np.int64(np.float64(liquid) * terms[layout.SEGREGATED_SHARE, v, p]) - books[layout.CUSTODY, v, p]
    moved = max(min(missing, books[layout.CASH, v, p]), np.int64(0))
    books[layout.CUSTODY, v, p] += moved
    books[layout.CASH, v, p] -= moved


@compiled
def gauge(books, ladder, gauges, terms, sums, health, dt):
    """Measure liquidity, solvency, risk (log-odds), trust and fear of every platform; add up what levers and custody
    cost.

    Return whether all is quiet: every platform open, nothing overdue, no backlog, no fear to speak of.

    ``health`` float64 (variants, 4): log-odds of failure of a platform with no equity and no cash, its fall per unit of
    equity / claims, its fall per unit of liquidity, its rise per unit of overdue queue / claims.
    """
    n_variants, n_platforms = books.shape[1], books.shape[2]
    is_quiet = True
    for v in range(n_variants):
        for p in range(n_platforms):
            holders = np.float64(sums[v, p, ap.S_HOLDERS])
            gauges[layout.G_HOLDERS, v, p] = holders
            liquid = np.float64(books[layout.CASH, v, p] + books[layout.CUSTODY, v, p])
            gauges[layout.G_COST, v, p] += dt * (
                terms[layout.COST_PER_DAY, v, p]
                + terms[layout.CUSTODY_COST, v, p] * liquid / 365.0
                + terms[layout.COST_OF_CLAIMS, v, p] * np.float64(books[layout.CLAIMS, v, p]) / 365.0
                + terms[layout.COST_PER_CLIENT, v, p] * holders / 365.0
            )
            claims = max(np.float64(books[layout.CLAIMS, v, p]), 1.0)
            assets = np.float64(ladder_total(ladder, v, p))
            owed = np.float64(books[layout.CLAIMS, v, p] + books[layout.DEBT, v, p])
            solvency = (liquid + assets - owed) / claims
            reported = solvency + np.float64(books[layout.MISREPORTED, v, p]) / claims
            # where nothing is owed nothing is lacking
            liquidity = min(liquid / claims, 1.0) if books[layout.CLAIMS, v, p] > 0 else 1.0
            overdue = gauges[layout.G_OVERDUE, v, p]
            gauges[layout.G_CLAIMS, v, p] = books[layout.CLAIMS, v, p]
            gauges[layout.G_LIQUIDITY, v, p] = liquidity
            gauges[layout.G_SOLVENCY, v, p] = solvency
            gauges[layout.G_REPORTED_SOLVENCY, v, p] = reported
            gauges[layout.G_HIDDEN_GAP, v, p] = max(reported - solvency, 0.0)
            queue = np.float64(books[layout.QUEUED, v, p]) / claims
            gauges[layout.G_QUEUE, v, p] = queue
            strain = health[v, 0] - health[v, 2] * liquidity + health[v, 3] * overdue
            true_risk = strain - health[v, 1] * min(max(solvency, -0.3), 0.3)
            gauges[layout.G_RISK, v, p] = min(max(true_risk, -10.0), 10.0)
            published = strain - health[v, 1] * min(max(reported, -0.3), 0.3) - terms[layout.REPORT_BIAS, v, p]
            gauges[layout.G_PUBLISHED_RISK, v, p] = min(max(published, -10.0), 10.0)
            gauges[layout.G_FEAR, v, p] = 0.0
            gauges[layout.G_MISPERCEPTION, v, p] = 0.0
            if holders > 0.0:
                gauges[layout.G_TRUST, v, p] = np.float64(sums[v, p, ap.S_TRUST]) / holders / ap.SUM_SCALE
                gauges[layout.G_FEAR, v, p] = np.float64(sums[v, p, ap.S_ALARMED]) / holders
                perceived = np.float64(sums[v, p, ap.S_RISK]) / holders / ap.SUM_SCALE
                gauges[layout.G_MISPERCEPTION, v, p] = perceived - 1.0 / (1.0 + math.exp(-gauges[layout.G_RISK, v, p]))
            is_quiet &= (
                gauges[layout.G_STATUS, v, p] == layout.OPEN
                and overdue <= 0.0
                and gauges[layout.G_FEAR, v, p] < _CALM_FEAR
                and gauges[layout.G_BACKLOG, v, p] <= 0.0
            )
    return is_quiet
