"""When the ranking flips, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import Comparison
from trustsim.analysis.headlines import COST
from trustsim.report.words import members, prices, pricing, reading, standing, words
from trustsim.report.words.prices import BILL
from trustsim.report.words.views import FEWEST, View, views, whole
from trustsim.report.words.words import quoted


def told(result: Compared) -> tuple[str, ...]:
    """Say, point by point, what flips the ranking and what does not."""
    seen = views(result)
    if not seen:
        return ()
    points = _by_outcome(result, [view for view in seen if not view.is_part and view.outcome not in (COST, BILL)])
    points += [_in_part(result, view) for view in seen if view.is_part and view.is_judged]
    few = [f"{view.label} ({words.plural(view.n, 'world')})" for view in seen if not view.is_judged]
    points += [f"Too few worlds to judge: {words.listing(few)}."] if few else []
    points += [line for line in (members.told(result), members.span(result)) if line]
    if prices.is_priced(result):
        points.append(pricing.told(result, prices.stretches(result)))
    return tuple(points)


def in_short(result: Compared) -> str:
    """Say which variant is ahead of the first in rank by another outcome, and where at another price of loss.

    Cost alone is left out: there doing nothing leads.
    """
    best = result.comparison.ranking[0]
    others = [view for view in whole(result, best) if view.outcome not in (COST, BILL)]
    ahead = _ahead(result.comparison, others)
    text = f"No: no variant is clearly better than {quoted(best)} in any other outcome but cost."
    if not any(view.is_judged for view in others):
        text = f"Not judged: {words.too_few(result.comparison.n, 'world')}, {FEWEST} are enough."
    elif ahead:
        text = f"Clearly ahead of {quoted(best)}: {ahead}."
    if not prices.is_priced(result):
        return text
    return f"{text} {pricing.in_short(result, prices.stretches(result))}".rstrip()


def _ahead(c: Comparison, seen: Iterable[View]) -> str:
    """Name the variants that are clearly ahead of the first in rank, each with the outcomes: ``'‘a’ by x and y'``."""
    flipped: dict[str, list[str]] = {}
    for view in seen:
        if view.verdict == "flips":
            flipped.setdefault(view.leader, []).append(view.label)
    return "; ".join(f"{standing.named(c, name)} by {words.listing(labels)}" for name, labels in flipped.items())


def _by_outcome(result: Compared, seen: Sequence[View]) -> list[str]:
    c = result.comparison
    best, first = quoted(c.ranking[0]), next(view for view in seen if view.outcome == c.ranked_by)
    kept = [v.label for v in seen if v.verdict in ("no flip", "no clear flip") and v.outcome != c.ranked_by]
    same = [quoted(name) for name, state in first.states.items() if state == "leads" and name != first.leader]
    which = " of those that harm nobody" if c.harms else ""
    points = [f"By {first.label} {best} is first{which}{', with ' if same else ''}{words.listing(same)}."]
    if ahead := _ahead(c, seen):
        points.append(f"Clearly ahead of {best}: {ahead}.")
    return [*points, *([f"No variant is clearly ahead of {best} by {words.listing(kept, 'or')}."] if kept else [])]


def _in_part(result: Compared, view: View) -> str:
    c = result.comparison
    base, label, leader = quoted(c.baseline), words.label(view.outcome), standing.named(c, view.leader)
    where = {
        "worst tenth": f"In the tenth of worlds where {base} does worst by {label}",
        "with a run": f"In worlds with a run under {base}",
        "without a run": f"In worlds without a run under {base}",
    }[view.label.rpartition(", ")[2]]
    where += f" ({view.n} of {c.n})"
    if view.verdict == "all the same":
        return f"{where} all variants are the same by {label}."
    if view.verdict == "no flip":
        return f"{where} {leader} still leads by {label}."
    measure = reading.outcome(result, view.outcome)
    assert view.gap is not None
    change = words.change(view.gap.mean, measure.unit, result.scenario.currency)
    span = words.interval(view.gap.low, view.gap.high, measure.unit, result.scenario.currency, signed=True)
    how = "clearly" if view.verdict == "flips" else "not clearly"
    text = f"{where} {leader} is {how} ahead of {quoted(view.against)} by {label}"
    return f"{text} ({change}, 95 % interval {span})."
