"""Pictures: axes in, axes out; ``result.plot`` offers those of a result bound to it.

``axes`` and ``panels`` give empty ones with the look of the others for a picture of one's own.
"""

from matplotlib.axes import Axes

from trustsim.report.pictures import look
from trustsim.report.pictures.attribution_picture import attribution
from trustsim.report.pictures.design_pictures import index_bars, regret, scatter, tornado
from trustsim.report.pictures.fans import difference_fan, fan
from trustsim.report.pictures.graph import layout, network
from trustsim.report.pictures.spreads import differences, distribution
from trustsim.report.pictures.tradeoff import tradeoff

__all__ = [
    "attribution",
    "axes",
    "difference_fan",
    "differences",
    "distribution",
    "fan",
    "index_bars",
    "layout",
    "network",
    "panels",
    "regret",
    "scatter",
    "tornado",
    "tradeoff",
]


def axes(xlabel: str = "", ylabel: str = "", *, width: float = 7.0, height: float = 3.2) -> Axes:
    """Return empty axes, *width* by *height* inches, with these labels.

    As the value of a notebook's cell they are shown as a picture; pyplot is not needed.
    """
    with look.style(has_formulas=True):
        ax = look.new_axes(width, height)
        look.quiet(ax)
        ax.set_prop_cycle(color=look.COLOURS)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        return ax


def panels(n: int, *, width: float = 9.0, height: float = 3.0, across: int = 3, same_x: bool = True) -> look.Panels:
    """Return *n* empty axes in rows of at most *across*, as an array (n,) that a notebook shows as one picture.

    All have one vertical scale, and with *same_x* one horizontal scale. *height* is that of a row, in inches.
    """
    with look.style(has_formulas=True):
        grid = look.new_panels(n, width, height, across, one_x=same_x)
        for ax in grid:
            look.quiet(ax)
            ax.set_prop_cycle(color=look.COLOURS)
        return grid
