"""The work of a study: what the run store lacks, cut into passes, given to workers, and put into the store as it comes.

A pass is one replication of variants that share a world. Passes go to the workers in order, all variants of a
replication before the next one, so a study that is cut short is balanced and paired. Nothing depends on who ran a pass.
"""

from __future__ import annotations

import functools
import secrets
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trustsim import arguments
from trustsim.errors import PoolLost, TrustsimError
from trustsim.experiment import own
from trustsim.experiment.estimate import n_cpus
from trustsim.experiment.failing import Alike
from trustsim.experiment.pool import Pool, hindrance, interruptible, processes, tell
from trustsim.experiment.records import Addresses
from trustsim.experiment.simulate import FailedRun, Run, RunTimeout
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.sound import check_numbers
from trustsim.experiment.stop import Stopped, undisturbed
from trustsim.experiment.store import Store
from trustsim.model import lockstep_groups
from trustsim.registry import REGISTRY, Entry
from trustsim.scenario.resolved import Scenario

Simulate = Callable[..., Run]  # (scenario, variants, replication), and timeout= in seconds
Grouping = Callable[[Scenario, tuple[str, ...]], tuple[tuple[str, ...], ...]]
Progress = Callable[[int, int, float], None]
_Pass = tuple[int, tuple[str, ...]]  # a replication and the variants that share its world

_LARGEST_CHUNK = 16
_CHUNKS_PER_WORKER = 8
_WRITES_TO_WORK = 20  # a block is written when the work since the last one took this many times its writing
_LARGEST_BLOCK = 2**24  # or when its series are this large (bytes), so that what waits does not fill the memory


@dataclass(frozen=True)
class Work:
    """A study to be finished: see :func:`run_study`. ``addresses`` names the variants and where each one is kept.

    Raises TrustsimError for a count out of range.
    """

    scenario: Scenario
    addresses: Addresses
    total: int
    workers: int | None = None
    pool: Pool | None = None
    timeout: float | None = None
    simulate: Simulate = simulate_run
    groups: Grouping = lockstep_groups
    with_series: bool = True

    def __post_init__(self) -> None:
        plain: dict[str, float] = {"total": arguments.count("replications", self.total)}
        if self.workers is not None:
            plain["workers"] = arguments.count("workers", self.workers)
        if self.timeout is not None:
            plain["timeout"] = arguments.seconds("timeout", self.timeout)
        for name, value in plain.items():
            object.__setattr__(self, name, value)


def finish(work: Work, store: Store, progress: Progress | None = None) -> bool:
    """Run what *store* lacks and put it there as it comes; return whether all was tried (False after Ctrl-C).

    Raises RunsFailed where the first runs of all variants fail alike, Stopped where the program is to end at once.
    """
    began = time.perf_counter()
    n_workers = min(n_cpus() if work.workers is None else work.workers, work.total)
    left = _Left(work, store)
    task = _Task(work.simulate, work.timeout, own.entries(*own.BY_NAME))
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
        blocks = (
            _in_process(task, work.scenario, passes) if pool is None else _in_pool(task, work.scenario, passes, pool)
        )
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


@dataclass(frozen=True)
class _Task:
    """What every worker is handed: the engine, the seconds that it has for a pass, and what it looks up by name."""

    simulate: Simulate
    timeout: float | None
    own: tuple[Entry, ...]

    def __call__(self, scenario: Scenario, passes: Sequence[_Pass]) -> list[Run | FailedRun]:
        """Run some passes; what raises comes back as a record."""
        for entry in self.own:
            REGISTRY.take(entry)
        return [self._one(scenario, variants, replication) for replication, variants in passes]

    def _one(self, scenario: Scenario, variants: tuple[str, ...], replication: int) -> Run | FailedRun:
        try:
            limit = {} if self.timeout is None else {"timeout": self.timeout}
            run = self.simulate(scenario, variants, replication, **limit)
            check_numbers(run, scenario, with_bounds=False)  # whatever the engine
            return run
        except Exception as e:  # whatever it is, it is data of this study
            stage = "timeout" if isinstance(e, RunTimeout) else "simulate"
            text = "".join(traceback.format_exception(e))
            return FailedRun(replication, variants, stage, type(e).__name__, str(e), text)


