"""A run whose numbers cannot be has failed: what its series and outcomes may hold is what their entries declare."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError, TrustsimError
from trustsim.experiment.run import Run
from trustsim.registry import REGISTRY, Entry
from trustsim.scenario.resolved import Scenario

_NEAR = 1e-6  # of a bound: series are float32, and outcomes are sums of floats


class AbsurdNumber(TrustsimError):
    """A series or an outcome came out as what it cannot be: no number, or beyond the bounds that it declares."""


def check_numbers(run: Run, scenario: Scenario, *, with_bounds: bool = True) -> None:
    """Raise AbsurdNumber with the place of the first number of *run* that cannot be: what, where, and on which day;
    ModelError for arrays of another shape than one number a variant.

    ``with_bounds``: an engine of one's own may mean something else by a name, and is held to finite numbers only. What
    is not registered is not known and not looked at. A series that is NaN on every day has nobody to be of.
    """
    _check_shapes(run, scenario)
    known = {group: REGISTRY.group(group) for group in ("series", "outcome")}
    for name, days in run.series.items():
        entry = known["series"].get(name)
        if entry is None:
            continue
        is_wrong = _wrong(days, entry, with_bounds) & ~np.isnan(days).all(axis=0)
        if is_wrong.any():
            day, v, p = (int(k) for k in np.argwhere(is_wrong)[0])
            place = f"{_platform(scenario, run.variants[v], p)}, variant {run.variants[v]!r}"
            raise _absurd(f"series {name}, {place}, day {day * scenario.step:g}", float(days[day, v, p]), entry)
    for name, values in run.outcomes.items():
        entry = known["outcome"].get(name.partition("[")[0])
        if entry is not None and (is_wrong := _wrong(values, entry, with_bounds)).any():
            v = int(np.argmax(is_wrong))
            place = f"variant {run.variants[v]!r}, day {scenario.horizon:g}, the last"
            raise _absurd(f"outcome {name}, {place}", float(values[v]), entry)


def _check_shapes(run: Run, scenario: Scenario) -> None:
    """Raise ModelError where an engine gives an outcome or a series that is not of a number for each variant."""
    n = len(run.variants)
    for name, values in run.outcomes.items():
        if np.shape(values) != (n,):
            raise ModelError(f"outcome {name}: given an array of shape {np.shape(values)}; allowed: ({n},)")
    for name, days in run.series.items():
        if np.ndim(days) != 3 or np.shape(days)[:2] != (scenario.n_days + 1, n):
            allowed = f"({scenario.n_days + 1} steps, {n} variants, platforms and all of them together)"
            raise ModelError(f"series {name}: given an array of shape {np.shape(days)}; allowed: {allowed}")


def _wrong(values: NDArray[np.floating[Any]], entry: Entry, with_bounds: bool) -> NDArray[np.bool_]:
    """Return, bool as *values*, which of them cannot be."""
    is_right = np.isfinite(values)
    if with_bounds:
        low, high = entry.bounds
        with np.errstate(invalid="ignore"):
            near = _NEAR * (1 + np.abs(values))
            is_right &= (values >= low - near) & (values <= high + near)
        if entry.binary:
            is_right &= (values == 0) | (values == 1)
    return np.asarray(~is_right & ~np.isnan(values) if entry.may_not_apply else ~is_right)


def _platform(scenario: Scenario, variant: str, p: int) -> str:
    platforms = next((v.world.platforms for v in scenario.variants if v.name == variant), ())
    return f"platform {platforms[p].name!r}" if p < len(platforms) else "all platforms together"


def _absurd(where: str, value: float, entry: Entry) -> AbsurdNumber:
    low, high = entry.bounds
    allowed = "0 or 1" if entry.binary else "a finite number"
    if not entry.binary and (low, high) != (-np.inf, np.inf):
        allowed += f" of at least {low:g}" if np.isinf(high) else f" from {low:g} to {high:g}"
    if entry.may_not_apply:
        allowed += ", or NaN where it does not apply"
    elif np.isnan(value) and entry.group == "outcome":
        allowed += "; one that may not apply to a run is entered with may_not_apply=True"
    return AbsurdNumber(f"{where}: given {value:g}; allowed: {allowed}")
