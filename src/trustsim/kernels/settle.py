"""Pay what is due: queue, terms, cash, credit line, asset sales at a price that falls with volume, payouts; failures.

Platforms of one asset market sell at one price, found from what all of them need, so their order does not matter; money
that goes from one platform to another arrives after all have paid.
"""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels import balance as assets
from trustsim.kernels import draws, layout, purposes
from trustsim.kernels.act import address
from trustsim.kernels.compiled import compiled


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
    for _ in range(100):
        price = math.exp(-impact * x)
        step = (need - x * price) / (price * (1.0 - impact * x))
        x += step
        if abs(step) < 1e-13:
            break
    return x


@compiled
def due_now(queue, queue_n, requested, asked_day, terms, first, v, p, day, dt):
    """Return what may be paid today, int64 minor units, over one platform's queue."""
    lag = terms[layout.PAYOUT_LAG, v, p] + terms[layout.CUSTODY_LAG, v, p]
    cap = terms[layout.ACCOUNT_CAP, v, p] * dt
    due = np.int64(0)
    for k in range(first[p], first[p] + queue_n[v, p]):
        i = queue[v, k]
        if (day - asked_day[v, i]) * dt >= lag - 1e-9:
            due += np.int64(min(np.float64(requested[v, i]), cap))
    return due


@compiled
def raise_cash(books, ladder, gauges, terms, due, market, n_markets, v, dt) -> None:
    """Draw credit lines, then sell assets, so that every platform of variant *v* can pay ``due`` int64 (platforms,)."""
    n_platforms = len(due)
    need = np.zeros(n_platforms, np.int64)
    for p in range(n_platforms):
        from_cash = np.int64(math.ceil(np.float64(due[p]) * (1.0 - assets.own_share(books, v, p))))
        short = max(from_cash - max(books[layout.CASH, v, p], np.int64(0)), np.int64(0))
        if gauges[layout.G_STATUS, v, p] == layout.WINDING_STATUS:
            short = np.int64(0)
        line = (
            np.int64(terms[layout.CREDIT_LINE, v, p] * gauges[layout.G_CLAIMS_AT_START, v, p])
            - books[layout.DEBT, v, p]
        )
        drawn = min(short, max(line, np.int64(0)))
        books[layout.LENDER, v, p] -= drawn
        books[layout.DEBT, v, p] += drawn
        books[layout.CASH, v, p] += drawn
        need[p] = short - drawn
    if need.max() <= 0:
        return
    for m in range(n_markets):
        total, depth, pressure, impact = np.int64(0), 0.0, 0.0, 0.0
        for p in range(n_platforms):
            if market[p] == m:
                total += need[p]
                depth += gauges[layout.G_DEPTH, v, p]
                pressure = max(pressure, gauges[layout.G_PRESSURE, v, p])
                impact = max(impact, terms[layout.SALE_IMPACT, v, p])
        if total == 0 or depth <= 0.0:
            continue
        wanted = sale(np.float64(total) / depth * math.exp(min(impact * pressure, 700.0)), impact) * depth
        sold_all = 0.0
        for p in range(n_platforms):
            if market[p] == m and need[p] > 0:
                sold_all += np.float64(book_to_sell(ladder, terms, wanted, need[p], total, v, p, dt))
        price = math.exp(-impact * (pressure + sold_all / depth))
        for p in range(n_platforms):
            if market[p] != m:
                continue
            gauges[layout.G_PRESSURE, v, p] = pressure + sold_all / depth
            gauges[layout.G_PRICE, v, p] = price
            if need[p] > 0:
                book = book_to_sell(ladder, terms, wanted, need[p], total, v, p, dt)
                proceeds = np.int64(np.float64(book) * price)
                assets.take_from_ladder(ladder, v, p, book)
                books[layout.CASH, v, p] += proceeds
                books[layout.BUYERS, v, p] += book - proceeds
                gauges[layout.G_SOLD, v, p] = book
                gauges[layout.G_SALE_LOSS, v, p] += book - proceeds


@compiled
def book_to_sell(ladder, terms, wanted, need, total, v, p, dt):
    """Return the book value that one platform sells: its part of the market's sale, within its daily limit."""
    held = assets.ladder_total(ladder, v, p)
    limit = np.float64(held) * min(terms[layout.SALE_LIMIT, v, p] * dt, 1.0)
    return min(np.int64(math.ceil(min(wanted * (np.float64(need) / np.float64(total)), limit))), held)


