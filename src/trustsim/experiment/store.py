"""The run store: finished runs by their address, in shards that are written whole or not at all.

A folder with ``index.sqlite`` (one row a run: address, replication, shard, failure) and one ``.npz`` shard a finished
block of runs. A shard is written beside its place, flushed to the disk, moved there, and only then named in the index:
a process may be killed at any moment. One process writes at a time; another one waits and then finds the work done.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from trustsim.errors import TrustsimError
from trustsim.experiment.simulate import FailedRun, Run
from trustsim.outcomes import TRIGGERS, Episode

FORMAT = 1
LOST = "worker"  # the stage of a run whose process died
_INDEX, _LOCK, _HOLDER = "index.sqlite", "lock", "holder.txt"
_TABLES = """
CREATE TABLE IF NOT EXISTS shard (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, seconds REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (
    address TEXT, replication INTEGER, shard TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (address, replication)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failure (
    address TEXT, replication INTEGER, record TEXT NOT NULL, PRIMARY KEY (address, replication)
) WITHOUT ROWID;
"""
_EPISODE = np.dtype(
    [
        ("row", "i8"),
        ("platform", "i8"),
        ("onset", "f8"),
        ("peak", "f8"),
        ("end", "f8"),
        ("trigger", "i8"),
        ("ran", "f8"),
    ]
)
Addresses = Mapping[str, str]


class Store:
    """The runs in one folder; a context manager that holds the folder's lock.

    Parameters
    ----------
    folder : made where it is missing.
    waits : called with one line that says who holds the folder, before this process waits for it.

    Raises
    ------
    TrustsimError : where the folder cannot be made, written or read.
    """

    def __init__(self, folder: str | os.PathLike[str], waits: Callable[[str], object] = lambda line: None) -> None:
        self.folder = Path(folder)
        self._lock = FileLock(self.folder / _LOCK)
        self._last_put = time.perf_counter()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._acquire(waits)
            self._index = self._opened()
        except (OSError, sqlite3.Error) as e:
            self._lock.release()
            raise _cannot("open", self.folder, e) from e
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._index.close()
        (self.folder / _HOLDER).unlink(missing_ok=True)
        self._lock.release()

    def _acquire(self, waits: Callable[[str], object]) -> None:
        holder = self.folder / _HOLDER
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
            waits(f"{self.folder} is in use by {who}; waiting for it (Ctrl-C stops this)")
            self._lock.acquire()
        holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")

    def _opened(self) -> sqlite3.Connection:
        index = sqlite3.connect(self.folder / _INDEX)
        try:
            self._prepare(index)
        except BaseException:
            index.close()
            raise
        return index

    def _prepare(self, index: sqlite3.Connection) -> None:
        """Make the tables, forget shards that were deleted, and delete files that no index names."""
        with index:
            version = index.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, FORMAT):
                raise TrustsimError(f"{self.folder}: given a run store of format {version}; allowed: {FORMAT}")
            index.executescript(_TABLES + f"PRAGMA user_version = {FORMAT};")
            there = {path.name for path in self.folder.iterdir() if ".npz" in path.suffixes}
            named = {name for (name,) in index.execute("SELECT name FROM shard")}
            for name in named - there:
                index.execute("DELETE FROM run WHERE shard = ?", (name,))
                index.execute("DELETE FROM shard WHERE name = ?", (name,))
        for name in there - named:
            (self.folder / name).unlink()

    def put(self, results: Sequence[Run | FailedRun], addresses: Addresses) -> None:
        """Keep a block of results; ``addresses`` by variant. Raises TrustsimError where it cannot be written."""
        runs = [run for run in results if isinstance(run, Run)]
        rows = [(addresses[variant], run.replication) for run in runs for variant in run.variants]
        seconds, self._last_put = time.perf_counter() - self._last_put, time.perf_counter()
        failures = [failed for failed in results if isinstance(failed, FailedRun)]
        try:
            shard = self._write(runs) if runs else None
            with self._index:
                if shard is not None:
                    self._index.execute("INSERT OR REPLACE INTO shard VALUES (?, ?, ?)", (*shard, seconds))
                    self._index.executemany(
                        "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?)",
                        [(*row, shard[0], k) for k, row in enumerate(rows)],
                    )
                self._index.executemany(
                    "INSERT OR REPLACE INTO failure VALUES (?, ?, ?)",
                    [(addresses[v], f.replication, json.dumps(asdict(f))) for f in failures for v in f.variants],
                )
        except (OSError, sqlite3.Error) as e:
            raise _cannot("write runs to", self.folder, e) from e

    def _write(self, runs: Sequence[Run]) -> tuple[str, str]:
        """Write one shard whole and return its name and SHA-256."""
        data = _packed(runs)
        digest = hashlib.sha256(data).hexdigest()
        target = self.folder / f"{digest[:32]}.npz"
        beside = target.with_suffix(".npz.part")
        try:
            with beside.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
        return target.name, digest

    def get(self, addresses: Addresses, total: int) -> Iterator[Run | FailedRun]:
        """Yield every run of these variants with a replication below *total* that is kept, and every record of one
        that raised; a run whose process was lost is left out, so that it is tried again.

        Raises TrustsimError for a shard that was cut short or changed; the others stay as they are.
        """
        wanted: dict[str, list[tuple[str, int, int]]] = {}
        for variant, address in addresses.items():
            rows = "SELECT replication, shard, row FROM run WHERE address = ? AND replication < ?"
            for replication, shard, row in self._index.execute(rows, (address, total)):
                wanted.setdefault(shard, []).append((variant, replication, row))
        for shard in sorted(wanted):
            yield from self._read(shard, wanted[shard])
        failed: dict[str, list[str]] = {}
        for variant, address in addresses.items():
            records = "SELECT record FROM failure WHERE address = ? AND replication < ?"
            for (record,) in self._index.execute(records, (address, total)):
                failed.setdefault(record, []).append(variant)
        for record, variants in failed.items():
            found = FailedRun(**{**json.loads(record), "variants": tuple(variants)})
            if found.stage != LOST:
                yield found

    def _read(self, name: str, rows: Sequence[tuple[str, int, int]]) -> Iterator[Run]:
        path = self.folder / name
        (expected,) = self._index.execute("SELECT sha256 FROM shard WHERE name = ?", (name,)).fetchone()
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != expected:
            raise TrustsimError(
                f"{path}: given a shard that was cut short or changed; allowed: the one that was written. "
                f"Delete it, and the same command computes its {len(rows)} runs again; all others are kept"
            )
        with np.load(io.BytesIO(data)) as arrays:
            outcomes, series, episodes = arrays["outcomes"], arrays["series"], arrays["episodes"]
            names = json.loads(bytes(arrays["names"]))
        for variant, replication, row in rows:
            yield Run(
                replication,
                (variant,),
                {name: outcomes[row, k : k + 1] for k, name in enumerate(names["outcomes"])},
                {name: series[row, k][:, None] for k, name in enumerate(names["series"])},
                tuple(_episode(each) for each in episodes[episodes["row"] == row]),
            )


def _episode(row: np.void) -> Episode:
    onset, peak, end, ran = (float(row[name]) for name in ("onset", "peak", "end", "ran"))
    return Episode(0, int(row["platform"]), onset, peak, end, TRIGGERS[int(row["trigger"])], ran)


@dataclass(frozen=True)
class Count:
    """What a store holds of a study: runs (one replication of one variant) done and failed, seconds for each so far."""

    done: int
    failed: int
    seconds_a_run: float


def count(folder: str | os.PathLike[str], addresses: Addresses, total: int) -> Count:
    """Count the runs of these variants below *total*, without waiting for a process that is at work there.

    Raises TrustsimError where there is no run store.
    """
    index = Path(folder) / _INDEX
    asked = [(address, total) for address in addresses.values()]
    try:
        with closing(sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True)) as reading:

            def number(table: str) -> int:
                rows = f"SELECT count(*) FROM {table} WHERE address = ? AND replication < ?"
                return sum(int(reading.execute(rows, each).fetchone()[0]) for each in asked)

            seconds, runs = reading.execute(
                "SELECT (SELECT total(seconds) FROM shard), (SELECT count(*) FROM run)"
            ).fetchone()
            return Count(number("run"), number("failure"), seconds / max(runs, 1))
    except sqlite3.Error as e:
        raise _cannot("read runs in", Path(folder), e) from e


def _packed(runs: Sequence[Run]) -> bytes:
    """Return the bytes of a shard with a row for every variant of every run: outcomes float64 (rows, outcomes), series
    float32 (rows, series, days + 1, platforms + 1), the runs on platforms, and the names of outcomes and series."""
    names = {"outcomes": list(runs[0].outcomes), "series": list(runs[0].series)}
    first_row = np.cumsum([0, *(len(run.variants) for run in runs)])
    episodes = [
        (first + e.variant, e.platform, e.onset, e.peak, e.end, TRIGGERS.index(e.trigger), e.ran)
        for first, run in zip(first_row, runs, strict=False)
        for e in run.episodes
    ]
    stream = io.BytesIO()
    np.savez(
        stream,
        outcomes=np.concatenate([np.stack([run.outcomes[n] for n in names["outcomes"]], axis=1) for run in runs]),
        series=np.concatenate(
            [np.stack([run.series[n] for n in names["series"]]).transpose(2, 0, 1, 3) for run in runs]
        ),
        episodes=np.array(episodes, _EPISODE),
        names=np.frombuffer(json.dumps(names).encode(), np.uint8),
    )
    return stream.getvalue()


def _cannot(what: str, folder: Path, error: Exception) -> TrustsimError:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return TrustsimError(
        f"{folder}: cannot {what} it ({reason}); allowed: a folder with room that you may write to. "
        "What was finished is kept"
    )
