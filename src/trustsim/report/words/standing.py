"""How variants stand, in words: what ranks them, which cannot be told apart, what is too small to matter, who harms."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trustsim.analysis.comparison import Comparison, Difference
from trustsim.analysis.intervals import Interval
from trustsim.analysis.other_worlds import said
from trustsim.analysis.ranking import is_clear
from trustsim.analysis.shifts import CLIENTS
from trustsim.analysis.unmeasured import ACCESS
from trustsim.measures.outcomes.losses import SLIGHT
from trustsim.report.words import words
from trustsim.report.words.words import Verdict, quoted

#: behind the name of a variant that harms, of one that moves a loss and saves little, of one whose harm is not known,
#: and of one that is another world and no remedy
MARK, SHIFTED, UNKNOWN, ELSEWHERE = "†", "‡", "?", "≠"
ROUNDING, POINTS = 0.001, 0.0005  # of the largest mean, and of a share: a smaller difference is none (assumed)
SAME = "no world differs"  # in place of the interval of a difference on a scale
HARDLY = f"at most {words.quantity(SLIGHT, 'share')}"  # of what they held: who counts as having lost nothing
PAYERS = {
    "clients": "clients", "owners": "owners", "guarantors": "guarantors", "lenders": "lenders",
    "public": "the public purse",
}  # fmt: skip
LOSS = "investor_loss"
_LIKE = dict.fromkeys(("loss_by_segment", "loss_by_size", "loss_by_platform"), LOSS)  # parts, judged as the whole


def smallest_told(c: Comparison, outcome: str) -> float:
    """Return the smallest difference in an outcome that is called one, in the unit of the outcome.

    It is what matters, of a loss by group what matters of the loss, and of what clients lose in money as much of their
    claims. Of other outcomes it is rounding: :data:`POINTS` of a share, of anything else :data:`ROUNDING` of the
    largest mean.
    """
    like = _LIKE.get(outcome.partition("[")[0], outcome)
    for name in (outcome, like):
        if name in c.matters and c.measures[name].unit == c.measures[outcome].unit:
            return c.matters[name]
    claims = _claims(c, outcome)
    return _rounding(c, outcome) if math.isnan(claims) else claims * c.matters[LOSS]


def _claims(c: Comparison, outcome: str) -> float:
    """Return what is owed on day 0 to the clients whose loss an outcome is, in units of the currency, or NaN.

    It is told by the same loss as a share of it, over all variants: NaN of other outcomes, and where nobody loses.
    """
    segment = outcome.removeprefix("loss_of_segment[")
    shares = [LOSS, "newcomer_loss"] if outcome == CLIENTS else [f"loss_by_segment[{segment}"]
    if not all(name in c.measures and c.measures[name].unit == "share" for name in (LOSS, *shares)):
        return math.nan
    lost, share = (sum(c.levels[v][name].mean for v in c.variants for name in names) for names in ([outcome], shares))
    return lost / share if share > 0 else math.nan


def _rounding(c: Comparison, outcome: str) -> float:
    if c.measures[outcome].unit == "share":
        return POINTS
    means = (abs(c.levels[name][outcome].mean) for name in c.variants)
    return ROUNDING * max((mean for mean in means if math.isfinite(mean)), default=0.0)


def least(c: Comparison, outcomes: Sequence[str]) -> list[float]:
    """Return the smallest difference that is called one, of each of some outcomes that are set against each other.

    Outcomes of one unit have one, what rounding hides of the largest: so what is gained in one counts as much as what
    is lost in another.
    """
    if len({c.measures[name].unit for name in outcomes}) == 1:
        return [max(_rounding(c, name) for name in outcomes)] * len(outcomes)
    return [smallest_told(c, name) for name in outcomes]


def tells_apart(c: Comparison, outcome: str, found: Interval | Difference) -> bool:
    """Whether a paired difference is a clear one: its interval excludes zero, and it is not too small to matter."""
    return is_clear(found.mean, found.low, found.high, smallest_told(c, outcome))


def verdict(c: Comparison, outcome: str, d: Interval | Difference) -> Verdict:
    """Judge a paired difference: one that is too small to matter is no clear one."""
    return words.verdict(d.low, d.high, c.measures[outcome].better) if tells_apart(c, outcome, d) else "unclear"


def is_same(c: Comparison, outcome: str, d: Interval | Difference) -> bool:
    """Whether a paired difference is one of an outcome on a scale that is the same in each of several worlds.

    A zero of a yes or no is never said to be that: of what was not seen so many worlds say only how rare it is.
    """
    return isinstance(d, Difference) and d.n > 1 and d.tie_share == 1 and not c.measures[outcome].binary


def span(c: Comparison, outcome: str, d: Interval | Difference) -> str:
    """Write the interval of a paired difference; where no world differs, that."""
    if is_same(c, outcome, d):
        return SAME
    unit = c.measures[outcome].unit
    return words.interval(d.low, d.high, unit, c.currency, signed=True)


def judged(c: Comparison, outcome: str, d: Interval | Difference) -> str:
    """Say the verdict in words: also why there is none."""
    found = verdict(c, outcome, d)
    if found != "unclear":
        return found
    return "too small to matter" if words.excludes_zero(d.low, d.high) else "no clear difference"


def harm(c: Comparison, name: str) -> str:
    """List the headline outcomes in which a variant is worse than the baseline: ``'stuck money +3 days'``; or ''."""
    return words.listing([_change(c, name, outcome) for outcome in c.harms.get(name, ())])


def _change(c: Comparison, name: str, outcome: str) -> str:
    unit, mean = c.measures[outcome].unit, c.differences[name][outcome].mean
    return f"{words.label(outcome)} {words.change(mean, unit, c.currency)}"


def named(c: Comparison, name: str) -> str:
    """Quote a variant's name, with its harm where it has one or may have, and with what makes it no remedy: no sentence
    recommends it without."""
    told = [harm(c, name)] if name in c.harms else []
    told += [said(c.other_worlds[name])] if name in c.other_worlds else []
    told += [_hidden(c, name)] if name in c.unmeasured else []
    return f"{quoted(name)} (but {words.listing(told)})" if told else quoted(name)


def _hidden(c: Comparison, name: str) -> str:
    """Say what of the harm of a variant is not measured."""
    outcomes = c.unmeasured[name]
    rest = [words.label(outcome) for outcome in outcomes if outcome != ACCESS]
    told = ["what it does to access is not measured here"] if ACCESS in outcomes else []
    return words.listing([*told, *([f"its {words.listing(rest)} cannot be measured"] if rest else [])])


def unmeasured(c: Comparison) -> list[str]:
    """Return a line on each variant whose harm is not known: in what, and where it stands for that."""
    return [
        f"{quoted(name)}: {_hidden(c, name)} ({words.listing([words.label(outcome) for outcome in c.unmeasured[name]])}"
        f" {_has(c, name)}), so it stands behind those whose harm is known"
        for name in c.ranking
        if name in c.unmeasured
    ]


def other_worlds(c: Comparison) -> list[str]:
    """Return a line on each variant that is another world and no remedy: which facts it sets."""
    return [f"{quoted(name)}: {said(c.other_worlds[name])}" for name in c.ranking if name in c.other_worlds]


def _has(c: Comparison, name: str) -> str:
    """Say what the outcomes lack that do not show the harm of a variant."""
    outcomes = c.unmeasured[name]
    is_seen = any(c.differences[name][outcome].n > 0 for outcome in outcomes)
    return f"{'has' if len(outcomes) == 1 else 'have'} {'a value in too few worlds' if is_seen else 'no value'}"


def harms(c: Comparison) -> list[str]:
    """Return a line on each variant that harms: in what, and what it gains in what ranks."""
    lines = []
    for name in (name for name in c.ranking if name in c.harms):
        text = f"{quoted(name)}: worse than {quoted(c.baseline)} in {harm(c, name)}"
        by = c.ranked_by
        gains = by is not None and verdict(c, by, c.differences[name][by]) == "better"
        lines.append(f"{text}; its gain is {_change(c, name, by)}" if gains and by is not None else text)
    return lines


def marks(c: Comparison, name: str) -> str:
    """Return the marks of a variant: that it harms, that it moves a loss, that its harm is not known, that it is no
    remedy."""
    marked = {MARK: c.harms, SHIFTED: c.shifts, UNKNOWN: c.unmeasured, ELSEWHERE: c.other_worlds}
    return "".join(mark for mark, those in marked.items() if name in those)


def legend(c: Comparison) -> list[str]:
    """Say what the marks of this comparison mean and which answer says more; a line for each that a variant has."""
    told = {
        MARK: (c.harms, f"worse than {quoted(c.baseline)} in a headline outcome", "What makes it worse?"),
        SHIFTED: (c.shifts, "moves a loss from clients of day 0 to others", "Is it saved, or moved?"),
        UNKNOWN: (c.unmeasured, "its harm is not known", "What is not known?"),
        ELSEWHERE: (c.other_worlds, "another world, not a remedy", "What is no remedy?"),
    }
    return [f"{mark} {text}: see {quoted(asked)}" for mark, (those, text, asked) in told.items() if those]


def shifts(c: Comparison) -> list[str]:
    """Return a line on each variant that moves a loss from clients to others: how much, and what that saves.

    More or less is destroyed where the interval of what all lose together excludes zero.
    """
    lines = []
    for name in (name for name in c.ranking if name in c.shifts):
        shift = c.shifts[name]
        whom = words.listing([PAYERS.get(payer, payer) for payer in shift.to]) or "others"
        size = words.quantity(shift.moved, "money", c.currency)
        change = words.change(shift.destroyed.mean, "money", c.currency)
        span = words.interval(shift.destroyed.low, shift.destroyed.high, "money", c.currency, signed=True)
        less = f"saves {words.quantity(-shift.destroyed.mean, 'money', c.currency)}"
        does = {1: less, 0: "saves none of it", -1: "destroys more"}[shift.side]
        does = does if shift.is_told else "whether any is saved cannot be told"
        gone = f"all together lose {change}, 95 % interval {span}"
        lines.append(f"{quoted(name)}: moves {size} of loss from clients of day 0 to {whom}, and {does} ({gone})")
    return lines


def passed_over(c: Comparison) -> str:
    """Say which outcomes come before the one that ranks and cannot tell; '' where none does."""
    if not c.passed_over:
        return ""
    told = words.listing([words.label(name) for name in c.passed_over])
    return f"{told} {'tells' if len(c.passed_over) == 1 else 'tell'} no variant from {quoted(c.baseline)} as better"


def untold(c: Comparison) -> str:
    """Say why nothing can be told of variants that nothing ranks; '' where something does."""
    if c.ranked_by is not None or len(c.variants) < 2:
        return ""
    if c.n == 0:
        return "no run finished"
    if not any(measure.better for measure in c.measures.values()):
        return "no outcome has a better side"
    what = "no outcome with a better side" if c.rank_by is None else f"no {words.label(c.rank_by)}"
    return f"nothing can be told: {what} is measured under {quoted(c.baseline)} and another variant in one world"


def _tie_breaks(c: Comparison) -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """Return the groups that stand before the next by another outcome than the one that ranks, the next, and which."""
    each = zip(c.groups, c.groups[1:], c.parted_by, strict=False)
    return [
        (ours, theirs, by)
        for ours, theirs, by in each
        if by not in ("", c.ranked_by) and _part_of(c, ours[0]) == _part_of(c, theirs[0])
    ]


def _part_of(c: Comparison, name: str) -> tuple[bool, bool, bool]:
    """Return in which part of the ranking a variant stands, whatever its outcomes: that of harm, of what is not known,
    of other worlds, or that of all others."""
    return name in c.harms, name in c.unmeasured, name in c.other_worlds


def behind(c: Comparison) -> str:
    """Say by what variants stand in their order that the outcome that ranks cannot tell apart; '' where none do."""
    by = dict.fromkeys(words.label(by) for _, _, by in _tie_breaks(c))
    return f", of those it cannot tell apart by {words.listing(list(by), 'or')}" if by else ""


def parted(c: Comparison) -> str:
    """Say which groups stand in their order by another outcome than the one that ranks; '' where none do."""
    told = [
        f"{words.listing([quoted(name) for name in ours])} before {words.listing([quoted(name) for name in theirs])}"
        f" by {words.label(by)}"
        for ours, theirs, by in _tie_breaks(c)
    ]
    return f"not told apart by {words.label(c.ranked_by or '')}: {'; '.join(told)}" if told else ""


def apart(c: Comparison) -> str:
    """Say which variants the worlds cannot tell apart; '' where nothing ranks or there is one variant."""
    if c.ranked_by is None or len(c.variants) < 2:
        return ""
    same = [group for group in c.groups if len(group) > 1]
    text = "; ".join(words.listing([quoted(name) for name in group]) for group in same)
    return f"not to be told apart, all pairs at once: {text}" if same else "all variants are told apart"


def matters(c: Comparison) -> str:
    """Say which differences are too small to matter, and that sizes which no file gave are assumed."""
    told = []
    for name, value in ((name, value) for name, value in c.matters.items() if value > 0):
        unit = c.measures[name].unit
        size = words.change(value, unit, c.currency).removeprefix("+")
        told.append(f"{words.label(name)} {size}{' (assumed)' if name in c.usual else ''}")
    rest = "; of other outcomes what rounding hides, 0.05 pp of a share and a thousandth of the largest mean"
    return f"too small to matter is less than: {', '.join(told)}{rest}" if told else ""


def happened(c: Comparison, name: str, outcome: str) -> str:
    """Say in how many worlds the event of an outcome happened: ``'in 35 % of worlds'``; '' of other outcomes."""
    share = c.happened[name].get(outcome)
    return "" if share is None else f"in {words.quantity(share, 'share')} of worlds"


def censored(c: Comparison) -> str:
    """Say how worlds without the event count where the time to one ranks; '' where it does not."""
    if c.ranked_by is None or not c.measures[c.ranked_by].censored:
        return ""
    return f"a world without the event of {words.label(c.ranked_by)} counts with the horizon"
