"""The trials of a calibration: points that were tried, what the runs gave there, and where trials are kept.

``trials.sqlite`` holds one row a trial, by the *problem* that it belongs to: a hash of all that decides its numbers.
A row is written when all runs of its point have finished, so a process may be killed at any moment; it is believed
where its hash agrees.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis import intervals
from trustsim.analysis.measures import with_horizon
from trustsim.errors import TrustsimError
from trustsim.experiment.address import addresses
from trustsim.experiment.index import SECONDS_TO_WAIT, copy_of
from trustsim.experiment.points import Design
from trustsim.experiment.shards import Damaged
from trustsim.experiment.study import Study
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.targets import FreeParameter, Target, Targets

FORMAT = 3
_Z = NormalDist().inv_cdf(0.5 + intervals.LEVEL / 2)
_TABLE = """
CREATE TABLE IF NOT EXISTS trial (
    problem TEXT, number INTEGER, record TEXT NOT NULL, mark BLOB NOT NULL, PRIMARY KEY (problem, number)
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
    has_runs: bool = True  # whether its point is a scenario that was run


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
        hint = f"; the first: {first.type}: {first.message}" if first else ""
        return _without(number, values, targets, f"no run finished{hint}", n_failed)
    found = [_mean(study, target) for target in targets]
    for (mean, _), target in zip(found, targets, strict=True):
        if math.isnan(mean):
            trouble = f"{target.outcome} under {target.variant} is defined in fewer than two worlds"
            return _without(number, values, targets, trouble, n_failed)
    means, errors = zip(*found, strict=True)
    return Trial(number, values, means, errors, n_failed)


def refused(number: int, values: tuple[float, ...], targets: Sequence[Target], why: str) -> Trial:
    """Return the record of a point that is no scenario."""
    return replace(_without(number, values, targets, why, 0), has_runs=False)


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
    columns = with_horizon(columns, study.scenario.horizon) if target.censored else columns
    ours = columns[:, study.variants.index(target.variant)]
    theirs = None if target.against is None else columns[:, study.variants.index(target.against)]
    defined = ~np.isnan(ours if theirs is None else ours - theirs)
    ours, theirs = ours[defined], None if theirs is None else theirs[defined]
    if len(ours) < 2:
        return math.nan, math.nan
    if target.binary:
        interval = intervals.proportion(ours) if theirs is None else intervals.paired_proportions(ours, theirs)
        return interval.mean, (interval.high - interval.low) / (2 * _Z)
    values = ours if theirs is None else ours - theirs
    return float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))


def positions_of(parameters: Sequence[FreeParameter], values: Floats) -> Floats:
    """Return where values float64 (n, parameters) lie between their bounds, in [0, 1] on the scale of each.

    A multiple of a step is the middle of its stretch: all of a range have stretches of one length on a line.
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
        near = np.round(raw / parameter.step) * parameter.step if parameter.whole else raw
        columns.append(np.clip(near, parameter.low, parameter.high))
    return np.stack(columns, axis=1)


def _ends(parameter: FreeParameter) -> tuple[float, float]:
    margin = 0.5 * parameter.step if parameter.whole else 0.0
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
    document = {
        "format": FORMAT,
        "runs": addresses(scenario, targets.variants, simulate),
        "parameters": [asdict(parameter) for parameter in targets.parameters],
        "targets": [{**asdict(target), "source": ""} for target in targets.targets],
        "replications": replications,
        "timeout": timeout,
    }
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def design_of_trials(parameters: Sequence[FreeParameter], points: Iterable[Sequence[float]]) -> Design:
    """Return points of the parameters as a scenario file would hold them."""
    texts = (tuple(p.text(value) for p, value in zip(parameters, values, strict=True)) for values in points)
    return Design("calibration", tuple(parameter.path for parameter in parameters), tuple(texts))


class TrialLog:
    """The trials in one file, or in memory; a context manager. Hold the lock of the run store beside it meanwhile.

    Raises
    ------
    TrustsimError : where the file cannot be read or written. Damaged : where it is not as it was written.
    """

    def __init__(self, path: str | os.PathLike[str] = ":memory:", index: sqlite3.Connection | None = None) -> None:
        self._path = os.fspath(path)
        with self._believing("open"):
            self._index = _opened(self._path) if index is None else index

    def __enter__(self) -> TrialLog:
        return self

    def __exit__(self, *_: object) -> None:
        self._index.close()

    def read(self, problem: str) -> dict[int, Trial]:
        """Return the trials of a problem by number."""
        with self._believing("read"):
            query = "SELECT number, record, mark FROM trial WHERE problem = ? ORDER BY number"
            rows = self._index.execute(query, (problem,)).fetchall()
            changed = [number for number, record, mark in rows if _mark(problem, number, record) != mark]
            if changed:
                raise self._damaged(f"trials of which number {changed[0]} is not as it was written")
            return {number: _read(record) for number, record, _ in rows}

    def put(self, problem: str, trials: Sequence[Trial]) -> None:
        """Keep trials, all or none of them. Raises TrustsimError where they cannot be written."""
        rows = []
        for trial in trials:
            record = json.dumps(asdict(trial))
            rows.append((problem, trial.number, record, _mark(problem, trial.number, record)))
        with self._believing("write to"), self._index:
            self._index.executemany("INSERT OR REPLACE INTO trial VALUES (?, ?, ?, ?)", rows)

    @contextmanager
    def _believing(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as e:
            if "no such" in str(e) or "has no column" in str(e) or "columns but" in str(e):
                raise self._damaged(f"a file of trials of another program or version ({e})") from e
            raise TrustsimError(f"{self._path}: cannot {what} it ({e}); allowed: a file of trials with room") from e
        except (sqlite3.Error, ValueError, TypeError, KeyError) as e:
            raise self._damaged(f"a file of trials that is not as it was written ({e})") from e

    def _damaged(self, what: str) -> Damaged:
        return Damaged(
            f"{self._path}: given {what}; allowed: the one that trustsim wrote. Nothing was deleted, and the runs are "
            "as they were. Put a copy of the file back; or move it away, and the same command, or trustsim resume, "
            "makes its trials again of the runs that are kept"
        )


@contextmanager
def trials_in(path: Path) -> Iterator[TrialLog]:
    """Give the trials in a file, which is not written. Raises TrustsimError where there is none."""
    try:
        index = copy_of(path)
    except (sqlite3.OperationalError, OSError) as e:
        raise TrustsimError(f"{path}: cannot read it ({e}); allowed: a file of trials") from e
    with TrialLog(path, index) as log:
        yield log


def _opened(path: str) -> sqlite3.Connection:
    index = sqlite3.connect(path, timeout=SECONDS_TO_WAIT)
    try:
        with index:
            index.execute(_TABLE)
    except BaseException:
        index.close()
        raise
    return index


def _mark(problem: str, number: int, record: str) -> bytes:
    return hashlib.sha256(repr((problem, number, record)).encode()).digest()


def _read(record: str) -> Trial:
    document = json.loads(record)
    return Trial(**{**document, **{key: tuple(document[key]) for key in ("values", "simulated", "errors")}})
