"""What the best variant costs and who bears it, in words, and which variant others bear less for.

One sum says which is cheapest: what all payers but the clients lose by the horizon (``loss_to_others``): owners,
guarantors, lenders and the public purse. What a lever costs is in it already, or in the clients' loss where it leaves
the cash of a platform whose owners have nothing left; so it is never added to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trustsim.analysis.compared import Compared
from trustsim.analysis.headlines import COST
from trustsim.report.words import people, reading, standing, words
from trustsim.report.words.fact import Fact
from trustsim.report.words.prices import BILL
from trustsim.report.words.reading import LOSS, Measure
from trustsim.report.words.words import quoted


def told(result: Compared, measure: Measure, best: str, others: Sequence[str], rivals: Sequence[str]) -> list[Fact]:
    """Say what the best variant costs, what others bear and clients save, and for which one others bear least."""
    if not reading.is_measured(result, COST):
        return []
    c, currency = result.comparison, result.scenario.currency
    level, extra = reading.level(result, COST, best), reading.difference(result, COST, best)
    text = f"{standing.named(c, best)} costs {words.quantity(level.mean, 'money', currency)} a world on average"
    is_told = extra.mean == 0 or standing.tells_apart(c, COST, extra)
    gap = _against(extra.mean, currency) if is_told else "about the same as"
    text += "" if extra.mean == level.mean else f", {gap} {quoted(c.baseline)}"
    text += f"{_saved(result, best)}.{_borne(result, best, is_free=level.mean == 0)}"
    return [Fact("What does it cost?", f"{text}{_cheaper(result, measure, best, others, rivals)}")]


def bill(result: Compared, name: str) -> str:
    """Say how all but the clients stand against the baseline: ``'3 million CNY worse off than under ‘nothing’'``."""
    c, gap = result.comparison, reading.difference(result, BILL, name)
    if not standing.tells_apart(c, BILL, gap):
        return f"about as well off as under {quoted(c.baseline)}"
    side = "worse off" if gap.mean > 0 else "better off"
    return f"{words.quantity(abs(gap.mean), 'money', c.currency)} {side} than under {quoted(c.baseline)}"


def _borne(result: Compared, best: str, *, is_free: bool) -> str:
    """Say what all but the clients bear, against the baseline, and which of them by how much."""
    if not reading.is_measured(result, BILL):
        return ""
    c, parts = result.comparison, []
    for payer, name in people.parts(c, "loss_by_payer").items():
        gap = c.differences[best][name]
        if payer in people.PAYERS and payer != "clients" and standing.tells_apart(c, name, gap):
            less = words.quantity(abs(gap.mean), "money", c.currency)
            loses = "loses" if payer == "public" else "lose"
            parts.append(f"{people.PAYERS[payer]} {loses} {less} {'more' if gap.mean > 0 else 'less'}")
    listed = f" ({words.listing(parts)})" if parts else ""
    text = f" All payers but the clients together are {bill(result, best)}{listed}"
    return f"{text}." if is_free else f"{text}; the cost is in that, or in what clients lose where owners have no more."


def _cheaper(result: Compared, measure: Measure, best: str, others: Sequence[str], rivals: Sequence[str]) -> str:
    """Say for which variant others bear least, of those that equal the best and of those that help at all."""
    if not reading.is_measured(result, BILL):
        return ""
    c, currency, text = result.comparison, result.scenario.currency, ""
    equal = [name for name in rivals if is_equal_in_loss(result, best, name)]
    helpful = [name for name in others if c.helps(name)]
    is_told = {best}
    for names, what in ((equal, "of those too close to tell apart, by loss too,"), (helpful, "that clearly helps")):
        cheapest = _cheapest(result, names, best)
        if cheapest not in is_told:
            gain = words.change(reading.difference(result, measure.name, cheapest).mean, measure.unit, currency)
            more = _lost_more(result, best, cheapest)
            text += f" By that sum the cheapest {what} is {standing.named(c, cheapest)}: {gain} of {measure.label},"
            text += f" and they are {bill(result, cheapest)}{more}."
            is_told.add(cheapest)
    return text


def is_equal_in_loss(result: Compared, best: str, name: str) -> bool:
    """Whether the worlds show no clear difference between two variants in what clients lose."""
    if not reading.is_measured(result, LOSS):
        return True
    return not standing.tells_apart(result.comparison, LOSS, reading.versus(result, LOSS, best, name))


def _lost_more(result: Compared, best: str, name: str) -> str:
    """Say how much more clients lose under a cheaper variant than under the best, where that is clear."""
    if is_equal_in_loss(result, best, name):
        return ""
    gap, loss = reading.versus(result, LOSS, name, best), reading.outcome(result, LOSS)
    change = words.change(gap.mean, loss.unit, result.scenario.currency)
    return f"; {loss.label} {change} against {quoted(best)}"


def _cheapest(result: Compared, names: Iterable[str], best: str) -> str:
    """Return the variant of *names* under which others bear least, where that is clearly less than under the best."""
    name = min(names, key=lambda name: reading.level(result, BILL, name).mean, default=best)
    gap = reading.versus(result, BILL, name, best)
    return name if gap.mean < 0 and standing.tells_apart(result.comparison, BILL, gap) else best


def _saved(result: Compared, best: str) -> str:
    """Say how much less the clients lose, in the money of the chapter on who pays, where that is clear."""
    if not all(reading.is_measured(result, name) for name in (LOSS, people.CLIENTS)):
        return ""
    saved = reading.difference(result, people.CLIENTS, best).mean
    is_better = standing.verdict(result.comparison, LOSS, reading.difference(result, LOSS, best)) == "better"
    less = words.quantity(-saved, "money", result.scenario.currency)
    return f"; clients lose {less} less" if is_better and saved < 0 else ""


def _against(extra: float, currency: str) -> str:
    if extra == 0:
        return "the same as"
    return f"{words.quantity(abs(extra), 'money', currency)} {'more' if extra > 0 else 'less'} than"
