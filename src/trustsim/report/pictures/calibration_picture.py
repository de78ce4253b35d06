"""The picture of a calibration: for each parameter the trials, the smallest loss along its range, and the posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from trustsim.analysis.trials import positions_of, values_at
from trustsim.report.pictures import figures, look
from trustsim.report.words import words

if TYPE_CHECKING:
    from trustsim.analysis.posterior import Calibration

_SMALLEST = 1e-3  # a loss of nothing on a logarithmic axis
_HEIGHT = 0.22  # of the panel, for the posterior
_PARTS = 24
_MANY = 200.0  # from the lowest to the highest
_ACROSS = 3  # panels in a row


def parameters(found: Calibration) -> figures.Panels:
    """Draw each parameter on axes of its own: see :func:`parameter`."""
    with figures.style():
        n = len(found.targets.parameters)
        across = min(n, _ACROSS)
        rows = -(-n // across)
        figure = figures.Picture(figsize=(3.3 * across, 2.7 * rows), layout="constrained")
        panels = np.empty(n, dtype=object).view(figures.Panels)
        for k in range(n):
            ax = figure.add_subplot(rows, across, k + 1, axes_class=figures.ShownAxes)
            panels[k] = parameter(found, k, ax)
        return panels


def parameter(found: Calibration, k: int, ax: Axes | None = None) -> Axes:
    """Draw the loss of every trial against parameter *k*, the smallest along its range (a line), the best trial (◆),
    and at the foot the posterior with its 5 %, 50 % and 95 % points."""
    free, row = found.targets.parameters[k], found.parameters.iloc[k]
    with figures.style(ax):
        ax = ax if ax is not None else figures.new_axes(5.0, 3.2)
        values = np.array([trial.values[k] for trial in found.trials])
        losses = np.maximum(found.losses, _SMALLEST)
        has_numbers = np.isfinite(losses)
        ax.plot(values[has_numbers], losses[has_numbers], ".", color=look.BASELINE, alpha=0.5, markersize=4)
        middles, smallest = found.profile(k)
        known = ~np.isnan(smallest)
        ax.plot(middles[known], np.maximum(smallest[known], _SMALLEST), color=look.COLOURS[0], linewidth=1.4)
        ax.plot([row["best"]], [losses.min()], "D", color=look.COLOURS[1], mec=look.PAPER, markersize=7)
        ax.set_yscale("log")
        _posterior(found, k, ax)
        if free.log:
            ax.set_xscale("log")
            log_ticks(ax.xaxis, free.low, free.high)
        else:
            ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=free.whole))
        log_ticks(ax.yaxis, losses.min(), losses[has_numbers].max())
        figures.quiet(ax)
        ax.set_title(found.names[k] + ("" if row["identified"] else " (not identified)"))
        ax.set_xlabel(free.unit)
        ax.set_ylabel("loss")
        return ax


def log_ticks(side: Axis, low: float, high: float) -> None:
    """Put ticks between two values of a logarithmic axis: 1, 2 and 5 of a decade, or 1 where there are many."""
    subs = (1, 2, 5) if high < _MANY * low else (1,)
    ticks = LogLocator(subs=subs).tick_values(low, high)
    side.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
    side.set_minor_locator(NullLocator())
    side.set_major_formatter(FuncFormatter(lambda value, _: words.tick(value)))


def _posterior(found: Calibration, k: int, ax: Axes) -> None:
    """Draw the posterior's density over the range as an area at the foot, in the height of which it has no unit."""
    free, row = found.targets.parameters[k], found.parameters.iloc[k]
    at = positions_of([free], found.sample[:, [k]])[:, 0]
    height, edges = np.histogram(at, bins=_PARTS, range=(0.0, 1.0))
    foot = ax.inset_axes((0.0, 0.0, 1.0, _HEIGHT), sharex=ax)
    foot.stairs(height, values_at([free], edges[:, None])[:, 0], fill=True, color=look.COLOURS[0], alpha=0.35)
    for name, style in (("p5", ":"), ("median", "-"), ("p95", ":")):
        foot.axvline(row[name], color=look.COLOURS[0], linewidth=1, linestyle=style)
    foot.axis("off")
    low, high = ax.get_ylim()
    ax.set_ylim(low * (low / high) ** (_HEIGHT / (1 - _HEIGHT)), high)
