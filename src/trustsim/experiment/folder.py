"""The run folder: outcomes, runs on platforms and series as tidy tables, and ``study.json`` that says what they are.

All files are written beside their places and then moved there, ``study.json`` last with the hashes of the others: what
cannot be written leaves the old study, and a folder that a crash left between the two is refused.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trustsim.errors import TrustsimError
from trustsim.experiment.frames import SERIES_KEYS, outcomes_frame, platform_names, runs_frame, series_frame
from trustsim.experiment.simulate import FailedRun
from trustsim.experiment.study import LiquidityRun, Study, with_seed
from trustsim.scenario.resolved import Scenario

FORMAT = 2
OUTCOMES, RUNS, ABOUT = "outcomes.csv", "runs.csv", "study.json"
SERIES = ("series.parquet", "series.csv.gz")
_PACKAGES = ("trustsim", "numpy", "numba", "scipy", "mesa", "pandas")


def save(study: Study, folder: str | os.PathLike[str], *, command: str = "") -> Path:
    """Write *study* into *folder* (made where missing) and return its path.

    Numbers are in computed units: shares in [0, 1], days, money in minor units. Series go to Parquet where pyarrow is
    installed (the extra ``[parquet]``), else to compressed CSV. ``command`` is kept for the reader.

    Raises
    ------
    TrustsimError : where the folder cannot be written; the study in memory and what was in the folder stay.
    """
    place = make(folder)
    series, other = SERIES if find_spec("pyarrow") else reversed(SERIES)
    write_whole(
        {
            place / OUTCOMES: lambda path: outcomes_frame(study).to_csv(path, index=False),
            place / RUNS: lambda path: runs_frame(study).to_csv(path, index=False),
            place / series: lambda path: _write_series(study, path),
            place / ABOUT: lambda path: path.write_text(_about(study, place, series, command), encoding="utf-8"),
        }
    )
    (place / other).unlink(missing_ok=True)
    return place


def make(folder: str | os.PathLike[str]) -> Path:
    """Make the folder where it is missing and return its path, so that what cannot be written is known before a study.

    Raises TrustsimError where it cannot be made or written to.
    """
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        _beside(place / ABOUT).touch()
        _beside(place / ABOUT).unlink()
    except OSError as e:
        raise _cannot("make or write", place, e) from e
    return place


def load(folder: str | os.PathLike[str], scenario: Scenario) -> Study:
    """Read the study of *scenario* that :func:`save` wrote into *folder*; its numbers come back to the bit.

    The study may have been run on another seed than the scenario's; it comes back with its own.

    Raises
    ------
    TrustsimError : where the folder holds no whole study, or one of another scenario.
    """
    place = Path(folder)
    try:
        about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        raise TrustsimError(f"{place}: given a folder without {ABOUT}; allowed: a folder that trustsim wrote") from e
    except (OSError, ValueError) as e:
        raise TrustsimError(f"{place / ABOUT}: cannot be read ({e})") from e
    if about.get("format") != FORMAT:
        raise TrustsimError(f"{place / ABOUT}: given format {about.get('format')!r}; allowed: {FORMAT}")
    scenario = with_seed(scenario, about["seed"])
    if about["digest"] != scenario.digest:
        other = f"{about['title']!r}, digest {about['digest'][:12]}"
        raise TrustsimError(f"{place}: given the study of another scenario ({other}); allowed: {scenario.digest[:12]}")
    for name, digest in about["files"].items():
        if not (place / name).exists() or _sha256(place / name) != digest:
            raise TrustsimError(f"{place / name}: missing, changed or cut short since the study was written")
    variants = tuple(about["variants"])
    replications = np.array(about["replications"], np.int64)
    outcomes = _read_csv(place / OUTCOMES)
    series = _read_series(next(place / name for name in SERIES if name in about["files"]))
    shape = (len(replications), scenario.n_days + 1, len(variants), len(about["platforms"]))
    return Study(
        scenario=scenario,
        variants=variants,
        replications=replications,
        outcomes={
            name: _numbers(outcomes[name]).reshape(len(replications), len(variants))
            for name in outcomes.columns
            if name not in ("replication", "variant")
        },
        series={
            name: _numbers(series[name]).astype(np.float32).reshape(shape)
            for name in series.columns
            if name not in SERIES_KEYS
        },
        failed=tuple(FailedRun(**{**record, "variants": tuple(record["variants"])}) for record in about["failed"]),
        seconds=about["seconds"],
        interrupted=about["interrupted"],
        runs=tuple(_run(*row) for row in _read_csv(place / RUNS).itertuples(index=False)),
    )


def write_whole(files: Mapping[Path, Callable[[Path], object]]) -> None:
    """Let every writer fill a file beside its path, in order; then move all of them there, the last one last.

    Where one cannot be written (a full disk), TrustsimError is raised and every path is left as it was.
    """
    path = Path()
    try:
        for path, write in files.items():
            write(_beside(path))
            with _beside(path).open("rb+") as stream:
                os.fsync(stream.fileno())
        for path in files:
            os.replace(_beside(path), path)
    except OSError as e:
        raise _cannot("write", path, e) from e
    finally:
        for path in files:
            _beside(path).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{os.getpid()}-{path.name}")


def _cannot(what: str, path: Path, error: OSError) -> TrustsimError:
    reason = error.strerror or str(error)
    return TrustsimError(f"{path}: cannot {what} it ({reason}); allowed: a folder with room that you may write to")


def _write_series(study: Study, path: Path) -> None:
    frame = series_frame(study)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        with gzip.open(path, "wt", compresslevel=4, encoding="utf-8", newline="") as stream:
            frame.to_csv(stream, index=False)


def _read_series(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)


def _read_csv(path: Path) -> pd.DataFrame:
    """Read every column as text: a variant may be called 'NA', and not every pandas reads numbers to the bit."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _run(
    replication: str, variant: str, platform: str, onset: str, peak: str, end: str, trigger: str, ran_share: str
) -> LiquidityRun:
    """Return one row of the runs, all of it text, as what it was."""
    days = float(onset), float(peak), float(end)
    return LiquidityRun(int(replication), variant, platform, *days, trigger, float(ran_share))


def _numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    """Return float64 (rows,) of a column of numbers or of their text; no text is NaN."""
    if pd.api.types.is_float_dtype(column):
        return column.to_numpy(np.float64)
    return np.array([float(text or "nan") for text in column], np.float64)


def _about(study: Study, place: Path, series: str, command: str) -> str:
    about: dict[str, Any] = {
        "format": FORMAT,
        "title": study.scenario.title,
        "digest": study.scenario.digest,
        "seed": study.scenario.seed,
        "baseline": study.baseline,
        "variants": study.variants,
        "platforms": platform_names(study),
        "seconds": study.seconds,
        "interrupted": study.interrupted,
        "command": command,
        "versions": versions(),
        "files": {name: _sha256(_beside(place / name)) for name in (OUTCOMES, RUNS, series)},
        "failed": [asdict(run) for run in study.failed],
        "replications": study.replications.tolist(),
    }
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that make the numbers."""
    return {"python": sys.version.split()[0], **{name: version(name) for name in _PACKAGES}}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
