"""Pictures of a robustness study: how far the first is ahead in every set, and the numbers on which that hangs."""

from __future__ import annotations

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.hanging import Hang
from trustsim.analysis.holding import Holding
from trustsim.report.pictures import look
from trustsim.report.pictures.canvas import DASHED, Canvas
from trustsim.report.words import reading, words
from trustsim.report.words.holding import value
from trustsim.report.words.reading import Measure

FLIPPED, KEPT = look.KINDS[1], look.KINDS[2]  # sets of assumptions, no variants
_NAME = 0.42  # how far above its row a name stands where the picture is narrow


def draw_sets(canvas: Canvas, result: Compared, found: Holding) -> None:
    """Draw every set as a dot, by how far the first is ahead of the best of the others; left of the line it is not.

    From the bottom up the sets are ordered: the height at which they cross the line is the share that flips. Where luck
    leaves that untold it is in the dots, and the axis says so.
    """
    measure = reading.outcome(result, found.outcome).as_difference()
    margin, what = np.sort(found.margin), "ahead by" if found.is_told else "luck included, ahead by"
    share = (np.arange(len(margin)) + 0.5) / len(margin)
    canvas.rule("x", 0.0, look.BASELINE, 1.3, dash=DASHED)
    for is_kept, ink, shape in ((False, FLIPPED, "s"), (True, KEPT, "o")):
        there = (margin >= -1e-12) == is_kept
        canvas.marks(margin[there], share[there], shape, ink, 3.6, alpha=0.8)
    canvas.limit("y", 0.0, 1.0)
    canvas.numbers("y", "share of the sets (%)", n=5, write=lambda y: words.tick(round(100 * y, 6)))
    canvas.grid("xy")
    ahead = f"‘{words.shortened(found.leader, 24)}’ ahead →"
    for text, at, side in (("← another ahead", 0.0, "left"), (ahead, 1.0, "right")):
        canvas.note(text, at, 1, (0, 3), in_frame="xy", across=side, upright="bottom", ink=look.MUTED)
    _numbers(canvas, measure, result.scenario.currency, float(np.abs(margin).max()), what)


def draw_hangs(canvas: Canvas, result: Compared, found: Holding) -> None:
    """Draw the difference of the first and its rival along each factor on which it hangs, from its low to its high end.

    Diamond: as in the file. At the dashed line their order changes; faint: the 95 % interval at an end. Of a choice
    the filled end is with its level.
    """
    measure = reading.outcome(result, found.outcome).as_difference()
    rows = look.rows_of([hang.name for hang in found.hangs])
    canvas.rule("x", 0.0, look.BASELINE, 1.3, dash=DASHED)
    largest = abs(found.found.mean)
    for hang, row in zip(found.hangs, rows.values(), strict=True):
        low, high = (0.0, 1.0) if hang.number is None else (hang.number.low, hang.number.high)
        ends = [found.found.mean + hang.slope.mean * x for x in (low, high)]
        for x, end, face in ((low, ends[0], look.PAPER), (high, ends[1], KEPT)):
            doubt = [found.found.mean + slope * x for slope in (hang.slope.low, hang.slope.high)]
            canvas.line(doubt, [row, row], KEPT, 5.0, alpha=0.25)
            if x != 0:
                canvas.marks([end], [row], "o", KEPT, 7, face=face, edge=1.6)
            largest = max(largest, *map(abs, doubt))
        canvas.line(ends, [row, row], KEPT, 1.6)
        canvas.marks([found.found.mean], [row], "D", look.INK, 4.2, ring=look.PAPER, edge=0.8, z=6)
    canvas.limit("y", -0.6, len(rows) - 0.3)
    _names(canvas, result, found, rows)
    canvas.grid("x")
    canvas.room("x", 0.05)
    _numbers(canvas, measure, result.scenario.currency, largest, f"‘{found.leader}’ less ‘{found.second}’:")


def _names(canvas: Canvas, result: Compared, found: Holding, rows: dict[str, float]) -> None:
    told = [_named(result, hang) for hang in found.hangs]
    if not canvas.is_narrow:
        canvas.at("y", list(rows.values()), ["\n".join(filter(None, each)) for each in told])
        return
    canvas.at("y", [], [])
    for row, (name, ends) in zip(rows.values(), told, strict=True):
        canvas.note(f"{name} {ends}".rstrip(), 0, row + _NAME, in_frame="x", has_ground=True)


def _named(result: Compared, hang: Hang) -> tuple[str, str]:
    if hang.number is None:
        return hang.name, ""
    ends = (value(result, hang, hang.number.at(x)) for x in (hang.number.low, hang.number.high))
    return hang.name, " to ".join(ends)


def _numbers(canvas: Canvas, measure: Measure, currency: str, largest: float, what: str) -> None:
    divisor, unit = measure.scale(currency, largest)
    label = f"{what} {measure.label}{f' ({unit})' if unit else ''}"
    shown = words.shortened(label, 44) if canvas.is_narrow else label
    canvas.numbers("x", shown, n=4 if canvas.is_narrow else 7, write=lambda x: words.tick(round(x / divisor, 9)))
