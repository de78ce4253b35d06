"""The price of loss, in sentences: below which price the cheapest is best, and from where on which other one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trustsim.analysis.compared import Compared
from trustsim.report.words import reading, standing, words
from trustsim.report.words.prices import Stretch
from trustsim.report.words.reading import LOSS
from trustsim.units import Unit


def par(result: Compared, claims: float) -> float | None:
    """Return the price at which money lost counts as much as money spent; None where ``claims`` is not known.

    ``claims``: what platforms owe on day 0, in units of the currency, of which losses are shares; NaN where it is
    not known.
    """
    if reading.outcome(result, LOSS).unit == "money":
        return 1.0
    return claims if math.isfinite(claims) else None


def scale_of(result: Compared) -> tuple[float, str]:
    """Return what a price is divided by to be shown, and per what it then is."""
    if reading.outcome(result, LOSS).unit == "share":
        return 100.0, "percentage point of the claims lost"
    return 1.0, f"{result.scenario.currency} lost"


def priced(result: Compared, price: float) -> str:
    """Write a price without what it is per: ``'14.2 thousand CNY'``."""
    scale, _ = scale_of(result)
    if scale == 1.0:
        return f"{words.quantity(price)} {result.scenario.currency}"
    return words.quantity(price / scale, "money", result.scenario.currency)


def between(result: Compared, found: Stretch) -> str:
    """Write the 95 % interval of the price from which a variant is best."""
    if found.start == 0:
        return words.NO_NUMBER
    if math.isinf(found.high):
        return f"{priced(result, found.low)} and above"
    scale, _ = scale_of(result)
    unit: Unit = "number" if scale == 1.0 else "money"
    text = words.interval(found.low / scale, found.high / scale, unit, result.scenario.currency)
    return f"{text} {result.scenario.currency}" if scale == 1.0 else text


def told(result: Compared, found: Sequence[Stretch], claims: float) -> str:
    """Say at which prices of loss the best variant changes."""
    if len(found) == 1:
        return f"{_at_any(result, found[0].variant)}: with no other clients or others lose less by enough to matter."
    _, per = scale_of(result)
    parts = [f"below {priced(result, found[1].start)} {_named(result, found[0].variant)} is best"]
    for stretch in found[1:]:
        parts.append(f"from there on {_named(result, stretch.variant)} (95 % interval {between(result, stretch)})")
        if math.isfinite(stretch.stop):
            parts[-1] += f" up to {priced(result, stretch.stop)}"
    return f"By the price put on a {per}, the best changes: {'; '.join(parts)}.{_at_par(result, found, claims)}"


def in_short(result: Compared, found: Sequence[Stretch], claims: float) -> str:
    """Say below which price of loss the cheapest is best; where one is at any price, only if it is not the first."""
    if len(found) == 1:
        is_first = found[0].variant == result.comparison.ranking[0]
        return "" if is_first else f"{_at_any(result, found[0].variant)}."
    _, per = scale_of(result)
    best = _named(result, found[0].variant)
    text = f"Where a {per} is worth less than {priced(result, found[1].start)}, {best} is best."
    return f"{text}{_at_par(result, found, claims)}"


def _at_any(result: Compared, variant: str) -> str:
    return f"Where money alone counts {_named(result, variant)} is best by the means, at any price of loss"


def _named(result: Compared, variant: str) -> str:
    return standing.named(result.comparison, variant)


def _at_par(result: Compared, found: Sequence[Stretch], claims: float) -> str:
    worth = par(result, claims)
    if worth is None:
        return ""
    best = _named(result, next(s.variant for s in found if s.start <= worth < s.stop))
    price = "" if scale_of(result)[0] == 1.0 else f" ({priced(result, worth)})"
    return f" Where money lost counts like money spent{price}, it is {best}."