@compiled
def destination(beliefs, terms, gauges, account_at, switch, who, v, p, day, key):
    """Return the platform that paid-out money goes to, or −1 for the safe account: the best of noisy utilities.

    ``switch`` float64 (variants, 4): appeal of another platform against the safe account, weight of trust, of yield,
    of fear. Each platform's utility carries a logistic draw of its own, shared by the variants.
    """
    best, chosen = 0.0, -1
    for q in range(len(account_at)):
        k = account_at[q, who]
        if q == p or k < 0 or gauges[layout.G_STATUS, v, q] != layout.OPEN:
            continue
        trust = np.float64(beliefs[layout.FUND, v, k]) + np.float64(beliefs[layout.INTEGRITY, v, k])
        spread = terms[layout.PROMISED_YIELD, v, q] - terms[layout.SAFE_YIELD, v, q]
        u = (np.float64(address(who, day, purposes.DESTINATION, q, key)[0]) + 0.5) * draws.UNIFORM_SCALE
        luck = math.log(u / (1.0 - u))
        utility = (
            switch[v, 0] + switch[v, 1] * trust + switch[v, 2] * spread - terms[layout.ENTRY_FRICTION, v, q]
            - switch[v, 3] * np.float64(beliefs[layout.FEAR, v, k]) + luck
        )  # fmt: skip
        if utility > best:
            best, chosen = utility, q
    return chosen


@compiled
def settle(
    beliefs, flags, balance, requested, asked_day, queue, queue_n, safe, loss, flows, books, ladder, gauges, terms,
    switch,
    first, investor, account_at, market, n_markets, dt, day, key,
):  # fmt: skip
    """Pay the due requests of all platforms as far as their cash reaches, under their terms.

    A request is due ``payout_lag``, and what custody adds, after it was made; caps of a day bind an account and a
    platform. Of every payment the share custody / claims comes from custody and the rest from cash, then from the
    credit line, then from selling assets, at most ``sale_limit`` of them a day. All platforms of one asset market
    sell at one price, exp(−``sale_impact`` · (pressure + sold / depth)), with the assets of day 0 as depth and
    earlier sales as pressure (Cifuentes, Ferrucci and Shin 2005, doi:10.1162/jeea.2005.3.2-3.556). Payments go in
    order of the queue, or the same share to each by rule. What is due and not paid is overdue; a platform that is
    open and overdue is in arrears until all is paid. What is paid goes to the safe account or to another platform.

    ``flows`` int64 (variants, platforms + 1, platforms + 1): money moved from … to …, the last being the safe accounts.
    Return whether some platform must be looked at: it is being wound down, or in arrears.
    """
    n_variants, n_platforms = queue_n.shape
    is_urgent = False
    due = np.zeros(n_platforms, np.int64)
    unpaid = np.zeros(n_platforms, np.int64)
    owed = np.zeros(n_platforms, np.int64)
    arriving = np.zeros(n_platforms, np.int64)
    for v in range(n_variants):
        arriving[:] = 0
        for p in range(n_platforms):
            status = gauges[layout.G_STATUS, v, p]
            gauges[layout.G_SOLD, v, p] = 0.0
            gauges[layout.G_SALE_LOSS, v, p] = 0.0
            gauges[layout.G_PRICE, v, p] = math.exp(-terms[layout.SALE_IMPACT, v, p] * gauges[layout.G_PRESSURE, v, p])
            gauges[layout.G_OUTFLOW, v, p] = 0.0
            due[p] = 0
            if queue_n[v, p] > 0:
                due[p] = due_now(queue, queue_n, requested, asked_day, terms, first, v, p, day, dt)
            owed[p], unpaid[p] = due[p], due[p]
            if status == layout.GATED_STATUS or status == layout.FAILED:
                due[p] = 0
            elif terms[layout.THROUGHPUT, v, p] < math.inf:
                most = terms[layout.THROUGHPUT, v, p] * dt * np.float64(books[layout.CLAIMS, v, p])
                due[p] = np.int64(min(np.float64(due[p]), most))
            if status == layout.WINDING_STATUS:
                due[p] = min(due[p], max(books[layout.CASH, v, p], np.int64(0)) + books[layout.CUSTODY, v, p])
                unpaid[p] = due[p]
            elif terms[layout.SUSPEND_AFTER, v, p] < math.inf:
                most = round(terms[layout.SUSPEND_AFTER, v, p] * gauges[layout.G_CLAIMS_AT_START, v, p])
                due[p] = max(min(due[p], np.int64(most - gauges[layout.G_PAID, v, p])), np.int64(0))
                unpaid[p] = due[p]
        raise_cash(books, ladder, gauges, terms, due, market, n_markets, v, dt)
        for p in range(n_platforms):
            if due[p] > 0:
                pay(
                    beliefs, flags, balance, requested, asked_day, queue, queue_n, safe, loss, flows, books, gauges,
                    terms, switch,
                    first, investor, account_at, arriving, due[p], owed[p], v, p, dt, day, key,
                )  # fmt: skip
        for q in range(n_platforms):
            unpaid[q] -= np.int64(gauges[layout.G_OUTFLOW, v, q])
            gauges[layout.G_PAID, v, q] += gauges[layout.G_OUTFLOW, v, q]
            gauges[layout.G_OVERDUE, v, q] = np.float64(unpaid[q]) / max(gauges[layout.G_CLAIMS_AT_START, v, q], 1.0)
            if unpaid[q] <= 0:
                gauges[layout.G_ARREARS, v, q] = 0.0
            elif gauges[layout.G_STATUS, v, q] == layout.OPEN:
                gauges[layout.G_ARREARS, v, q] += dt
            books[layout.CASH, v, q] += arriving[q]
            books[layout.CLAIMS, v, q] += arriving[q]
            gauges[layout.G_INFLOW, v, q] += arriving[q]
            is_urgent |= gauges[layout.G_STATUS, v, q] == layout.WINDING_STATUS
            is_urgent |= gauges[layout.G_ARREARS, v, q] > 0.0
    return is_urgent


