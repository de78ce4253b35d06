"""Pictures of what nobody knows beforehand: the share of worlds with an event against what was drawn for them."""

from __future__ import annotations

from collections.abc import Sequence

from trustsim.analysis.compared import Compared
from trustsim.analysis.unknowns import AT, Curve, Deciding
from trustsim.report.pictures import look, scales
from trustsim.report.pictures.canvas import DASHED, SOLID, Canvas
from trustsim.report.words import words

AXIS = "standard deviations from the middle"
_ENDS = (-2.5, 2.5)
ROOM = 150.0  # points: what is right of the axis of a panel; a longer title is written smaller, and is not cut
_ASIDE = 0.06  # between the groups of two variants


def names(decided: Sequence[Deciding]) -> list[str]:
    """Return the unknowns, that first which decides most under the first variant that says so."""
    return [curve.unknown.text for curve in next((one.curves for one in decided if one.curves), ())]


def curves_of(decided: Sequence[Deciding], unknown: str) -> dict[str, Curve]:
    """Return by variant the curve along one unknown."""
    return {one.variant: curve for one in decided for curve in one.curves if curve.unknown.text == unknown}


def draw(canvas: Canvas, result: Compared, decided: Sequence[Deciding], unknown: str, *, size: float = 11.0) -> None:
    """Draw the share of worlds with an event against one unknown, a curve a variant with its 95 % interval.

    Dots: five groups of as many worlds, with their intervals; the baseline is dashed. In the title, of this *size* in
    points, stands the share of what decides under the first variant.
    """
    baseline = result.comparison.baseline
    inks, shapes = look.colours(result.study.variants, baseline), look.markers(result.study.variants, baseline)
    drawn = curves_of(decided, unknown)
    for k, (name, curve) in enumerate(drawn.items()):
        canvas.band(AT, 100 * curve.low, 100 * curve.high, inks[name], 0.18)
        canvas.line(AT, 100 * curve.mean, inks[name], 1.8, dash=DASHED if name == baseline else SOLID, z=4)
        for at, share in curve.groups:
            x = at + _ASIDE * (k - (len(drawn) - 1) / 2)
            canvas.line([x, x], [100 * share.low, 100 * share.high], inks[name], 1.0, alpha=0.5)
            canvas.marks([x], [100 * share.mean], shapes[name], inks[name], 3.8, z=5)
    title = titled(drawn)
    canvas.title(title, size=fitting(title, size))
    canvas.limit("x", *_ENDS)
    canvas.limit("y", -3.0, 103.0)
    canvas.numbers("y", "worlds (%)", n=5, write=words.tick)
    canvas.numbers("x", AXIS, n=5, write=words.tick)
    canvas.grid("y")


def titled(drawn: dict[str, Curve]) -> str:
    """Name an unknown, with the share that it decides under the first variant that is drawn, if that can be told."""
    curve = next(iter(drawn.values()))
    return f"{curve.unknown.text}: {words.quantity(curve.decides.mean, 'share') if curve.is_told else 'not told'}"


def fitting(title: str, size: float) -> float:
    """Return the size in points, *size* at most, in which a title fits its panel."""
    return size * min(1.0, ROOM / scales.width(title, size))
