"""What is publicly known of the solvency of platforms: what courts, creditors and clients can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Books, Gauges
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day

Floats = NDArray[np.float64]
KNOWN = memory(
    "known", text="float64 (lanes, 3, platforms): solvency as last known, what was hidden then, and the step"
)
_SOLVENCY, _HIDDEN, _STEP = range(3)


def known_solvency(day: Day) -> Floats:
    """Return (assets − claims − debt) / claims as the public knows it today, float64 (lanes, platforms).

    It is that of the last report, whose figures are ``report_lag`` days old; that of day 0 is known from the beginning,
    as published risk is. Where something that was hidden has been told since, it is what the books have said from then
    on. Live figures of a strength s put it s of the way to yesterday's. What a platform hides is in none of them. Who
    never reports is taken to owe what it owns, until something is told.

    """
    reported, hidden = day.gauge("reported_solvency"), day.state.books[Books.MISREPORTED]
    known = day.keep(
        KNOWN, lambda: np.stack([_at_first(day), hidden.astype(np.float64), np.zeros(hidden.shape)], axis=1)
    )
    if (known[:, _STEP] < day.step).any():
        comes = _comes(day)
        if comes.any():
            known[:, _SOLVENCY][comes] = _in_report(day)[comes]
        told = hidden < known[:, _HIDDEN]
        if told.any():
            known[:, _SOLVENCY][told] = _on_the_books(day)[told]
        known[:, _HIDDEN], known[:, _STEP] = hidden, day.step
    live = day.term("transparency")
    return np.asarray(known[:, _SOLVENCY] + live * (reported - known[:, _SOLVENCY]))


def true_solvency(day: Day) -> Floats:
    """Return (assets − claims − debt) / claims as it is now, float64 (lanes, platforms); 0 where nothing is owed."""
    claims = day.state.books[Books.CLAIMS]
    return np.where(claims > 0, (day.state.owned() - claims) / np.maximum(claims, 1), 0.0)


def _on_the_books(day: Day) -> Floats:
    claims = np.maximum(day.state.books[Books.CLAIMS], 1)
    return np.asarray(true_solvency(day) + day.state.books[Books.MISREPORTED] / claims)


def _at_first(day: Day) -> Floats:
    """Return the figures of day 0, float64 (lanes, platforms), 0 of who never reports."""
    return np.where(np.isinf(day.term("report_interval")), 0.0, day.history[0, Gauges.REPORTED_SOLVENCY])


def _comes(day: Day) -> NDArray[np.bool_]:
    """Return bool (lanes, platforms): where a report comes out in this step."""
    every = _every(day)
    return np.asarray((every > 0) & (day.step >= every) & (day.step % np.maximum(every, 1) == 0))


def _every(day: Day) -> NDArray[np.int64]:
    """Return the steps from one report to the next, int64 (lanes, platforms), 0 without reports."""
    interval = day.term("report_interval")
    steps = np.maximum(np.round(np.where(np.isinf(interval), 0.0, interval) / day.dt), 1)
    return np.where(np.isinf(interval), 0, steps).astype(np.int64)


def _in_report(day: Day) -> Floats:
    """Return the figures of a report that comes out in this step, float64 (lanes, platforms)."""
    lag = np.round(day.term("report_lag") / day.dt).astype(np.int64)
    lanes, platforms = np.indices(lag.shape)
    return np.asarray(day.history[np.maximum(day.step - 1 - lag, 0), Gauges.REPORTED_SOLVENCY, lanes, platforms])