@compiled
def pay(
    beliefs, flags, balance, requested, asked_day, queue, queue_n, safe, loss, flows, books, gauges, terms, switch,
    first, investor, account_at, arriving, due, asked, v, p, dt, day, key,
) -> None:  # fmt: skip
    """Pay ``due`` out of the ``asked`` of one platform's queue, in order or (by rule, or winding down) the same share
    of each request, and close the gaps in the queue.
    """
    n_platforms = len(arriving)
    is_winding = gauges[layout.G_STATUS, v, p] == layout.WINDING_STATUS
    budget = assets.payable(books, v, p, due, is_winding)
    share = np.float64(budget) / np.float64(asked)
    lag = terms[layout.PAYOUT_LAG, v, p] + terms[layout.CUSTODY_LAG, v, p]
    cap, fee_share = terms[layout.ACCOUNT_CAP, v, p] * dt, terms[layout.EXIT_FEE, v, p]
    by_share = (terms[layout.PRO_RATA, v, p] > 0.0 or is_winding) and budget < asked
    end = first[p]
    paid_out, left_with_fees = np.int64(0), np.int64(0)
    for k in range(first[p], first[p] + queue_n[v, p]):
        i = queue[v, k]
        x = np.int64(0)
        if (day - asked_day[v, i]) * dt >= lag - 1e-9 and budget > 0:
            x = np.int64(min(np.float64(requested[v, i]), cap))
            x = min(np.int64(np.float64(x) * share) if by_share else x, budget)
        if x > 0:
            fee = np.int64(np.float64(x) * fee_share)
            who = investor[i]
            budget -= x
            balance[v, i] -= x
            requested[v, i] -= x
            paid_out += x
            left_with_fees += fee
            loss[v, who] += fee
            q = destination(beliefs, terms, gauges, account_at, switch, who, v, p, day, key) if n_platforms > 1 else -1
            if q < 0:
                safe[v, who] += x - fee
            else:
                j = account_at[q, who]
                balance[v, j] += x - fee
                flags[v, j] |= np.uint8(layout.HOLDS | layout.FREE)
                arriving[q] += x - fee
            flows[v, p, q if q >= 0 else n_platforms] += x - fee
            if balance[v, i] == 0:
                flags[v, i] &= np.uint8(layout.ALARMED | layout.RAN)
        if requested[v, i] > 0:
            queue[v, end] = i
            end += 1
    queue_n[v, p] = end - first[p]
    assets.pay_out(books, v, p, paid_out - left_with_fees)
    books[layout.CLAIMS, v, p] -= paid_out
    books[layout.QUEUED, v, p] -= paid_out
    books[layout.LOST, v, p] += left_with_fees
    gauges[layout.G_OUTFLOW, v, p] = paid_out


