"""What decides a run or a failure of what nobody knows beforehand, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trustsim.analysis.compared import Compared
from trustsim.analysis.fragility import FAILURE, RUN
from trustsim.analysis.unknowns import FEWEST, FEWEST_OF_A_KIND, Deciding, deciding, is_event
from trustsim.report.words import words
from trustsim.report.words.fragility import EVENTS
from trustsim.report.words.words import quoted

HAVE = {RUN: "have a run", FAILURE: "have a failure"}  # worlds
REST, BEHAVIOUR = ("people", "links", "the luck of days"), "how people behave"
HOW = (
    "Each of these is drawn once for a world and is the same under every variant. It decides a share of the variance of"
    " the log-odds of the event, those of all else that is drawn taken as logistic; behind it its 95 % interval."
)


def found(result: Compared, event: str) -> tuple[Deciding, ...]:
    """Return what decides an event under the baseline and under the first in rank; nothing where nothing is unknown."""
    c = result.comparison
    names = dict.fromkeys((c.baseline, *c.ranking[:1]))
    each = (deciding(result.study, event, name) for name in names)
    return tuple(one for one in each if one is not None)


def every(result: Compared) -> dict[str, tuple[Deciding, ...]]:
    """Return by event what decides it; only events, 0 or 1, that were measured and where worlds differ."""
    events = [event for event in (RUN, FAILURE) if event in result.study.outcomes and is_event(result.study, event)]
    return {event: decided for event in events if (decided := found(result, event))}


def told(seen: dict[str, tuple[Deciding, ...]]) -> tuple[str, ...]:
    """Say, point by point, what decides every event under each variant."""
    each = [one for decided in seen.values() for one in decided]
    few = next((one for one in each if not one.is_enough), None)
    if few is not None:
        worlds = words.too_few(few.n, "world")
        return (f"{worlds} to say which of what nobody knows beforehand decides; {FEWEST} are enough.",)
    points = tuple(map(_told, each))
    return (*points, HOW) if any(one.curves for one in each) else points


def share(interval: Sequence[float]) -> str:
    """Write a share with its 95 % interval."""
    mean, low, high = interval
    return f"{words.quantity(mean, 'share')}, {words.interval(low, high, 'share')}"


def _told(one: Deciding) -> str:
    if not one.curves:
        return _too_few(one)
    happens, under = EVENTS[one.outcome], quoted(one.variant)
    head = f"Whether there is {happens} under {under} ({_percent(one.n_with / one.n)} of the worlds)"
    named = [curve for curve in one.curves if curve.is_told]
    if not named:
        return f"{head} hangs on none of what nobody knows beforehand, as far as can be told.{_members(one)}"
    parts = [f"{c.unknown.text} ({share((c.decides.mean, c.decides.low, c.decides.high))})" for c in named]
    low, high = (_percent(named[0].share(at).mean) for at in (-1.0, 1.0))
    rest = words.listing([*REST, *([BEHAVIOUR] if one.members is not None else [])])
    return (
        f"{head} is decided by {words.listing(parts)}; {_percent(one.rest)} by {rest}. Where {named[0].unknown.text} is"
        f" one standard deviation below the middle {low} of the worlds {HAVE[one.outcome]}, one above it {high}."
        f"{_members(one)}"
    )


def _members(one: Deciding) -> str:
    """Say which share of the variance over worlds lies between members of the ensemble; '' where it is not known."""
    m = one.members
    if m is None or not math.isfinite(m.low):
        return ""
    if m.low == 0:
        return (
            f" How people behave cannot be told to decide it: at most {_percent(m.high)} of its variance over worlds."
        )
    return (
        " Of the variance over worlds of whether it comes, that between the members of the ensemble of behaviours is"
        f" {share((m.mean, m.low, m.high))}."
    )


def _too_few(one: Deciding) -> str:
    rare, without = min((one.n_with, ""), (one.n - one.n_with, " no"))
    have = f"{'has' if rare == 1 else 'have'}{without} {EVENTS[one.outcome].removeprefix('a ')}"
    have = have if without else have.replace(" ", " a ", 1)
    return (
        f"{rare} of {words.plural(one.n, 'world')} {have} under {quoted(one.variant)}: too few to say on what it hangs;"
        f" {FEWEST_OF_A_KIND} with one and {FEWEST_OF_A_KIND} without are enough."
    )


def _percent(part: float) -> str:
    return words.quantity(part, "share")
