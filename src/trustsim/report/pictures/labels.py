"""Where the names of points go in a scatter, so that none covers another and each is read with its own point.

Boxes are float64 (…, 4): left, bottom, right, top, in any one unit (here points of the page).
"""

from __future__ import annotations

import numpy as np

_SIDES = np.array([(1, 0), (1, 1), (1, -1), (-1, 0), (0, 1), (0, -1), (-1, 1), (-1, -1)], dtype=np.float64)
_RINGS = np.array([7, 9, 12, 16, 22, 30, 40, 52, 66, 82], dtype=np.float64)  # between a point and its name
_MARKER = 5.0  # half the width of a point's marker
_CLOSER = 3.0  # by how much a name must be nearer to its own point than to any other


def place(points: np.ndarray, widths: np.ndarray, height: float, frame: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Return a box for the name of every point, float64 (n, 4).

    Parameters
    ----------
    points : float64 (n, 2). widths : float64 (n,), of the names; they share a height.
    frame : float64 (4,), inside which names stay. lines : float64 (m, 4), boxes that names avoid where they can.

    Names are placed in order, each at the first place around its point, nearest first, that is free of markers and
    names; if there is one, also free of lines and nearer to its own point than to another.
    """
    taken = np.hstack((points - _MARKER, points + _MARKER))
    boxes = np.empty((len(points), 4))
    for k, point in enumerate(points):
        places = _around(point, float(widths[k]), height)
        held = np.all(places[:, :2] >= frame[:2], axis=1) & np.all(places[:, 2:] <= frame[2:], axis=1)
        free = held & ~_touching(places, np.vstack((taken, boxes[:k])))
        own = free & np.all(gap(places, np.delete(points, k, axis=0)) > gap(places, point[None]) + _CLOSER, axis=1)
        clear = own & ~_touching(places, lines)
        best = next((rule for rule in (clear, own, free, held) if rule.any()), np.ones(len(places), dtype=bool))
        boxes[k] = places[int(np.argmax(best))]
    return boxes


def gap(boxes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the distance of each box (n, 4) to each point (m, 2), float64 (n, m); zero inside."""
    below = boxes[:, None, :2] - points[None, :, :]
    above = points[None, :, :] - boxes[:, None, 2:]
    outside = np.maximum(np.maximum(below, above), 0.0)
    return np.asarray(np.hypot(outside[..., 0], outside[..., 1]))


def _around(point: np.ndarray, width: float, height: float) -> np.ndarray:
    """Return the boxes of this size around a point, nearest first, float64 (n, 4)."""
    size = np.array([width, height])
    corner = point + (_SIDES - 1) * size / 2 + _RINGS[:, None, None] * _SIDES
    corner = corner.reshape(-1, 2)
    return np.hstack((corner, corner + size))


def _touching(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which boxes overlap any of the others, bool (n,)."""
    apart = (boxes[:, None, :2] >= others[None, :, 2:]) | (boxes[:, None, 2:] <= others[None, :, :2])
    return np.asarray(np.any(~np.any(apart, axis=2), axis=1))