@compiled
def fail(
    flags, balance, requested, queue_n, safe, loss, books, ladder, gauges, terms, first, investor, v, p, day
) -> None:
    """Close a platform: return what is segregated, sell the estate, pay its guarantee, share the rest of the loss.

    What an account gets: its share of custody; its share of the estate (cash, and assets at half the price fall of a
    full sale, less cost, after debt); the guarantee's cover of what is then missing, for the part of the claim within
    its limit, as far as the fund reaches. Every share is pro rata to the claim and rounded down; the rounding stays in
    the estate. A platform that is wound down is closed like this once nothing is left.
    """
    claims = np.float64(books[layout.CLAIMS, v, p])
    book = assets.ladder_total(ladder, v, p)
    price = math.exp(-0.5 * terms[layout.SALE_IMPACT, v, p])
    proceeds = np.int64(np.float64(book) * price)
    for k in range(layout.RUNGS):
        ladder[k, v, p] = 0
    books[layout.BUYERS, v, p] += book - proceeds
    gauges[layout.G_SOLD, v, p] += book
    gauges[layout.G_SALE_LOSS, v, p] += book - proceeds
    estate = max(books[layout.CASH, v, p], np.int64(0)) + proceeds
    cost = np.int64(np.float64(estate) * terms[layout.ESTATE_COST, v, p])
    repaid = min(estate - cost, books[layout.DEBT, v, p])
    books[layout.CASH, v, p] += proceeds - cost - repaid
    books[layout.ESTATE, v, p] += cost
    books[layout.LENDER, v, p] += repaid
    books[layout.DEBT, v, p] = 0
    apart, estate = books[layout.CUSTODY, v, p], books[layout.CASH, v, p]
    custody_share = min(np.float64(apart) / max(claims, 1.0), 1.0)
    estate_share = min(np.float64(max(estate, np.int64(0))) / max(claims * (1.0 - custody_share), 1.0), 1.0)
    returned_share = custody_share + (1.0 - custody_share) * estate_share
    cover, limit = terms[layout.COVER, v, p], terms[layout.COVER_LIMIT, v, p]
    owed = 0.0
    for i in range(first[p], first[p + 1]):
        owed += cover * min(np.float64(balance[v, i]), limit) * (1.0 - returned_share)
    fund = terms[layout.GUARANTEE_FUND, v, p] + min(np.float64(books[layout.GUARANTOR, v, p]), 0.0)
    honoured = min(fund / owed, 1.0) if owed > 0.0 else 1.0
    from_custody, from_estate, from_fund, lost = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for i in range(first[p], first[p + 1]):
        b = balance[v, i]
        if b > 0:
            kept = np.int64(np.float64(b) * custody_share)
            paid = np.int64(np.float64(b - kept) * estate_share)
            within = min(limit / np.float64(b), 1.0)
            topped = np.int64(cover * within * honoured * np.float64(b - kept - paid))
            kept = min(kept, apart - from_custody)
            paid = min(paid, max(estate, np.int64(0)) - from_estate)
            safe[v, investor[i]] += kept + paid + topped
            loss[v, investor[i]] += b - kept - paid - topped
            from_custody += kept
            from_estate += paid
            from_fund += topped
            lost += b - kept - paid - topped
            balance[v, i] = 0
            requested[v, i] = 0
        flags[v, i] &= np.uint8(layout.RAN | layout.ALARMED)
    queue_n[v, p] = 0
    books[layout.CUSTODY, v, p] -= from_custody
    books[layout.CASH, v, p] -= from_estate
    books[layout.GUARANTOR, v, p] -= from_fund
    books[layout.CLAIMS, v, p] = 0
    books[layout.QUEUED, v, p] = 0
    books[layout.LOST, v, p] += lost
    gauges[layout.G_STATUS, v, p] = layout.FAILED
    gauges[layout.G_FAILURE_DAY, v, p] = day


@compiled
def call_all(flags, balance, requested, asked_day, queue, queue_n, books, first, stop, p, day) -> None:
    """Let every claim on one platform of one variant fall due: what is not yet asked for joins the queue, in order."""
    end = first + queue_n[p]
    asked = np.int64(0)
    for i in range(first, stop):
        free = balance[i] - requested[i]
        flags[i] &= np.uint8(255 - layout.FREE)
        if free > 0:
            if requested[i] == 0:
                queue[end] = i
                end += 1
                asked_day[i] = day
            requested[i] += free
            asked += free
    queue_n[p] = end - first
    books[layout.QUEUED, p] += asked


@compiled
def mature(flags, locked, account, start, stop, was_start, was_stop) -> None:
    """Unlock the accounts that mature today, ``account[start:stop]``; lock again those of yesterday that stayed.

    ``locked`` float64 (variants,): variants in which nothing is locked have no maturities.
    """
    for v in range(len(flags)):
        if locked[v] <= 0.0:
            continue
        for k in range(was_start, was_stop):
            flags[v, account[k]] &= np.uint8(255 - layout.MATURE)
        for k in range(start, stop):
            i = account[k]
            if flags[v, i] & np.uint8(layout.HOLDS):
                flags[v, i] |= np.uint8(layout.FREE | layout.MATURE)


@compiled
def credit_interest(balance, requested, terms, books, first, days) -> None:
    """Credit the promised yield of *days* to every balance, rounded down; the claims on the platform rise by as much.

    Who has asked for all of the balance asks for the interest too, so that a closed account leaves no crumbs behind.
    """
    for v in range(len(balance)):
        for p in range(len(first) - 1):
            rate = terms[layout.PROMISED_YIELD, v, p] * days / 365.0
            credited, asked = np.int64(0), np.int64(0)
            if rate > 0.0:
                for i in range(first[p], first[p + 1]):
                    x = np.int64(np.float64(balance[v, i]) * rate)
                    if requested[v, i] == balance[v, i]:
                        requested[v, i] += x
                        asked += x
                    balance[v, i] += x
                    credited += x
            books[layout.CLAIMS, v, p] += credited
            books[layout.QUEUED, v, p] += asked
