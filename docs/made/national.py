"""Failures of a country by month: those that happened, and those of worlds, each a region of the country."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import trustsim as ts
from trustsim.measures.outcomes.failing import causes, counts, days_of, dispersion, lag_1
from trustsim.model import Batch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TOGETHER = 32  # worlds in a batch


class Shape(NamedTuple):
    """What is asked of a series: failures a month, variance over mean, autocorrelation with the next month."""

    mean: float
    dispersion: float
    lag: float


class Regions(NamedTuple):
    """Worlds of a variant: ``failures`` int64 (worlds, months of 30 days); of all, the shares that ran out of cash, and
    that no shock had struck."""

    failures: Ints
    out_of_cash: float
    not_struck: float


def shape(series: NDArray[np.number]) -> Shape:
    """Return the shape of a series (months,)."""
    row = np.asarray(series)[None, :]
    return Shape(float(row.mean()), float(dispersion(row)[0]), float(lag_1(row)[0]))


def platforms_that_failed(folder: Path) -> dict[str, int]:
    """Return the Chinese platforms in withdrawal difficulty by month, '2013-04' to '2017-12'."""
    with (folder / "p2p_china_failures_monthly_2013_2017.csv").open(encoding="utf-8") as file:
        return {row["month"]: int(row["withdrawal_difficulty"]) for row in csv.DictReader(file)}


def banks_that_failed(folder: Path) -> dict[str, int]:
    """Return the American banks that were closed by month, 2008 to 2013."""
    with (folder / "fdic_failed_banks_2000_2023.csv").open(encoding="utf-8") as file:
        found = Counter(row["closing_date"][:7] for row in csv.DictReader(file))
    months = (f"{year}-{month:02d}" for year in range(2008, 2014) for month in range(1, 13))
    return {month: found[month] for month in months}


def regions(file: Path, variant: str, n_worlds: int, **overrides: object) -> Regions:
    """Run worlds 0 to *n_worlds* of a variant of a scenario, and count."""
    scenario = ts.load(file, overrides=overrides)
    (which,) = (each for each in scenario.variants if each.name == variant)
    failures, of_all, of_cash, unstruck = [], 0, 0, 0
    for first in range(0, n_worlds, TOGETHER):
        batch = Batch(scenario, [which], range(first, min(first + TOGETHER, n_worlds)))
        for _ in range(scenario.n_days):
            batch.step()
        day, cause = days_of(batch), causes(batch)
        failures.append(counts(day, scenario.n_days * scenario.step))
        of_all += int((~np.isnan(day)).sum())
        of_cash += int(cause["out of cash"].sum())
        unstruck += int(cause["without a shock"].sum())
    return Regions(np.concatenate(failures), of_cash / max(of_all, 1), unstruck / max(of_all, 1))
