"""In what share of an ensemble of behaviours the answer holds, in a sentence."""

from __future__ import annotations

from trustsim.analysis.by_member import ByMember, order_by_member
from trustsim.analysis.compared import Compared
from trustsim.catalog import REGISTRY
from trustsim.report.words import words
from trustsim.report.words.words import quoted

_MOST_NAMED = 6


def told(result: Compared) -> str:
    """Say under what share of the members the first in rank and the baseline stand by what ranks as they do over all.

    '' where there are no members.
    """
    c = result.comparison
    if c.ranked_by is None or c.n == 0 or "[" in c.ranked_by:
        return ""
    best = next(iter(c.remedies), None)
    if best is None:
        return ""
    side = 1 if c.measures[c.ranked_by].better == "lower" else -1
    means = {name: side * c.levels[name][c.ranked_by].mean for name in (best, c.baseline)}
    found = order_by_member(result.study, REGISTRY, c.ranked_by, sorted(means, key=lambda name: means[name]))
    if found is None:
        return ""
    first, second = (quoted(name) for name in found.order)
    low, high = found.interval
    share = f"{100 * found.share:.0f} % of the {len(found.holds)} members of the ensemble of behaviours"
    doubt = f"95 % interval {100 * low:.0f} to {100 * high:.0f} %"
    return f"{first} is ahead of {second} by {words.label(c.ranked_by)} under {share} ({doubt}){_flips(found)}."


def _flips(found: ByMember) -> str:
    """Name the members under which an order flips, and count those of which it cannot be told."""
    n, names = len(found.flips), [str(each) for each in found.flips[:_MOST_NAMED]]
    more = [f"{n - _MOST_NAMED} more"] if n > _MOST_NAMED else []
    parts = [f"it flips under member {words.listing([*names, *more])}"] if n else []
    parts += [f"it cannot be told under {len(found.open)}"] if found.open else []
    return "".join(f"; {part}" for part in parts)
