"""What a curve of runs or failures against a fundamental says, in a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from trustsim.analysis.fragility import FAILURE, RUN, Fragility
from trustsim.report.words import words

EVENTS = {RUN: "a run", FAILURE: "a failure"}
_HEAD = (
    "Width: standard deviation over worlds of the value at which they tip, in brackets its 95 % interval; 0 is a step."
)


def told(curves: Sequence[Fragility]) -> Iterator[str]:
    """Yield a line on each curve: at which value half of the worlds tip, and how wide the curve is."""
    if curves:
        yield f"Share of worlds against {curves[0].path}. {_HEAD}"
    for curve in curves:
        shares = [share.mean for share in curve.shares]
        low, high = (words.quantity(end, "share") for end in (min(shares), max(shares)))
        if math.isnan(curve.middle):
            yield f"{words.quoted(curve.variant)}: {EVENTS[curve.outcome]} in {low} of the worlds at every value."
            continue
        where = f"half of the worlds tip at {value(curve, curve.middle)}"
        yield (
            f"{words.quoted(curve.variant)}: {EVENTS[curve.outcome]} in {low} to {high} of the worlds; {where}, width"
            f" {width(curve)}."
        )


def name_of(curve: Fragility) -> str:
    """Return what is swept, by the last part of its path, as words."""
    return words.label(curve.path.rpartition(".")[2])


def value(curve: Fragility, number: float) -> str:
    """Write a value of what is swept, in the unit of the file, to three digits."""
    shown = "∞" if math.isinf(number) else f"{number:.3g}".replace("-", words.MINUS)
    return f"{shown} {curve.unit}".rstrip()


def width(curve: Fragility) -> str:
    """Write the width of a curve with its interval."""
    ends = ", ".join(value(curve, end).removesuffix(curve.unit).rstrip() for end in (curve.width.low, curve.width.high))
    return f"{value(curve, curve.width.mean)} [{ends}]"
