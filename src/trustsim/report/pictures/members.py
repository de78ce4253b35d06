"""The picture of an ensemble of behaviours: of each parameter, how its members lie in the range that was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from trustsim.analysis.trials import positions_of, values_at
from trustsim.report.pictures import figures, look
from trustsim.report.pictures.calibration_picture import log_ticks

if TYPE_CHECKING:
    from trustsim.analysis.history import Matched

_PARTS = 10
_ACROSS = 3  # panels in a row


def marginals(found: Matched) -> figures.Panels:
    """Draw each parameter on axes of its own: see :func:`marginal`."""
    with figures.style():
        n = len(found.parameters)
        across = min(n, _ACROSS)
        rows = -(-n // across)
        figure = figures.Picture(figsize=(3.3 * across, 2.3 * rows), layout="constrained")
        panels = np.empty(n, dtype=object).view(figures.Panels)
        for k in range(n):
            panels[k] = marginal(found, k, figure.add_subplot(rows, across, k + 1, axes_class=figures.ShownAxes))
        return panels


def marginal(found: Matched, k: int, ax: Axes | None = None) -> Axes:
    """Draw how many members lie in each tenth of the range of parameter *k*, each member (|), and how many would lie
    there had nothing been ruled out (dotted)."""
    free = found.parameters[k]
    with figures.style(ax):
        ax = ax if ax is not None else figures.new_axes(5.0, 3.0)
        values = found.members[:, k]
        at = positions_of([free], values[:, None])[:, 0]
        height, edges = np.histogram(at, bins=_PARTS, range=(0.0, 1.0))
        ax.stairs(height, values_at([free], edges[:, None])[:, 0], fill=True, color=look.COLOURS[0], alpha=0.35)
        ax.plot(values, np.zeros(len(values)), "|", color=look.COLOURS[0], markersize=7, clip_on=False)
        ax.axhline(len(values) / _PARTS, color=look.BASELINE, linestyle=":", linewidth=1.2)
        if free.log:
            ax.set_xscale("log")
            log_ticks(ax.xaxis, free.low, free.high)
        else:
            ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=free.whole))
        ax.set_xlim(free.low, free.high)
        ax.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        ax.set_ylim(bottom=0)
        figures.quiet(ax)
        ax.set_title(".".join(free.path.split(".")[-2:]))
        ax.set_xlabel(free.unit)
        ax.set_ylabel("members")
        return ax
