"""The run store keeps finished runs by their address, in shards that are written whole or not at all.

A folder with ``index.sqlite`` (:mod:`trustsim.experiment.records`) and one ``.npz`` shard with the series of a finished
block of runs. A shard is written under a name of its own and flushed to the disk, then it is named in the index, then
it gets that name: a process may be killed at any moment, and no shard is there that the index does not know. One
process writes at a time; another one waits and then finds the work done.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np

from trustsim.experiment import marks
from trustsim.experiment.index import (
    APPLICATION,
    FORMAT,
    INDEX,
    JOURNALS,
    SECONDS_TO_WAIT,
    TABLES,
    damaged,
    lost,
    trouble_with,
)
from trustsim.experiment.lock import LOCK, Held, holder_of, is_at_work
from trustsim.experiment.marks import BLOCKS, EVERY, Tally, failures_of, runs_of
from trustsim.experiment.records import Records, count, reading_of
from trustsim.experiment.run import FailedRun, Run
from trustsim.experiment.shards import PART, Damaged, Series, is_ours, names_in, packed
from trustsim.experiment.stop import undisturbed
from trustsim.experiment.stored import Addresses, Block, Count, plain
from trustsim.experiment.tallies import Changed

__all__ = [
    "FORMAT", "INDEX", "LOCK", "Addresses", "Count", "Damaged", "Records", "Series", "Store", "count", "holder_of",
    "is_at_work", "reading_of",
]  # fmt: skip


class Store(Records):
    """The runs in one folder; a context manager that holds the folder's lock.

    Parameters
    ----------
    folder : made where it is missing.
    waits : called with one line that says who holds the folder, before this process waits for it; and with one where
        shards were deleted, whose runs are computed again.
    lasting : whether what is put here must survive a crash of the machine.

    Raises
    ------
    TrustsimError : where the folder cannot be made, written or locked. Damaged : for one that is not as it was written.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        waits: Callable[[str], object] = lambda line: None,
        *,
        lasting: bool = True,
    ) -> None:
        self.folder, self._lasting = Path(folder), lasting
        self._held = Held(self.folder)
        self._last_put = time.perf_counter()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._held.acquire(waits)
            super().__init__(self.folder, _opened(self.folder, lasting=lasting))
            with self._believing():
                self._tidy(waits)
        except (OSError, sqlite3.Error) as e:
            self._close()
            raise trouble_with(self.folder, "open", e) from e
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        try:
            if hasattr(self, "_index"):
                self._index.close()
        finally:
            self._held.release()

    def _tidy(self, says: Callable[[str], object]) -> None:
        """Finish what was stopped between two steps, and forget runs whose shards were deleted; delete nothing else."""
        files = {path.name for path in self.folder.iterdir() if is_ours(path.name)}
        named = {block.shard for block in self._blocks.values()}
        for name in sorted(files):
            shard = name.removesuffix(PART)
            if name != shard and shard in named:
                os.replace(self.folder / name, self.folder / shard)
            elif name != shard:
                (self.folder / name).unlink()
        unknown = sorted({name for name in files if not name.endswith(PART)} - named)
        if unknown:
            raise damaged(
                self.folder,
                f"an index that does not know {len(unknown)} of the shards beside it, such as {unknown[0]} "
                "(was it replaced by an older one?)",
            )
        if self._gone:
            self._forget(says)

    def _forget(self, says: Callable[[str], object]) -> None:
        n_runs = 0
        with self._index:
            changed = Changed(self._tallies)
            for id in self._gone:
                rows = self._index.execute("SELECT address, mark FROM run WHERE block = ?", (id,)).fetchall()
                for address, mark in rows:
                    changed.minus(runs_of(address), mark)
                changed.minus(BLOCKS, self._blocks[id].mark)
                n_runs += len(rows)
                self._index.execute("DELETE FROM run WHERE block = ?", (id,))
                self._index.execute("DELETE FROM block WHERE id = ?", (id,))
            tallies = changed.written(self._index)
        says(f"{self.folder}: {len(self._gone)} of its shards were deleted; their {n_runs} runs are computed again")
        self._blocks = {id: block for id, block in self._blocks.items() if id not in self._gone}
        self._tallies, self._gone = tallies, set()

    def put(self, results: Sequence[Run | FailedRun], addresses: Addresses, *, with_series: bool = True) -> None:
        """Keep a block of results; ``addresses`` by variant. Raises TrustsimError where it cannot be written."""
        runs = [run for run in results if isinstance(run, Run)]
        seconds, self._last_put = time.perf_counter() - self._last_put, time.perf_counter()
        failures = [failed for failed in results if isinstance(failed, FailedRun)]
        try:
            shard = self._written(runs) if runs and with_series else (None, "")
            with undisturbed():
                try:
                    with self._index:
                        changed = Changed(self._tallies)
                        if runs:
                            self._put_runs(runs, addresses, shard, seconds, changed)
                        self._put_failures(failures, addresses, changed)
                        tallies = changed.written(self._index)
                except BaseException:
                    if shard[0] is not None:
                        (self.folder / (shard[0] + PART)).unlink(missing_ok=True)
                    raise
                self._tallies = tallies
                if shard[0] is not None:
                    os.replace(self.folder / (shard[0] + PART), self.folder / shard[0])
        except (OSError, sqlite3.Error) as e:
            raise trouble_with(self.folder, "write runs to", e) from e

    def _put_runs(
        self,
        runs: Sequence[Run],
        addresses: Addresses,
        shard: tuple[str | None, str],
        seconds: float,
        changed: Changed,
    ) -> None:
        shape = next((days.shape[::2] for days in runs[0].series.values()), (0, 0))
        names = list(dict.fromkeys(name for run in runs for name in run.outcomes))  # worlds may differ in them
        about = json.dumps({"outcomes": names, "series": list(runs[0].series), "shape": shape})
        block = self._index.execute("SELECT coalesce(max(id), 0) + 1 FROM block").fetchone()[0]
        mark = marks.of_block(block, *shard, seconds, about)
        self._index.execute("INSERT INTO block VALUES (?, ?, ?, ?, ?, ?)", (block, *shard, seconds, about, mark))
        self._blocks[block] = Block(*shard, about, mark)
        changed.plus(BLOCKS, mark)
        columns = [(run, k, variant) for run in runs for k, variant in enumerate(run.variants)]
        for row, (run, k, variant) in enumerate(columns):
            address, n = addresses[variant], run.replication
            outcomes = np.array([value_of(run, name, k) for name in names], np.float64).tobytes()
            episodes = episodes_of(run, k)
            self._take_away(address, n, changed)
            of_run = marks.of_run(mark, address, n, row, outcomes, episodes)
            values = (address, n, block, row, outcomes, episodes, of_run)
            self._index.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            changed.plus(runs_of(address), of_run)

    def _put_failures(self, failures: Sequence[FailedRun], addresses: Addresses, changed: Changed) -> None:
        for failed in failures:
            record = json.dumps(asdict(failed))
            for address in {addresses[variant] for variant in failed.variants}:
                self._take_failure_away(address, failed.replication, changed)
                row = (address, failed.replication, record)
                self._index.execute("INSERT INTO failure VALUES (?, ?, ?)", row)
                changed.plus(failures_of(address), marks.of_failure(*row))

    def _take_away(self, address: str, replication: int, changed: Changed) -> None:
        """Take away the rows of a run that is there already, finished or failed, if one is."""
        name, where = runs_of(address), "FROM run WHERE address = ? AND replication = ?"
        if changed.n(name):
            for (mark,) in self._index.execute(f"SELECT mark {where}", (address, replication)).fetchall():
                self._index.execute(f"DELETE {where}", (address, replication))
                changed.minus(name, mark)
        self._take_failure_away(address, replication, changed)

    def _take_failure_away(self, address: str, replication: int, changed: Changed) -> None:
        name, where = failures_of(address), "FROM failure WHERE address = ? AND replication = ?"
        if changed.n(name):
            for (record,) in self._index.execute(f"SELECT record {where}", (address, replication)).fetchall():
                self._index.execute(f"DELETE {where}", (address, replication))
                changed.minus(name, marks.of_failure(address, replication, record))

    def _written(self, runs: Sequence[Run]) -> tuple[str, str]:
        """Write one shard whole, under the name that it has until the index knows it; return its name and SHA-256."""
        data = packed(runs)
        digest = hashlib.sha256(data).hexdigest()
        target = self.folder / f"{digest[:32]}.npz"
        if target.exists():  # the same series again, as of two variants that differ in name alone
            target = self.folder / f"{digest[:24]}{secrets.token_hex(4)}.npz"
        beside = target.with_name(target.name + PART)
        try:
            with beside.open("wb") as stream:
                stream.write(data)
                if self._lasting:
                    stream.flush()
                    os.fsync(stream.fileno())
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        return target.name, digest


