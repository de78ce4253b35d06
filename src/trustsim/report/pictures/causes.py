"""The picture of what pushed the withdrawals of each variant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trustsim.analysis.attribution import Attribution
from trustsim.report.pictures import look, spreads
from trustsim.report.pictures.canvas import Canvas
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.words import words
from trustsim.world.leaning import CHANNELS

COLOURS = look.kinds(CHANNELS)
_ALPHA = 0.9


def pushed(found: Attribution, names: Sequence[str], baseline: str, *, is_wide: bool) -> Sheet:
    """Draw what pushed the withdrawals, a row for each of *names*."""
    height = 0.36 * len(names)
    sheet = Sheet(look.WIDE, 1.0 + height) if is_wide else Sheet(look.NARROW, 1.6 + 1.45 * height)
    draw(sheet.panel, found, names, depth=0.62 if is_wide else 0.42)
    spreads.name_rows(sheet.panel, names, baseline, {})
    sheet.legend([(COLOURS[c], "", words.label(c)) for c in CHANNELS], columns=len(CHANNELS) if is_wide else 2)
    return sheet


def draw(canvas: Canvas, found: Attribution, names: Iterable[str], depth: float = 0.62) -> None:
    """Draw what pushed the withdrawals as bars from end to end; what pulls back stands left of zero."""
    canvas.grid("x")
    frame = 100 * found.to_frame()
    parts = dict(zip(frame.index, frame["direct"], strict=True))
    for name, row in look.rows_of(names).items():
        ends = {True: 0.0, False: 0.0}
        for channel in CHANNELS:
            value = float(parts[(name, channel)])
            canvas.bar(row, ends[value >= 0], value, depth, COLOURS[channel], _ALPHA)
            ends[value >= 0] += value
    canvas.numbers("x", "withdrawn, % of the claims of day 0", n=7)
