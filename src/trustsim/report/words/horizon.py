"""What the horizon hides, in words: runs that still go on there, and money that still waits."""

from __future__ import annotations

from collections.abc import Sequence

from trustsim.analysis.comparison import Comparison
from trustsim.report.words import words
from trustsim.report.words.words import quoted

_MOST_NAMES = 3


def broken_off(c: Comparison) -> list[str]:
    """Say in which worlds a run may go on at the horizon, and how much money waits there; nothing where neither is."""
    runs = _told(
        c, {name: f"{round(x.running * c.n)} of {c.n} worlds" for name, x in c.unfinished.items() if x.running}
    )
    waits = _told(c, {name: words.quantity(x.waiting, "share") for name, x in c.unfinished.items() if x.waiting})
    told = [f"At the horizon a run may still go on, and how it ends is not seen: in {runs}."] if runs else []
    told += [f"At the horizon money still waits, of the claims of day 0: {waits}."] if waits else []
    return [*told, "A longer horizon would show more."] if told else []


def _told(c: Comparison, found: dict[str, str]) -> str:
    """Join what is said of each variant, those of which the same is said together, the first few of many."""
    told = {text: [quoted(name) for name, other in found.items() if other == text] for text in found.values()}
    if len(told) == 1 and len(found) == len(c.variants) > 1:
        return f"{next(iter(told))} under every variant"
    parts = [f"{text} under {words.listing(names[:_MOST_NAMES])}{_more(names)}" for text, names in told.items()]
    return "; ".join(parts if len(parts) <= _MOST_NAMES else [*parts[:_MOST_NAMES], "likewise others"])


def _more(names: Sequence[str]) -> str:
    return f" and {words.plural(len(names) - _MOST_NAMES, 'other')}" if len(names) > _MOST_NAMES else ""
