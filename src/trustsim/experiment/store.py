"""The run store: finished runs by their address, in shards that are written whole or not at all.

A folder with ``index.sqlite`` (one row a run: address, replication, outcomes, where its series are; one row a failure)
and one ``.npz`` shard with the series of a finished block of runs. A shard is written beside its place, flushed to the
disk, moved there, and only then named in the index: a process may be killed at any moment. One process writes at a
time; another one waits and then finds the work done. Outcomes are read without touching a shard, and series one at a
time where they are asked for, so that memory does not grow with what is stored.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import socket
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from trustsim.errors import TrustsimError
from trustsim.experiment.simulate import FailedRun, Run
from trustsim.outcomes import Episode

FORMAT = 2
TRIED_AGAIN = ("worker", "timeout")  # stages of failures that another attempt may not meet
LOCK = "lock"
_INDEX, _HOLDER = "index.sqlite", "holder.txt"
_HELD = re.compile(r"process (\d+) on (.+)")
_TABLES = """
CREATE TABLE IF NOT EXISTS block (
    id INTEGER PRIMARY KEY, shard TEXT UNIQUE, sha256 TEXT NOT NULL, rows_sha256 TEXT, seconds REAL NOT NULL,
    about TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS run (
    address TEXT, replication INTEGER, block INTEGER NOT NULL, row INTEGER NOT NULL, outcomes BLOB NOT NULL,
    episodes TEXT NOT NULL, PRIMARY KEY (address, replication)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failure (
    address TEXT, replication INTEGER, record TEXT NOT NULL, PRIMARY KEY (address, replication)
) WITHOUT ROWID;
"""
Addresses = Mapping[str, str]  # by variant


@dataclass(frozen=True)
class Stored:
    """The runs of one variant: replications int64 (n,) ascending; outcomes by name float64 (n,); what else is known.

    ``episodes`` are lists of (platform, onset, peak, end, trigger, ran); ``places`` (shard, row) of the series, shard
    None where they were not kept; ``series`` their names and ``shape`` (days + 1, platforms + 1).
    """

    replications: NDArray[np.int64]
    outcomes: dict[str, NDArray[np.float64]]
    episodes: tuple[tuple[tuple[Any, ...], ...], ...]
    places: tuple[tuple[str | None, int], ...]
    series: tuple[str, ...] = ()
    shape: tuple[int, int] = (0, 0)


class Records:
    """What a run store holds, read from its index: see :func:`reading_of`, and :class:`Store`, which adds to it."""

    def __init__(self, folder: Path, index: sqlite3.Connection) -> None:
        self.folder, self._index = folder, index
        there = {path.name for path in folder.iterdir()}
        shards = index.execute("SELECT id, shard FROM block WHERE shard IS NOT NULL")
        self._gone = {block for block, shard in shards if shard not in there}  # deleted by someone

    def done(self, address: str, total: int, *, with_series: bool = True) -> list[int]:
        """Return the replications below *total* that need no other attempt: kept, or failed for good."""
        runs = "SELECT replication, block FROM run JOIN block ON block = id WHERE address = ? AND replication < ?"
        if with_series:
            runs += " AND shard IS NOT NULL"
        found = self._index.execute(runs, (address, total))
        kept = [replication for replication, block in found if block not in self._gone]
        return kept + [failed.replication for failed in self.failures({"": address}, total) if _is_final(failed)]

    def runs(self, address: str, total: int) -> Stored:
        """Return the runs of one variant with a replication below *total*."""
        blocks = {block: (shard, json.loads(about)) for block, shard, about in self._blocks(address)}
        query = (
            "SELECT replication, block, row, outcomes, episodes FROM run "
            "WHERE address = ? AND replication < ? ORDER BY replication"
        )
        rows = [row for row in self._index.execute(query, (address, total)) if row[1] not in self._gone]
        if not rows:
            return Stored(np.zeros(0, np.int64), {}, (), ())
        about = blocks[rows[0][1]][1]
        values = np.frombuffer(b"".join(row[3] for row in rows), np.float64).reshape(len(rows), -1)
        return Stored(
            replications=np.array([row[0] for row in rows], np.int64),
            outcomes={name: values[:, k] for k, name in enumerate(about["outcomes"])},
            episodes=tuple(tuple(map(tuple, json.loads(row[4]))) for row in rows),
            places=tuple((blocks[row[1]][0], row[2]) for row in rows),
            series=tuple(about["series"]),
            shape=tuple(about["shape"]),
        )

    def _blocks(self, address: str) -> list[tuple[int, str | None, str]]:
        query = "SELECT id, shard, about FROM block WHERE id IN (SELECT DISTINCT block FROM run WHERE address = ?)"
        return self._index.execute(query, (address,)).fetchall()

    def count(self, addresses: Addresses, total: int) -> Count:
        """Count the runs of these variants below *total*."""
        asked = [(address, total) for address in addresses.values()]

        def number(table: str) -> int:
            rows = f"SELECT count(*) FROM {table} WHERE address = ? AND replication < ?"
            return sum(int(self._index.execute(rows, each).fetchone()[0]) for each in asked)

        seconds, runs = self._index.execute(
            "SELECT (SELECT total(seconds) FROM block), (SELECT count(*) FROM run)"
        ).fetchone()
        records = "SELECT DISTINCT record FROM failure WHERE address = ? AND replication < ?"
        told = {record for each in asked for (record,) in self._index.execute(records, each)}
        failures = sorted((f["replication"], _line(f)) for f in map(json.loads, told))
        return Count(number("run"), number("failure"), seconds / max(runs, 1), tuple(failures))

    def failures(self, addresses: Addresses, total: int) -> list[FailedRun]:
        """Return the records of these variants' runs below *total* that failed, each with its variants."""
        found: dict[str, list[str]] = {}
        for variant, address in addresses.items():
            query = "SELECT record FROM failure WHERE address = ? AND replication < ?"
            for (record,) in self._index.execute(query, (address, total)):
                found.setdefault(record, []).append(variant)
        return [FailedRun(**{**json.loads(record), "variants": tuple(names)}) for record, names in found.items()]


class Store(Records):
    """The runs in one folder; a context manager that holds the folder's lock.

    Parameters
    ----------
    folder : made where it is missing.
    waits : called with one line that says who holds the folder, before this process waits for it.
    lasting : whether what is put here must survive a crash of the machine.

    Raises
    ------
    TrustsimError : where the folder cannot be made, written or read.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        waits: Callable[[str], object] = lambda line: None,
        *,
        lasting: bool = True,
    ) -> None:
        self.folder, self._lasting = Path(folder), lasting
        self._lock = FileLock(self.folder / LOCK)
        self._last_put = time.perf_counter()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._acquire(waits)
            super().__init__(self.folder, self._opened())
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
        if not self._lasting:
            index.execute("PRAGMA synchronous = OFF")
        with index:
            version = index.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, FORMAT):
                raise TrustsimError(f"{self.folder}: given a run store of format {version}; allowed: {FORMAT}")
            index.executescript(_TABLES + f"PRAGMA user_version = {FORMAT};")
            there = {path.name for path in self.folder.iterdir() if ".npz" in path.suffixes}
            named = {name for (name,) in index.execute("SELECT shard FROM block WHERE shard IS NOT NULL")}
            for name in named - there:
                index.execute("DELETE FROM run WHERE block = (SELECT id FROM block WHERE shard = ?)", (name,))
                index.execute("DELETE FROM block WHERE shard = ?", (name,))
        for name in there - named:
            (self.folder / name).unlink()

    def put(self, results: Sequence[Run | FailedRun], addresses: Addresses, *, with_series: bool = True) -> None:
        """Keep a block of results; ``addresses`` by variant. Raises TrustsimError where it cannot be written."""
        runs = [run for run in results if isinstance(run, Run)]
        seconds, self._last_put = time.perf_counter() - self._last_put, time.perf_counter()
        failures = [failed for failed in results if isinstance(failed, FailedRun)]
        try:
            shard = self._write(runs) if runs and with_series else (None, "")
            with self._index:
                if runs:
                    self._put_runs(runs, addresses, shard, seconds)
                self._index.executemany(
                    "INSERT OR REPLACE INTO failure VALUES (?, ?, ?)",
                    [(addresses[v], f.replication, json.dumps(asdict(f))) for f in failures for v in f.variants],
                )
        except (OSError, sqlite3.Error) as e:
            raise _cannot("write runs to", self.folder, e) from e

    def _put_runs(
        self, runs: Sequence[Run], addresses: Addresses, shard: tuple[str | None, str], seconds: float
    ) -> None:
        shape = next((days.shape[::2] for days in runs[0].series.values()), (0, 0))
        about = {"outcomes": list(runs[0].outcomes), "series": list(runs[0].series), "shape": shape}
        entry = (*shard, seconds, json.dumps(about))
        insert = "INSERT INTO block (shard, sha256, seconds, about) VALUES (?, ?, ?, ?)"
        block = self._index.execute(insert, entry).lastrowid
        columns = [(run, k, variant) for run in runs for k, variant in enumerate(run.variants)]
        rows = [
            (
                addresses[variant],
                run.replication,
                block,
                row,
                np.array([values[k] for values in run.outcomes.values()], np.float64).tobytes(),
                json.dumps([_plain(e) for e in run.episodes if e.variant == k]),
            )
            for row, (run, k, variant) in enumerate(columns)
        ]
        self._index.execute("UPDATE block SET rows_sha256 = ? WHERE id = ?", (_digest(row[4:] for row in rows), block))
        self._index.executemany("INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._index.executemany(
            "DELETE FROM failure WHERE address = ? AND replication = ?", [(row[0], row[1]) for row in rows]
        )

    def _write(self, runs: Sequence[Run]) -> tuple[str, str]:
        """Write one shard whole and return its name and SHA-256."""
        data = _packed(runs)
        digest = hashlib.sha256(data).hexdigest()
        target = self.folder / f"{digest[:32]}.npz"
        if target.exists():  # the same series again, as of two variants that differ in name alone
            target = self.folder / f"{digest[:24]}{secrets.token_hex(4)}.npz"
        beside = target.with_suffix(".npz.part")
        try:
            with beside.open("wb") as stream:
                stream.write(data)
                if self._lasting:
                    stream.flush()
                    os.fsync(stream.fileno())
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
        return target.name, digest

    def changed(self) -> list[str]:
        """Recompute the hashes of all that is kept; return what is not as it was written: shards, blocks of rows."""
        found = []
        for block, shard, sha256, rows_sha256 in self._index.execute(
            "SELECT id, shard, sha256, rows_sha256 FROM block ORDER BY id"
        ).fetchall():
            if shard is not None and hashlib.sha256((self.folder / shard).read_bytes()).hexdigest() != sha256:
                found.append(f"shard {shard}")
            rows = self._index.execute("SELECT row, outcomes, episodes FROM run WHERE block = ? ORDER BY row", (block,))
            kept = rows.fetchall()
            whole = [row for row, _, _ in kept] == list(range(len(kept)))
            if kept and whole and _digest((outcomes, episodes) for _, outcomes, episodes in kept) != rows_sha256:
                found.append(f"outcomes of block {block} in {_INDEX}")
        return found


def _digest(rows: Iterable[tuple[bytes, str]]) -> str:
    digest = hashlib.sha256()
    for outcomes, episodes in rows:
        digest.update(outcomes + episodes.encode())
    return digest.hexdigest()


class Series(Mapping[str, NDArray[np.float32]]):
    """The series of a study by name, float32 (n, days + 1, variants, platforms + 1), read from shards when asked for.

    Parameters
    ----------
    folder : of the store.
    places : by variant, then replication, (shard, row).
    keeps : whatever must live as long as this does.
    """

    def __init__(
        self,
        folder: Path,
        names: Sequence[str],
        shape: tuple[int, int],
        places: Sequence[Sequence[tuple[str | None, int]]],
        keeps: object = None,
    ) -> None:
        self._folder, self._names, self._days, self._places, self._keeps = folder, tuple(names), shape, places, keeps
        self._shape = (len(places[0]) if places else 0, shape[0], len(places), shape[1])
        self._by_shard: dict[str, list[tuple[int, int, int]]] = {}
        for v, column in enumerate(places):
            for n, (shard, row) in enumerate(column):
                assert shard is not None
                self._by_shard.setdefault(shard, []).append((n, v, row))
        self._last: tuple[str, NDArray[np.float32]] | None = None

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """Read one series. Raises TrustsimError for a shard that is gone, was cut short or was changed."""
        if name not in self._names:
            raise KeyError(name)
        if self._last is None or self._last[0] != name:
            whole = np.zeros(self._shape, np.float32)
            for shard, where in self._by_shard.items():
                n, v, row = np.array(where).T
                whole[n, :, v] = _member(self._folder / shard, name)[row]
            whole.flags.writeable = False
            self._last = (name, whole)
        return self._last[1]

    def part(self, rows: slice) -> Series:
        """Return the series of some replications."""
        places = [column[rows] for column in self._places]
        return Series(self._folder, self._names, self._days, places, self._keeps)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _member(shard: Path, name: str) -> NDArray[np.float32]:
    try:
        with shard.open("rb") as stream, np.load(stream) as arrays:  # a member is checked against its CRC-32
            member: NDArray[np.float32] = arrays[name]
            return member
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as e:
        raise TrustsimError(
            f"{shard}: given a shard that is gone, was cut short or was changed; allowed: the one that was written. "
            "Delete it, and the same command computes its runs again; all others are kept"
        ) from e


def _is_final(failed: FailedRun) -> bool:
    return failed.stage not in TRIED_AGAIN


def _plain(e: Episode) -> tuple[Any, ...]:
    return e.platform, e.onset, e.peak, e.end, e.trigger, e.ran


@dataclass(frozen=True)
class Count:
    """What a store holds of a study: runs (one replication of one variant) done and failed, seconds for each so far.

    ``failures``: replication and one line for each pass that failed.
    """

    done: int
    failed: int
    seconds_a_run: float
    failures: tuple[tuple[int, str], ...] = ()


@contextmanager
def reading_of(folder: str | os.PathLike[str]) -> Iterator[Records]:
    """Give what a store holds at this moment, without waiting for a process that is at work there.

    Raises TrustsimError where there is no run store.
    """
    place = Path(folder)
    try:
        with closing(sqlite3.connect(f"{(place / _INDEX).resolve().as_uri()}?mode=ro", uri=True)) as index:
            index.execute("BEGIN")  # one moment for all that is read
            yield Records(place, index)
    except sqlite3.Error as e:
        raise _cannot("read runs in", place, e) from e


def is_at_work(folder: str | os.PathLike[str]) -> bool:
    """Whether some process holds the lock of *folder* now."""
    lock = Path(folder) / LOCK
    try:
        if lock.exists():
            FileLock(lock, timeout=0).acquire().lock.release()
    except Timeout:
        return True
    except OSError:
        return False
    return False


def holder_of(folder: str | os.PathLike[str]) -> int | None:
    """Return the number of the process on this machine that holds the store in *folder*; None where none does."""
    if not is_at_work(folder):
        return None
    try:
        found = _HELD.fullmatch((Path(folder) / _HOLDER).read_text(encoding="utf-8"))
    except OSError:
        return None
    return int(found[1]) if found and found[2] == socket.gethostname() else None


def count(folder: str | os.PathLike[str], addresses: Addresses, total: int) -> Count:
    """Count the runs of these variants below *total*, without waiting for a process that is at work there.

    Raises TrustsimError where there is no run store.
    """
    with reading_of(folder) as records:
        return records.count(addresses, total)


def _line(failed: Mapping[str, Any]) -> str:
    names = ", ".join(failed["variants"])
    return f"replication {failed['replication']} ({names}): {failed['type']}: {failed['message']}"


def _packed(runs: Sequence[Run]) -> bytes:
    """Return the bytes of a shard: each series float32 (rows, days + 1, platforms + 1), a row for every variant of
    every run."""
    members: dict[str, Any] = {
        name: np.concatenate([run.series[name].swapaxes(0, 1) for run in runs]) for name in runs[0].series
    }
    stream = io.BytesIO()
    np.savez(stream, **members)
    return stream.getvalue()


def _cannot(what: str, folder: Path, error: Exception) -> TrustsimError:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return TrustsimError(
        f"{folder}: cannot {what} it ({reason}); allowed: a folder with room that you may write to. "
        "What was finished is kept"
    )
