"""Sizes in people and money: who fled, who pays, what money cannot be had, how platforms end, what a run is called.

Terminal, page and report have these from here, and the tables beside them (:mod:`trustsim.report.tables.people`) show
the same means, so no sentence can contradict a chapter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from trustsim.analysis.comparison import Comparison
from trustsim.analysis.intervals import Interval
from trustsim.analysis.shifts import CLIENTS as CLIENTS
from trustsim.report.words import standing, words
from trustsim.report.words.fact import Fact
from trustsim.report.words.standing import PAYERS as PAYERS
from trustsim.report.words.words import quoted
from trustsim.scenario.counted import step_name
from trustsim.scenario.resolved import Scenario

FLED, ASKED, STUCK, UNMET = "excess_left", "excess_withdrawn", "stuck_money", "needs_unmet"
WAITED, ENDS, LABELS, FAILS = "waited_long", "end_state", "run_at", "failure_probability"
_OR_CAUGHT = "asked for their money or were caught in a failure", "were asked for or caught in a failure"


def parts(c: Comparison, stem: str) -> dict[str, str]:
    """Return the outcomes of an outcome by group, by group: those that are measured."""
    names = [name for name in c.measures if name.startswith(f"{stem}[")]
    return {name.removeprefix(f"{stem}[").removesuffix("]"): name for name in names}


def mean(c: Comparison, outcome: str, variant: str) -> float:
    """Return the mean of an outcome over the worlds of a variant, as every table shows it."""
    return c.levels[variant][outcome].mean


def facts(c: Comparison, scenario: Scenario, best: str) -> list[Fact]:
    """Say of the baseline and of the best variant what these are in people and money."""
    told = (
        ("How many people, how much money?", fled(c, best)), ("Who pays?", pays(c, best)),
        ("What cannot be had?", stuck(c, best)), ("Is it a run?", label(c, scenario, best)),
    )  # fmt: skip
    return [Fact(asked, found) for asked, found in told if found]


def of_many(shares: Sequence[float]) -> tuple[int, list[str]]:
    """Write shares as so many of 100, or of 1000 where none is a tenth: ``(100, ['24', '6'])``, ``(1000, ['14'])``.

    What would be none and is some is ``'fewer than 1'``.
    """
    known = [share for share in shares if not math.isnan(share)]
    whole = 100 if max(known, default=1.0) >= 0.1 or not any(known) else 1000
    return whole, [_of(whole, share) for share in shares]


def _of(whole: int, share: float) -> str:
    if math.isnan(share):
        return words.NO_NUMBER
    if share == 0:
        return "none"
    return "fewer than 1" if abs(share) * whole < 1 else f"{whole * share:.0f}"


def fled(c: Comparison, best: str) -> str:
    """Say how many of 100 accounts fled, and of 100 of their money how much was asked for, before and now.

    What a failure caught had not been asked for: where one happens, the sentence says so.
    """
    accounts, money = _OR_CAUGHT if any_fails(c, (c.baseline, best)) else ("fled", "were asked for")
    told, has_interval = [], False
    for outcome, of, does in ((FLED, "accounts", accounts), (ASKED, c.currency, money)):
        if outcome in c.measures:
            levels = [c.levels[name][outcome] for name in (c.baseline, best)]
            whole, numbers = of_many([level.mean for level in levels])
            has_interval |= not all(math.isnan(level.low) for level in levels)
            before, now = (_with_interval(n, level, whole) for n, level in zip(numbers, levels, strict=True))
            told.append(f"of {whole} {of} {before} {does} under {quoted(c.baseline)}, now {now}")
    text = f"With {standing.named(c, best)}: {'; '.join(told)}."
    text += " In brackets: 95 % interval of the mean." if has_interval else ""
    return f"{text} What leaves in calm too is not counted." if told else ""


def any_fails(c: Comparison, variants: Sequence[str]) -> bool:
    """Whether a platform fails in any world under any of some variants."""
    return FAILS in c.measures and any(mean(c, FAILS, name) > 0 for name in variants)


def _with_interval(number: str, level: Interval, whole: int) -> str:
    """Add the interval of a share as numbers of so many: ``'24 [22 to 26]'``; all with tenths where whole ones hide it.

    ``number``: the mean as :func:`of_many` writes it.
    """
    if math.isnan(level.low) or math.isnan(level.high):
        return number
    ends = [max(whole * x, 0.0) for x in (level.low, level.high)]
    places = 0 if ends[1] - ends[0] >= 1 else 1
    low, high = (f"{x:.{places}f}" for x in ends)
    shown = f"{whole * level.mean:.{places}f}" if number.isdigit() else number
    return f"{shown} [{low} to {high}]"


def pays(c: Comparison, best: str) -> str:
    """Say what each payer loses under the best variant, and what under the baseline."""
    found = {payer: name for payer, name in parts(c, "loss_by_payer").items() if payer in PAYERS}
    if not found:
        return ""
    lost: list[str] = []
    gained: list[str] = []
    neither: list[str] = []
    for payer, name in found.items():
        before, now = mean(c, name, c.baseline), mean(c, name, best)
        if before == 0 and now == 0:
            neither.append(PAYERS[payer])
            continue
        sums = [words.quantity(abs(x), "money", c.currency) for x in (now, before)]
        side = ("a loss of " if now < 0 else "a gain of ") if before * now < 0 or (now == 0 and before < 0) else ""
        told = "as before" if sums[0] == sums[1] and not side else f"before {side}{sums[1]}"
        (gained if now < 0 else lost).append(f"{PAYERS[payer]} {sums[0]} ({told})")
    if not lost and not gained:
        return f"Nobody loses anything, under {quoted(best)} or {quoted(c.baseline)}."
    text = f"Lost under {quoted(best)}: {words.listing(lost)}." if lost else f"Nobody loses under {quoted(best)}."
    text += f" Gained: {words.listing(gained)}." if gained else ""
    is_borne = any(mean(c, name, best) > 0 for name in found.values())
    if is_borne and any(told.startswith(PAYERS["owners"]) for told in gained):
        text += " Equity below zero on day 0 is a gain of the owners, too, where others bear it."
    return f"{text} Neither lose nor gain: {words.listing(neither)}." if neither else text


def stuck(c: Comparison, best: str) -> str:
    """Say how long money was stuck, who waited long, whose needs went unmet, and how platforms ended."""
    told = [(STUCK, "money is stuck for {} on average")]
    told += [
        (name, f"{{}} of the accounts wait longer than {days.replace(' d', ' days')}")
        for days, name in parts(c, WAITED).items()
    ]
    told += [(UNMET, "{} of ordinary needs stay unmet")]
    least = {name: standing.POINTS if c.measures[name].unit == "share" else 0.0 for name in c.measures}
    happens = [name for name in least if any(abs(mean(c, name, v)) > least[name] for v in (best, c.baseline))]
    shown = [_now_and_before(c, best, name, text) for name, text in told if name in happens]
    ends = [ends_of(c, name) for name in (best, c.baseline)]
    text = f"Under {quoted(best)} {words.listing(shown)}." if shown else ""
    before = "as before" if ends[0] == ends[1] else f"before: {ends[1]}"
    return f"{text}{f' Platforms end {ends[0]} ({before}).' if ends[0] else ''}".strip()


def _now_and_before(c: Comparison, best: str, outcome: str, text: str) -> str:
    now, before = (words.quantity(mean(c, outcome, v), c.measures[outcome].unit) for v in (best, c.baseline))
    return f"{text.format(now)} ({'as before' if now == before else f'before {before}'})"


def ends_of(c: Comparison, variant: str) -> str:
    """Say in which states the platforms of a variant end: ``'open 90 %, failed 10 %'``; '' where it is not measured."""
    found = {state: mean(c, name, variant) for state, name in parts(c, ENDS).items()}
    return ", ".join(f"{state} {words.quantity(share, 'share')}" for state, share in found.items() if share > 0)


def label(c: Comparison, scenario: Scenario, best: str) -> str:
    """Say what is called a run, and in how many worlds one was called so, had the label another share."""
    found = parts(c, LABELS)
    if not found:
        return ""
    rule = scenario.counted.run
    least, days = words.quantity(rule.share, "share"), words.quantity(rule.within, "duration")
    text = f"A run is {least} of the {rule.of} of a platform that leave within {days} beyond calm."
    others = []
    for step, name in near(found, rule.share):
        before, now = (words.quantity(mean(c, name, v), "share") for v in (c.baseline, best))
        if step == step_name(rule.share):
            text += f" There is one in {before} of worlds under {quoted(c.baseline)}, now in {now}."
        else:
            others.append(f"at {step.replace('%', ' %')} in {before}, now in {now}")
    return f"{text} Were the share another: {'; '.join(others)}." if others else text


def near(found: dict[str, str], share: float) -> Sequence[tuple[str, str]]:
    """Return the steps of the label beside a share: the next smaller, itself where it is one, the next larger."""
    steps = sorted(found.items(), key=lambda step: float(step[0].rstrip("%")))
    sizes = [float(step.rstrip("%")) / 100 for step, _ in steps]
    below = [k for k, size in enumerate(sizes) if size < share * 0.999]
    above = [k for k, size in enumerate(sizes) if size > share * 1.001]
    same = [k for k, size in enumerate(sizes) if k not in below and k not in above]
    return [steps[k] for k in (*below[-1:], *same, *above[:1])]


def notes(c: Comparison) -> list[str]:
    """Return the lines of the terminal: who fled, who pays, what is stuck; of the best variant beside the baseline."""
    if not c.remedies or c.ranked_by is None or c.n == 0:
        return []
    best = c.remedies[0]
    return [line for line in (fled(c, best), pays(c, best), stuck(c, best)) if line]
