"""Raise cash: draw credit lines, then sell assets at a price that falls with the volume.

Platforms of one asset market sell at one price, found from what all of them need, so their order does not matter.
"""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import balance as assets
from trustsim.kernels.compiled import compiled, compiled_with_arrays
from trustsim.kernels.layout import WINDING, Books, Gauges, Terms

# steps of Newton's method, and one that ends it: near the most that can be raised each only halves what is left
MOST_STEPS, NEAR = 100, 1e-13
MOST_EXPONENT = 700.0  # exp overflows a float64 just above 709


@compiled
def sale(need, impact):
    """Return x in [0, 1/impact] with x·exp(−impact·x) = need; 1/impact, the most that can be raised, where there is
    none.

    Cifuentes, Ferrucci & Shin (2005); need 0.2 at impact 1 gives 0.2592 (Lambert W). Newton from below converges.
    """
    if need <= 0.0:
        return 0.0
    if impact <= 0.0:
        return need
    if need * impact * math.e >= 1.0:
        return 1.0 / impact
    x = need
    for _ in range(MOST_STEPS):
        price = math.exp(-impact * x)
        step = (need - x * price) / (price * (1.0 - impact * x))
        x += step
        if abs(step) < NEAR:
            break
    return x


@compiled_with_arrays
def raise_cash(platforms, wanted, n_markets, v, dt) -> None:
    """Draw credit lines, then sell assets, so that every platform of lane *v* has ``wanted`` int64 (platforms,) of
    liquid money.
    """
    books, ladder, gauges, terms = platforms.books, platforms.ladder, platforms.gauges, platforms.terms
    market, n_platforms = platforms.market, len(wanted)
    need = np.zeros(n_platforms, np.int64)
    for p in range(n_platforms):
        short = max(wanted[p] - assets.liquid_money(books, v, p), np.int64(0))
        if gauges[Gauges.STATUS, v, p] == WINDING:
            short = np.int64(0)
        line = np.int64(terms[Terms.CREDIT_LINE, v, p] * gauges[Gauges.CLAIMS_AT_START, v, p]) - books[Books.DEBT, v, p]
        drawn = min(short, max(line, np.int64(0)))
        books[Books.LENDER, v, p] -= drawn
        books[Books.DEBT, v, p] += drawn
        books[Books.CASH, v, p] += drawn
        need[p] = short - drawn
    if need.max() <= 0:
        return
    for m in range(n_markets):
        total, depth, pressure, impact = np.int64(0), 0.0, 0.0, 0.0
        for p in range(n_platforms):
            if market[p] == m:
                total += need[p]
                depth += gauges[Gauges.DEPTH, v, p]
                pressure = max(pressure, gauges[Gauges.PRESSURE, v, p])
                impact = max(impact, terms[Terms.SALE_IMPACT, v, p])
        if total == 0 or depth <= 0.0:
            continue
        to_sell = sale(np.float64(total) / depth * math.exp(min(impact * pressure, MOST_EXPONENT)), impact) * depth
        sold_all = 0.0
        for p in range(n_platforms):
            if market[p] == m and need[p] > 0:
                sold_all += np.float64(book_to_sell(ladder, terms, to_sell, need[p], total, v, p, dt))
        price = math.exp(-impact * (pressure + sold_all / depth))
        for p in range(n_platforms):
            if market[p] != m:
                continue
            gauges[Gauges.PRESSURE, v, p] = pressure + sold_all / depth
            gauges[Gauges.PRICE, v, p] = price
            if need[p] > 0:
                book = book_to_sell(ladder, terms, to_sell, need[p], total, v, p, dt)
                proceeds = np.int64(np.float64(book) * price)
                assets.take_from_ladder(ladder, v, p, book)
                books[Books.CASH, v, p] += proceeds
                books[Books.BUYERS, v, p] += book - proceeds
                gauges[Gauges.SOLD, v, p] = book
                gauges[Gauges.SALE_LOSS, v, p] += book - proceeds


@compiled
def book_to_sell(ladder, terms, to_sell, need, total, v, p, dt):
    """Return the book value that one platform sells: its part of the market's sale, within its daily limit."""
    held = assets.ladder_total(ladder, v, p)
    limit = np.float64(held) * min(terms[Terms.SALE_LIMIT, v, p] * dt, 1.0)
    return min(np.int64(math.ceil(min(to_sell * (np.float64(need) / np.float64(total)), limit))), held)
