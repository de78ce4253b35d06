"""The trials of a calibration: points that were tried, what the runs gave there, and where trials are kept.

``trials.sqlite`` holds one row a trial, by the *problem* that it belongs to: a hash of all that decides its numbers.
A row is written when all runs of its point have finished, so a process may be killed at any moment.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis import intervals
from trustsim.errors import TrustsimError
from trustsim.experiment.address import addresses
from trustsim.experiment.study import Study
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.targets import FreeParameter, Target, Targets

FORMAT = 1
_Z = NormalDist().inv_cdf(0.5 + intervals.LEVEL / 2)
_TABLE = """
CREATE TABLE IF NOT EXISTS trial (
    problem TEXT, number INTEGER, record TEXT NOT NULL, PRIMARY KEY (problem, number)
) WITHOUT ROWID
"""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """One point that was tried.

    ``values`` of the parameters in the units of the file; ``simulated`` means of the targets and their standard
    ``errors``, in computed units, NaN where ``trouble`` says why the point has none.
    """

    number: int
    values: tuple[float, ...]
    simulated: tuple[float, ...]
    errors: tuple[float, ...]
    n_failed: int = 0
    trouble: str = ""


def loss(trial: Trial, targets: Sequence[Target]) -> float:
    """Return how far a trial is from the targets; infinite where it has no means.

    The mean over the targets of ``z² + ln(1 + error²/tolerance²)`` with ``z = (simulated − value)/√(tolerance² +
    error²)``: −2 ln of a normal likelihood whose variance is the target's own and that of the finite number of worlds,
    per target and up to a constant (synthetic likelihood, Wood 2010, doi:10.1038/nature09319). The logarithm keeps a
    point from fitting better for being noisier.
    """
    if trial.trouble:
        return math.inf
    parts = [
        (mean - t.value) ** 2 / (t.tolerance**2 + error**2) + math.log1p((error / t.tolerance) ** 2)
        for mean, error, t in zip(trial.simulated, trial.errors, targets, strict=True)
    ]
    return sum(parts) / len(parts)


def trial_of(number: int, values: tuple[float, ...], study: Study, targets: Sequence[Target]) -> Trial:
    """Return what a study of a point says of the targets."""
    n_failed = len(study.failed)
    if len(study.replications) == 0:
        first = study.failed[0] if study.failed else None
        told = f"; the first: {first.type}: {first.message}" if first else ""
        return _without(number, values, targets, f"no run finished{told}", n_failed)
    found = [_mean(study, target) for target in targets]
    for (mean, _), target in zip(found, targets, strict=True):
        if math.isnan(mean):
            trouble = f"{target.outcome} under {target.variant} is defined in fewer than two worlds"
            return _without(number, values, targets, trouble, n_failed)
    means, errors = zip(*found, strict=True)
    return Trial(number, values, means, errors, n_failed)


def refused(number: int, values: tuple[float, ...], targets: Sequence[Target], why: str) -> Trial:
    """Return the record of a point that is no scenario."""
    return _without(number, values, targets, why, 0)


def _without(number: int, values: tuple[float, ...], targets: Sequence[Target], trouble: str, n_failed: int) -> Trial:
    unknown = (math.nan,) * len(targets)
    return Trial(number, values, unknown, unknown, n_failed, trouble)


def _mean(study: Study, target: Target) -> tuple[float, float]:
    """Return the mean over the worlds where the target is defined, and its standard error.

    That of a proportion is the half width of its score interval over 1.96, which is not zero at 0 of n.
    """
    if target.outcome not in study.outcomes:
        return math.nan, math.nan
    columns = study.outcomes[target.outcome]
    ours = columns[:, study.variants.index(target.variant)]
    theirs = None if target.against is None else columns[:, study.variants.index(target.against)]
    defined = ~np.isnan(ours if theirs is None else ours - theirs)
    ours, theirs = ours[defined], None if theirs is None else theirs[defined]
    if len(ours) < 2:
        return math.nan, math.nan
    if target.binary:
        found = intervals.proportion(ours) if theirs is None else intervals.paired_proportions(ours, theirs)
        return found.mean, (found.high - found.low) / (2 * _Z)
    values = ours if theirs is None else ours - theirs
    return float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))


def positions_of(parameters: Sequence[FreeParameter], values: Floats) -> Floats:
    """Return where values float64 (n, parameters) lie between their bounds, in [0, 1] on the scale of each.

    A whole number is the middle of its stretch: all of a range have stretches of one length on a line.
    """
    columns = []
    for parameter, column in zip(parameters, np.asarray(values, np.float64).T, strict=True):
        low, high = _ends(parameter)
        raw = np.log(column) if parameter.log else column
        columns.append(np.clip((raw - low) / (high - low), 0.0, 1.0))
    return np.stack(columns, axis=1)


def values_at(parameters: Sequence[FreeParameter], positions: Floats) -> Floats:
    """Return the values at positions float64 (n, parameters) in [0, 1]; the reverse of :func:`positions_of`."""
    columns = []
    for parameter, column in zip(parameters, positions.T, strict=True):
        low, high = _ends(parameter)
        raw = low + column * (high - low)
        raw = np.exp(raw) if parameter.log else raw
        columns.append(np.clip(np.round(raw) if parameter.whole else raw, parameter.low, parameter.high))
    return np.stack(columns, axis=1)


def _ends(parameter: FreeParameter) -> tuple[float, float]:
    margin = 0.5 if parameter.whole else 0.0
    low, high = parameter.low - margin, parameter.high + margin
    return (math.log(low), math.log(high)) if parameter.log else (low, high)


def problem_of(
    scenario: Scenario,
    targets: Targets,
    replications: int,
    simulate: Callable[..., object],
    timeout: float | None = None,
) -> str:
    """Return the hash of all that decides the trials of a calibration, but for how many there are."""
    told = {
        "format": FORMAT,
        "runs": addresses(scenario, targets.variants, simulate),
        "parameters": [asdict(parameter) for parameter in targets.parameters],
        "targets": [{**asdict(target), "source": ""} for target in targets.targets],
        "replications": replications,
        "timeout": timeout,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class TrialLog:
    """The trials in one file, or in memory; a context manager. Hold the lock of the run store beside it meanwhile.

    Raises
    ------
    TrustsimError : where the file cannot be read or written.
    """

    def __init__(self, path: str | os.PathLike[str] = ":memory:") -> None:
        self._path = os.fspath(path)
        try:
            self._index = sqlite3.connect(self._path)
        except sqlite3.Error as e:
            raise self._cannot("open", e) from e
        try:
            with self._index:
                self._index.execute(_TABLE)
        except sqlite3.Error as e:
            self._index.close()
            raise self._cannot("open", e) from e

    def __enter__(self) -> TrialLog:
        return self

    def __exit__(self, *_: object) -> None:
        self._index.close()

    def read(self, problem: str) -> dict[int, Trial]:
        """Return the trials of a problem by number."""
        query = "SELECT record FROM trial WHERE problem = ? ORDER BY number"
        trials = [_read(record) for (record,) in self._index.execute(query, (problem,))]
        return {trial.number: trial for trial in trials}

    def put(self, problem: str, trials: Sequence[Trial]) -> None:
        """Keep trials, all or none of them. Raises TrustsimError where they cannot be written."""
        rows = [(problem, trial.number, json.dumps(asdict(trial))) for trial in trials]
        try:
            with self._index:
                self._index.executemany("INSERT OR REPLACE INTO trial VALUES (?, ?, ?)", rows)
        except sqlite3.Error as e:
            raise self._cannot("write to", e) from e

    def _cannot(self, what: str, error: Exception) -> TrustsimError:
        return TrustsimError(f"{self._path}: cannot {what} it ({error}); allowed: a file of trials with room")


def _read(record: str) -> Trial:
    told = json.loads(record)
    return Trial(**{**told, **{key: tuple(told[key]) for key in ("values", "simulated", "errors")}})
