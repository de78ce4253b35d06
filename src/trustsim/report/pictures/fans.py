"""Fan charts: how a series goes over the days, in the median world and in the usual range of worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from trustsim.analysis.compared import Compared
from trustsim.errors import TrustsimError
from trustsim.report.pictures import look
from trustsim.report.words import reading, words
from trustsim.report.words.reading import Measure

#: the quantiles of a fan: 5, 25, 50, 75 and 95 % of the worlds lie below
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Band:
    """Quantiles over replications: ``days`` float64 (D,), ``values`` float64 (5, D) in the computed unit."""

    days: np.ndarray
    values: np.ndarray


def band(result: Compared, series: str, variant: str, platform: str | None = None, *, paired: bool = False) -> Band:
    """Return the fan of one variant, or with ``paired`` that of its difference to the baseline, world by world."""
    paths = reading.paths(result, series, variant, platform)
    if paired:
        paths = paths - reading.paths(result, series, result.comparison.baseline, platform)
    days = np.arange(paths.shape[1]) * float(result.scenario.step)
    return Band(days, _quantiles(paths))


def _quantiles(paths: np.ndarray) -> np.ndarray:
    """Return the quantiles of each column, float64 (5, D), over the values that are there; NaN where there is none."""
    if len(paths) and np.isfinite(paths).all():
        return np.asarray(np.quantile(paths, QUANTILES, axis=0))
    found = np.full((len(QUANTILES), paths.shape[1]), np.nan)
    seen = np.isfinite(paths).any(axis=0)
    if seen.any():
        found[:, seen] = np.nanquantile(paths[:, seen], QUANTILES, axis=0)
    return found


def fan(
    result: Compared,
    series: str,
    variant: str | Sequence[str] | None = None,
    platform: str | None = None,
    ax: Axes | None = None,
) -> Axes | look.Panels:
    """Draw the median of a series with its 50 % and 90 % bands over the worlds.

    Parameters
    ----------
    variant : one name gives one picture; several, or None for all, give small multiples on common axes.
    platform : one platform's name; None takes all platforms together.
    ax : where to draw a single variant; None makes a new figure.

    Returns
    -------
    The axes of one variant, or an array of axes, shape (n,). The baseline's median is dashed in every picture.
    """
    names = [variant] if isinstance(variant, str) else list(variant or result.study.variants)
    if ax is not None and len(names) > 1:
        raise TrustsimError(f"ax: given {len(names)} variants to draw on it; allowed: one variant, or no ax")
    with look.style(ax):
        if ax is not None or isinstance(variant, str):
            return _one(result, series, names[0], platform, ax if ax is not None else look.new_axes(7.0, 3.6))
        panels = look.new_panels(len(names))
        for panel, name in zip(panels, names, strict=True):
            _one(result, series, name, platform, panel)
            panel.set_xlabel("")
            panel.set_ylabel("")
        _outer_labels(panels, reading.series(series), result, reading.largest(result, series, platform))
        return panels


def _outer_labels(panels: look.Panels, measure: Measure, result: Compared, largest: float) -> None:
    figure = panels[0].get_figure(root=True)
    figure.supxlabel("days", color=look.MUTED, fontsize=9)
    figure.supylabel(measure.axis(result.scenario.currency, largest)[1], color=look.MUTED, fontsize=9)


def _one(result: Compared, series: str, name: str, platform: str | None, ax: Axes) -> Axes:
    baseline, measure = result.comparison.baseline, reading.series(series)
    shape = band(result, series, name, platform)
    colour = look.colours(result.study.variants, baseline)[name]
    _fill(ax, shape, colour)
    if name != baseline:
        usual = band(result, series, baseline, platform)
        ax.plot(usual.days, usual.values[2], color=look.BASELINE, linewidth=1.3, linestyle=(0, (4, 2)), zorder=3)
    line = "--" if name == baseline else "-"
    ax.plot(shape.days, shape.values[2], color=colour, linewidth=1.8, zorder=4, linestyle=line)
    title = f"{name} (baseline)" if name == baseline else name
    return _dressed(ax, title, measure, shape, result, reading.largest(result, series, platform))


def difference_fan(
    result: Compared, series: str, variant: str, ax: Axes | None = None, platform: str | None = None
) -> Axes:
    """Draw the paired difference of a series to the baseline, which is the dashed zero: median, 50 % and 90 % bands."""
    with look.style(ax):
        ax = ax if ax is not None else look.new_axes(7.0, 3.6)
        baseline = result.comparison.baseline
        shape = band(result, series, variant, platform, paired=True)
        colour = look.colours(result.study.variants, baseline)[variant]
        _fill(ax, shape, colour)
        ax.axhline(0.0, color=look.BASELINE, linewidth=1.3, linestyle=(0, (4, 2)), zorder=3)
        ax.plot(shape.days, shape.values[2], color=colour, linewidth=1.8, zorder=4)
        measure = reading.series(series).as_difference()
        largest = reading.largest(result, series, platform)
        return _dressed(ax, f"{variant} minus {baseline}", measure, shape, result, largest)


def _fill(ax: Axes, shape: Band, colour: str) -> None:
    for low, high, alpha in ((0, 4, 0.18), (1, 3, 0.34)):
        ax.fill_between(shape.days, shape.values[low], shape.values[high], color=colour, alpha=alpha, linewidth=0)


def _dressed(ax: Axes, title: str, measure: Measure, shape: Band, result: Compared, largest: float) -> Axes:
    look.quiet(ax)
    ax.set_title(words.shortened(title, 28), loc="left")
    ax.set_xlim(shape.days[0], max(shape.days[-1], shape.days[0] + 1e-9))
    if not measure.is_difference and np.nanmin(shape.values, initial=0.0) >= 0:
        ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=4))
    divisor, unit = measure.axis(result.scenario.currency, largest)
    ax.set_xlabel("days")
    ax.set_ylabel(unit)
    ax.yaxis.set_major_formatter(lambda value, _: words.tick(value / divisor))
    return ax
