"""The picture of survival: in which share of the worlds an event has not happened yet, a line a variant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.report.pictures import look, scales
from trustsim.report.pictures.canvas import DASHED, SOLID, Canvas
from trustsim.report.words import reading, words

_SHARES = (0.0, 25.0, 50.0, 75.0, 100.0)  # of the worlds, %, with a line across
_NAME_APART, _LOWEST = 0.055, 0.03  # of the height: between two names, and where the lowest stands
_ROOM, _ROOM_NARROW = 0.36, 0.95  # of the width of the curves, for names
_LONGEST, _LONGEST_NARROW = 26, 19  # letters of a name
_THIN, _WIDER = 1.6, 1.3  # the width of a line, and how much wider each is that lies under another one


def draw(canvas: Canvas, result: Compared, outcome: str, names: Sequence[str]) -> None:
    """Draw the survival curve of each variant, with its name at its end; the baseline is dashed.

    Curves that are the same lie on one another, the lower the wider, and have one name together.
    """
    baseline, horizon = result.comparison.baseline, result.scenario.horizon
    colours = look.colours(result.study.variants, baseline)
    curves = {name: reading.survival(result, outcome, name) for name in names}
    groups = alike(result, outcome, names)
    for group in groups:
        for k, name in enumerate(group):
            days, share = curves[name]
            width, dash = _THIN + _WIDER * (len(group) - 1 - k), DASHED if name == baseline else SOLID
            canvas.line(np.repeat(days, 2)[1:], np.repeat(100 * share, 2)[:-1], colours[name], width, dash=dash)
    room, longest = (_ROOM_NARROW, _LONGEST_NARROW) if canvas.is_narrow else (_ROOM, _LONGEST)
    canvas.limit("x", 0.0, horizon * (1 + room))
    canvas.limit("y", 0.0, 103.0)
    ends = {_named(group, longest): (group, float(curves[group[0]][1][-1])) for group in groups}
    for text, height in _apart({text: end for text, (_, end) in ends.items()}).items():
        ink = colours[ends[text][0][0]] if len(ends[text][0]) == 1 else look.INK
        canvas.note(text, horizon, 100 * height, (5, 0), ink=ink, size=8.0, has_ground=True)
    for across in _SHARES:
        canvas.line([0.0, horizon], [across, across], look.GRID, 0.7, z=0)
    ticks = [day for day in scales.ticks(0.0, horizon) if day <= horizon]
    canvas.at("x", ticks, [words.tick(float(day)) for day in ticks], label="days")
    label = f"worlds without it yet, %: {words.label(outcome)}" if not canvas.is_narrow else "%"
    canvas.at("y", _SHARES, [words.tick(share) for share in _SHARES], label=label)
    canvas.grid("")


def alike(result: Compared, outcome: str, names: Sequence[str]) -> list[list[str]]:
    """Return the variants by their survival curve, those of one curve together."""
    groups: dict[bytes, list[str]] = {}
    for name in names:
        days, share = reading.survival(result, outcome, name)
        groups.setdefault(days.tobytes() + share.tobytes(), []).append(name)
    return list(groups.values())


def _named(group: Sequence[str], longest: int) -> str:
    """Name a curve by all its variants, or where these are many by the first and how many more there are."""
    text = " = ".join(group)
    if len(group) == 1 or len(text) <= longest:
        return words.shortened(text, longest)
    more = f" and {len(group) - 1} more"
    return f"{words.shortened(group[0], longest - len(more))}{more}"


def _apart(ends: dict[str, float]) -> dict[str, float]:
    """Return heights for names beside the ends of their lines, pushed apart where they would cover one another."""
    found: dict[str, float] = {}
    above = 1.0 + _NAME_APART
    for name in sorted(ends, key=lambda name: -ends[name]):
        above = found[name] = min(ends[name], above - _NAME_APART)
    below = _LOWEST - _NAME_APART
    for name in reversed(list(found)):
        below = found[name] = max(found[name], below + _NAME_APART)
    return found
