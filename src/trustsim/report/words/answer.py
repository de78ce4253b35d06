"""The question and the answer in plain words, each as sure as its interval allows and no surer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import Difference
from trustsim.analysis.headlines import measured_headlines
from trustsim.analysis.intervals import Interval
from trustsim.report.words import (
    caveats,
    costs,
    flips,
    holding,
    horizon,
    members,
    pace,
    people,
    reading,
    standing,
    story,
    words,
)
from trustsim.report.words.fact import Fact
from trustsim.report.words.reading import LATE, SEGMENT, UNHURT, Measure
from trustsim.report.words.words import quoted

_MOST_NAMES = 3  # in a headline
FEW = 100  # replications below which the report asks for more


@dataclass(frozen=True)
class Answer:
    """The question, the answer in one sentence, and what else an analyst must know."""

    question: str
    headline: str
    facts: tuple[Fact, ...]


def answer(result: Compared) -> Answer:
    """Say which variant helps most, by how much, how sure that is, what it costs, who loses and when to doubt it."""
    c = result.comparison
    if c.ranked_by is None or not c.remedies or c.n == 0:
        only = "Only one variant was run" if len(c.variants) < 2 else "Every other variant is another world"
        return Answer(
            "What happens in this story?",
            f"{words.capital(standing.untold(c)) or only}, so there is nothing to rank.",
            (*caveats.elsewhere(c), *_broken_off(result), _doubts(result)),
        )
    measure = reading.outcome(result, c.ranked_by)
    others = list(c.remedies)
    best, n = others[0], len(others)
    which = f"Does {quoted(best)} help" if n == 1 else f"Which of {n} variants helps most"
    question = f"{which}, compared with {quoted(c.baseline)} and judged by {measure.label}?"
    rivals = [name for name in others[1:] if c.group_of(name) == c.group_of(best)]
    facts = [_sure(result, measure, best)]
    facts += [] if n == 1 else [_next_best(result, measure, best, others[1], rivals)]
    facts += people.facts(c, result.scenario, best)
    facts += costs.told(result, measure, best, others, rivals)
    facts += [*caveats.facts(c), *_gains(result, best), *_harmful(result, measure, others)]
    facts += [Fact("Does the ranking flip?", flips.in_short(result)), *_judged(result)]
    facts += [*_broken_off(result), _doubts(result)]
    return Answer(question, _headline(result, measure, best, rivals), tuple(facts))


def _verdict(result: Compared, measure: Measure, name: str) -> str:
    return standing.verdict(result.comparison, measure.name, reading.difference(result, measure.name, name))


def _quoted(names: Sequence[str]) -> str:
    return words.listing([quoted(name) for name in names])


def _changed(result: Compared, measure: Measure, found: Interval | Difference) -> str:
    """Write a difference with its interval: ``'−12.3 pp (95 % interval −15 to −9.6 pp)'``."""
    change, c = words.change(found.mean, measure.unit, result.scenario.currency), result.comparison
    span = standing.span(c, measure.name, found)
    return f"{change} ({span})" if standing.is_same(c, measure.name, found) else f"{change} (95 % interval {span})"


def _headline(result: Compared, measure: Measure, best: str, rivals: Sequence[str]) -> str:
    c, currency = result.comparison, result.scenario.currency
    if not c.helps(best):
        return _no_help(result, measure, best)
    found = reading.difference(result, measure.name, best)
    size = words.change(abs(found.mean), measure.unit, currency).removeprefix("+")
    text = f"it {words.verb(found.mean, found.low, found.high)} {measure.label} by {size}"
    if found.n == c.n:
        levels = [reading.level(result, measure.name, name).mean for name in (c.baseline, best)]
        text += ", from {} to {}".format(*(words.quantity(x, measure.unit, currency) for x in levels))
    helps = "helps" if len(c.remedies) == 1 else "helps most"
    sign = 1 if measure.better == "lower" else -1
    if any(sign * (reading.difference(result, measure.name, name).mean - found.mean) < 0 for name in c.harms):
        helps = "helps most of those without harm"
    if not rivals:
        return f"{quoted(best)} {helps}: {text}."
    close = _quoted(rivals) if len(rivals) <= _MOST_NAMES else f"{len(rivals)} others"
    return f"{quoted(best)} {helps}, too close to {close} to tell apart: {text}."


def _no_help(result: Compared, measure: Measure, best: str) -> str:
    """Say that no variant helps, or none without harm, and what the first in rank does."""
    c = result.comparison
    bought = [name for name in c.ranking if name in c.harms and _verdict(result, measure, name) == "better"]
    found = reading.difference(result, measure.name, best)
    if best in c.harms and bought:
        gain = _changed(result, measure, reading.difference(result, measure.name, bought[0]))
        text = f"No variant is better than {quoted(c.baseline)} without harm, judged by {measure.label}."
        return f"{text} {quoted(bought[0])} makes a difference of {gain}, but harms: {standing.harm(c, bought[0])}."
    if sure := [name for name in c.ranking if name != c.baseline and c.helps(name)]:
        change = _changed(result, measure, reading.difference(result, measure.name, sure[0]))
        text = f"{standing.named(c, best)} is first in rank, but by {measure.label} not told from {quoted(c.baseline)}"
        return f"{text}; {quoted(sure[0])} is told to be better, by {change}."
    known = " whose harm is known" if best in c.unmeasured else ""
    text = f"No variant{known} is clearly better than {quoted(c.baseline)}, judged by {measure.label}."
    text += f" The best of them, {standing.named(c, best)}, makes a difference of {_changed(result, measure, found)}."
    text += _other_headline(result, measure, best)
    if bought:
        text += f" {quoted(bought[0])} is better in it, but harms: {standing.harm(c, bought[0])}."
    return text


def _other_headline(result: Compared, measure: Measure, best: str) -> str:
    """Say which other headline outcome the first in rank improves, where what ranks the variants cannot tell."""
    for name in measured_headlines(result.comparison.measures):
        if name != measure.name and reading.is_measured(result, name):
            other, found = reading.outcome(result, name), reading.difference(result, name, best)
            if _verdict(result, other, best) == "better":
                verb = words.verb(found.mean, found.low, found.high)
                return f" But it clearly {verb} {other.label}: {_changed(result, other, found)}."
    return ""


def _sure(result: Compared, measure: Measure, best: str) -> Fact:
    found = reading.difference(result, measure.name, best)
    worlds = words.share_of_worlds(found.better_share, found.n)
    text = f"The difference is {_changed(result, measure, found)}. {quoted(best)} was better in {worlds}"
    text += f" and the same in {words.quantity(found.tie_share, 'share')}" if found.tie_share > 0 else ""
    if _verdict(result, measure, best) == "unclear":
        is_small = words.excludes_zero(found.low, found.high)
        why = "it is too small to matter" if is_small else "the interval includes zero"
        text += f"; {why}, so this is no clear difference"
    elif not result.comparison.helps(best) and best not in {*result.comparison.harms, *result.comparison.unmeasured}:
        text += "; that looks clear alone, and is not where all variants and headline outcomes are taken together"
    text += ". Every variant met the same worlds, so luck is not compared with luck."
    return Fact("How sure is that?", f"{text} {members.span(result) or members.fixed(result)}".rstrip())


def _next_best(result: Compared, measure: Measure, best: str, second: str, rivals: Sequence[str]) -> Fact:
    fact = _against_next(result, measure, best, second, rivals)
    return Fact(fact.asked, f"{fact.found} {_overtaken(result, measure, second)}".rstrip())


def _overtaken(result: Compared, measure: Measure, second: str) -> str:
    """Hold the first in rank against who is ahead of it in most other sets of assumptions; '' where none other is."""
    held = result.robustness
    if held is None or held.found is None or held.found.second == second or not held.found.ahead:
        return ""
    found = held.found
    who = f"{quoted(found.second)} is ahead in {words.quantity(found.ahead[found.second], 'share')} of the sets"
    change = _changed(result, measure, reading.versus(result, measure.name, found.leader, found.second))
    return f"Under other assumptions {who}, most often of all; against it the difference is {change}."


def _against_next(result: Compared, measure: Measure, best: str, second: str, rivals: Sequence[str]) -> Fact:
    c, found = result.comparison, reading.versus(result, measure.name, best, second)
    change, between = _changed(result, measure, found), slice(c.ranking.index(best), c.ranking.index(second))
    next_one = f"next in rank{f' after {quoted(c.baseline)}' if c.baseline in c.ranking[between] else ''}"
    text = f"Against the {next_one}, {standing.named(c, second)}, the difference is {change}"
    ours, theirs = (reading.values(result, measure.name, name) for name in (best, second))
    if np.array_equal(ours, theirs, equal_nan=True):
        text = f"The {next_one}, {standing.named(c, second)}, is the same by {measure.label} in every world"
    if best in c.harms:
        no = f"No: it harms, and {quoted(c.baseline)} stands before it."
        return Fact("Is it really the best?", f"{no} {text}.")
    if best in c.unmeasured:
        return Fact("Is it really the best?", f"That is not known: {quoted(c.baseline)} stands before it. {text}.")
    if not c.helps(best):
        return Fact("Is it really the best?", f"None is clearly better than {quoted(c.baseline)}. {text}.")
    if rivals:
        close = f"These runs cannot tell {quoted(best)} from {_quoted(rivals)}."
        return Fact("Is it really the best?", f"Not surely. {close} {text}.")
    ahead = {name: reading.versus(result, measure.name, name, best) for name in c.ranking if name in c.harms}
    if harmful := [name for name, gap in ahead.items() if standing.verdict(c, measure.name, gap) == "better"]:
        also = words.listing([standing.named(c, name) for name in harmful])
        return Fact("Is it really the best?", f"Of those without harm; ahead of it by {measure.label}: {also}. {text}.")
    if not standing.tells_apart(c, measure.name, found):
        return Fact("Is it really the best?", f"By {measure.label} not surely. {text}{_but_by(result, best, second)}.")
    return Fact("Is it really the best?", f"Yes. {text}, which is clear, all pairs of variants taken together.")


def _but_by(result: Compared, best: str, second: str) -> str:
    """Say by which headline outcome the best is ahead of the next in rank, where it is not by what ranks."""
    for name in measured_headlines(result.comparison.measures):
        other, found = reading.outcome(result, name), reading.versus(result, name, best, second)
        if standing.tells_apart(result.comparison, name, found):
            return f"; but it is ahead by {other.label}: {_changed(result, other, found)}"
    return ""


def _gains(result: Compared, best: str) -> list[Fact]:
    """Say whose losses change: by segment, by when they leave, and how many lose hardly anything."""
    told = [*_by_segment(result, best), *_unhurt(result, best), *_late(result, best)]
    return [Fact("Who gains, who loses?", f"{' '.join(told)}")] if told else []


def _by_segment(result: Compared, best: str) -> list[str]:
    names = [name for name in result.comparison.measures if name.startswith(SEGMENT)]
    names = [name for name in names if reading.is_measured(result, name)]
    sides: dict[str, list[str]] = {"better": [], "worse": []}
    for name in names:
        measure, found = reading.outcome(result, name), reading.difference(result, name, best)
        who = quoted(name.removeprefix(SEGMENT).removesuffix("]"))
        side = _verdict(result, measure, best)
        if side in sides:
            sides[side].append(f"{who} ({words.change(found.mean, measure.unit)})")
    if not names:
        return []
    base = quoted(result.comparison.baseline)
    if not any(sides.values()):
        return [f"What a segment of the clients loses differs from {base} too little to matter, or not clearly."]
    less, more = (_listed_segments(sides[side], len(names)) for side in ("better", "worse"))
    told = [f"less is lost by {less}"] if less else []
    told += [f"more {'' if less else 'is lost '}by {more}"] if more else []
    return [f"Under {quoted(best)}, against {base}, clearly {words.listing(told)}."]


def _listed_segments(told: Sequence[str], n: int) -> str:
    if n > 1 and len(told) == n:
        return f"every segment: {words.listing(told)} of what they held"
    return f"the segment{'' if len(told) == 1 else 's'} {words.listing(told)} of what they held" if told else ""


def _unhurt(result: Compared, best: str) -> list[str]:
    if not reading.is_measured(result, UNHURT):
        return []
    c = result.comparison
    now, before = (words.quantity(reading.level(result, UNHURT, name).mean, "share") for name in (best, c.baseline))
    is_told = standing.tells_apart(c, UNHURT, reading.difference(result, UNHURT, best))
    return [f"Of those who held money {now} lose {standing.HARDLY} of it{f' (before {before})' if is_told else ''}."]


def _late(result: Compared, best: str) -> list[str]:
    """Say what those lose who leave late or stay, beside the first to leave: medians, as it is a ratio."""
    if not reading.is_measured(result, LATE):
        return []
    ratios = {name: reading.values(result, LATE, name) for name in (best, result.comparison.baseline)}
    medians = {name: float(np.median(x[np.isfinite(x)])) for name, x in ratios.items() if np.isfinite(x).any()}
    told = [f"{words.quantity(x)} times under {quoted(name)}" for name, x in medians.items()]
    text = "The loss share of those who stay or ask late, against that of the first to ask, in the median world"
    return [f"{text}: {words.listing(told)}."] if told else []


def _harmful(result: Compared, measure: Measure, others: Sequence[str]) -> list[Fact]:
    """Say which variants are worse than the baseline in a headline outcome or in what ranks, and what they gain."""
    c, told = result.comparison, []
    for name in others:
        state, found = _verdict(result, measure, name), reading.difference(result, measure.name, name)
        change = f"{measure.label} {words.change(found.mean, measure.unit, result.scenario.currency)}"
        is_extra = state == "worse" and measure.name not in c.harms.get(name, ())
        worse = words.listing([*([change] if is_extra else []), *filter(None, [standing.harm(c, name)])])
        gain = f", though {change}" if state == "better" else ""
        told += [f"{quoted(name)}: {worse}{gain}"] if worse else []
    return [Fact("What makes it worse?", f"Clearly worse than the baseline: {'; '.join(told)}.")] if told else []


def _judged(result: Compared) -> list[Fact]:
    """Say what was passed over for the outcome that ranks, and which differences are too small to matter."""
    lines = filter(None, (standing.passed_over(result.comparison), standing.matters(result.comparison)))
    text = " ".join(map(words.sentence, lines))
    return [Fact("What counts?", text)] if text else []


def _broken_off(result: Compared) -> list[Fact]:
    told = horizon.broken_off(result.comparison)
    is_waiting = any(found.waiting > 0 for found in result.comparison.unfinished.values())
    is_over = "No" if is_waiting else "Not surely"
    return [Fact("Is it over at the horizon?", f"{is_over}. {' '.join(told)}")] if told else []


def _doubts(result: Compared) -> Fact:
    c = result.comparison
    figures = [a for a in story.assumptions(result.scenario, c.baseline, c.variants) if a.is_figure]
    assumed = sum(a.is_assumed or a.is_construct for a in figures)
    lines = (holding.doubts(result), members.doubts(result) or members.fixed(result), pace.told(result))
    text = "".join(f"{line} " for line in lines if line)
    text += "These are simulated worlds, not forecasts: "
    text += f"{assumed} of {len(figures)} figures are assumed, no source gives them."
    text += f" Only {words.plural(c.n, 'world')} were compared; more would narrow the intervals." if c.n < FEW else ""
    text += f" {words.plural(c.n_incomplete, 'replication')} failed and had to be left out." if c.n_incomplete else ""
    text += " The study was stopped before its end." if c.interrupted else ""
    return Fact("When is this wrong?", text)
