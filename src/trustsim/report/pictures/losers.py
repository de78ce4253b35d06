"""Pictures of who loses: by segment, early against late, untouched and worst hit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import Difference
from trustsim.analysis.intervals import Interval
from trustsim.report.pictures import look, spreads
from trustsim.report.pictures.canvas import DASHED, Canvas
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.words import reading, standing, words
from trustsim.report.words.losers import HEADS, TAIL, segments
from trustsim.report.words.reading import LATE, UNHURT, Measure

_UNITS = {LATE: "times the loss of early leavers", UNHURT: "% of investors", TAIL: "% of their money"}
_UP = 0.06  # how far marks move towards the name above them


def by_segment(result: Compared, *, is_wide: bool) -> Sheet:
    """Draw what each segment loses under every variant, and beside it the paired difference to the baseline."""
    c, found, names = result.comparison, segments(result), reading.drawn(result)
    sheet = _sheet(2, len(names), 0.24 + 0.13 * len(found), is_wide=is_wide)
    levels, apart = sheet.panels
    inks, shapes = look.kinds(tuple(found)), look.markers(tuple(found), "")
    for segment, place in zip(found, _offsets(len(found)) + (0 if is_wide else _UP), strict=True):
        ink, shape = inks[segment], shapes[segment]
        for variant, row in look.rows_of(names).items():
            level = reading.level(result, found[segment], variant)
            _mark(levels, level, row + place, ink, shape, is_filled=True)
            if variant != c.baseline:
                gap = reading.difference(result, found[segment], variant)
                is_clear = standing.tells_apart(c, found[segment], gap)
                _mark(apart, gap, row + place, ink, shape, is_filled=is_clear, has_line=gap.tie_share < 1)
    apart.marks([0.0], [look.rows_of(names)[c.baseline]], "o", look.BASELINE, 5)
    apart.rule("x", 0.0, look.BASELINE, 1.3, dash=DASHED)
    for panel, label in ((levels, "loss (% of money at day 0)"), (apart, "difference in loss (pp)")):
        _finish(panel, result, label, 100.0, is_named=panel is levels or not is_wide)
    spreads.say_directions(apart, Measure("loss_by_segment", "share", "lower"))
    sheet.legend([(inks[s], shapes[s], words.shortened(s, 24)) for s in found], columns=4 if is_wide else 2)
    return sheet


def ends(result: Compared, shown: Sequence[str], *, is_wide: bool) -> Sheet:
    """Draw early against late leavers, who is untouched, and the worst hit, under every variant."""
    c, names = result.comparison, reading.drawn(result)
    inks, shapes = look.colours(c.variants, c.baseline), look.markers(c.variants, c.baseline)
    sheet = _sheet(len(shown), len(names), 0.34, is_wide=is_wide)
    for panel, name in zip(sheet.panels, shown, strict=True):
        usual = reading.level(result, name, c.baseline).mean
        if np.isfinite(usual):
            panel.rule("x", usual, look.BASELINE, 1.3, dash=DASHED)
        for variant, row in look.rows_of(names).items():
            gap = None if variant == c.baseline else reading.difference(result, name, variant)
            is_filled = gap is None or standing.tells_apart(c, name, gap)
            level = reading.level(result, name, variant)
            _mark(panel, level, row, inks[variant], shapes[variant], is_filled=is_filled)
        panel.title(HEADS[name], size=9.5)
        spreads.say_directions(panel, reading.outcome(result, name))
        is_first = panel is sheet.panels[0]
        _finish(panel, result, _UNITS[name], 1.0 if name == LATE else 100.0, is_named=is_first or not is_wide)
    return sheet


def _sheet(n: int, n_rows: int, depth: float, *, is_wide: bool) -> Sheet:
    """Return panels side by side, or below each other where the picture is narrow; a row is *depth* inches."""
    if is_wide:
        return Sheet(look.WIDE, 1.0 + depth * n_rows, n)
    return Sheet(look.NARROW, n * (0.95 + (depth + 0.14) * n_rows), n, is_stacked=True)


def _offsets(n: int) -> np.ndarray:
    """Return where in a variant's row each segment goes, the first on top, float64 (n,)."""
    half = min(0.24, 0.08 * n)
    return np.linspace(half, -half, n)


def _mark(
    canvas: Canvas, found: Interval | Difference, row: float, ink: str, shape: str, *, is_filled: bool,
    has_line: bool = True,
) -> None:  # fmt: skip
    if has_line:
        canvas.line([found.low, found.high], [row, row], ink, 1.8, is_round=True)
    canvas.marks([found.mean], [row], shape, ink, 5.5, face=ink if is_filled else look.PAPER, edge=1.3)


def _finish(canvas: Canvas, result: Compared, label: str, scale: float, *, is_named: bool) -> None:
    """Name the rows and the axis, which shows values times *scale*."""
    spreads.name_rows(canvas, reading.drawn(result), result.comparison.baseline, {}, is_named=is_named)
    canvas.grid("x")
    canvas.room("x", 0.08)
    canvas.numbers("x", label, write=lambda value: words.tick(round(value * scale, 6)))
