"""Tables of when the ranking flips: who leads in every view, and the best variant at every price of loss."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.report.tables.plain import Table, download, num
from trustsim.report.words import reading, words
from trustsim.report.words.prices import BILL, CLIENTS, Stretch
from trustsim.report.words.pricing import between, per, priced
from trustsim.report.words.views import View
from trustsim.report.words.words import quoted


def leaders(result: Compared, seen: Sequence[View]) -> tuple[Table, str]:
    """Return who leads in every view, who is too close to tell, and the download."""
    rows, raw = [], []
    currency = result.scenario.currency
    for view in seen:
        unit = reading.outcome(result, view.outcome).unit
        same = [quoted(n) for n, state in view.states.items() if state == "leads" and n != view.leader]
        close = [quoted(n) for n, state in view.states.items() if state == "close"]
        lead = f"{view.leader}, the same as {words.listing(same)}" if same else view.leader
        gap = view.gap if view.is_judged else None
        shown = [words.NO_NUMBER] * 2
        if gap is not None:
            span = words.interval(gap.low, gap.high, unit, currency, signed=True)
            shown = [f"{words.change(gap.mean, unit, currency)} against {quoted(view.against)}", span]
        has_leader = view.is_judged and not view.is_level
        rows.append((view.label, str(view.n), lead if has_leader else words.NO_NUMBER,
                     words.listing(close) or words.NO_NUMBER, *shown, view.verdict))  # fmt: skip
        ends = (gap.mean, gap.low, gap.high) if gap is not None else (np.nan,) * 3
        raw.append([view.label, view.n, view.leader, view.against, *(num(x) for x in ends), view.verdict])
    head = ("looked at", "worlds", "leads", "too close to tell", "difference", "95 % interval", "verdict")
    heads = ("looked_at", "worlds", "leader", "against", "difference", "low", "high", "verdict")
    return Table(head, tuple(rows)), download(heads, raw)


def price_of_loss(result: Compared, found: Sequence[Stretch]) -> tuple[Table, str]:
    """Return which variant is best from which price of loss to which, and the download."""
    currency = result.scenario.currency
    rows, raw = [], []
    for stretch in found:
        cost, loss = (reading.level(result, side, stretch.variant) for side in (BILL, CLIENTS))
        rows.append((
            stretch.variant,
            priced(result, stretch.start) if stretch.start else "0",
            "no end" if math.isinf(stretch.stop) else priced(result, stretch.stop),
            between(result, stretch),
            words.quantity(cost.mean, "money", currency),
            words.quantity(loss.mean, "money", currency),
        ))  # fmt: skip
        ends = (stretch.start, stretch.stop, stretch.low, stretch.high)
        raw.append([stretch.variant, *map(num, ends)])
    heads = ("variant", "from", "to", "from_low", "from_high")
    head = ("best variant", "from", "to", "95 % interval of ‘from’", "what others lose", "what clients lose")
    return Table(head, tuple(rows), f"Prices are {currency} per {per(result)}."), download(heads, raw)
