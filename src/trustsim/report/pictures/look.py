"""The look of every picture: colours, sizes, letters, and figures that show themselves in a notebook without pyplot.

Colours are Okabe and Ito's eight (https://jfly.uni-koeln.de/color/), their yellow darkened so that it reads on white;
the baseline is always grey and dashed. The report maps each of these colours to one of the page (see ``vector.py``).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from trustsim.report.pictures import fonts

INK, MUTED, GRID, PAPER = "#1f2328", "#5f6770", "#d7dbdf", "#fefefe"
BASELINE = "#6e7781"
WIDE, NARROW = 8.2, 3.5  # inches, of the report's pictures on a screen and on a phone
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#a08c00")
MARKERS = ("o", "s", "^", "D", "v", "<", ">")

_STYLE: dict[str, Any] = {
    "text.usetex": False,
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "text.color": INK,
    "axes.titlecolor": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "grid.color": GRID,
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


def colours(variants: Sequence[str], baseline: str) -> dict[str, str]:
    """Return a colour per variant; the baseline is grey, the others keep theirs in every picture."""
    others = [name for name in variants if name != baseline]
    return {baseline: BASELINE} | {name: COLOURS[k % len(COLOURS)] for k, name in enumerate(others)}


def markers(variants: Sequence[str], baseline: str) -> dict[str, str]:
    """Return a marker per variant, so that colour is never the only difference; it shifts when colours repeat."""
    others = [name for name in variants if name != baseline]
    n = len(MARKERS)
    return {baseline: "o"} | {name: MARKERS[(k + k // n) % n] for k, name in enumerate(others)}


def _png(figure: Figure) -> bytes:
    """Return the picture as PNG on white: a notebook's page may be dark, the ink is not."""
    stream = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(stream, format="png", dpi=144, facecolor="white")
    return stream.getvalue()


class ShownAxes(Axes):
    """Axes that a notebook shows as their figure when they are the value of a cell."""

    def _repr_png_(self) -> bytes:
        return _png(_root(self))


class Panels(np.ndarray[Any, Any]):
    """An array of axes (small multiples) that a notebook shows as their one figure."""

    def _repr_png_(self) -> bytes | None:
        return _png(_root(self.flat[0])) if self.size else None


def _root(ax: Axes) -> Figure:
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


def rows_of(names: Iterable[str]) -> dict[str, float]:
    """Return a height for each name, the first on top."""
    listed = list(names)
    return {name: float(len(listed) - 1 - k) for k, name in enumerate(listed)}


def ticks(low: float, high: float) -> np.ndarray:
    """Return about five round numbers that span *low* to *high*, float64 (k,)."""
    return np.asarray(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
