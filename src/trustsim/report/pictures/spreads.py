"""Outcomes over the worlds: every world under every variant, and the paired differences to the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.intervals import Interval
from trustsim.report.pictures import look
from trustsim.report.pictures.canvas import DASHED, Canvas
from trustsim.report.words import reading, standing, words
from trustsim.report.words.reading import Measure

_GOLDEN = 0.6180339887498949
_MOST_DOTS = 4000  # in one picture
_AROUND = 0.04  # what is drawn beyond 'no' and 'yes' of an outcome that is only that
_NAME = 0.5  # how far above its row a name then stands


def draw_runs(canvas: Canvas, result: Compared, outcome: str, names: Sequence[str]) -> None:
    """Draw every world under every variant as a dot, and over it the mean with its 95 % interval.

    Near tipping some worlds run and others do not; the dots show both camps, which a mean alone would hide. Where the
    outcome does not apply to every world, the row says to how many it does; of the time to an event, in which share of
    the worlds it happened, the others being dots at the horizon.
    Where there are very many runs, a dot stands for some of them: see :func:`runs_per_dot`.
    """
    measure = reading.outcome(result, outcome)
    colours = look.colours(result.study.variants, result.comparison.baseline)
    largest, notes = 0.0, dict[str, str]()
    for name, row in look.rows_of(names).items():
        values = reading.values(result, outcome, name)
        values = values[np.isfinite(values)]
        largest = max(largest, float(np.max(np.abs(values), initial=0.0)))
        dots = _thinned(values, runs_per_dot(result))
        canvas.marks(dots, row - 0.08 + _swarm(dots), "o", colours[name], 2.7, alpha=0.55, z=2)
        _interval(canvas, reading.level(result, outcome, name), row + (0.24 if canvas.is_narrow else 0.33))
        if result.comparison.measures[outcome].censored:
            notes[name] = standing.happened(result.comparison, name, outcome)
        elif len(values) < len(result.study.replications):
            notes[name] = f"in {len(values)} of {len(result.study.replications)} runs"
    name_rows(canvas, names, result.comparison.baseline, notes)
    say_directions(canvas, measure)
    if result.comparison.measures[outcome].binary:
        canvas.limit("x", -_AROUND, 1 + _AROUND)
    _measure(canvas, measure, result.scenario.currency, largest)


def runs_per_dot(result: Compared) -> int:
    """Return how many runs one dot of :func:`distribution` stands for: one, or as many as keep the picture readable."""
    return -(-len(result.study.replications) * len(result.study.variants) // _MOST_DOTS) or 1


def _thinned(values: np.ndarray, every: int) -> np.ndarray:
    """Return one of so many values, by size, the smallest and the largest among them."""
    if every == 1 or len(values) == 0:
        return values
    kept = np.linspace(0, len(values) - 1, -(-len(values) // every)).round().astype(np.int64)
    return np.asarray(np.sort(values)[kept])


def _interval(canvas: Canvas, level: Interval, row: float) -> None:
    canvas.line([level.low, level.high], [row, row], look.INK, 1.6, is_round=True, z=5)
    canvas.marks([level.mean], [row], "D", look.INK, 4.2, ring=look.PAPER, edge=0.8, z=6)


def _swarm(values: np.ndarray, width: float = 0.26) -> np.ndarray:
    """Return a height for each value, float64 (n,): where values crowd the dots spread, by a rule without chance."""
    n = len(values)
    if n < 2:
        return np.zeros(n)
    span = float(np.ptp(values)) or 1.0
    bins = np.minimum(((values - values.min()) / span * 40).astype(np.int64), 39)
    counts = np.bincount(bins, minlength=40)
    crowd = np.sqrt(counts[bins] / counts.max())
    rank = np.empty(n)
    rank[np.argsort(values, kind="stable")] = np.arange(n)
    return np.asarray(((rank * _GOLDEN) % 1.0 - 0.5) * 2 * width * crowd)


def draw_differences(canvas: Canvas, result: Compared, outcome: str, names: Sequence[str]) -> None:
    """Draw the paired difference of each variant to the baseline with its 95 % interval; the dashed line is it.

    A filled marker says that the difference is clear; a hollow one that the interval includes zero, or that the
    difference is too small to matter. Where a variant is the same as the baseline in every world there is no line.
    """
    every, baseline = result.study.variants, result.comparison.baseline
    measure = reading.outcome(result, outcome).as_difference()
    colours, shapes = look.colours(every, baseline), look.markers(every, baseline)
    canvas.rule("x", 0.0, look.BASELINE, 1.3, dash=DASHED)
    largest, least = 0.0, standing.smallest_told(result.comparison, outcome)
    for name, row in look.rows_of(names).items():
        if name == baseline:
            canvas.marks([0.0], [row], "o", look.BASELINE, 6)
            continue
        found = reading.difference(result, outcome, name)
        if found.tie_share < 1:
            largest = max([largest, *(abs(x) for x in (found.low, found.high) if np.isfinite(x))])
            canvas.line([found.low, found.high], [row, row], colours[name], 2.2, is_round=True)
        face = colours[name] if standing.tells_apart(result.comparison, outcome, found) else look.PAPER
        canvas.marks([found.mean], [row], shapes[name], colours[name], 7, face=face, edge=1.6)
    name_rows(canvas, names, baseline, {})
    canvas.room("x", 0.06)
    if largest < least:  # so that what is too small to matter looks so
        canvas.limit("x", -least, least)
    say_directions(canvas, measure)
    _measure(canvas, measure, result.scenario.currency, max(largest, least))


def say_directions(canvas: Canvas, measure: Measure) -> None:
    """Say above the corners of the picture which way is better."""
    if measure.better == "":
        return
    sides = ("← better", "worse →") if measure.better == "lower" else ("← worse", "better →")
    for text, at, side in ((sides[0], 0.0, "left"), (sides[1], 1.0, "right")):
        canvas.note(text, at, 1, (0, 3), in_frame="xy", across=side, upright="bottom", ink=look.MUTED)


def name_rows(
    canvas: Canvas, names: Sequence[str], baseline: str, notes: Mapping[str, str], *, is_named: bool = True
) -> None:
    """Name every row: beside it, or above it where the picture is narrow; a note follows the name.

    Without ``is_named`` the rows are those of the panel beside, and have no names.
    """
    rows = look.rows_of(names)
    shown = {name: words.shortened(f"{name} (baseline)" if name == baseline else name, 30) for name in names}
    canvas.limit("y", -0.6, len(names) - 0.3)
    if not is_named or canvas.is_narrow:
        canvas.at("y", [], [])
    if not is_named:
        return
    if canvas.is_narrow:
        for name, row in rows.items():
            text = f"{shown[name]}, {notes[name]}" if name in notes else shown[name]
            canvas.note(text, 0, row + _NAME, in_frame="x", has_ground=True)
        return
    told = [f"{shown[name]}\n{notes[name]}" if name in notes else shown[name] for name in rows]
    canvas.at("y", list(rows.values()), told)


def _measure(canvas: Canvas, measure: Measure, currency: str, largest: float) -> None:
    canvas.grid("x")
    divisor, text = measure.axis(currency, largest)
    n = 4 if canvas.is_narrow else 7
    canvas.numbers("x", text, n=n, write=lambda value: words.tick(value / divisor))
