"""A figure of the report: panels side by side or below each other, laid out by what they need and written as SVG.

Matplotlib finds the same layout by drawing everything several times, which for a hundred figures takes ten seconds.
"""

from __future__ import annotations

from html import escape

import numpy as np

from trustsim.report.pictures import look, scales, svg
from trustsim.report.pictures.panel import Panel

_POINTS = 72.0  # in an inch
_EDGE = 3.0  # points around everything
_BETWEEN, _BELOW = 14.0, 5.0  # between panels side by side, and below each other
_LEGEND, _HANDLE, _APART, _LEGEND_LINE = 8.5, 17.0, 17.0, 13.0
Place = tuple[float, float, float, float]


class Sheet:
    """Some panels on a page of this size, in inches; ``place``: left, bottom, width and height of one, as shares."""

    def __init__(
        self, width: float, height: float, n: int = 1, *, is_stacked: bool = False, place: Place | None = None
    ) -> None:
        self.width, self.height = _POINTS * width, _POINTS * height
        is_narrow = width < look.ABOVE
        self.panels = [Panel(self.settle, is_narrow=is_narrow) for _ in range(n)]
        self._is_stacked, self._place = is_stacked, place
        self._legend: list[tuple[str, str, str]] = []  # ink, mark and text
        self._columns = 1

    @property
    def panel(self) -> Panel:
        """The one panel, or the first."""
        return self.panels[0]

    def legend(self, entries: list[tuple[str, str, str]], columns: int) -> None:
        """Say above the panels what each (ink, mark, text) is; the mark '' is a patch of the ink."""
        self._legend, self._columns = entries, columns

    def settle(self) -> None:
        """Find the place of every panel."""
        if self._place is not None:
            left, bottom, width, height = self._place
            top = self.height * (1 - bottom - height)
            for panel in self.panels:
                panel.box = (self.width * left, top, self.width * (left + width), top + self.height * height)
            return
        needs = np.array([panel.needs() for panel in self.panels])
        start = self._legend_height() + _EDGE
        (self._stack if self._is_stacked else self._line_up)(needs, start)

    def _line_up(self, needs: np.ndarray, start: float) -> None:
        n = len(needs)
        top, bottom = start + needs[:, 1].max(), self.height - _EDGE - needs[:, 3].max()
        sides = needs[:, (0, 2)]
        for _ in range(2):  # turned texts need to know how wide the panel is
            wide = (self.width - 2 * _EDGE - _BETWEEN * (n - 1) - sides.sum()) / n
            out = [panel.overhang(wide) for panel in self.panels]
            sides = np.column_stack((np.maximum(sides[:, 0], out), sides[:, 1]))
        left = _EDGE
        for panel, (before, after) in zip(self.panels, sides.tolist(), strict=True):
            panel.box = (left + before, top, left + before + wide, bottom)
            left += before + wide + after + _BETWEEN

    def _stack(self, needs: np.ndarray, start: float) -> None:
        left, right = _EDGE + needs[:, 0].max(), self.width - _EDGE - needs[:, 2].max()
        between = _BELOW * (len(needs) - 1)
        high = (self.height - start - _EDGE - between - needs[:, (1, 3)].sum()) / len(needs)
        top = start
        for panel, (_, above, _, below) in zip(self.panels, needs.tolist(), strict=True):
            panel.box = (left, top + above, right, top + above + high)
            top += above + high + below + _BELOW

    def written(self, key: str, title: str, description: str) -> str:
        """Return the picture as an ``<svg>`` element; *key* makes its ids unique in the page.

        ``title`` and ``description`` are its text alternative. The same picture gives the same text, byte for byte.
        """
        self.settle()
        told = f'<title id="{key}-t">{escape(title, quote=False)}</title>'
        told += f'<desc id="{key}-d">{escape(description, quote=False)}</desc>'
        drawn = "".join(panel.written() for panel in self.panels)
        return svg.element(
            "svg", told + self._legend_written() + drawn, viewBox=f"0 0 {self.width:g} {self.height:g}", role="img",
            aria_labelledby=f"{key}-t {key}-d", fill="currentColor", stroke_linejoin="round", focusable="false",
        )  # fmt: skip

    def _legend_height(self) -> float:
        rows = -(-len(self._legend) // self._columns)
        return rows * _LEGEND_LINE + _EDGE if rows else 0.0

    def _legend_written(self) -> str:
        """Write the legend, column by column."""
        parts, left, rows = [], _EDGE + 4.0, -(-len(self._legend) // self._columns)
        for first in range(0, len(self._legend), max(rows, 1)):
            column = self._legend[first : first + rows]
            for k, (ink, mark, text) in enumerate(column):
                y = _EDGE + (k + 0.5) * _LEGEND_LINE
                ends = np.array([[left, y], [left + _HANDLE, y]])
                if mark:
                    parts.append(svg.line(ends, ink, 1.5))
                    parts.append(svg.Mark(mark, 5.0, ink, ink, 1.0, 1.0).at(ends.mean(axis=0, keepdims=True)))
                else:
                    parts.append(svg.box(ends + np.array([[0, -3.0], [0, 3.0]]), ink, 0.8, ink))
                parts.append(svg.text(text, (left + _HANDLE + 6.0, y), _LEGEND, upright="center"))
            left += _HANDLE + 6.0 + max(scales.width(text, _LEGEND) for _, _, text in column) + _APART
        return "".join(parts)
