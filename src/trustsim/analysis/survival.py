"""Survival curves: the share of worlds in which an event has not happened yet, day by day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def survival(times: Floats, horizon: float) -> tuple[Floats, Floats]:
    """Return the days at which a survival curve steps, and the share of worlds without the event from each on.

    Known answer: its area is the restricted mean, that of the times with the horizon for those without the event
    (``test_the_area_under_a_survival_curve_is_the_restricted_mean``).

    Parameters
    ----------
    times : float64 (worlds,), days from day 0 to the event, NaN where there was none by the horizon.
    horizon : days that every world was watched from day 0; so all others leave at the same time, and the estimate of
        Kaplan and Meier (1958, doi:10.1080/01621459.1958.10501452) is a share of worlds.

    Returns
    -------
    days, share : float64 (steps,) each; the first day is 0, the last the horizon. Of no world the shares are NaN.
    """
    known = np.sort(times[~np.isnan(times)])
    days = np.unique(np.concatenate([[0.0], known, [horizon]]))
    gone = np.searchsorted(known, days, side="right")
    return days, 1 - gone / len(times) if len(times) else np.full(len(days), np.nan)
