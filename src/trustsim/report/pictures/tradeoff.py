"""Loss against cost: what each variant buys and what it costs, with the variants that nothing beats joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import pareto
from trustsim.analysis.intervals import Interval
from trustsim.report.pictures import labels, look
from trustsim.report.words import reading, words

_FONT = 8.5
_NEAR = 14.0  # points of the page; a name further than this from its point gets a line to it


def tradeoff(
    result: Compared,
    loss: str = "investor_loss",
    cost: str = "policy_cost",
    ax: Axes | None = None,
    variants: Sequence[str] | None = None,
) -> Axes:
    """Draw the mean loss against the mean cost of every variant with 95 % intervals; down and left is better.

    The line joins the Pareto set: the variants that no other one beats in both. Every point carries its name.
    """
    with look.style(ax):
        every, baseline = result.study.variants, result.comparison.baseline
        names = variants or every
        ax = ax if ax is not None else look.new_axes(7.0, 4.6)
        colours, shapes = look.colours(every, baseline), look.markers(every, baseline)
        levels = [(reading.level(result, cost, name), reading.level(result, loss, name)) for name in names]
        points = np.array([(x.mean, y.mean) for x, y in levels])
        best = np.flatnonzero(pareto(points))
        front = points[best[np.lexsort((-points[best, 1], points[best, 0]))]]
        ax.plot(front[:, 0], front[:, 1], color=look.MUTED, linewidth=1.1, alpha=0.7, zorder=2)
        for name, (x, y) in zip(names, levels, strict=True):
            ax.plot([x.low, x.high], [y.mean, y.mean], color=colours[name], linewidth=1.3, alpha=0.6, zorder=3)
            ax.plot([x.mean, x.mean], [y.low, y.high], color=colours[name], linewidth=1.3, alpha=0.6, zorder=3)
            ax.plot(
                [x.mean], [y.mean], shapes[name], color=colours[name], markersize=7.5, mec=look.PAPER, mew=1, zorder=4
            )
        ax.margins(x=0.12, y=0.12)
        _axes(ax, result, loss, cost)
        _label_points(ax, [f"{n} (baseline)" if n == baseline else n for n in names], levels, front)
        return ax


def _axes(ax: Axes, result: Compared, loss: str, cost: str) -> None:
    look.quiet(ax, grid="both")
    for name, side, limits, put in (
        (cost, ax.xaxis, ax.get_xlim(), ax.set_xlabel),
        (loss, ax.yaxis, ax.get_ylim(), ax.set_ylabel),
    ):
        divisor, text = reading.outcome(result, name).axis(result.scenario.currency, max(abs(x) for x in limits))
        side.set_major_locator(MaxNLocator(nbins=5))
        side.set_major_formatter(_scaled(divisor))
        put(text)


def _scaled(divisor: float) -> Callable[[float, float], str]:
    return lambda value, _: words.tick(value / divisor)


def _label_points(
    ax: Axes, names: Sequence[str], levels: Sequence[tuple[Interval, Interval]], front: np.ndarray
) -> None:
    """Write each name near its point; a thin line leads to one that found no place close by."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    scale = 72.0 / figure.dpi
    frame = np.asarray(ax.get_window_extent().extents) * scale
    points = np.array([(x.mean, y.mean) for x, y in levels])
    at = ax.transData.transform(points) * scale
    ends = ax.transData.transform(_ends(levels).reshape(-1, 2)).reshape(-1, 2, 2) * scale
    path = _along(ax.transData.transform(front) * scale)
    lines = np.vstack((np.hstack((ends.min(axis=1) - 1.5, ends.max(axis=1) + 1.5)), np.hstack((path - 1, path + 1))))
    font = FontProperties()
    widths = np.array([TextPath((0, 0), name, size=_FONT, prop=font).get_extents().width for name in names]) + 3
    boxes = labels.place(at, widths, _FONT + 3, frame, lines)
    gaps = np.diagonal(labels.gap(boxes, at))
    line = {"arrowstyle": "-", "color": look.MUTED, "linewidth": 0.7, "shrinkB": 5}
    for name, point, (x, y), (left, bottom, _, top), gap in zip(names, points, at, boxes, gaps, strict=True):
        ax.annotate(
            name, tuple(point), (left - x + 1.5, (bottom + top) / 2 - y), textcoords="offset points",
            fontsize=_FONT, color=look.INK, ha="left", va="center", annotation_clip=False, zorder=6,
            arrowprops=line if gap > _NEAR else None,
            bbox={"facecolor": look.PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 0.5},
        ).set_in_layout(False)  # fmt: skip


def _along(corners: np.ndarray, steps: int = 60) -> np.ndarray:
    """Return points along the line through *corners*, float64 (m, 2)."""
    at = np.linspace(0, len(corners) - 1, steps * max(1, len(corners) - 1))
    return np.column_stack([np.interp(at, np.arange(len(corners)), side) for side in corners.T])


def _ends(levels: Sequence[tuple[Interval, Interval]]) -> np.ndarray:
    """Return the ends of the interval lines, float64 (2 n, 2, 2); a limit that is not known falls on the mean."""
    lines = []
    for x, y in levels:
        left, right = np.nan_to_num([x.low, x.high], nan=x.mean)
        low, high = np.nan_to_num([y.low, y.high], nan=y.mean)
        lines += [((left, y.mean), (right, y.mean)), ((x.mean, low), (x.mean, high))]
    return np.array(lines)
