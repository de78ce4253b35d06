"""Tables of a robustness study: who stays first or comes ahead, and on what its order with its rival hangs."""

from __future__ import annotations

import math

from trustsim.analysis.compared import Compared
from trustsim.analysis.hanging import Hang
from trustsim.analysis.holding import Holding
from trustsim.report.tables.plain import Table, download, num
from trustsim.report.words import reading, words
from trustsim.report.words.holding import value
from trustsim.report.words.words import quoted


def sets(found: Holding) -> tuple[Table, str]:
    """Return in which share of the sets each variant is ahead, and all sets with their numbers as the download."""
    ends = words.interval(found.holds.low, found.holds.high, "share")
    rows = [(f"{quoted(found.leader)} stays first", _told(found.holds.mean), ends)]
    if (order := found.order) is not None:
        rows += [("the whole order holds", _told(order.mean), words.interval(order.low, order.high, "share"))]
    rows += [
        (f"{quoted(name)} is ahead of it", _told(found.ahead.get(name, 0.0)), words.NO_NUMBER)
        for name in (found.rivals if found.is_told else ())
    ]
    frame = found.frame.reset_index()
    raw = [[num(x) if isinstance(x, float) else x for x in row] for row in frame.itertuples(index=False, name=None)]
    return Table(("in other sets of assumptions", "share", "95 % interval"), tuple(rows)), download(
        [str(name) for name in frame.columns], raw
    )


def _told(share: float) -> str:
    return words.quantity(share, "share") if math.isfinite(share) else "cannot be told"


def hangs(result: Compared, found: Holding) -> tuple[Table, str]:
    """Return on what the order of the first and its rival hangs, and the download."""
    unit, currency = reading.outcome(result, found.outcome).unit, result.scenario.currency
    rows, raw = [], []
    for hang in found.hangs:
        span = words.interval(hang.slope.low, hang.slope.high, unit, currency, signed=True)
        slope = words.change(hang.slope.mean, unit, currency)
        rows.append((hang.name, *_range(result, hang), slope, span, *_tip(result, hang)))
        between = [math.nan] * 3 if hang.number is None else [hang.number.at(x) for x in _ends(hang)]
        numbers = (hang.slope.mean, hang.slope.low, hang.slope.high, *between)
        raw.append([hang.name, *map(num, (*numbers, hang.tips.mean, hang.tips.low, hang.tips.high))])
    head = ("factor", "now", "from", "to", "effect", "95 % interval", "tips at", "95 % interval of that")
    heads = ("factor", "effect", "low", "high", "now", "from", "to", "tips", "tips_low", "tips_high")
    note = (
        f"Effect: on the difference of {quoted(found.leader)} less {quoted(found.second)}, of a number for one unit of"
        " its logarithm (of a share: of its odds), of a choice of having it. Tips at: where their order changes."
    )
    return Table(head, tuple(rows), note), download(heads, raw)


def _ends(hang: Hang) -> tuple[float, float, float]:
    assert hang.number is not None, "a number"
    return 0.0, hang.number.low, hang.number.high


def _range(result: Compared, hang: Hang) -> tuple[str, ...]:
    if hang.number is None:
        return (words.NO_NUMBER,) * 3
    return tuple(value(result, hang, hang.number.at(x)) for x in _ends(hang))


def _tip(result: Compared, hang: Hang) -> tuple[str, str]:
    if not hang.has_tip:
        return words.NO_NUMBER, words.NO_NUMBER
    low, high = (value(result, hang, x) for x in (hang.tips.low, hang.tips.high))
    return value(result, hang, hang.tips.mean), f"{low} to {high}"
