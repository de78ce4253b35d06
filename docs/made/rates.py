"""Which losses of platforms give failures that look like those of a country: points, their regions, and the fit."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.stats import qmc

from made.national import Floats, Ints, Shape, regions, shape

POINTS, REGIONS = 10, 31
DRAWN_FROM, COUNTRIES = 124, 1000  # regions at the fit, and countries made of them
CHANCES, SHARES = (0.0015, 0.008), (12.0, 45.0)  # %/day; % of the assets
FIRST, FITTED = 3, 45  # months until the first losses are found, that are left out; months of the fit, before 12 more
_TERMS = 3  # of a plane
BOUNDS = [(-1.0, 1.0), (-1.0, 1.0)]


class Fit(NamedTuple):
    """Planes through what points give, of ln mean, ln dispersion and lag.

    ``planes`` float64 (3, 3): constant and slopes by chance and share, each scaled to −1 … 1 over its range. ``off``
    float64 (3,): by how much one country is off them, one standard deviation.
    """

    planes: Floats
    off: Floats


def points(n: int = POINTS) -> Floats:
    """Return chances (%/day) and sizes (%) of losses, float64 (n, 2), spread evenly over the ranges."""
    return unscaled(2 * qmc.Halton(2, scramble=False).random(n + 1)[1:] - 1)


def unscaled(x: Floats) -> Floats:
    """Return chances and sizes of what stands between −1 and 1, the chances by their logarithm, float64 (n, 2)."""
    low, high = np.log(CHANCES)
    u = (np.asarray(x) + 1) / 2
    return np.column_stack([np.exp(low + (high - low) * u[:, 0]), SHARES[0] + (SHARES[1] - SHARES[0]) * u[:, 1]])


def scaled(at: Floats) -> Floats:
    """Return what :func:`unscaled` makes *at* of, float64 (n, 2)."""
    low, high = np.log(CHANCES)
    return np.column_stack([
        2 * (np.log(at[:, 0]) - low) / (high - low) - 1, 2 * (at[:, 1] - SHARES[0]) / (SHARES[1] - SHARES[0]) - 1,
    ])  # fmt: skip


def losses(chance: float, share: float) -> dict[str, str]:
    """Return what a point sets of the scenario."""
    return {"shocks.0.chance": f"{chance:.5f} %/day", "shocks.0.share": f"{share:.1f} %"}


def halves(months: Floats) -> tuple[Shape, Shape]:
    """Return the shapes of a simulated series (months,): the months of the fit, and the year after them."""
    return shape(months[FIRST : FIRST + FITTED]), shape(months[FIRST + FITTED :])


def country(file: Path, chance: float, share: float) -> tuple[Shape, Shape]:
    """Return the shapes of the failures of a country, the sum of its regions."""
    return halves(regions(file, "as it was", REGIONS, **losses(chance, share)).failures.sum(axis=0))


def numbers(found: Shape) -> Floats:
    """Return what planes are fitted to, float64 (3,)."""
    with np.errstate(divide="ignore"):
        return np.array([np.log(found.mean), np.log(found.dispersion), found.lag])


def fitted(at: Floats, shapes: list[Shape]) -> Fit:
    """Return the planes through the *shapes* that points, float64 (n, 2), give; what has no number is left out."""
    x = np.column_stack([np.ones(len(at)), scaled(at)])
    y = np.array([numbers(each) for each in shapes])
    planes, off = [], []
    for column in y.T:
        is_there = np.isfinite(column)
        plane = np.linalg.lstsq(x[is_there], column[is_there], rcond=None)[0]
        rest = column[is_there] - x[is_there] @ plane
        planes.append(plane)
        off.append(np.sqrt((rest**2).sum() / (is_there.sum() - _TERMS)))
    return Fit(np.array(planes), np.array(off))


def nearest(fit: Fit, wanted: Shape) -> tuple[Floats, float]:
    """Return the point that gives what comes nearest to what is *wanted*, float64 (2,), and Σ (miss / off)² there."""

    def miss(x: Floats) -> float:
        return float((((fit.planes @ [1, *x] - numbers(wanted)) / fit.off) ** 2).sum())

    found = minimize(miss, np.zeros(2), bounds=BOUNDS)
    return unscaled(found.x[None, :])[0], float(found.fun)


def countries(failures: Ints, n: int = COUNTRIES) -> tuple[list[Shape], list[Shape]]:
    """Return the shapes, in the months of the fit and in the year after them, of countries that are each the sum of 31
    of all regions, int64 (worlds, months), drawn without replacement."""
    rng = np.random.default_rng(1)
    drawn = (failures[rng.choice(len(failures), REGIONS, replace=False)].sum(axis=0) for _ in range(n))
    before, after = zip(*(halves(months) for months in drawn), strict=True)
    return list(before), list(after)


def said(found: list[Shape]) -> list[tuple[float, float, float]]:
    """Return median and 95 % interval over countries of mean, dispersion and lag.

    Countries drawn from the same regions differ by less than others do: of a sum of n out of N regions the variance is
    lower by 1 − n / N, and its middle is itself uncertain by n / N. So what lies off the median is stretched by
    √((1 + n / N) / (1 − n / N)), of mean and dispersion in logarithms; that is exact for a mean.
    """
    middle, *ends = np.nanpercentile([numbers(each) for each in found], [50, 2.5, 97.5], axis=0)
    taken = REGIONS / DRAWN_FROM
    rows = np.array([middle, *(middle + np.sqrt((1 + taken) / (1 - taken)) * (end - middle) for end in ends)]).T
    rows[:2] = np.exp(rows[:2])
    rows[2] = np.clip(rows[2], -1, 1)
    return [(float(a), float(b), float(c)) for a, b, c in rows]
