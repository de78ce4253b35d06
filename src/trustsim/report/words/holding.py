"""Whether the order holds under other sets of assumptions, in sentences: for the terminal, the box and the page."""

from __future__ import annotations

import math
from collections.abc import Iterator

from trustsim import units
from trustsim.analysis.boxes import Box
from trustsim.analysis.choices import SPREAD
from trustsim.analysis.compared import Compared
from trustsim.analysis.hanging import Hang
from trustsim.analysis.holding import Holding
from trustsim.analysis.luck import FEWEST, MOST_LUCK
from trustsim.report.words import reading, words
from trustsim.report.words.words import quoted

ENOUGH = 0.7  # of luck in the mean of a set over the spread between sets: with so much the share is mostly told
FEW_FLIPS = 10  # assumed: with fewer, how many there are is said with where they are
UNTRIED = "no other assumptions were tried; --robustness N, in Python robustness=N, tries N sets of them."
_MORE = 4  # times the worlds are asked for where no spread is left to see

_HOW = (
    "In a set people behave as another member of the ensemble that ships, where the file does not say how; and"
    f" every assumed number lies anywhere from its value divided by {SPREAD:g} to {SPREAD:g} times its value"
    " (of a share the odds), all at once; in half of the sets people are linked in another way with as many links, in"
    " half one rule is off, in a quarter more or less is called a run."
)


def how(found: Holding) -> str:
    """Say what a set is, and what is done about luck."""
    luck = "and luck is taken out" if found.is_told else "and luck is not taken out of what is drawn and listed here"
    return f"{_HOW} A set meets {found.n_worlds} of the same worlds with every variant, {luck}."


def lines(result: Compared) -> list[str]:
    """Say what the terminal and a notebook say below the table; nothing where nothing ranks."""
    held = result.robustness
    if held is None and result.comparison.ranked_by is not None and result.comparison.remedies:
        return [f"Under other assumptions: {UNTRIED}"]
    if held is None:
        return []
    if held.found is None:
        return [f"Under other assumptions: not known. {held.missing}"]
    return [f"Under other assumptions: {in_short(result, held.found)}", *hangs(result, held.found)]


def doubts(result: Compared) -> str:
    """Say where the answer is wrong because what is assumed is otherwise, or that nobody tried."""
    return " ".join(
        words.sentence(words.capital(line.removeprefix("Under other assumptions: "))) for line in lines(result)
    )


def in_short(result: Compared, found: Holding) -> str:
    """Say in which share of the sets the first in rank stays first, who else is ahead, and whether all keep place."""
    sets = f"{words.plural(found.n, 'other set')} of assumptions"
    stopped = f" Stopped before all {found.n_asked} were tried." if found.interrupted else ""
    if not found.is_told:
        return f"{_untold(found, sets)}{stopped}"
    text = f"{quoted(found.leader)} stays first in {_share(found)} of {sets}"
    if found.holds.mean == 1:
        text = f"{quoted(found.leader)} stays first in all of {sets} (95 % interval: at least {_at_least(found)})"
    close = ", though the study cannot tell it from the others to begin with" if found.is_close else ""
    ahead = sorted(found.ahead.items(), key=lambda one: -one[1])
    named = [f"{quoted(name)} in {words.quantity(part, 'share')}" for name, part in ahead]
    text += close + (f"; ahead of it: {words.listing(named)}" if named else "")
    if ahead and found.clearly < 1 - found.holds.mean:
        text += f" (in {words.quantity(found.clearly, 'share')} by what matters)"
    return f"{text}. {_level(found)}{_order(found)}{stopped}"


def _untold(found: Holding, sets: str) -> str:
    """Say that luck hides in which share of the sets the first stays first, or that they are too few; where it may lie,
    and what to do."""
    ends = words.interval(found.holds.low, found.holds.high, "share")
    if not found.is_enough:
        few = words.too_few(found.n, "other set of assumptions", "other sets of assumptions")
        ask = f"{FEWEST}x{found.n_worlds}"
        return (
            f"{few} to tell in how many {quoted(found.leader)} stays first, {FEWEST} are enough. It may be in {ends}."
            f" Run more sets with --robustness {ask}, in Python robustness='{ask}'."
        )
    seen = f" (as far as is seen, {found.luck:.2g} times)" if math.isfinite(found.luck) else " and hides all of it"
    much = f"luck within sets may be more than {MOST_LUCK:g} times as large as the spread between them{seen}"
    times = (found.luck / ENOUGH) ** 2 if math.isfinite(found.luck) else _MORE
    worlds = math.ceil(found.n_worlds * max(min(times, 4 * _MORE), 2))
    ask = f"{found.n_asked}x{worlds}"
    return (
        f"in how many of {sets} {quoted(found.leader)} stays first cannot be told: {much}. It may be in"
        f" {ends}. Run more worlds per set with --robustness {ask}, in Python robustness='{ask}'."
    )


