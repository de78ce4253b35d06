"""Loss against cost: what each variant buys and what it costs, with the variants that nothing beats joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.intervals import Interval
from trustsim.report.pictures import labels, look, scales
from trustsim.report.pictures.canvas import Canvas, Side
from trustsim.report.words import prices, reading, words

_FONT = 8.5
_NEAR = 14.0  # points of the page; a name further than this from its point gets a line to it


def draw(canvas: Canvas, result: Compared, loss: str, cost: str, names: Sequence[str]) -> None:
    """Draw the mean loss against the mean cost of every variant with 95 % intervals; down and left is better.

    The line joins the baseline and remedies that none of these beats: :func:`trustsim.report.words.prices.unbeaten`.
    Every point carries its name.
    """
    every, baseline = result.study.variants, result.comparison.baseline
    colours, shapes = look.colours(every, baseline), look.markers(every, baseline)
    levels = [(reading.level(result, cost, name), reading.level(result, loss, name)) for name in names]
    points = np.array([(x.mean, y.mean) for x, y in levels])
    can_be = [k for k, name in enumerate(names) if name not in result.comparison.other_worlds]
    best = np.array(can_be)[prices.unbeaten(result, (cost, loss), [names[k] for k in can_be])]
    front = points[best[np.lexsort((-points[best, 1], points[best, 0]))]]
    canvas.line(front[:, 0], front[:, 1], look.MUTED, 1.1, alpha=0.7, z=2)
    for name, (x, y) in zip(names, levels, strict=True):
        canvas.line([x.low, x.high], [y.mean, y.mean], colours[name], 1.3, alpha=0.6)
        canvas.line([x.mean, x.mean], [y.low, y.high], colours[name], 1.3, alpha=0.6)
        canvas.marks([x.mean], [y.mean], shapes[name], colours[name], 7.5, ring=look.PAPER, edge=1)
    canvas.grid("xy")
    sides: tuple[tuple[str, Side], ...] = ((cost, "x"), (loss, "y"))
    for name, side in sides:
        canvas.room(side, 0.12)
        largest = max(abs(x) for x in canvas.ends(side))
        divisor, text = reading.outcome(result, name).axis(result.scenario.currency, largest)
        canvas.numbers(side, text, write=_scaled(divisor))
    _label_points(canvas, [f"{n} (baseline)" if n == baseline else n for n in names], levels, front)


def _scaled(divisor: float) -> Callable[[float], str]:
    return lambda value: words.tick(value / divisor)


def _label_points(
    canvas: Canvas, names: Sequence[str], levels: Sequence[tuple[Interval, Interval]], front: np.ndarray
) -> None:
    """Write each name near its point; a thin line leads to one that found no place close by."""
    points = np.array([(x.mean, y.mean) for x, y in levels])
    at = canvas.points(points)
    ends = canvas.points(_ends(levels).reshape(-1, 2)).reshape(-1, 2, 2)
    path = _along(canvas.points(front))
    lines = np.vstack((np.hstack((ends.min(axis=1) - 1.5, ends.max(axis=1) + 1.5)), np.hstack((path - 1, path + 1))))
    widths = np.array([scales.width(name, _FONT) for name in names]) + 3
    boxes = labels.place(at, widths, _FONT + 3, canvas.frame(), lines)
    gaps = np.diagonal(labels.gap(boxes, at))
    for name, point, (x, y), (left, bottom, _, top), gap in zip(names, points, at, boxes, gaps, strict=True):
        shift = (left - x + 1.5, (bottom + top) / 2 - y)
        canvas.note(name, float(point[0]), float(point[1]), shift, has_ground=True, has_lead=gap > _NEAR)


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
