"""Matplotlib's axes as what pictures are drawn on, for pictures in notebooks and of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from trustsim.report.pictures import figures, look, scales
from trustsim.report.pictures.canvas import SOLID, Numbers, Side, Write


class OnAxes:
    """A :class:`~trustsim.report.pictures.canvas.Canvas` of some axes."""

    def __init__(self, ax: Axes) -> None:
        self._ax = ax

    @property
    def is_narrow(self) -> bool:
        """Whether names go above their rows instead of beside them."""
        return figures.root_of(self._ax).get_figwidth() < look.ABOVE

    def line(
        self, x: Numbers, y: Numbers, ink: str, width: float, *,
        dash: tuple[float, ...] = SOLID, alpha: float = 1.0, is_round: bool = False, z: float = 3,
    ) -> None:  # fmt: skip
        """Join points."""
        self._ax.plot(x, y, color=ink, linewidth=width, alpha=alpha, zorder=z, linestyle=_style(dash),
                      solid_capstyle="round" if is_round else "butt")  # fmt: skip

    def marks(
        self, x: Numbers, y: Numbers, shape: str, ink: str, size: float, *,
        face: str = "", edge: float = 0.0, ring: str = "", alpha: float = 1.0, z: float = 4,
    ) -> None:  # fmt: skip
        """Mark points."""
        self._ax.plot(x, y, shape, color=ink, markersize=size, mfc=face or ink, mec=ring or ink, mew=edge, alpha=alpha,
                      zorder=z)  # fmt: skip

    def band(self, x: Numbers, low: Numbers, high: Numbers, ink: str, alpha: float) -> None:
        """Fill what lies between two lines."""
        self._ax.fill_between(x, low, high, color=ink, alpha=alpha, linewidth=0)

    def bar(self, row: float, start: float, length: float, depth: float, ink: str, alpha: float) -> None:
        """Draw a bar along a row."""
        self._ax.barh(row, length, depth, left=start, color=ink, alpha=alpha, edgecolor=look.PAPER)

    def rule(
        self, side: Side, at: float, ink: str, width: float, *, dash: tuple[float, ...] = SOLID, z: float = 2
    ) -> None:
        """Draw a line through the whole panel."""
        draw: Any = self._ax.axvline if side == "x" else self._ax.axhline
        draw(at, color=ink, linewidth=width, linestyle=_style(dash), zorder=z)

    def note(
        self, text: str, x: float, y: float, shift: tuple[float, float] = (0.0, 0.0), *,
        in_frame: str = "", across: str = "left", upright: str = "center", ink: str = look.INK, size: float = 8.5,
        has_ground: bool = False, has_lead: bool = False,
    ) -> None:  # fmt: skip
        """Write a text near a place."""
        lead = {"arrowstyle": "-", "color": look.MUTED, "linewidth": 0.7, "shrinkB": 5}
        ground = {"facecolor": look.PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 0.5}
        frame: Any = tuple("axes fraction" if side in in_frame else "data" for side in "xy")
        self._ax.annotate(
            text, (x, y), shift, xycoords=frame, textcoords="offset points", ha=across, va=upright, color=ink,
            fontsize=size, annotation_clip=False, zorder=6, arrowprops=lead if has_lead else None,
            bbox=ground if has_ground else None,
        ).set_in_layout(not has_ground)  # fmt: skip

    def title(self, text: str, size: float = 10.0) -> None:
        """Write a title above, from the left."""
        self._ax.set_title(text, loc="left", fontsize=size)

    def ends(self, side: Side) -> tuple[float, float]:
        """Return where an axis ends."""
        return self._ax.get_xlim() if side == "x" else self._ax.get_ylim()

    def limit(self, side: Side, low: float | None = None, high: float | None = None) -> None:
        """Say where an axis ends."""
        (self._ax.set_xlim if side == "x" else self._ax.set_ylim)(low, high)

    def room(self, side: Side, share: float) -> None:
        """Leave so much room beyond what is drawn along an axis."""
        (self._ax.set_xmargin if side == "x" else self._ax.set_ymargin)(share)
        self._ax.autoscale_view()

    def numbers(
        self, side: Side, label: str, *, n: int = 5, write: Write | None = None, is_whole: bool = False
    ) -> None:
        """Label an axis and its round numbers."""
        axis = self._ax.xaxis if side == "x" else self._ax.yaxis
        axis.set_major_locator(MaxNLocator(nbins=n, integer=is_whole, steps=scales.ROUND))
        if write is not None:
            axis.set_major_formatter(lambda value, _: write(value))
        axis.set_label_text(label)

    def at(self, side: Side, places: Numbers, texts: Sequence[str], *, turn: float = 0.0, label: str = "") -> None:
        """Write texts at these places of an axis."""
        axis = self._ax.xaxis if side == "x" else self._ax.yaxis
        axis.set_ticks(list(places), list(texts), rotation=turn)
        if side == "y":
            self._ax.tick_params(axis="y", labelcolor=look.INK)
        if label:
            axis.set_label_text(label)

    def logarithmic(self, side: Side) -> None:
        """Make an axis logarithmic."""
        (self._ax.set_xscale if side == "x" else self._ax.set_yscale)("log")

    def grid(self, sides: str) -> None:
        """Draw lines across the panel at the numbers of these axes."""
        figures.quiet(self._ax, "both" if sides == "xy" else sides)

    def bare(self) -> None:
        """Leave out all axes."""
        self._ax.set_axis_off()

    def points(self, places: np.ndarray) -> np.ndarray:
        """Return places in points of the page from its lower left corner."""
        return np.asarray(self._ax.transData.transform(places) * self._scale())

    def frame(self) -> np.ndarray:
        """Return left, bottom, right and top of the panel in points."""
        return np.asarray(self._ax.get_window_extent().extents) * self._scale()

    def _scale(self) -> float:
        figure = figures.root_of(self._ax)
        figure.draw_without_rendering()
        return 72.0 / figure.dpi


def _style(dash: tuple[float, ...]) -> Any:
    return (0, dash) if dash else "-"
