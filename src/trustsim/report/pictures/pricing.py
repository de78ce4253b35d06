"""The picture of the price of loss: a row a variant, thick where it is best, thin where it may be."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.report.pictures import look, spreads
from trustsim.report.pictures.canvas import DOTTED
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.words import reading, words
from trustsim.report.words.prices import Stretch, close_to_best
from trustsim.report.words.pricing import PAR, per

_BEYOND = 5.0  # how far the picture goes on each side of what it shows, as a factor
_POINTS = 90  # prices at which variants are set against the best


def draw(result: Compared, found: Sequence[Stretch], *, is_wide: bool) -> Sheet:
    """Draw which variant is best at which price; dotted is the price at which all money counts the same."""
    c = result.comparison
    marks = np.array([*(s.start for s in found[1:]), PAR])
    marks = marks[marks > 0]
    low, high = float(marks.min()) / _BEYOND, float(marks.max()) * _BEYOND
    names = reading.drawn(result, [stretch.variant for stretch in found])
    inks, rows = look.colours(c.variants, c.baseline), look.rows_of(names)
    sheet = Sheet(look.WIDE, 1.1 + 0.32 * len(rows)) if is_wide else Sheet(look.NARROW, 1.2 + 0.46 * len(rows))
    panel = sheet.panel
    for row in rows.values():
        panel.line([low, high], [row, row], look.GRID, 0.7, z=1)
    for name, (start, stop) in close_to_best(result, names, found, np.geomspace(low, high, _POINTS)):
        panel.line([start, stop], [rows[name]] * 2, inks[name], 2.0, alpha=0.75, z=2)
    for stretch in found:
        ends = [max(stretch.start, low), min(stretch.stop, high)]
        panel.line(ends, [rows[stretch.variant]] * 2, inks[stretch.variant], 8, z=2)
    for stretch in found[1:]:
        panel.rule("x", stretch.start, look.GRID, 0.9, z=0)
    spreads.name_rows(panel, names, c.baseline, {})
    panel.logarithmic("x")
    panel.limit("x", low, high)
    places = _places(low, high, is_wide=is_wide)
    told = [words.tick(float(f"{price:.3g}")) for price in places]
    unit = f"{result.scenario.currency} per {per(result)}"
    text = f"price of loss ({unit})" if is_wide else f"price of loss\n({unit})"
    panel.at("x", places, told, label=text)
    panel.rule("x", PAR, look.MUTED, 1.1, dash=DOTTED, z=1)
    panel.note("whoever loses", PAR, 1, (0, 2), in_frame="y", across="center", upright="bottom", ink=look.MUTED)
    return sheet


def _places(low: float, high: float, *, is_wide: bool) -> list[float]:
    """Return the round prices that get a tick: multiples of powers of ten."""
    decades, room = math.log10(high / low), 2.0 if is_wide else 1.0
    steps = [1.0, 2.0, 5.0]
    if decades > 1.2 * room:
        steps = [1.0] if decades > 2.5 * room else [1.0, 3.0]
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step * 10.0**k for k in powers for step in steps if low <= step * 10.0**k <= high]
