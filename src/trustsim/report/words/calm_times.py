"""What variants change before anything strikes, which is no effect on the crisis, in words."""

from __future__ import annotations

from trustsim.analysis.comparison import Comparison
from trustsim.analysis.ranking import is_clear
from trustsim.report.words import words
from trustsim.report.words.words import quoted

BEFORE, AFTER = "excess_before", "excess_withdrawn"


def told(c: Comparison) -> list[str]:
    """Return a line on each remedy that clearly changes what is asked for in calm, at least by what matters of the
    money withdrawn: by how much, and what of its whole change that is."""
    if BEFORE not in c.measures or AFTER not in c.measures:
        return []
    lines = []
    for name in c.remedies:
        found, whole = c.differences[name][BEFORE], c.differences[name][AFTER]
        if is_clear(found.mean, found.low, found.high, c.matters.get(AFTER, 0.0)):
            change, span = (
                words.change(found.mean, "share"),
                words.interval(found.low, found.high, "share", signed=True),
            )
            lines.append(
                f"{quoted(name)} changes what is asked for by {change} before anything strikes (95 % interval {span}):"
                f" its effect in calm times, which is part of the {words.change(whole.mean, 'share')} in"
                f" {words.label(AFTER)}"
            )
    return lines
