"""Loss against cost: what each variant buys and what it costs, with the variants that nothing beats joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from trustsim.analysis.intervals import Interval
from trustsim.report import look, reading, words

if TYPE_CHECKING:
    from trustsim.report.result import Result

_FONT = 8.5
_SIDES = ((1, 0), (1, 1), (1, -1), (-1, 0), (0, 1), (0, -1), (-1, 1), (-1, -1))
_NEAR = 14.0  # a label further than this from its point gets a line to it
_RINGS = (7, 9, 12, 16, 22, 30, 40, 52, 66, 82)  # points between a marker and its label


def pareto(points: np.ndarray) -> np.ndarray:
    """Return, bool (n,), which rows of float64 (n, 2) none beats: at most as large in both, smaller in one."""
    no_worse = np.all(points[None, :, :] <= points[:, None, :], axis=2)
    smaller = np.any(points[None, :, :] < points[:, None, :], axis=2)
    return np.asarray(~np.any(no_worse & smaller, axis=1))


def tradeoff(result: Result, loss: str = "investor_loss", cost: str = "policy_cost", ax: Axes | None = None) -> Axes:
    """Draw the mean loss against the mean cost of every variant with 95 % intervals; down and left is better.

    The line joins the Pareto set: the variants that no other one beats in both. Every point carries its name.
    """
    with look.style():
        names, baseline = result.study.variants, result.comparison.baseline
        ax = ax if ax is not None else look.new_axes(7.0, 4.6)
        colours, shapes = look.colours(names, baseline), look.markers(names, baseline)
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


def _axes(ax: Axes, result: Result, loss: str, cost: str) -> None:
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
    ax: Axes, labels: Sequence[str], levels: Sequence[tuple[Interval, Interval]], front: np.ndarray
) -> None:
    """Write each label near its point where it covers no point and no other label, and no line if it can.

    Places are tried in rings around the point, nearest first; a thin line leads to a label that ends up far away.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    scale = 72.0 / figure.dpi
    inside = Bbox(ax.get_window_extent().get_points() * scale)
    points = np.array([(x.mean, y.mean) for x, y in levels])
    at = ax.transData.transform(points) * scale
    taken = [Bbox.from_bounds(x - 5, y - 5, 10, 10) for x, y in at]
    lines = [Bbox(ax.transData.transform(ends) * scale).padded(1.5) for x, y in levels for ends in _ends(x, y)]
    lines += [Bbox.from_bounds(x - 1, y - 1, 2, 2) for x, y in _along(ax.transData.transform(front) * scale)]
    font = FontProperties("DejaVu Sans")
    for k, label in enumerate(labels):
        (x, y), others = at[k], np.delete(at, k, axis=0)
        width = TextPath((0, 0), label, size=_FONT, prop=font).get_extents().width
        box = _free_place((x, y), (width + 3, _FONT + 3), inside, taken, lines, others)
        taken.append(box)
        is_far = _gap(box, at[k]) > _NEAR
        ax.annotate(
            label, tuple(points[k]), (box.x0 - x + 1.5, (box.y0 + box.y1) / 2 - y), textcoords="offset points",
            fontsize=_FONT, color=look.INK, ha="left", va="center", annotation_clip=False, zorder=6,
            arrowprops={"arrowstyle": "-", "color": look.MUTED, "linewidth": 0.7, "shrinkB": 5} if is_far else None,
        ).set_in_layout(False)  # fmt: skip


def _gap(box: Bbox, point: np.ndarray) -> float:
    """Return the distance between a box and a point, in points of the page."""
    outside = np.maximum(np.maximum(box.min - point, point - box.max), 0)
    return float(np.hypot(*outside))


def _along(corners: np.ndarray, steps: int = 60) -> np.ndarray:
    """Return points along the line through *corners*, float64 (m, 2)."""
    at = np.linspace(0, len(corners) - 1, steps * max(1, len(corners) - 1))
    return np.column_stack([np.interp(at, np.arange(len(corners)), side) for side in corners.T])


def _ends(x: Interval, y: Interval) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the ends of the two interval lines of a point; a limit that is not known falls on the mean."""
    left, right, low, high = (np.nan_to_num(v, nan=m) for v, m in
                              ((x.low, x.mean), (x.high, x.mean), (y.low, y.mean), (y.high, y.mean)))  # fmt: skip
    return [(left, y.mean), (right, y.mean)], [(x.mean, low), (x.mean, high)]


def _free_place(
    at: tuple[float, float], size: tuple[float, float], inside: Bbox, taken: Sequence[Bbox], lines: Sequence[Bbox],
    others: np.ndarray,
) -> Bbox:  # fmt: skip
    """Return the nearest free box of this size around a point, all in points of the page.

    Free of points and labels in any case; if it can be, also free of lines, and nearer to its own point than to any
    other one, so that nobody reads it as the other's name. Right of the point where nothing is free.
    """
    (x, y), (width, height) = at, size
    boxes = [
        Bbox.from_bounds(x + (dx - 1) * width / 2 + dx * ring, y + (dy - 1) * height / 2 + dy * ring, width, height)
        for ring in _RINGS
        for dx, dy in _SIDES
    ]
    held = [b for b in boxes if b.x0 >= inside.x0 and b.x1 <= inside.x1 and b.y0 >= inside.y0 and b.y1 <= inside.y1]
    free = [b for b in held if not any(b.overlaps(t) for t in taken)]
    own = [b for b in free if all(_gap(b, other) > _gap(b, np.array(at)) + 3 for other in others)]
    clear = [b for b in own if not any(b.overlaps(line) for line in lines)]
    return next(iter([*clear[:1], *own[:1], *free[:1], *held[:1], boxes[0]]))
