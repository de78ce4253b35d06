"""Which of several choices none beats in everything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def pareto(points: NDArray[np.float64], least: Sequence[float] | float = 0.0) -> NDArray[np.bool_]:
    """Return, bool (n,), which rows of float64 (n, k) none beats: at most as large in all, smaller in one.

    ``least``: by column, the smallest difference that counts as one.
    """
    step = np.asarray(least, np.float64)
    no_worse = np.all(points[None, :, :] <= points[:, None, :] + step, axis=2)
    smaller = np.any(points[None, :, :] < points[:, None, :] - step, axis=2)
    return np.asarray(~np.any(no_worse & smaller, axis=1))
