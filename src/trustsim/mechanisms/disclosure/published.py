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
    "known", text="float64 (lanes, 4, platforms): solvency as last told, what was hidden then, the step, what is known"
)
_TOLD, _HIDDEN, _STEP, _KNOWN = range(4)


def known_solvency(day: Day) -> Floats:
    """Return (assets − claims − debt) / claims as the public knows it today, float64 (lanes, platforms).

    It is that of the last report that came out (:func:`trustsim.kernels.prepare.publish`); that of day 0 is known from
    the beginning, as published risk is. Where something that was hidden has been told since, it is what the books have
    said from then on. Live figures of a strength s put it s of the way to yesterday's. What a platform hides is in none
    of them. Who never reports is taken to owe what it owns, until something is told.
    """
    known = day.keep(KNOWN, lambda: _at_first(day))
    if known[0, _STEP, 0] < day.step:
        hidden, told = day.state.books[Books.MISREPORTED], known[:, _TOLD]
        comes = day.state.gauges[Gauges.REPORT_CAME] > known[:, _STEP]
        if comes.any():
            told[comes] = _in_report(day)[comes]
        is_told = hidden < known[:, _HIDDEN]
        if is_told.any():
            told[is_told] = _on_the_books(day)[is_told]
        live = day.term("transparency")
        known[:, _KNOWN] = told + live * (day.gauge("reported_solvency") - told) if live.any() else told
        known[:, _HIDDEN], known[:, _STEP] = hidden, day.step
    return np.asarray(known[:, _KNOWN])


def true_solvency(day: Day) -> Floats:
    """Return (assets − claims − debt) / claims as it is now, float64 (lanes, platforms); 0 where nothing is owed."""
    claims = day.state.books[Books.CLAIMS]
    return np.where(claims > 0, (day.state.owned() - claims) / np.maximum(claims, 1), 0.0)


def _on_the_books(day: Day) -> Floats:
    claims = np.maximum(day.state.books[Books.CLAIMS], 1)
    return np.asarray(true_solvency(day) + day.state.books[Books.MISREPORTED] / claims)


def _at_first(day: Day) -> Floats:
    """Return what is kept, as it stands on day 0: the figures of that day, 0 of who never reports."""
    first = np.where(np.isinf(day.term("report_interval")), 0.0, day.history[0, Gauges.REPORTED_SOLVENCY])
    hidden = day.state.books[Books.MISREPORTED].astype(np.float64)
    return np.stack([first, hidden, np.zeros_like(first), first], axis=1)


def _in_report(day: Day) -> Floats:
    """Return the figures of the last report that came out, float64 (lanes, platforms)."""
    of = day.state.gauges[Gauges.REPORT_OF].astype(np.int64)
    lanes, platforms = np.indices(of.shape)
    return np.asarray(day.history[of, Gauges.REPORTED_SOLVENCY, lanes, platforms])
