"""One figure of the report: its pictures, a text alternative, a table of its numbers and a download of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trustsim.analysis.compared import Compared
from trustsim.report.pictures.canvas import Canvas
from trustsim.report.pictures.look import NARROW, WIDE
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.tables.plain import Table
from trustsim.report.words import reading

PANEL = (2.85, 2.05)  # inches, of one of several panels
PLACE = (0.225, 0.225, 0.715, 0.665)  # of its axes, the same in all, so that panels line up


@dataclass(frozen=True)
class Chart:
    """One figure of the report; ``name`` says in a word or two what it is of.

    ``pictures`` are SVG elements: some panels where ``kind`` is 'panels', ``columns`` of them side by side where
    that is not 0, of these variants (``panels``); a wide and a narrow one where 'single'.
    """

    key: str
    name: str
    title: str
    note: str
    kind: str
    pictures: tuple[str, ...]
    table: Table
    file: str
    download: str
    columns: int = 0
    panels: tuple[str, ...] = ()


def twice(key: str, title: str, description: str, make: Callable[[bool], Sheet]) -> tuple[str, ...]:
    """Return a chart's pictures: wide, and narrow for phones (*make* is told whether wide); the page shows one."""
    return tuple(
        make(is_wide).written(f"{key}-{'w' if is_wide else 'n'}", title, description) for is_wide in (True, False)
    )


def both(
    key: str, title: str, description: str, heights: tuple[float, float], draw: Callable[[Canvas], None]
) -> tuple[str, ...]:
    """Draw a chart of one panel twice, in these heights (inches)."""

    def make(is_wide: bool) -> Sheet:
        sheet = Sheet(*(WIDE, heights[0]) if is_wide else (NARROW, heights[1]))
        draw(sheet.panel)
        return sheet

    return twice(key, title, description, make)


def noted(result: Compared, text: str) -> str:
    """Return a chart's note, and that it does not draw every variant where that is so."""
    return f"{text} {reading.not_drawn(result)}".strip()
