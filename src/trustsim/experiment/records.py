"""A run store is read from its index, and believed only where its marks agree.

``index.sqlite`` has one row a block of runs, one a run (address, replication, outcomes, where its series are) and one a
failure; :mod:`trustsim.experiment.marks` says what is noticed. Outcomes are read without touching a shard. A store is
also read from media that cannot be written, and while a process is at work there: what is read is a copy of the index
in memory, so that whoever reads for long keeps nobody from writing.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import numpy as np

from trustsim.experiment import marks
from trustsim.experiment.index import INDEX, check_format, copy_of, damaged, no_index, trouble_with
from trustsim.experiment.marks import BLOCKS, EVERY, Tally, failures_of, runs_of
from trustsim.experiment.run import FailedRun
from trustsim.experiment.shards import Damaged, Place, names_in, trouble_of
from trustsim.experiment.stored import Addresses, Block, Count, Kept, Lying, Stored, columns_of

TRIED_AGAIN = ("worker", "timeout")  # stages of failures that another attempt may not meet


class Records:
    """What a run store holds; see :func:`reading_of`, and :class:`~trustsim.experiment.store.Store`, which adds to it.

    Raises Damaged, here and wherever something is read, for an index that is not as it was written.
    """

    def __init__(self, folder: Path, index: sqlite3.Connection) -> None:
        self.folder, self._index = folder, index
        self._believed: set[str] = set()
        with self._believing():
            check_format(folder, index)
            self._tallies = self._read_tallies()
            self._blocks = self._read_blocks()
        there = names_in(folder)
        self._gone = {block for block, b in self._blocks.items() if b.shard is not None and b.shard not in there}

    @contextmanager
    def _believing(self) -> Iterator[None]:
        """Turn what an index that was changed makes Python say into what it means."""
        try:
            yield
        except sqlite3.Error as e:
            raise trouble_with(self.folder, "read runs in", e) from e
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as e:
            raise damaged(self.folder, f"an index whose rows are not as they were written ({e})") from e

    def _read_tallies(self) -> dict[str, Tally]:
        rows = self._index.execute("SELECT name, n, mark FROM tally")
        tallies = {name: Tally(n, int.from_bytes(mark)) for name, n, mark in rows}
        if tallies.get(EVERY) != marks.every(tallies):
            raise damaged(self.folder, "an index of which rows were changed, added or taken away (its tallies)")
        return tallies

    def _read_blocks(self) -> dict[int, Block]:
        blocks, tally = {}, Tally()
        for id, shard, sha256, seconds, about, mark in self._index.execute("SELECT * FROM block"):
            if marks.of_block(id, shard, sha256, seconds, about) != mark:
                raise damaged(self.folder, f"an index whose block {id} is not as it was written")
            blocks[id], tally = Block(shard, sha256, about, mark), tally.plus(mark)
        if tally != self._tallies.get(BLOCKS, Tally()):
            raise damaged(self.folder, f"an index with {tally.n} blocks of runs that are not those that were written")
        return blocks

    def _runs_of(self, address: str) -> list[Kept]:
        """Return all runs of an address, by replication. Raises Damaged unless every one is as it was written.

        What this process has seen to be so since it opened the index, or put there itself, it does not hash again.
        """
        columns = "replication, block, row, outcomes, episodes"
        query = f"SELECT {columns} FROM run WHERE address = ? ORDER BY replication"
        runs = list(map(Kept._make, self._index.execute(query, (address,))))
        if address not in self._believed:
            self._believe(address, runs)
            self._believed.add(address)
        return runs

    def _believe(self, address: str, runs: Sequence[Kept]) -> None:
        query = "SELECT mark FROM run WHERE address = ? ORDER BY replication"
        written = [mark for (mark,) in self._index.execute(query, (address,))]
        blocks, of_run = {id: block.mark for id, block in self._blocks.items()}, marks.of_run
        changed = [
            run.replication
            for run, mark in zip(runs, written, strict=True)
            if run.block not in blocks
            or of_run(blocks[run.block], address, run.replication, run.row, run.outcomes, run.episodes) != mark
        ]
        here = f"of the address {address[:12]}…"
        if changed:
            what = f"an index in which replication {_some(changed)} {here} is not as it was written"
            raise damaged(self.folder, what, f"{len(runs) - len(changed)} of these {len(runs)} runs agree. ")
        wanted = self._tallies.get(runs_of(address), Tally())
        if marks.tally(written) != wanted:
            raise damaged(self.folder, f"an index with {len(runs)} runs {here}, which are not the {wanted.n} written")

    def done(self, address: str, total: int, *, with_series: bool = True) -> list[int]:
        """Return the replications below *total* that need no other attempt: kept, or failed for good."""
        with self._believing():
            lacking = {id for id, block in self._blocks.items() if with_series and block.shard is None} | self._gone
            finished = [run.replication for run in self._runs_of(address) if run.block not in lacking]
        failed = [failed.replication for failed in self.failures({"": address}, total) if _is_final(failed)]
        return [replication for replication in finished if replication < total] + failed

    def runs(self, address: str, total: int) -> Stored:
        """Return the runs of one variant with a replication below *total*."""
        with self._believing():
            rows = [run for run in self._runs_of(address) if run.replication < total and run.block not in self._gone]
            if not rows:
                return Stored(np.zeros(0, np.int64), {}, (), ())
            blocks = self._blocks
            abouts = {text: json.loads(text) for text in dict.fromkeys(blocks[run.block].about for run in rows)}
            if len({(tuple(each["series"]), tuple(each["shape"])) for each in abouts.values()}) > 1:
                raise damaged(self.folder, f"an index whose runs of {address[:12]}… have different series")
            names = [tuple(abouts[blocks[run.block].about]["outcomes"]) for run in rows]
            about = next(iter(abouts.values()))
            return Stored(
                replications=np.array([run.replication for run in rows], np.int64),
                outcomes=columns_of(names, [run.outcomes for run in rows]),
                episodes=tuple(tuple(map(tuple, json.loads(run.episodes))) for run in rows),
                places=tuple(Place(blocks[r.block].shard, blocks[r.block].sha256, r.row) for r in rows),
                series=tuple(about["series"]),
                shape=tuple(about["shape"]),
            )

    def n_gone(self, addresses: Addresses, total: int) -> int:
        """Return how many runs of these variants below *total* are lost with shards that were deleted."""
        with self._believing():
            return sum(self._number(address, total, gone=True) for address in addresses.values())

    def _number(self, address: str, total: int, *, gone: bool = False) -> int:
        """Count runs below *total*, or those among them whose shard is gone; the rows are not read, but counted."""
        query = "SELECT block, count(*), sum(replication < ?) FROM run WHERE address = ? GROUP BY block"
        rows = self._index.execute(query, (total, address)).fetchall()
        n, wanted = sum(row[1] for row in rows), self._tallies.get(runs_of(address), Tally()).n
        if n != wanted:
            raise damaged(self.folder, f"an index with {n} runs of the address {address[:12]}…, of {wanted} written")
        return sum(int(row[2]) for row in rows if (row[0] in self._gone) == gone)

    def count(self, addresses: Addresses, total: int) -> Count:
        """Count the runs of these variants below *total*. Their outcomes are not looked at: see :meth:`check`."""
        with self._believing():
            done = sum(self._number(address, total) for address in addresses.values())
            seconds, runs = self._index.execute(
                "SELECT (SELECT total(seconds) FROM block), (SELECT count(*) FROM run)"
            ).fetchone()
        failures = self.failures(addresses, total)
        lines = sorted({(each.replication, _line(each)) for each in failures})
        n_failed = sum(len(each.variants) for each in failures)
        return Count(done, n_failed, seconds / max(runs, 1), tuple(lines))

    def check(self, addresses: Addresses) -> None:
        """Read all runs of these variants. Raises Damaged where one is not as it was written."""
        with self._believing():
            for address in addresses.values():
                self._runs_of(address)

    def failures(self, addresses: Addresses, total: int) -> list[FailedRun]:
        """Return the records of these variants' runs below *total* that failed, each with its variants."""
        by_record: dict[str, list[str]] = {}
        with self._believing():
            for variant, address in addresses.items():
                for replication, record in self._failures_of(address):
                    if replication < total:
                        by_record.setdefault(record, []).append(variant)
            return [
                FailedRun(**{**json.loads(record), "variants": tuple(names)}) for record, names in by_record.items()
            ]

    def _failures_of(self, address: str) -> list[tuple[int, str]]:
        rows = self._index.execute(
            "SELECT replication, record FROM failure WHERE address = ? ORDER BY replication", (address,)
        ).fetchall()
        wanted = self._tallies.get(failures_of(address), Tally())
        if marks.tally(marks.of_failure(address, *row) for row in rows) != wanted:
            raise damaged(self.folder, f"an index whose failures of the address {address[:12]}… are not as written")
        return rows

    def changed(self, names: Mapping[str, str]) -> list[str]:
        """Recompute the hashes of all that is kept; return what is not as it was written, each in a few words.

        ``names``: what variants are called, by address.
        """
        differs = []
        for block in self._blocks.values():
            trouble = None if block.shard is None else trouble_of(self.folder, block.shard, block.sha256)
            if trouble is not None:
                differs.append(f"shard {block.shard}" + (" (it is gone)" if "gone" in trouble else ""))
        with self._believing():
            for (address,) in self._index.execute("SELECT DISTINCT address FROM run").fetchall():
                try:
                    self._runs_of(address)
                except Damaged:
                    changed = list(self._changed_of(address))
                    which = f"replication {_some(changed)}" if changed else "runs"
                    differs.append(f"{which} of {names.get(address, str(address)[:12] + '…')} in {INDEX}")
            every = {str(name) for name in self._tallies if name.startswith(runs_of(""))}
            there = {runs_of(a) for (a,) in self._index.execute("SELECT DISTINCT address FROM run")}
            differs += [f"runs of {name[5:17]}… in {INDEX}" for name in sorted(every - there) if self._tallies[name].n]
            for (address,) in self._index.execute("SELECT DISTINCT address FROM failure").fetchall():
                with suppress(Damaged):
                    self._failures_of(address)
                    continue
                differs.append(f"failures of {names.get(address, str(address)[:12] + '…')} in {INDEX}")
        return differs

    def _changed_of(self, address: str) -> Iterator[int]:
        query = "SELECT replication, block, row, outcomes, episodes, mark FROM run WHERE address = ?"
        for replication, block, row, outcomes, episodes, mark in self._index.execute(query, (address,)):
            with suppress(TypeError, ValueError, AttributeError, KeyError):
                if marks.of_run(self._blocks[block].mark, address, replication, row, outcomes, episodes) == mark:
                    continue
            yield replication

    def number(self, addresses: Addresses, total: int) -> int:
        """Count the runs of these variants below *total* that are kept."""
        with self._believing():
            return sum(self._number(address, total) for address in addresses.values())

    def replications(self, address: str, total: int) -> set[int]:
        """Return the replications below *total* of an address, whether their rows are believed or not."""
        with self._believing():
            query = "SELECT replication, block FROM run WHERE address = ? AND replication < ?"
            rows = self._index.execute(query, (address, total))
            return {number for number, block in rows if block in self._blocks and block not in self._gone}

    def lying(self, address: str, replication: int) -> Lying:
        """Return one run as it lies there, believed or not."""
        with self._believing():
            query = "SELECT block, row, outcomes, episodes FROM run WHERE address = ? AND replication = ?"
            id, row, outcomes, episodes = self._index.execute(query, (address, replication)).fetchone()
            block = self._blocks[id]
            about = json.loads(block.about)
            place = Place(block.shard, block.sha256, row)
            return Lying(bytes(outcomes), episodes, place, about["outcomes"], about["series"], tuple(about["shape"]))


