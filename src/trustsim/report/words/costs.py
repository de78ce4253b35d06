"""What the best variant costs, in words, and which cheaper one does as much for less."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.headlines import COST
from trustsim.report.words import reading, standing, words
from trustsim.report.words.fact import Fact
from trustsim.report.words.reading import LOSS, Measure
from trustsim.report.words.words import quoted


def told(
    result: Compared, measure: Measure, best: str, others: Sequence[str], rivals: Sequence[str], claims: float
) -> list[Fact]:
    """Say what the best variant costs, what it saves, and which is the cheapest that does as much, or helps at all."""
    if not reading.is_measured(result, COST):
        return []
    c, currency = result.comparison, result.scenario.currency
    level, extra = reading.level(result, COST, best), reading.difference(result, COST, best)
    text = f"{standing.named(c, best)} costs {words.quantity(level.mean, 'money', currency)} a world on average"
    text += "" if extra.mean == level.mean else f", {_against(extra.mean, currency)} {quoted(c.baseline)}"
    text += f"{_saved(result, best, claims)}."
    equal = [best, *(name for name in rivals if is_equal_in_loss(result, best, name))]
    helpful = [name for name in others if c.helps(name)]
    is_told = {best}
    for names, what in ((equal, "of those too close to tell apart, by loss too,"), (helpful, "that clearly helps")):
        cheapest = _cheapest(result, names, best)
        if cheapest not in is_told:
            price = words.quantity(reading.level(result, COST, cheapest).mean, "money", currency)
            gain = words.change(reading.difference(result, measure.name, cheapest).mean, measure.unit, currency)
            more = _lost_more(result, best, cheapest)
            text += f" The cheapest {what} is {standing.named(c, cheapest)}: {gain} for {price}{more}."
            is_told.add(cheapest)
    return [Fact("What does it cost?", text)]


def is_equal_in_loss(result: Compared, best: str, name: str) -> bool:
    """Whether the worlds show no clear difference between two variants in what clients lose."""
    if not reading.is_measured(result, LOSS):
        return True
    gap = reading.versus(result, LOSS, best, name)
    return not words.is_clear(gap.low, gap.high)


def _lost_more(result: Compared, best: str, name: str) -> str:
    """Say how much more clients lose under a cheaper variant than under the best, where that is clear."""
    if is_equal_in_loss(result, best, name):
        return ""
    gap, loss = reading.versus(result, LOSS, name, best), reading.outcome(result, LOSS)
    change = words.change(gap.mean, loss.unit, result.scenario.currency)
    return f", with {change} of {loss.label} against {quoted(best)}"


def _cheapest(result: Compared, names: Iterable[str], best: str) -> str:
    return min(names, key=lambda name: reading.level(result, COST, name).mean, default=best)


def _saved(result: Compared, best: str, claims: float) -> str:
    """Say how much less investors lose, where that is clear and known in money."""
    if not (
        np.isfinite(claims) and reading.is_measured(result, LOSS) and reading.outcome(result, LOSS).unit == "share"
    ):
        return ""
    saved = reading.difference(result, LOSS, best)
    less = words.quantity(-saved.mean * claims, "money", result.scenario.currency)
    return f"; investors lose {less} less" if saved.high < 0 else ""


def _against(extra: float, currency: str) -> str:
    if extra == 0:
        return "the same as"
    return f"{words.quantity(abs(extra), 'money', currency)} {'more' if extra > 0 else 'less'} than"
