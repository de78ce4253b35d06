"""The picture of one world at one moment: every dot an investor, lines are links."""

from __future__ import annotations

import numpy as np

from trustsim.report.pictures import look
from trustsim.report.pictures.canvas import Canvas
from trustsim.report.pictures.spread import ALARMED, AWAY, CALM, RAN, Spread
from trustsim.report.words import words

_AROUND = 0.03  # room around the dots, as a share of what they take
_INK = {AWAY: look.GRID, CALM: look.MUTED, ALARMED: look.KINDS[3], RAN: look.KINDS[0]}
_DOT = {AWAY: 0.7, CALM: 1.0, ALARMED: 1.5, RAN: 1.9}  # so that colour is not the only difference


def draw(canvas: Canvas, spread: Spread, places: np.ndarray, v: int, m: int) -> None:
    """Draw one variant at one moment; ``places`` float64 (shown, 2)."""
    canvas.bare()
    ends = places[spread.links[:: spread.every]]
    gaps = np.full((len(ends), 1, 2), np.nan)
    x, y = np.concatenate((ends, gaps), axis=1).reshape(-1, 2).T
    canvas.line(x, y, look.MUTED, 0.4, alpha=float(np.clip(250 / max(1, len(ends)), 0.12, 0.5)), z=1)
    state = spread.states[v, m, spread.shown]
    larger = float(np.clip(np.sqrt(600 / max(1, len(state))), 1, 3))
    for each, ink in _INK.items():
        some = places[state == each]
        canvas.marks(some[:, 0], some[:, 1], "o", ink, 2 * _DOT[each] * larger, z=2 + each)
    low, high = (part(places, axis=0, initial=0.0) for part in (np.min, np.max))
    pad = _AROUND * np.maximum(high - low, _AROUND)
    canvas.limit("x", low[0] - pad[0], high[0] + pad[0])
    canvas.limit("y", low[1] - pad[1], high[1] + pad[1])
    canvas.title(f"{words.shortened(spread.variants[v], 26)}\n{when(spread, m)}", size=9.5)
    canvas.note(told(spread, v, m), 0, -0.03, in_frame="xy", upright="top", size=9)


def when(spread: Spread, m: int) -> str:
    """Say on which day a moment is, and what it is."""
    moment = spread.moments[m]
    return f"day {words.tick(round(moment.day, 2))}, {moment.name}"


def told(spread: Spread, v: int, m: int) -> str:
    """Say how many are alarmed and have run."""
    alarmed, ran = (words.quantity(spread.share(v, m, state), "share") for state in (ALARMED, RAN))
    return f"{alarmed} alarmed, {ran} ran"
