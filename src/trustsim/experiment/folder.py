"""A study as files for other programs: tidy tables as CSV, Parquet or an Excel workbook, or one labelled netCDF.

All files are written beside their places and then moved there: what cannot be written leaves the old ones. Series are
written a block of replications, or one series, at a time, so that memory does not grow with the study.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from trustsim import arguments
from trustsim.errors import TrustsimError
from trustsim.experiment.frames import (
    outcomes_frame,
    platform_names,
    runs_frame,
    series_frame,
    units_of,
)
from trustsim.experiment.shards import Series
from trustsim.experiment.study import Study
from trustsim.experiment.tables import write_csv
from trustsim.later import later

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")

FORMAT = 6
Kind = Literal["csv", "parquet", "netcdf", "xlsx"]
NEEDS = {  # extras of the same names
    "csv": (), "parquet": ("pyarrow",), "netcdf": ("xarray", "h5netcdf", "h5py"), "xlsx": ("xlsxwriter",)
}  # fmt: skip
ABOUT = "study.json"
_PACKAGES = ("trustsim", "numpy", "numba", "scipy", "mesa", "pandas")
_MOST_ROWS = 1_048_575  # of a sheet, without its head
_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_SLASH = "\u2215"  # in place of / in a name of netCDF, where that parts groups
_BLOCK = 20  # replications whose series are in memory at a time


def save(study: Study, folder: str | os.PathLike[str], *, command: str = "") -> Path:
    """Write ``outcomes.csv``, ``runs.csv`` and ``study.json`` into *folder* (made where missing) and return its path.

    Outcomes are those of ``study.asked``. Shares are in [0, 1], durations in days, money in units of the currency;
    ``study.json`` says it of every column. ``command`` is kept for the reader.

    Raises
    ------
    TrustsimError : where the folder cannot be written; the study in memory and what was in the folder stay.
    """
    place = make(folder)
    write_whole(
        {
            place / "outcomes.csv": lambda path: write_csv(outcomes_frame(study), path, index=False),
            place / "runs.csv": lambda path: write_csv(runs_frame(study), path, index=False),
            place / ABOUT: lambda path: path.write_text(_about(study, command), encoding="utf-8"),
        }
    )
    return place


def export(study: Study, folder: str | os.PathLike[str], kind: Kind = "csv") -> tuple[Path, ...]:
    """Write outcomes, runs on platforms and series into *folder* and return the files.

    ``csv``: ``outcomes.csv``, ``runs.csv``, ``series.csv.gz``. ``parquet``: the same as ``.parquet``. ``netcdf``:
    ``study.nc``, outcomes over (replication, variant), series over (replication, day, variant, platform), each with its
    unit, and ``runs.csv``. ``xlsx``: ``study.xlsx``, a sheet each for those that a sheet holds. Units are
    those of :func:`save`.

    Raises
    ------
    TrustsimError : where a package for the kind is missing, or the folder cannot be written.
    """
    for name in NEEDS[kind]:
        try:
            import_module(name)
        except ImportError as e:
            raise TrustsimError(f"export to {kind}: given without {name}; allowed: with the extra [{kind}]") from e
    place = make(folder)
    writers: Mapping[str, Callable[[Path], object]] = {
        "csv": {
            "outcomes.csv": lambda path: write_csv(outcomes_frame(study), path, index=False),
            "runs.csv": lambda path: write_csv(runs_frame(study), path, index=False),
            "series.csv.gz": lambda path: _series_to_csv(study, path),
        },
        "parquet": {
            "outcomes.parquet": lambda path: outcomes_frame(study).to_parquet(path, index=False),
            "runs.parquet": lambda path: runs_frame(study).to_parquet(path, index=False),
            "series.parquet": lambda path: _series_to_parquet(study, path),
        },
        "netcdf": {
            "study.nc": lambda path: _to_netcdf(study, path),
            "runs.csv": lambda path: write_csv(runs_frame(study), path, index=False),
        },
        "xlsx": {"study.xlsx": lambda path: _to_xlsx(study, path)},
    }[kind]
    files = {place / name: write for name, write in writers.items()}
    write_whole(files)
    return tuple(files)


def _blocks(study: Study) -> Iterator[pd.DataFrame]:
    """Yield the table of series, some replications at a time; one without rows where there is none."""
    n = len(study.replications)
    for first in range(0, max(n, 1), _BLOCK):
        rows = slice(first, first + _BLOCK)
        series = study.series
        part = series.part(rows) if isinstance(series, Series) else {k: v[rows] for k, v in series.items()}
        yield series_frame(replace(study, replications=study.replications[rows], series=part))


def _series_to_csv(study: Study, path: Path) -> None:
    with gzip.open(path, "wt", compresslevel=4, encoding="utf-8", newline="") as stream:
        for k, frame in enumerate(_blocks(study)):
            write_csv(frame, stream, index=False, header=k == 0)


def _to_xlsx(study: Study, path: Path) -> None:
    """Write a workbook; a name is text there, whatever it looks like."""
    about = [("title", study.scenario.title), ("digest", study.scenario.digest), ("seed", study.scenario.seed)]
    about += [(f"unit of {name}", unit) for name, unit in units_of(study).items()]
    tables: dict[str, tuple[int, Callable[[], pd.DataFrame]]] = {
        "outcomes": (len(study.replications) * len(study.variants), lambda: outcomes_frame(study)),
        "runs": (len(study.runs), lambda: runs_frame(study)),
        "series": (max((v.size for v in study.series.values()), default=0), lambda: series_frame(study)),
    }
    sheets = {name: table() for name, (n_rows, table) in tables.items() if n_rows <= _MOST_ROWS}
    about += [
        (name, f"{n_rows} rows, more than a sheet holds: trustsim export --to csv")
        for name, (n_rows, _) in tables.items()
        if name not in sheets
    ]
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": _AS_TEXT}) as book:
        for name, frame in sheets.items():
            frame.to_excel(book, sheet_name=name, index=False)
        pd.DataFrame(about).to_excel(book, sheet_name="about", index=False, header=False)


def _series_to_parquet(study: Study, path: Path) -> None:
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    blocks = (arrow.Table.from_pandas(frame, preserve_index=False) for frame in _blocks(study))
    first = next(blocks)
    with parquet.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for table in blocks:
            writer.write_table(table)


def _to_netcdf(study: Study, path: Path) -> None:
    xarray = import_module("xarray")
    scenario = study.scenario
    labels = {"replication": study.replications, "variant": list(study.variants)}
    about = {
        "title": scenario.title, "seed": scenario.seed, "digest": scenario.digest, "baseline": study.baseline,
        "trustsim": version("trustsim"),
    }  # fmt: skip
    units = units_of(study)
    table = {
        name.replace("/", _SLASH): (
            ("replication", "variant"),
            study.outcomes[name],
            {"units": units[name], "long_name": name},
        )
        for name in study.asked
    }
    xarray.Dataset(table, coords=labels, attrs=about).to_netcdf(path, engine="h5netcdf")
    days = [step * scenario.step for step in range(scenario.n_days + 1)]
    axes = ("replication", "day", "variant", "platform")
    for name in study.series:
        more = {**labels, "day": days, "platform": list(platform_names(study))}
        called = (f"series_{name}" if name in table else name).replace("/", _SLASH)
        values = (axes, np.asarray(study.series[name]), {"units": units[name]})
        xarray.Dataset({called: values}, coords=more).to_netcdf(path, mode="a", engine="h5netcdf")


def make(folder: str | os.PathLike[str]) -> Path:
    """Make the folder where it is missing and return its path, so that what cannot be written is known before a study.

    Raises TrustsimError where it cannot be made or written to.
    """
    place = expanded(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        _beside(place / ABOUT).touch()
        _beside(place / ABOUT).unlink()
    except OSError as e:
        raise cannot("make or write", place, e) from e
    return place


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path in which ``~`` is somebody's home. Raises TrustsimError where nobody knows it."""
    return arguments.place("out", path)