def _opened(folder: Path, *, lasting: bool) -> sqlite3.Connection:
    """Open the index of a folder to be written, made where nothing has been kept yet."""
    file = folder / INDEX
    if not os.path.lexists(file):
        if names_in(folder) - _unnamed(folder) or any((folder / (INDEX + end)).exists() for end in JOURNALS):
            raise lost(folder)
        _make(folder)
    elif not file.is_file():
        raise damaged(folder, "something that is no file")
    elif file.stat().st_size == 0:
        raise damaged(folder, "an empty file")
    index = sqlite3.connect(file, timeout=SECONDS_TO_WAIT)
    if not lasting:
        index.execute("PRAGMA synchronous = OFF")
    return index


def _unnamed(folder: Path) -> set[str]:
    """Return shards that no index has known yet: those of a process that was killed before it made one."""
    return {path.name.removesuffix(PART) for path in folder.glob(f"*{PART}") if is_ours(path.name)}


def _make(folder: Path) -> None:
    """Make an index beside its place and move it there, so that one that is empty was damaged."""
    beside = folder / (INDEX + PART)
    beside.unlink(missing_ok=True)
    with closing(sqlite3.connect(beside, isolation_level=None)) as index:
        index.execute("PRAGMA synchronous = OFF")  # it is flushed once, as a whole
        index.execute("PRAGMA journal_mode = OFF")
        index.execute("BEGIN")
        index.execute(f"PRAGMA user_version = {FORMAT}")
        index.execute(f"PRAGMA application_id = {APPLICATION}")
        for name, columns in TABLES.items():
            index.execute(f"CREATE TABLE {name} ({columns}){'' if name == 'block' else ' WITHOUT ROWID'}")
        index.execute("INSERT INTO tally VALUES (?, ?, ?)", (EVERY, 0, Tally().mark))
        index.execute("COMMIT")
    with beside.open("rb+") as stream:
        os.fsync(stream.fileno())
    os.replace(beside, folder / INDEX)


def value_of(run: Run, name: str, variant: int) -> float:
    """Return an outcome of one variant of a run; NaN where its world has no such thing, as a segment of another one."""
    return float(run.outcomes[name][variant]) if name in run.outcomes else math.nan


def episodes_of(run: Run, variant: int) -> str:
    """Return the runs on platforms of one variant of a run as they are kept."""
    return json.dumps(plain(run.episodes[variant], run.platforms) if run.episodes else [])
