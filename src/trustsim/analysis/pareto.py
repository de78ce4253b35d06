"""Which of several choices none beats in everything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pareto(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return, bool (n,), which rows of float64 (n, k) none beats: at most as large in all, smaller in one."""
    no_worse = np.all(points[None, :, :] <= points[:, None, :], axis=2)
    smaller = np.any(points[None, :, :] < points[:, None, :], axis=2)
    return np.asarray(~np.any(no_worse & smaller, axis=1))
