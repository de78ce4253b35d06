"""The work of a study is what the run store lacks: it is cut into passes, given to workers, and kept as it comes.

A pass is one replication of variants that share a world. Passes go to the workers in order, all variants of a batch of
replications before the next ones, so a study that is cut short is balanced and paired but for the last of them. Nothing
depends on who ran a pass, nor on what it was run together with.
"""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from trustsim import arguments
from trustsim.errors import PoolLost, TrustsimError
from trustsim.experiment import own
from trustsim.experiment.batches import Pass
from trustsim.experiment.failing import Alike
from trustsim.experiment.passes import Simulate, Task, engine_of, in_pool, in_process
from trustsim.experiment.pool import Pool, hindrance, interruptible, processes, tell
from trustsim.experiment.run import FailedRun, Run
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.stop import Stopped, undisturbed
from trustsim.experiment.store import Store
from trustsim.experiment.stored import Addresses
from trustsim.scenario.resolved import Scenario
from trustsim.world.lockstep import lockstep_groups

Grouping = Callable[[Scenario, tuple[str, ...]], tuple[tuple[str, ...], ...]]
Progress = Callable[[int, int, float], None]

_WRITES_TO_WORK = 20  # a block is written when the work since the last one took this many times its writing
_LARGEST_BLOCK = 2**24  # or when its series are this large (bytes), so that what waits does not fill the memory


@dataclass(frozen=True)
class Work:
    """A study to be finished: see :func:`run_study`. ``addresses`` names the variants and where each one is kept;
    ``worlds``: how many an engine that can do so runs together, at most; ``only``: by variant the replications that are
    asked for, where that is not all of them.

    Raises TrustsimError for a count out of range.
    """

    scenario: Scenario
    addresses: Addresses
    total: int
    workers: int = 1
    pool: Pool | None = None
    timeout: float | None = None
    simulate: Simulate = simulate_run
    groups: Grouping = lockstep_groups
    with_series: bool = True
    worlds: int = 1
    only: Mapping[str, Collection[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        plain: dict[str, float] = {"total": arguments.count("replications", self.total)}
        if self.timeout is not None:
            plain["timeout"] = arguments.seconds("timeout", self.timeout)
        for name, value in plain.items():
            object.__setattr__(self, name, value)


def finish(work: Work, store: Store, progress: Progress | None = None) -> bool:
    """Run what *store* lacks and put it there as it comes; return whether all was tried (False after Ctrl-C).

    Raises RunsFailed where the first runs of all variants fail alike, Stopped where the program is to end at once.
    """
    began = time.perf_counter()
    n_workers = min(work.workers, work.total)
    left = _Left(work, store)
    task = Task(
        engine_of(work.simulate, with_series=work.with_series), work.timeout, own.entries(*own.looked_up()), work.worlds
    )
    try:
        passes = left.passes()
        alike = Alike(tuple(work.addresses), work.total, had_any=left.has_any_done)
        pool = work.pool
        if pool is None and n_workers > 1 and len(passes) > 1:
            where = hindrance()
            if where is None:
                pool = processes(n_workers, _version(work.simulate))
            else:
                _tell_once(f"trustsim: one process at work {where}")
        blocks = in_process(task, work.scenario, passes) if pool is None else in_pool(task, work.scenario, passes, pool)
        with _Writer(store, work) as writer, interruptible() as check, closing(blocks):
            for results in blocks:
                writer.put(results)
                left.take(results)
                line = alike.take(results)
                if line is not None:
                    tell(line)
                if progress is not None and left.n_tried > 0:
                    progress(left.n_tried, work.total, time.perf_counter() - began)
                check()
                if alike.is_sure:
                    break
        alike.check()
    except Stopped:
        raise
    except KeyboardInterrupt:
        return False
    return True


_tell_once = functools.cache(tell)


def _version(simulate: Simulate) -> str:
    """Return what changes with the modules of the user's own that workers import; where it cannot be told, always."""
    try:
        return own.modules_of(simulate)
    except TrustsimError:
        return secrets.token_hex()


class _Left:
    """Which runs are still to be tried, bool (replications, variants): where none ever finished, all of them.

    What fails alike in every run may be mended since: a file that is there now, room in memory.
    """

    def __init__(self, work: Work, store: Store) -> None:
        self._work = work
        self._column = {name: k for k, name in enumerate(work.addresses)}
        self._is_left = np.ones((work.total, len(self._column)), np.bool_)
        self.has_any_done = False  # whether a run of any variant finished before
        failures = store.failures(work.addresses, work.total)
        failed = {(run.replication, name) for run in failures for name in run.variants}
        for name, k in self._column.items():
            done = store.done(work.addresses[name], work.total, with_series=work.with_series)
            self._is_left[done, k] = False
            self.has_any_done |= any((replication, name) not in failed for replication in done)
        self._is_left |= not self.has_any_done
        for name, asked in work.only.items():
            self._is_left[:, self._column[name]] &= np.isin(np.arange(work.total), list(asked))

    @property
    def n_tried(self) -> int:
        """Replications of which every variant came back, finished or failed."""
        return int((~self._is_left.any(axis=1)).sum())

    def passes(self) -> list[Pass]:
        """Return what is to be run, replication by replication."""
        names = np.array(list(self._column), object)
        shared: dict[bytes, tuple[tuple[str, ...], ...]] = {}
        passes = []
        for replication in np.flatnonzero(self._is_left.any(axis=1)):
            row = self._is_left[replication]
            if row.tobytes() not in shared:
                shared[row.tobytes()] = self._work.groups(self._work.scenario, tuple(names[row]))
            passes += [(int(replication), variants) for variants in shared[row.tobytes()]]
        return passes

    def take(self, results: Iterable[Run | FailedRun]) -> None:
        for result in results:
            self._is_left[result.replication, [self._column[name] for name in result.variants]] = False


class _Writer:
    """Puts results into a store in blocks, so that writing takes a small part of the time; the rest at the end."""

    def __init__(self, store: Store, work: Work) -> None:
        self._store, self._work = store, work
        self._waiting: list[Run | FailedRun] = []
        self._n_bytes = 0
        self._written, self._cost = time.perf_counter(), 0.0

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, PoolLost) or not issubclass(kind, TrustsimError):
            self._write()

    def put(self, results: Sequence[Run | FailedRun]) -> None:
        """Take some results; write all that wait where it is time."""
        self._waiting += results
        self._n_bytes += sum(days.nbytes for run in results if isinstance(run, Run) for days in run.series.values())
        is_due = time.perf_counter() - self._written >= _WRITES_TO_WORK * self._cost
        if is_due or self._n_bytes >= _LARGEST_BLOCK:
            self._write()

    def _write(self) -> None:
        began = time.perf_counter()
        with undisturbed():  # so that nothing is written twice
            if self._waiting:
                self._store.put(self._waiting, self._work.addresses, with_series=self._work.with_series)
            self._waiting, self._n_bytes = [], 0
        self._written = time.perf_counter()
        self._cost = self._written - began