def _is_final(failed: FailedRun) -> bool:
    return failed.stage not in TRIED_AGAIN


def _line(failed: FailedRun) -> str:
    names = ", ".join(failed.variants)
    return f"replication {failed.replication} ({names}): {failed.type}: {failed.message}"


def _some(numbers: Sequence[int]) -> str:
    more = "" if len(numbers) <= 3 else f" and {len(numbers) - 3} more"
    return ", ".join(map(str, numbers[:3])) + more


@contextmanager
def reading_of(folder: str | os.PathLike[str]) -> Iterator[Records]:
    """Give what a store holds at this moment, without waiting for a process that is at work there.

    Nothing is written, so that the folder may lie on media that cannot be. Raises TrustsimError where there is no run
    store, and Damaged for one that is not as it was written.
    """
    place = Path(folder)
    with _opened(place) as index:
        try:
            records = Records(place, index)
        except OSError as e:
            raise trouble_with(place, "read runs in", e) from e
        yield records


@contextmanager
def _opened(place: Path) -> Iterator[sqlite3.Connection]:
    file = place / INDEX
    try:
        if not file.is_file():
            raise no_index(place)
        if file.stat().st_size == 0:
            raise damaged(place, "an empty file")
        index = copy_of(file)
    except (OSError, sqlite3.Error) as e:
        raise trouble_with(place, "read runs in", e) from e
    except UnicodeDecodeError as e:  # of the names in a file that was changed
        raise damaged(place, f"a file that is no whole SQLite database ({e})") from e
    with closing(index):
        yield index


def count(folder: str | os.PathLike[str], addresses: Addresses, total: int) -> Count:
    """Count the runs of these variants below *total*, without waiting for a process that is at work there.

    Raises TrustsimError where there is no run store.
    """
    with reading_of(folder) as records:
        return records.count(addresses, total)
