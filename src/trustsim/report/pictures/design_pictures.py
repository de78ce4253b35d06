"""Pictures of a sweep: what an outcome depends on (bars, scatter, tornado), and the regret of every variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trustsim.report.pictures import figures, look
from trustsim.report.words import standing, words
from trustsim.report.words.fragility import EVENTS, name_of
from trustsim.report.words.reading import Measure

if TYPE_CHECKING:
    from trustsim.analysis.fragility import Fragility
    from trustsim.analysis.robust import Robust
    from trustsim.analysis.sensitivity import Sensitivity

_BAR = 0.34
_INDEX = {
    "sobol": "share of the variance (0 to 1)",
    "pawn": "distance of the distributions (0 to 1)",
    "delta": "shift of the density, share of the variance (0 to 1)",
}
_FIFTH = 0.2  # the lowest and the highest part of a range that a tornado compares


def index_bars(found: Sensitivity, ax: Axes | None = None) -> Axes:
    """Draw the indices of every parameter as bars with their 95 % intervals, the most important on top."""
    with figures.style(ax):
        frame = found.to_frame()
        ax = ax if ax is not None else figures.new_axes(7.0, 1.2 + 0.5 * len(frame))
        rows = look.rows_of(frame.index)
        shown = [index for index in found.indices if index.name not in ("mu", "sigma")]
        for k, index in enumerate(shown):
            at = np.array(list(rows.values())) + _BAR * ((len(shown) - 1) / 2 - k)
            value = frame[index.name].to_numpy()
            ax.barh(at, value, _BAR * 0.9, color=look.COLOURS[k], alpha=0.75, label=index.name)
            if f"{index.name}_low" in frame:
                ends = np.abs(frame[[f"{index.name}_low", f"{index.name}_high"]].to_numpy().T - value)
                ax.errorbar(value, at, xerr=ends, fmt="none", ecolor=look.INK, elinewidth=1)
        _rows(ax, rows)
        ax.set_xlim(left=min(0, ax.get_xlim()[0]))
        if found.method == "morris":  # effects are as large as the outcome
            _side(ax, "effect of a step", replace(_measure(found), is_difference=True), found, across=True)
        else:
            ax.set_xlabel(_INDEX[found.method])
        ax.set_title(f"{title_of(found)}: {found.method} indices")
        if len(shown) > 1:
            ax.legend(frameon=False, loc="lower right")
        return ax


def scatter(found: Sensitivity) -> figures.Panels:
    """Draw the outcome at every point against each parameter; the line joins the means of ten slices."""
    with figures.style():
        panels = figures.new_panels(len(found.ranges), height=2.2, one_x=False)
        parameters, y = found.sweep.design.to_frame(), found.values
        for ax, between in zip(panels, found.ranges, strict=True):
            x = parameters[between.path].to_numpy(float)
            known = ~np.isnan(y)
            ax.plot(x[known], y[known], ".", color=look.COLOURS[0], alpha=0.35, markersize=3.5)
            middle, mean = _slices(x[known], y[known])
            ax.plot(middle, mean, color=look.COLOURS[1], linewidth=1.6)
            _side(ax, words.label(found.measured.outcome), _measure(found), found)
            if ax is not panels[0]:
                ax.set_ylabel("")
            figures.quiet(ax, grid="y")
            ax.set_title(between.path.rpartition(".")[2])
            ax.set_xlabel(between.unit)
        figure_of(panels[0]).suptitle(title_of(found), x=0.01, ha="left", fontsize=10)
        return panels


def tornado(found: Sensitivity, ax: Axes | None = None) -> Axes:
    """Draw the mean outcome in the lowest and in the highest fifth of each range, all other parameters free."""
    with figures.style(ax):
        frame = found.to_frame()
        ax = ax if ax is not None else figures.new_axes(7.0, 1.2 + 0.4 * len(frame))
        rows = look.rows_of(frame.index)
        by_path = {r.path: found.positions[:, k] for k, r in enumerate(found.ranges)}
        middle = float(np.nanmean(found.values))
        for path, row in rows.items():
            for k, part in enumerate((by_path[path] <= _FIFTH, by_path[path] >= 1 - _FIFTH)):
                there = found.values[part & ~np.isnan(found.values)]
                if len(there):
                    ax.barh(row, there.mean() - middle, 0.6, left=middle, color=look.COLOURS[k], alpha=0.75)
        ax.plot([], [], "s", color=look.COLOURS[0], label="lowest fifth")
        ax.plot([], [], "s", color=look.COLOURS[1], label="highest fifth")
        ax.axvline(middle, color=look.INK, linewidth=0.8)
        _rows(ax, rows)
        _side(ax, words.label(found.measured.outcome), _measure(found), found, across=True)
        ax.set_title(f"{title_of(found)}: each parameter low or high")
        ax.legend(frameon=False)
        return ax


def regret(found: Robust, ax: Axes | None = None) -> Axes:
    """Draw the regret of every variant at every point, with its mean and its 90th percentile; left is better.

    Variants are in the order in which they rank; who harms has a mark.
    """
    with figures.style(ax):
        table = found.table()
        ax = ax if ax is not None else figures.new_axes(7.0, 1.2 + 0.45 * len(table))
        rows = look.rows_of(table.index)
        colours = look.colours(found.variants, found.baseline)
        for name, row in rows.items():
            values = found.regret[:, found.variants.index(name)]
            spread = row + 0.28 * np.linspace(-1, 1, len(values))
            ax.plot(values, spread, ".", color=colours[name], alpha=0.4, markersize=4)
            mean, p90 = float(table["regret_mean"][name]), float(table["regret_p90"][name])
            ax.plot([mean], [row], "D", color=colours[name], mec=look.PAPER, markersize=8)
            ax.plot([p90], [row], "|", color=look.INK, markersize=14)
        is_hurt = table["harms"].to_dict()
        _rows(ax, {f"{name}{standing.MARK if is_hurt[name] else ''}": row for name, row in rows.items()})
        _side(ax, "regret", Measure(found.outcome, found.unit, is_difference=True), found, across=True)
        ax.set_title(f"regret in {words.label(found.outcome)}: a point a world, ◆ mean, | 90th percentile")
        return ax


def fragility(curves: Sequence[Fragility]) -> Axes:
    """Draw the share of worlds with a run, and with a failure, against what is swept: 95 % intervals and fitted curves,
    a colour a variant."""
    with figures.style():
        events = list(dict.fromkeys(curve.outcome for curve in curves))
        panels = figures.new_panels(len(events), height=2.9, across=2)
        names = list(dict.fromkeys(curve.variant for curve in curves))
        colours, markers = (of(names, names[0]) for of in (look.colours, look.markers))
        for ax, event in zip(panels, events, strict=True):
            for curve in (each for each in curves if each.outcome == event):
                draw_curve(ax, curve, colours[curve.variant], markers[curve.variant], curve.variant)
            figures.quiet(ax)
            ax.set(title=f"worlds with {EVENTS[event]} (%)", ylim=(-3, 103))
            ax.set_xlabel(f"{name_of(curves[0])}{f' ({curves[0].unit})' if curves[0].unit else ''}")
        figures.legend(
            figure_of(panels[0]), panels[0].get_legend_handles_labels()[0], names, loc="outside lower center", ncols=4
        )
        first: Axes = panels[0]
        return first


def draw_curve(ax: Axes, curve: Fragility, colour: str, marker: str, name: str) -> None:
    """Draw one curve on *ax*: the share of worlds at each value (%), its interval, and the fitted line."""
    shares = 100 * np.array([(s.mean, s.low, s.high) for s in curve.shares]).T
    ax.vlines(curve.at, shares[1], shares[2], color=colour, alpha=0.45, linewidth=2)
    ax.plot(curve.at, shares[0], marker, color=colour, markersize=4, label=name)
    if np.isfinite(curve.middle):
        fine = np.linspace(curve.at[0], curve.at[-1], 400)
        ax.plot(fine, 100 * curve.expected(fine), color=colour, linewidth=1.3)


def title_of(found: Sensitivity) -> str:
    """Say what was measured: ``'investor loss under gate, less nothing'``."""
    measured = found.measured
    less = f", less {measured.against}" if measured.against is not None else ""
    return f"{words.label(measured.outcome)} under {measured.variant}{less}"


def figure_of(ax: Axes) -> Figure:
    """Return the whole figure that holds these axes."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def _measure(found: Sensitivity) -> Measure:
    asked = found.measured
    return Measure(asked.outcome, asked.unit, is_difference=asked.against is not None)


def _rows(ax: Axes, rows: dict[str, float]) -> None:
    figures.quiet(ax, grid="x")
    ax.set_yticks(list(rows.values()), list(rows))
    ax.set_ylim(-0.7, len(rows) - 0.3)


def _side(ax: Axes, label: str, measure: Measure, found: Sensitivity | Robust, *, across: bool = False) -> None:
    """Write one side of the picture in the unit of a measure, and say what it shows."""
    low, high = ax.get_xlim() if across else ax.get_ylim()
    divisor, unit = measure.scale(found.sweep.scenario.currency, max(abs(low), abs(high)))
    text = f"{label} ({unit})" if unit else label
    side = ax.xaxis if across else ax.yaxis
    side.set_major_locator(MaxNLocator(nbins=6))
    side.set_major_formatter(FuncFormatter(lambda value, _: words.tick(value / divisor)))
    (ax.set_xlabel if across else ax.set_ylabel)(text)


def _slices(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.array_split(np.argsort(x, kind="stable"), min(10, max(1, len(x) // 3)))
    return np.array([x[k].mean() for k in order]), np.array([y[k].mean() for k in order])