def can_write(folder: Path) -> bool:
    """Whether files can be made in a folder."""
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def write_whole(files: Mapping[Path, Callable[[Path], object]]) -> None:
    """Let every writer fill a file beside its path, in order; then move all of them there, the last one last.

    Where one cannot be written (a full disk), TrustsimError is raised and every path is left as it was; where one
    cannot be moved, those before it are there already.
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
        raise cannot("write", path, e) from e
    finally:
        for path in files:
            with suppress(OSError):
                _beside(path).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{os.getpid()}-{path.name}")


def cannot(what: str, path: Path, error: OSError) -> TrustsimError:
    """Return the error for a folder that cannot be made, or a file that cannot be written."""
    reason = error.strerror or str(error)
    return TrustsimError(f"{path}: cannot {what} it ({reason}); allowed: a folder with room that you may write to")


def _about(study: Study, command: str) -> str:
    about: dict[str, Any] = {
        "format": FORMAT,
        "title": study.scenario.title,
        "digest": study.scenario.digest,
        "seed": study.scenario.seed,
        "baseline": study.baseline,
        "variants": study.variants,
        "platforms": platform_names(study),
        "units": units_of(study),
        "seconds": study.seconds,
        "interrupted": study.interrupted,
        "command": command,
        "versions": versions(),
        "failed": [asdict(run) for run in study.failed],
        "replications": study.replications.tolist(),
    }
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that make the numbers."""
    return {"python": sys.version.split()[0], **{name: version(name) for name in _PACKAGES}}