def _share(found: Holding) -> str:
    low, high = found.holds.low, found.holds.high
    return f"{words.quantity(found.holds.mean, 'share')} (95 % interval {words.interval(low, high, 'share')})"


def _at_least(found: Holding) -> str:
    return words.quantity(found.holds.low, "share")


def _level(found: Holding) -> str:
    n = found.n_level
    return f"In {n} of them all are level, so there is no order. " if n else ""


def _order(found: Holding) -> str:
    order = found.order
    if len(found.rivals) < 2 or found.is_close or order is None:
        return ""
    ends = words.interval(order.low, order.high, "share")
    if not found.is_order_told:
        return f"In how many the whole order holds, group by group, cannot be told for luck ({ends})."
    return f"The whole order, group by group, holds in {words.quantity(order.mean, 'share')} ({ends})."


def hangs(result: Compared, found: Holding) -> list[str]:
    """Say where it flips, and on what the order of the first and the rival that is ahead in most flips hangs.

    What is not told from nothing is not named.
    """
    if not found.is_enough:
        return [f"{words.too_few(found.n, 'set')} to say on what that hangs."]
    told = [_hang(result, found, hang) for hang in found.hangs]
    pair = f"{quoted(found.leader)} against {quoted(found.second)}"
    if not told:
        return [f"No single assumption can be told to move {pair}."]
    named = f"{pair} hangs on {'; '.join(told)}."
    explain = "It explains" if len(told) == 1 else "Together they explain"
    rest = f" {explain} {words.quantity(found.explained, 'share')} of how it differs between the sets."
    none = (
        ""
        if any(h.has_tip for h in found.hangs)
        else " None of them alone is seen to change the order of the two within its range."
    )
    return [named + none + rest, *([_where(found)] if found.boxes and found.boxes[0].conditions else [])]


def _where(found: Holding) -> str:
    flips = f"the {words.plural(found.n_flips, 'flip')}" if found.n_flips < FEW_FLIPS else "the flips"
    return f"It flips most where {'; or where '.join(_box(box, flips) for box in found.boxes)}."


def _box(box: Box, flips: str) -> str:
    share = words.quantity(box.precision, "share")
    return f"{' and '.join(box.conditions)} ({share} of such sets, {words.quantity(box.coverage, 'share')} of {flips})"


def _hang(result: Compared, found: Holding, hang: Hang) -> str:
    """Say how one factor moves the difference of the first and its rival, and where their order changes along it."""
    unit, currency = reading.outcome(result, found.outcome).unit, result.scenario.currency
    number = hang.number
    if number is None:
        span = words.interval(hang.slope.low, hang.slope.high, unit, currency, signed=True)
        return f"{hang.name} ({words.change(hang.slope.mean, unit, currency)}, {span})"
    if not hang.has_tip:
        ends = [value(result, hang, number.at(x)) for x in (number.low, number.high)]
        size, low, high = (hang.slope.mean, hang.slope.low, hang.slope.high)
        width = number.high - number.low
        span = words.interval(low * width, high * width, unit, currency, signed=True)
        moved = f"{words.change(size * width, unit, currency)}, {span}"
        return f"{hang.name} (now {value(result, hang, number.at(0.0))}; {moved} from {ends[0]} to {ends[1]})"
    side = "above" if hang.tips.mean > number.at(0.0) else "below"
    between = f"{value(result, hang, hang.tips.low)} to {value(result, hang, hang.tips.high)}"
    tip = f"{side} {value(result, hang, hang.tips.mean)} [{between}] {quoted(found.second)} is ahead"
    return f"{hang.name} (now {value(result, hang, number.at(0.0))}; {tip})"


def value(result: Compared, hang: Hang, at: float) -> str:
    """Write a value of a number on which the order hangs, in its unit."""
    assert hang.number is not None, "a number"
    unit = hang.number.parameter.unit
    return words.quantity(units.major(at, unit), unit, result.scenario.currency)


def told(result: Compared) -> Iterator[str]:
    """Yield what the chapter of the report says above its pictures."""
    held = result.robustness
    if held is None:
        return
    if held.found is None:
        yield held.missing
        return
    yield words.sentence(in_short(result, held.found))
    yield from hangs(result, held.found)
    if held.found.n_failed:
        left_out = "is left out" if held.found.n_failed == 1 else "are left out"
        yield f"{words.plural(held.found.n_failed, 'set')} had a run that failed and {left_out}."
    yield how(held.found)
