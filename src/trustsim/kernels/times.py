"""Lengths of time that several kernels, and the world beside them, reckon with, and what a step has of a rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.kernels.layout import Terms

DAYS_A_YEAR = 365.0  # what a rate for a year is divided by, whatever the year
SAME_TIME = 1e-9  # days: sums of steps of a fraction of a day miss a whole number by less


def lag_of(terms: Any) -> Any:
    """Return the days from asking to being paid, float64 (…), by terms float64 (Terms, …): of the platform and of what
    custody adds."""
    return terms[Terms.PAYOUT_LAG] + terms[Terms.CUSTODY_LAG]


def whole_steps(days: Any, dt: float) -> Any:
    """Return how many steps of *dt* days some days take, float64: what is begun counts whole."""
    return np.ceil((days - SAME_TIME) / dt)


def of_step(per_day: Any, step: int, dt: float) -> Any:
    """Return the whole minor units of a step of *dt* days, the *step*-th from 1, float64, of what runs up by the day,
    minor units: what is due by its end less what was due by its beginning, so that nothing is lost by rounding however
    short the step."""
    return np.maximum(np.floor(per_day * (step * dt)) - np.floor(per_day * (step * dt - dt)), 0.0)
