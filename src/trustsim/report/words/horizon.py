"""What the horizon hides, in words: runs that still go on there, and money that still waits."""

from __future__ import annotations

from collections.abc import Sequence

from trustsim.analysis.comparison import Comparison
from trustsim.report.words import words
from trustsim.report.words.words import quoted

_MOST_NAMES = 3


def broken_off(c: Comparison) -> list[str]:
    """Say in which worlds a run goes on at the horizon, and how much money waits there; nothing where neither is."""
    on = [(name, x.running) for name, x in c.unfinished.items() if x.running > 0]
    due = [(name, x.waiting) for name, x in c.unfinished.items() if x.waiting > 0]
    runs = [f"{round(share * c.n)} of {c.n} worlds of {quoted(name)}" for name, share in on]
    waits = [f"{words.quantity(share, 'share')} of the claims under {quoted(name)}" for name, share in due]
    told = [f"In {_listed(runs)} a run goes on at the horizon: what it ends in is not seen."] if runs else []
    told += [f"Money still waits at the horizon: {_listed(waits)}."] if waits else []
    return [*told, "A longer horizon shows it."] if told else []


def _listed(told: Sequence[str]) -> str:
    """Join what is said of each variant, the first few of many."""
    more = len(told) - _MOST_NAMES
    return words.listing(told if more <= 0 else [*told[:_MOST_NAMES], f"likewise {words.plural(more, 'other')}"])
