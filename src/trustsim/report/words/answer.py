"""The question and the answer in plain words, each as sure as its interval allows and no surer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import COST, HEADLINES, Difference
from trustsim.analysis.intervals import Interval
from trustsim.report.words import flips, reading, story, words
from trustsim.report.words.reading import FAILURE, LATE, LOSS, SEGMENT, UNHURT, Measure
from trustsim.report.words.words import quoted

_MOST_NAMES = 3  # in a headline
FEW = 100  # replications below which the report asks for more


@dataclass(frozen=True)
class Fact:
    """One line of the answer: what is asked and what is found."""

    asked: str
    found: str


@dataclass(frozen=True)
class Answer:
    """The question, the answer in one sentence, and what else an analyst must know."""

    question: str
    headline: str
    facts: tuple[Fact, ...]


def answer(result: Compared, claims: float) -> Answer:
    """Say which variant helps most, by how much, how sure that is, what it costs, who loses and when to doubt it.

    ``claims`` : what platforms owe on day 0, minor units, of which losses are shares; NaN where it is not known.
    """
    c = result.comparison
    if c.ranked_by is None or len(c.variants) < 2 or c.n == 0:
        return Answer(
            "What happens in this story?", f"{_unranked(result)}, so there is nothing to rank.", (_doubts(result),)
        )
    measure = reading.outcome(result, c.ranked_by)
    others = [name for name in c.ranking if name != c.baseline]
    best = others[0]
    n = len(others)
    which = f"Does {quoted(best)} help" if n == 1 else f"Which of {n} variants helps most"
    question = f"{which}, compared with {quoted(c.baseline)} and judged by {measure.label}?"
    rivals = [name for name in others[1:] if not _is_behind(result, measure, best, name)]
    facts = [_sure(result, measure, best)]
    facts += [] if n == 1 else [_next_best(result, measure, best, others[1], rivals)]
    facts += _cost(result, measure, best, others, rivals, claims)
    facts += [*_gains(result, best), *_harmful(result, others)]
    facts += [Fact("Does the ranking flip?", flips.in_short(result, claims)), _doubts(result)]
    return Answer(question, _headline(result, measure, best, rivals), tuple(facts))


def _unranked(result: Compared) -> str:
    if result.comparison.n == 0:
        return "No run finished"
    return "Only one variant was run" if len(result.comparison.variants) < 2 else "No outcome has a better side"


def _verdict(result: Compared, measure: Measure, name: str) -> str:
    found = reading.difference(result, measure.name, name)
    return words.verdict(found.low, found.high, measure.better)


def _is_behind(result: Compared, measure: Measure, best: str, name: str) -> bool:
    """Whether the best is clearly better than this one, world by world."""
    found = reading.versus(result, measure.name, best, name)
    return words.verdict(found.low, found.high, measure.better) == "better"


def _quoted(names: Sequence[str]) -> str:
    return words.listing([quoted(name) for name in names])


def _changed(result: Compared, measure: Measure, found: Interval | Difference) -> str:
    """Write a difference with its interval: ``'−12.3 pp (95 % interval −15 to −9.6 pp)'``."""
    currency = result.scenario.currency
    span = words.interval(found.low, found.high, measure.unit, currency, signed=True)
    return f"{words.change(found.mean, measure.unit, currency)} (95 % interval {span})"


def _headline(result: Compared, measure: Measure, best: str, rivals: Sequence[str]) -> str:
    base, currency = result.comparison.baseline, result.scenario.currency
    found = reading.difference(result, measure.name, best)
    if _verdict(result, measure, best) != "better":
        text = f"No variant is clearly better than {quoted(base)}, judged by {measure.label}."
        text += f" The best of them, {quoted(best)}, makes a difference of {_changed(result, measure, found)}."
        return text + _other_headline(result, measure, best)
    size = words.change(abs(found.mean), measure.unit, currency).removeprefix("+")
    text = f"it {words.verb(found.mean, found.low, found.high)} {measure.label} by {size}"
    if found.n == result.comparison.n:
        levels = [reading.level(result, measure.name, name).mean for name in (base, best)]
        text += ", from {} to {}".format(*(words.quantity(x, measure.unit, currency) for x in levels))
    if not rivals:
        return f"{quoted(best)} {'helps' if len(result.comparison.variants) == 2 else 'helps most'}: {text}."
    close = _quoted(rivals) if len(rivals) <= _MOST_NAMES else f"{len(rivals)} others"
    return f"{quoted(best)} helps most, too close to {close} to tell apart: {text}."


def _other_headline(result: Compared, measure: Measure, best: str) -> str:
    """Say what the first in rank does to the other headline outcome, where what ranks the variants cannot tell."""
    for name in HEADLINES:
        if name != measure.name and reading.is_measured(result, name):
            other, found = reading.outcome(result, name), reading.difference(result, name, best)
            if _verdict(result, other, best) == "better":
                return f" But it clearly lowers {other.label}: {_changed(result, other, found)}."
    return ""


def _sure(result: Compared, measure: Measure, best: str) -> Fact:
    found = reading.difference(result, measure.name, best)
    worlds = words.share_of_worlds(found.better_share, found.n)
    text = f"The difference is {_changed(result, measure, found)}. {quoted(best)} was better in {worlds}"
    text += f" and the same in {words.quantity(found.tie_share, 'share')}" if found.tie_share > 0 else ""
    if words.verdict(found.low, found.high, measure.better) == "unclear":
        text += "; the interval includes zero, so this is no clear difference"
    return Fact("How sure is that?", f"{text}. Every variant met the same worlds, so luck is not compared with luck.")


def _next_best(result: Compared, measure: Measure, best: str, second: str, rivals: Sequence[str]) -> Fact:
    found = reading.versus(result, measure.name, best, second)
    text = f"Against the next in rank, {quoted(second)}, the difference is {_changed(result, measure, found)}"
    if not rivals:
        return Fact("Is it really the best?", f"Yes. {text}, which is clear.")
    close = f"These runs cannot tell {quoted(best)} from {_quoted(rivals)}."
    return Fact("Is it really the best?", f"Not surely. {close} {text}.")


def _cost(
    result: Compared, measure: Measure, best: str, others: Sequence[str], rivals: Sequence[str], claims: float
) -> list[Fact]:
    if not reading.is_measured(result, COST):
        return []
    currency, base = result.scenario.currency, result.comparison.baseline
    level, extra = reading.level(result, COST, best), reading.difference(result, COST, best)
    text = f"{quoted(best)} costs {words.quantity(level.mean, 'money', currency)} a run on average"
    text += "" if extra.mean == level.mean else f", {_against(extra.mean, currency)} {quoted(base)}"
    if np.isfinite(claims) and reading.is_measured(result, LOSS) and reading.outcome(result, LOSS).unit == "share":
        saved = reading.difference(result, LOSS, best)
        if saved.high < 0:
            text += f"; investors lose {words.quantity(-saved.mean * claims, 'money', currency)} less"
    text += "."
    helpful = [name for name in others if _verdict(result, measure, name) == "better"]
    told = {best}
    for names, what in (([best, *rivals], "of those too close to tell apart"), (helpful, "that clearly helps")):
        cheapest = min(names, key=lambda name: reading.level(result, COST, name).mean, default=best)
        if cheapest not in told:
            price = words.quantity(reading.level(result, COST, cheapest).mean, "money", currency)
            gain = words.change(reading.difference(result, measure.name, cheapest).mean, measure.unit, currency)
            text += f" The cheapest {what} is {quoted(cheapest)}: {gain} for {price}."
            told.add(cheapest)
    return [Fact("What does it cost?", text)]


def _against(extra: float, currency: str) -> str:
    if extra == 0:
        return "the same as"
    return f"{words.quantity(abs(extra), 'money', currency)} {'more' if extra > 0 else 'less'} than"


def _gains(result: Compared, best: str) -> list[Fact]:
    """Say whose losses change: by segment, by when they leave, and how many lose nothing."""
    told = [*_by_segment(result, best), *_unhurt(result, best), *_late(result, best)]
    return [Fact("Who gains, who loses?", f"{' '.join(told)}")] if told else []


def _by_segment(result: Compared, best: str) -> list[str]:
    names = [name for name in result.comparison.measures if name.startswith(SEGMENT)]
    names = [name for name in names if reading.is_measured(result, name)]
    sides: dict[str, list[str]] = {"better": [], "worse": []}
    for name in names:
        measure, found = reading.outcome(result, name), reading.difference(result, name, best)
        who = quoted(name.removeprefix(SEGMENT).removesuffix("]"))
        side = words.verdict(found.low, found.high, measure.better)
        if side in sides:
            sides[side].append(f"{who} ({words.change(found.mean, measure.unit)})")
    if not names:
        return []
    than = f"than under {quoted(result.comparison.baseline)}"
    if not any(sides.values()):
        return [f"Nobody clearly loses more or less {than}."]
    less, more = (_listed_segments(who, len(names)) for who in sides.values())
    return [f"Under {quoted(best)} clearly less is lost {than} by {less}; clearly more by {more}."]


def _listed_segments(told: Sequence[str], n: int) -> str:
    if not told:
        return "nobody"
    if n > 1 and len(told) == n:
        return f"every segment: {words.listing(told)} of what they held"
    return f"the segment{'' if len(told) == 1 else 's'} {words.listing(told)} of what they held"


def _unhurt(result: Compared, best: str) -> list[str]:
    if not reading.is_measured(result, UNHURT):
        return []
    level, found = reading.level(result, UNHURT, best), reading.difference(result, UNHURT, best)
    shift = f" ({words.change(found.mean, 'share')})" if words.is_clear(found.low, found.high) else ""
    return [f"{words.quantity(level.mean, 'share')} of those who held money lose nothing{shift}."]


def _late(result: Compared, best: str) -> list[str]:
    """Say what those lose who leave late or stay, beside the first to leave: medians, as it is a ratio."""
    if not reading.is_measured(result, LATE):
        return []
    ratios = {name: reading.values(result, LATE, name) for name in (best, result.comparison.baseline)}
    medians = {name: float(np.median(x[np.isfinite(x)])) for name, x in ratios.items() if np.isfinite(x).any()}
    told = [f"{words.tick(round(x, 2))} times under {quoted(name)}" for name, x in medians.items()]
    text = "The loss share of those who stay or ask late, against that of the first to ask, in the median world"
    return [f"{text}: {words.listing(told)}."] if told else []


def _harmful(result: Compared, others: Sequence[str]) -> list[Fact]:
    """Say which variants are clearly worse than the baseline in what ranks, in losses or in failures."""
    told = []
    for name in others:
        worse = []
        for outcome in dict.fromkeys((result.comparison.ranked_by, LOSS, FAILURE)):
            if outcome is not None and outcome in result.comparison.measures:
                measure, found = reading.outcome(result, outcome), reading.difference(result, outcome, name)
                if words.verdict(found.low, found.high, measure.better) == "worse":
                    worse.append(f"{measure.label} {words.change(found.mean, measure.unit, result.scenario.currency)}")
        told += [f"{quoted(name)}: {words.listing(worse)}"] if worse else []
    return [Fact("What makes it worse?", f"Clearly worse than the baseline: {'; '.join(told)}.")] if told else []


def _doubts(result: Compared) -> Fact:
    c = result.comparison
    figures = [a for a in story.assumptions(result.scenario, c.baseline, c.variants) if a.is_figure]
    assumed = sum(a.is_assumed or a.is_construct for a in figures)
    text = "These are simulated worlds, not forecasts: "
    text += f"{assumed} of {len(figures)} figures are assumed, no source gives them."
    text += f" Only {words.plural(c.n, 'world')} were compared; more would narrow the intervals." if c.n < FEW else ""
    text += f" {words.plural(c.n_incomplete, 'replication')} failed and had to be left out." if c.n_incomplete else ""
    text += " The study was stopped before its end." if c.interrupted else ""
    return Fact("When is this wrong?", text)