def _lost(one: _Pass, error: BaseException) -> list[Run | FailedRun]:
    """Return the record of a pass whose process died twice."""
    message = "the worker process died, twice, while it ran this replication (killed, or out of memory?)"
    return [FailedRun(*one, "worker", type(error).__name__, message, str(error))]


def _narrowed(scenario: Scenario, passes: Sequence[_Pass]) -> Scenario:
    """Return what workers need of a scenario for some passes: no prose, and no other variants."""
    names = {name for _, variants in passes for name in variants}
    return replace(scenario, variants=tuple(v for v in scenario.variants if v.name in names), document={}, expect=())


def _in_process(
    task: _Task, scenario: Scenario, passes: Sequence[_Pass]
) -> Generator[list[Run | FailedRun], None, None]:
    for each in passes:
        yield task(scenario, [each])


def _in_pool(
    task: _Task, scenario: Scenario, passes: Sequence[_Pass], pool: Pool
) -> Generator[list[Run | FailedRun], None, None]:
    """Yield the results of all passes, in order of arrival; the first alone, to compile kernels only once."""
    waiting = deque(passes[part.start : part.stop] for part in _chunks(len(passes), pool.n_workers))
    flying: dict[Future[Any], Sequence[_Pass]] = {}
    n_at_once = 1
    try:
        while waiting or flying:
            while waiting and len(flying) < n_at_once:
                chunk = waiting.popleft()
                flying[pool.submit(task, _narrowed(scenario, chunk), chunk)] = chunk
            finished, _ = wait(flying, pool.look_seconds, return_when=FIRST_COMPLETED)
            broken = [f for f in finished if isinstance(_raised(f), pool.losses)]
            if broken or not finished:
                pool.look()
            for future in finished.difference(broken):
                del flying[future]
                yield _result(future)
            if broken:
                suspects = sorted(each for chunk in flying.values() for each in chunk)
                flying.clear()
                for each in suspects:
                    yield _alone(task, scenario, each, pool)
            n_at_once = 2 * pool.n_workers
    except BaseException:
        pool.stop(flying)
        raise


def _alone(task: _Task, scenario: Scenario, one: _Pass, pool: Pool) -> list[Run | FailedRun]:
    """Run one pass again with nothing beside it, so that a process that dies now is this one's doing."""
    future = pool.submit(task, _narrowed(scenario, [one]), [one])
    while not wait([future], pool.look_seconds).done:
        pool.look()
    error = _raised(future)
    if isinstance(error, pool.losses):
        pool.look()
        return _lost(one, error)
    return _result(future)


def _result(future: Future[Any]) -> list[Run | FailedRun]:
    """Return what a task gave. Raises TrustsimError where it could not be begun: what a run raises is a record."""
    try:
        result: list[Run | FailedRun] = future.result()
    except Exception as e:
        cause: BaseException = e
        while cause.__cause__ is not None and not isinstance(cause, ImportError):
            cause = cause.__cause__
        raise TrustsimError(
            f"a task of the study could not be begun where it runs ({type(cause).__name__}: {cause}); allowed: "
            "the same versions there, and modules of your own that can be imported there"
        ) from e
    return result


def _raised(future: Future[Any]) -> BaseException | None:
    return CancelledError() if future.cancelled() else future.exception()


def _chunks(total: int, n_workers: int) -> list[range]:
    """Cut the passes into ranges: one alone, then sizes that keep all workers busy to the end."""
    size = max(1, min(_LARGEST_CHUNK, total // (n_workers * _CHUNKS_PER_WORKER)))
    return [range(min(1, total)), *(range(k, min(k + size, total)) for k in range(1, total, size))]


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

    @property
    def n_tried(self) -> int:
        """Replications of which every variant came back, finished or failed."""
        return int((~self._is_left.any(axis=1)).sum())

    def passes(self) -> list[_Pass]:
        """Return what is to be run, replication by replication."""
        names = np.array(list(self._column), object)
        shared: dict[bytes, tuple[tuple[str, ...], ...]] = {}
        found = []
        for replication in np.flatnonzero(self._is_left.any(axis=1)):
            row = self._is_left[replication]
            if row.tobytes() not in shared:
                shared[row.tobytes()] = self._work.groups(self._work.scenario, tuple(names[row]))
            found += [(int(replication), variants) for variants in shared[row.tobytes()]]
        return found

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
