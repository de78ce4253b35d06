"""The picture of survival: in which share of the worlds an event has not happened yet, a line a variant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.report.pictures import look
from trustsim.report.pictures.canvas import DASHED, SOLID, Canvas
from trustsim.report.words import reading, words

_NAME_APART = 0.055  # of the height, between two names
_ROOM = 0.32  # of the width, for names


def draw(canvas: Canvas, result: Compared, outcome: str, names: Sequence[str]) -> None:
    """Draw the survival curve of each variant, with its name at its end; the baseline is dashed."""
    baseline = result.comparison.baseline
    colours = look.colours(result.study.variants, baseline)
    curves = {name: reading.survival(result, outcome, name) for name in names}
    for name, (days, share) in curves.items():
        dash = DASHED if name == baseline else SOLID
        canvas.line(np.repeat(days, 2)[1:], np.repeat(100 * share, 2)[:-1], colours[name], 1.8, dash=dash)
    horizon = result.scenario.horizon
    canvas.limit("x", 0.0, horizon * (1 + _ROOM))
    canvas.limit("y", 0.0, 103.0)
    for name, height in _apart({name: float(share[-1]) for name, (_, share) in curves.items()}).items():
        canvas.note(words.shortened(name, 22), horizon, 100 * height, (5, 0), ink=colours[name], size=8.0)
    canvas.numbers("x", "days")
    canvas.numbers("y", f"worlds without it yet, %: {words.label(outcome)}" if not canvas.is_narrow else "%")
    canvas.grid("y")


def _apart(ends: dict[str, float]) -> dict[str, float]:
    """Return heights for names beside the ends of their lines, pushed apart where they would cover one another."""
    found: dict[str, float] = {}
    above = 1.0 + _NAME_APART
    for name in sorted(ends, key=lambda name: -ends[name]):
        above = found[name] = min(ends[name], above - _NAME_APART)
    below = -_NAME_APART
    for name in reversed(list(found)):
        below = found[name] = max(found[name], below + _NAME_APART)
    return found
