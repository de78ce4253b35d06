"""Outcomes over the worlds: every run of every variant, and the paired differences to the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from trustsim.analysis.compared import Compared
from trustsim.analysis.intervals import Interval
from trustsim.report.pictures import look
from trustsim.report.words import reading, words
from trustsim.report.words.reading import Measure

_GOLDEN = 0.6180339887498949
_ABOVE = 4.6  # a figure narrower than this (inches) writes names above their rows instead of beside them
_MOST_DOTS = 4000  # in one picture
_AROUND = 0.04  # what is drawn beyond 'no' and 'yes' of an outcome that is only that
_NAME = 0.5  # how far above its row a name then stands


def distribution(result: Compared, outcome: str, ax: Axes | None = None, variants: Sequence[str] | None = None) -> Axes:
    """Draw every run of every variant as a dot, and over it the mean with its 95 % interval.

    Near tipping some worlds run and others do not; the dots show both camps, which a mean alone would hide. Where the
    outcome does not apply to every run (no time to a failure that did not happen), the row says to how many it does.
    Where there are very many runs, a dot stands for some of them: see :func:`runs_per_dot`.
    """
    with look.style(ax):
        names, measure = variants or result.study.variants, reading.outcome(result, outcome)
        ax = ax if ax is not None else look.new_axes(7.0, 0.8 + 0.5 * len(names))
        colours, is_narrow = look.colours(result.study.variants, result.comparison.baseline), _is_narrow(ax)
        largest, notes = 0.0, dict[str, str]()
        for name, row in look.rows_of(names).items():
            values = reading.values(result, outcome, name)
            values = values[np.isfinite(values)]
            largest = max(largest, float(np.max(np.abs(values), initial=0.0)))
            dots = _thinned(values, runs_per_dot(result))
            ax.plot(dots, row - 0.08 + _swarm(dots), "o", color=colours[name], markersize=2.7, alpha=0.55, mew=0)
            _interval(ax, reading.level(result, outcome, name), row + (0.24 if is_narrow else 0.33), look.INK)
            if len(values) < len(result.study.replications):
                notes[name] = f"in {len(values)} of {len(result.study.replications)} runs"
        name_rows(ax, names, result.comparison.baseline, notes)
        if result.comparison.measures[outcome].binary:
            ax.set_xlim(-_AROUND, 1 + _AROUND)
        return _measured(ax, measure, result.scenario.currency, largest)


def runs_per_dot(result: Compared) -> int:
    """Return how many runs one dot of :func:`distribution` stands for: one, or as many as keep the picture readable."""
    return -(-len(result.study.replications) * len(result.study.variants) // _MOST_DOTS) or 1


def _thinned(values: np.ndarray, every: int) -> np.ndarray:
    """Return one of so many values, by size, the smallest and the largest among them."""
    if every == 1 or len(values) == 0:
        return values
    kept = np.linspace(0, len(values) - 1, -(-len(values) // every)).round().astype(np.int64)
    return np.asarray(np.sort(values)[kept])


def _interval(ax: Axes, level: Interval, row: float, colour: str) -> None:
    ax.plot([level.low, level.high], [row, row], color=colour, linewidth=1.6, solid_capstyle="round", zorder=5)
    ax.plot([level.mean], [row], "D", color=colour, markersize=4.2, markeredgecolor=look.PAPER, mew=0.8, zorder=6)


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


def differences(result: Compared, outcome: str, ax: Axes | None = None, variants: Sequence[str] | None = None) -> Axes:
    """Draw the paired difference of each variant to the baseline with its 95 % interval; the dashed line is it.

    A filled marker says that the interval excludes zero; a hollow one that the runs cannot tell the two apart.
    """
    with look.style(ax):
        every, baseline = result.study.variants, result.comparison.baseline
        names = variants or every
        measure = reading.outcome(result, outcome).as_difference()
        ax = ax if ax is not None else look.new_axes(7.0, 1.1 + 0.42 * len(names))
        colours, shapes = look.colours(every, baseline), look.markers(every, baseline)
        ax.axvline(0.0, color=look.BASELINE, linewidth=1.3, linestyle=(0, (4, 2)), zorder=2)
        largest = 0.0
        for name, row in look.rows_of(names).items():
            if name == baseline:
                ax.plot([0.0], [row], "o", color=look.BASELINE, markersize=6, zorder=4)
                continue
            found = reading.difference(result, outcome, name)
            largest = max([largest, *(abs(x) for x in (found.low, found.high) if np.isfinite(x))])
            ax.plot(
                [found.low, found.high],
                [row, row],
                color=colours[name],
                linewidth=2.2,
                solid_capstyle="round",
                zorder=3,
            )
            face = colours[name] if words.is_clear(found.low, found.high) else look.PAPER
            ax.plot([found.mean], [row], shapes[name], color=colours[name], markersize=7, mfc=face, mew=1.6, zorder=4)
        name_rows(ax, names, baseline, {})
        ax.margins(x=0.06)
        say_directions(ax, measure)
        return _measured(ax, measure, result.scenario.currency, largest)


def say_directions(ax: Axes, measure: Measure) -> None:
    """Say above the picture on which side of zero a variant is better."""
    if measure.better == "":
        return
    sides = ("← better", "worse →") if measure.better == "lower" else ("← worse", "better →")
    for text, offset, side in ((sides[0], -7, "right"), (sides[1], 7, "left")):
        low, high = ax.get_xlim()
        room = -low if side == "right" else high
        if room > 0.2 * (high - low):
            ax.annotate(text, (0, 1), (offset, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
                        ha=side, va="bottom", color=look.MUTED, fontsize=8.5)  # fmt: skip


def _is_narrow(ax: Axes) -> bool:
    figure = ax.get_figure(root=True)
    return figure is not None and figure.get_figwidth() < _ABOVE


def name_rows(ax: Axes, names: Sequence[str], baseline: str, notes: Mapping[str, str]) -> None:
    """Name every row: beside it, or above it where the figure is narrow; a note follows the name."""
    rows = look.rows_of(names)
    shown = {name: words.shortened(f"{name} (baseline)" if name == baseline else name, 30) for name in names}
    ax.set_ylim(-0.6, len(names) - 0.3)
    if _is_narrow(ax):
        ax.set_yticks([])
        for name, row in rows.items():
            text = f"{shown[name]}, {notes[name]}" if name in notes else shown[name]
            ax.annotate(
                text, (0, row + _NAME), xycoords=("axes fraction", "data"), va="center", fontsize=8.5,
                bbox={"facecolor": look.PAPER, "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
        return
    ax.set_yticks(
        list(rows.values()), [f"{shown[name]}\n{notes[name]}" if name in notes else shown[name] for name in rows]
    )
    ax.tick_params(axis="y", labelcolor=look.INK)


def _measured(ax: Axes, measure: Measure, currency: str, largest: float) -> Axes:
    look.quiet(ax, grid="x")
    divisor, text = measure.axis(currency, largest)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=4 if _is_narrow(ax) else 7))
    ax.xaxis.set_major_formatter(lambda value, _: words.tick(value / divisor))
    ax.set_xlabel(text)
    return ax
