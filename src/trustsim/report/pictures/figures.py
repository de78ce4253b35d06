"""Figures of matplotlib in the house's look, which show themselves in a notebook without pyplot."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from trustsim.report.pictures import fonts, look

_STYLE: dict[str, Any] = {
    "text.usetex": False,
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "text.color": look.INK,
    "axes.titlecolor": look.INK,
    "axes.labelcolor": look.MUTED,
    "axes.edgecolor": look.GRID,
    "xtick.color": look.GRID,
    "ytick.color": look.GRID,
    "xtick.labelcolor": look.MUTED,
    "ytick.labelcolor": look.MUTED,
    "grid.color": look.GRID,
    "grid.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.unicode_minus": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "trustsim",
    "path.simplify": True,
}


@contextmanager
def style(ax: Axes | None = None, *, has_formulas: bool = False) -> Iterator[None]:
    """Draw with the house's settings and leave matplotlib's own as they were.

    Names are never formulas, whatever signs they hold (``has_formulas``: for a picture of the reader's own), and have a
    font for every letter: see ``fonts.py``. That holds as well for what is written on *ax*, which somebody else made.
    """
    fonts_of_all = fonts.families()
    with matplotlib.rc_context(cast(Any, {**_STYLE, "font.family": fonts_of_all, "text.parse_math": has_formulas})):
        yield
    for text in ax.findobj(Text) if ax is not None else ():
        assert isinstance(text, Text)
        text.set_parse_math(has_formulas)
        text.set_fontfamily(list(dict.fromkeys((*text.get_fontfamily(), *fonts_of_all))))


class Picture(Figure):
    """A figure that says, when it is saved as dots, which of its letters no font has."""

    def savefig(self, fname: Any, **settings: Any) -> None:
        """Save the picture."""
        if str(settings.get("format", fname)).rpartition(".")[2] != "svg":
            fonts.tell_missing(text.get_text() for text in self.findobj(Text) if isinstance(text, Text))
        super().savefig(fname, **settings)


def _png(figure: Figure) -> bytes:
    """Return the picture as PNG on white: a notebook's page may be dark, the ink is not."""
    stream = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(stream, format="png", dpi=144, facecolor="white")
    return stream.getvalue()


class ShownAxes(Axes):
    """Axes that a notebook shows as their figure when they are the value of a cell."""

    def _repr_png_(self) -> bytes:
        return _png(root_of(self))


class Panels(np.ndarray[Any, Any]):
    """An array of axes (small multiples) that a notebook shows as their one figure."""

    def _repr_png_(self) -> bytes | None:
        return _png(root_of(self.flat[0])) if self.size else None


def root_of(ax: Axes) -> Figure:
    """Return the figure that holds these axes."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def new_axes(width: float = 7.0, height: float = 4.0) -> Axes:
    """Return the axes of a new figure of this size in inches."""
    return Picture(figsize=(width, height), layout="constrained").add_subplot(axes_class=ShownAxes)


def new_panels(n: int, width: float = 7.0, height: float = 1.9, across: int = 3, *, one_x: bool = True) -> Panels:
    """Return *n* axes in a grid with common axes, as one array of shape (n,); *height* is that of a row.

    ``one_x``: whether the horizontal axis is common as well.
    """
    columns = max(1, min(across, n))
    rows = -(-n // columns)
    figure = Picture(figsize=(width, height * rows), layout="constrained")
    panels = np.empty(n, dtype=object).view(Panels)
    for k in range(n):
        share = panels[0] if k else None
        panels[k] = figure.add_subplot(
            rows, columns, k + 1, axes_class=ShownAxes, sharex=share if one_x else None, sharey=share
        )
    return panels


def quiet(ax: Axes, grid: str = "y") -> None:
    """Take away what carries no information: tick marks, and the frame but for the ground line."""
    ax.tick_params(length=0)
    ax.spines[["left", "top", "right"]].set_visible(False)
    if grid:
        ax.grid(visible=True, axis=grid)  # type: ignore[arg-type]


def legend(figure: Figure, handles: Sequence[Artist], names: Sequence[str], **how: Any) -> None:
    """Put a legend of these names on a figure; matplotlib leaves out labels that begin with '_', so they come after."""
    made = figure.legend(list(handles), [str(k) for k in range(len(names))], frameon=False, **how)
    for text, name in zip(made.get_texts(), names, strict=True):
        text.set_text(name)
