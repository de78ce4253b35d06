"""In what share of an ensemble of behaviours the answer holds, in a sentence."""

from __future__ import annotations

from trustsim.analysis.by_member import (
    POWER,
    SMALL,
    ByMember,
    Span,
    order_by_member,
    span_by_member,
    worlds_to_tell,
)
from trustsim.analysis.compared import Compared
from trustsim.catalog import REGISTRY
from trustsim.report.words import reading, words
from trustsim.report.words.words import quoted
from trustsim.scenario.behaviour import ENSEMBLE, POINT, parts_of
from trustsim.world.members import n_members_of

_MOST_NAMED = 6


def told(result: Compared) -> str:
    """Say under what share of the members the first in rank and the baseline stand by what ranks as they do over all.

    '' where there are no members.
    """
    return _told(found) if (found := _found(result)) is not None else ""


def doubts(result: Compared) -> str:
    """Say under how many members the first in rank and the baseline change places, or cannot be told; '' of none."""
    found = _found(result)
    return _told(found) if found is not None and (found.flips or found.open) else ""


def _found(result: Compared) -> ByMember | None:
    pair = _pair(result)
    if pair is None:
        return None
    c, ranked_by = result.comparison, pair[1]
    side = 1 if c.measures[ranked_by].better == "lower" else -1
    means = {name: side * c.levels[name][ranked_by].mean for name in (pair[0], c.baseline)}
    return order_by_member(result.study, REGISTRY, ranked_by, sorted(means, key=lambda name: means[name]))


def _pair(result: Compared) -> tuple[str, str] | None:
    """Return the first in rank beside the baseline, and what ranks; None where there is none."""
    c = result.comparison
    if c.ranked_by is None or c.n == 0 or "[" in c.ranked_by:
        return None
    best = next(iter(c.remedies), None)
    return None if best is None else (best, c.ranked_by)


def _told(found: ByMember) -> str:
    first, second = (quoted(name) for name in found.order)
    low, high = found.interval
    share = f"{100 * found.share:.0f} % of the {len(found.holds)} members of the ensemble of behaviours"
    doubt = f"95 % interval {100 * low:.0f} to {100 * high:.0f} %"
    by = words.label(found.outcome)
    return f"{first} is ahead of {second} by {by} under {share} ({doubt}){_flips(found)}."


def span(result: Compared) -> str:
    """Say how far the difference of the first in rank to the baseline moves with behaviour; '' where there are no
    members."""
    pair = _pair(result)
    if pair is None:
        return ""
    best, outcome = pair
    ours, theirs = (reading.values(result, outcome, name) for name in (best, result.comparison.baseline))
    found = span_by_member(result.study, ours - theirs)
    if found is None:
        return ""
    unit, currency = reading.outcome(result, outcome).unit, result.scenario.currency
    of = f"the {found.n} members of the ensemble of behaviours"
    if not found.is_told:
        widest = words.interval(found.low.low, found.high.high, unit, currency, signed=True)
        return (
            "How much of the difference hangs on how people behave cannot be told from luck: under nine in ten of"
            f" {of} it is within {widest}. {_way_out(found, result.comparison.n)}"
        )
    ends = words.interval(found.low.mean, found.high.mean, unit, currency, signed=True)
    return (
        "That interval is of the mean over all worlds. How people behave is not known: under nine in ten of"
        f" {of} the difference is {ends}, luck taken out (its 5 and 95 % points)."
    )


def _way_out(found: Span, n_worlds: int) -> str:
    """Say how many worlds would tell: each gives one more look at one member."""
    is_seen = found.between.mean > SMALL
    share = found.between.mean if is_seen else SMALL
    n = max(worlds_to_tell(share, found.n), 2 * n_worlds)
    much = f"{'as much as is seen,' if is_seen else 'at least'} {words.quantity(share, 'share')}"
    return (
        f"--replications {n}, in Python replications={n}, would tell in {words.quantity(POWER, 'share')} of studies, if"
        f" behaviour makes up {much} of how worlds differ."
    )


def fixed(result: Compared) -> str:
    """Say that people behave alike in all worlds, and how; '' where worlds differ in it, and where nothing ranks."""
    if _pair(result) is None or n_members_of(result.scenario):
        return ""
    way, _ = parts_of(result.scenario.behaviour)
    if way == POINT:
        how = f"by the defaults of the rules (behaviour: {way})"
    elif way == ENSEMBLE:
        how = f"as the file says, which leaves nothing to the members (behaviour: {way})"
    else:
        how = f"as one member of the ensemble (behaviour: {way})"
    more = "" if way == ENSEMBLE else "; --behaviour ensemble lets it differ between worlds"
    return f"How people behave is held fixed, {how}, so no interval here holds the doubt about it{more}."


def _flips(found: ByMember) -> str:
    """Name the members under which an order flips, and count those of which it cannot be told."""
    n, names = len(found.flips), [str(each) for each in found.flips[:_MOST_NAMED]]
    more = [f"{n - _MOST_NAMED} more"] if n > _MOST_NAMED else []
    parts = [f"it flips under member {words.listing([*names, *more])}"] if n else []
    parts += [f"under {words.plural(len(found.open), 'member')} alone it cannot be told"] if found.open else []
    return "".join(f"; {part}" for part in parts)
