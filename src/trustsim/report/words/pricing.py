"""The price of loss, in sentences: below which price the cheapest is best, and from where on which other one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trustsim.analysis.compared import Compared
from trustsim.report.words import standing, words
from trustsim.report.words.prices import Stretch

PAR = 1.0  # the price at which what clients lose counts as much as what others lose


def per(result: Compared) -> str:
    """Return per what a price is."""
    return f"{result.scenario.currency} that clients lose"


def priced(result: Compared, price: float) -> str:
    """Write a price without what it is per: ``'0.66 CNY'``."""
    return f"{words.quantity(price)} {result.scenario.currency}"


def between(result: Compared, found: Stretch) -> str:
    """Write the 95 % interval of the price from which a variant is best."""
    if found.start == 0:
        return words.NO_NUMBER
    if math.isinf(found.high):
        return f"{priced(result, found.low)} and above"
    return f"{words.interval(found.low, found.high)} {result.scenario.currency}"


def told(result: Compared, found: Sequence[Stretch]) -> str:
    """Say at which prices of loss the best variant changes."""
    if len(found) == 1:
        return f"{_at_any(result, found[0].variant)}: with no other clients or others lose less by enough to be told."
    parts = [f"below {priced(result, found[1].start)} {_named(result, found[0].variant)} is best"]
    for stretch in found[1:]:
        parts.append(f"from there on {_named(result, stretch.variant)} (95 % interval {between(result, stretch)})")
        if math.isfinite(stretch.stop):
            parts[-1] += f" up to {priced(result, stretch.stop)}"
    return f"By the price put on a {per(result)}, the best changes: {'; '.join(parts)}.{_at_par(result, found)}"


def in_short(result: Compared, found: Sequence[Stretch]) -> str:
    """Say below which price of loss the cheapest is best; where one is at any price, only if it is not the first."""
    if len(found) == 1:
        is_first = found[0].variant == result.comparison.ranking[0]
        return "" if is_first else f"{_at_any(result, found[0].variant)}."
    best = _named(result, found[0].variant)
    text = f"Where a {per(result)} is worth less than {priced(result, found[1].start)} to others, {best} is best."
    return f"{text}{_at_par(result, found)}"


def _at_any(result: Compared, variant: str) -> str:
    return f"Where money alone counts {_named(result, variant)} is best by the means, at any price of loss"


def _named(result: Compared, variant: str) -> str:
    return standing.named(result.comparison, variant)


def _at_par(result: Compared, found: Sequence[Stretch]) -> str:
    best = _named(result, next(s.variant for s in found if s.start <= PAR < s.stop))
    return f" Where money counts the same whoever loses it, it is {best}."
