"""Fan charts: how a series goes over the days, in the median world and in the usual range of worlds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.report.pictures import look
from trustsim.report.pictures.canvas import DASHED, SOLID, Canvas
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


def limits(bands: Mapping[str, Band], measure: Measure) -> tuple[float, float]:
    """Return the ends of the vertical axis that all panels share."""
    values = np.concatenate([shape.values.ravel() for shape in bands.values()])
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    pad = 0.05 * ((high - low) or abs(high) or 1.0)
    return 0.0 if low >= 0 and not measure.is_difference else low - pad, high + pad


def draw(
    canvas: Canvas, result: Compared, measure: Measure, bands: Mapping[str, Band], name: str, largest: float
) -> None:
    """Draw the median of a series under one variant with its 50 % and 90 % bands, and the median of the baseline.

    ``bands``: of these two at least; ``largest``: the largest value, which decides the unit.
    """
    baseline, shape = result.comparison.baseline, bands[name]
    colour = look.colours(result.study.variants, baseline)[name]
    _fill(canvas, shape, colour)
    if name != baseline:
        usual = bands[baseline]
        canvas.line(usual.days, usual.values[2], look.BASELINE, 1.3, dash=DASHED)
    canvas.line(shape.days, shape.values[2], colour, 1.8, dash=DASHED if name == baseline else SOLID, z=4)
    title = f"{name} (baseline)" if name == baseline else name
    _dress(canvas, title, measure, shape, result, largest)


def draw_difference(
    canvas: Canvas, result: Compared, measure: Measure, bands: Mapping[str, Band], name: str, largest: float
) -> None:
    """Draw the paired difference of a series to the baseline, which is the dashed zero: median, 50 % and 90 % bands.

    ``bands``: of the differences; ``largest``: the largest value of the series, which decides the unit.
    """
    baseline, shape = result.comparison.baseline, bands[name]
    colour = look.colours(result.study.variants, baseline)[name]
    _fill(canvas, shape, colour)
    canvas.rule("y", 0.0, look.BASELINE, 1.3, dash=DASHED, z=3)
    canvas.line(shape.days, shape.values[2], colour, 1.8, z=4)
    _dress(canvas, f"{name} minus {baseline}", measure, shape, result, largest)


def _fill(canvas: Canvas, shape: Band, colour: str) -> None:
    for low, high, alpha in ((0, 4, 0.18), (1, 3, 0.34)):
        canvas.band(shape.days, shape.values[low], shape.values[high], colour, alpha)


def _dress(canvas: Canvas, title: str, measure: Measure, shape: Band, result: Compared, largest: float) -> None:
    canvas.grid("y")
    canvas.title(words.shortened(title, 28))
    canvas.limit("x", shape.days[0], max(shape.days[-1], shape.days[0] + 1e-9))
    if not measure.is_difference and np.nanmin(shape.values, initial=0.0) >= 0:
        canvas.limit("y", low=0.0)
    divisor, unit = measure.axis(result.scenario.currency, largest)
    canvas.numbers("x", "days", is_whole=True)
    canvas.numbers("y", unit, n=4, write=lambda value: words.tick(value / divisor))
