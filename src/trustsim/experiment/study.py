"""Run every replication of a scenario, on one or many workers, and keep what finished and what failed.

What is missing is cut into passes: one replication of variants that share a world. They go to the workers in order,
all variants of a replication before the next one, so a study that is cut short is balanced and paired. Results go to
the run store and come back from there by address, so a study is the same to the bit for any number of workers, however
often it was stopped.
"""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import time
import traceback
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import TrustsimError, nearest, one_of
from trustsim.experiment.address import addresses
from trustsim.experiment.pool import Pool, interruptible, processes
from trustsim.experiment.simulate import FailedRun, Run, RunTimeout
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.store import Addresses, Series, Store, Stored
from trustsim.model import lockstep_groups
from trustsim.scenario.document import digest_of
from trustsim.scenario.resolved import Precision, Scenario

Simulate = Callable[..., Run]  # (scenario, variants, replication), and timeout= in seconds
Grouping = Callable[[Scenario, tuple[str, ...]], tuple[tuple[str, ...], ...]]
Progress = Callable[[int, int, float], None]
_Pass = tuple[int, tuple[str, ...]]  # a replication and the variants that share its world

_LARGEST_CHUNK = 16
_CHUNKS_PER_WORKER = 8
_WRITES_TO_WORK = 20  # a block is written when the work since the last one took this many times its writing
_LARGEST_BLOCK = 2**24  # or when its series are this large (bytes), so that what waits does not fill the memory


class Rule(Protocol):
    """When a study knows enough; see :mod:`trustsim.analysis.stopping`."""

    def looks(self, budget: int) -> Iterable[int]:
        """Return the numbers of replications at which to look, ascending, the budget last."""

    def is_enough(self, study: Study) -> bool:
        """Return whether the replications of *study* are enough; one look more is run then."""


@dataclass(frozen=True)
class LiquidityRun:
    """A run on one platform (row C15): in which world, from ``onset`` over ``peak`` to ``end`` (days), and why.

    ``trigger`` is 'fundamental', 'belief' or 'spill-over' (see :func:`trustsim.outcomes.find_runs`); ``ran_share`` is
    the accounts that ran in it over those open on day 0.
    """

    replication: int
    variant: str
    platform: str
    onset: float
    peak: float
    end: float
    trigger: str
    ran_share: float


@dataclass(frozen=True)
class Study:
    """All runs of a scenario: what the replications that finished measured, and the runs that failed.

    Attributes
    ----------
    variants : those that were run, the baseline included.
    replications : int64 (n,), ascending; those of which every variant finished.
    outcomes : by name, float64 (n, variants); NaN where an outcome does not apply to a run.
    series : by name, float32 (n, days + 1, variants, platforms + 1); the last column is all platforms together. Read
        from the run store where they are asked for; empty where they were not kept.
    failed : the runs that raised, by replication.
    seconds : wall-clock time of the whole study.
    interrupted : whether it was stopped before all replications were tried.
    runs : the runs on platforms in ``replications``, ordered by replication, variant (as in ``variants``) and onset.
    """

    scenario: Scenario
    variants: tuple[str, ...]
    replications: NDArray[np.int64]
    outcomes: Mapping[str, NDArray[np.float64]]
    series: Mapping[str, NDArray[np.float32]]
    failed: tuple[FailedRun, ...]
    seconds: float
    interrupted: bool = False
    runs: tuple[LiquidityRun, ...] = ()

    @property
    def baseline(self) -> str:
        """The scenario's baseline, or the first variant where the baseline was left out."""
        return self.scenario.baseline if self.scenario.baseline in self.variants else self.variants[0]


def run_study(
    scenario: Scenario,
    *,
    variants: Sequence[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
    pool: Pool | None = None,
    timeout: float | None = None,
    rule: Rule | None = None,
    simulate: Simulate = simulate_run,
    groups: Grouping = lockstep_groups,
) -> Study:
    """Run *scenario* and return its :class:`Study`; a run that raises is recorded and the study goes on.

    Parameters
    ----------
    variants : names to run, all by default. Where the scenario's baseline is not among them the first one serves.
    replications : how many, by default the scenario's; for a scenario that asks for a precision, its whole budget.
    seed : in place of the scenario's.
    workers : processes, by default the CPUs that this process may use; 1 runs everything in this process.
    progress : called with (replications tried, replications in all, seconds so far) after each piece of work.
    store : runs that it holds are not computed again, and what finishes is put there as it comes; by default a
        temporary one, which lasts as long as the study.
    pool : where to run in place of processes of this machine: an executor of one's own, or a cluster.
    timeout : seconds after which one pass is given up at the end of its day, and recorded as failed; None: never.
    rule : when to stop before all replications are run. It sees the replications up to a look and nothing else, so a
        study stops at the same place for any number of workers, and whatever the store holds.
    simulate, groups : the engine: one pass over variants that share it, and which variants share one. The engine gets
        the keyword ``timeout`` where one is given.

    Ctrl-C returns what is finished with ``interrupted`` set. A worker process that dies takes nothing with it: what
    it may have been running is run again alone, and is recorded as failed where that process dies as well.

    Raises
    ------
    TrustsimError : for an unknown variant or a count out of range, before anything runs.
    """
    scenario = scenario if seed is None else with_seed(scenario, seed)
    chosen = choose_variants(scenario, variants)
    total = planned(scenario) if replications is None else replications
    with opened(store) as (place, keeps):
        where = {name: name for name in chosen} if store is None else addresses(scenario, chosen, simulate)
        work = Work(scenario, where, total, workers, pool, timeout, simulate, groups)
        began = time.perf_counter()

        def study_of(upto: int) -> Study:
            is_finished = finish(replace(work, total=upto), place, _towards(total, progress, began))
            seconds = time.perf_counter() - began
            return collect(place, scenario, where, upto, seconds=seconds, interrupted=not is_finished, keeps=keeps)

        return until_enough(rule, total, study_of)


def until_enough(rule: Rule | None, total: int, study_of: Callable[[int], Study]) -> Study:
    """Return the study of as many replications as *rule* asks for, at most *total*; ``study_of(n)`` gives that of n."""
    study, is_enough = None, False
    for upto in (total,) if rule is None else rule.looks(total):
        study = study_of(upto)
        if is_enough or study.interrupted:
            break
        is_enough = rule is not None and rule.is_enough(study)
    assert study is not None, "a rule looks at least at the budget"
    return study


def _towards(total: int, progress: Progress | None, began: float) -> Progress | None:
    """Return a callback that counts towards the whole budget."""
    if progress is None:
        return None
    return lambda done, _, __: progress(done, total, time.perf_counter() - began)


@contextmanager
def opened(store: Store | None) -> Iterator[tuple[Store, object]]:
    """Give the store, or one in a temporary folder with the thing that keeps that folder."""
    if store is not None:
        yield store, None
        return
    folder = _Temporary()
    with Store(folder.path, lasting=False) as place:
        yield place, folder


class _Temporary:
    """A folder that is deleted with this object."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="trustsim-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


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
        for name, count in (("replications", self.total), ("workers", self.workers)):
            if count is not None and count < 1:
                raise TrustsimError(f"{name}: given {count}; allowed: a whole number from 1")
        if self.timeout is not None and not self.timeout > 0:
            raise TrustsimError(f"timeout: given {self.timeout}; allowed: a positive number of seconds")


def finish(work: Work, store: Store, progress: Progress | None = None) -> bool:
    """Run what *store* lacks and put it there as it comes; return whether all was tried (False after Ctrl-C)."""
    began = time.perf_counter()
    n_workers = min(_n_cpus() if work.workers is None else work.workers, work.total)
    left = _Left(work, store)
    task = _Task(work.simulate, work.timeout)
    try:
        passes = left.passes()
        pool = work.pool
        if pool is None and n_workers > 1 and len(passes) > 1:
            pool = processes(n_workers)
        blocks = (
            _in_process(task, work.scenario, passes) if pool is None else _in_pool(task, work.scenario, passes, pool)
        )
        with _Writer(store, work) as writer, interruptible() as check, closing(blocks):
            for results in blocks:
                writer.put(results)
                left.take(results)
                if progress is not None and left.n_tried > 0:
                    progress(left.n_tried, work.total, time.perf_counter() - began)
                check()
    except KeyboardInterrupt:
        return False
    return True


def collect(
    store: Store,
    scenario: Scenario,
    addresses: Addresses,
    total: int,
    *,
    seconds: float = 0.0,
    interrupted: bool = False,
    keeps: object = None,
) -> Study:
    """Return the study of these variants as *store* holds it: replications below *total* of which every variant
    finished, and the failures."""
    columns = [store.runs(address, total) for address in addresses.values()]
    whole = functools.reduce(np.intersect1d, [column.replications for column in columns])
    at = [np.searchsorted(column.replications, whole) for column in columns]
    names = tuple(addresses)
    places = [[column.places[k] for k in rows] for column, rows in zip(columns, at, strict=True)]
    has_series = len(whole) > 0 and all(shard is not None for column in places for shard, _ in column)
    return Study(
        scenario=scenario,
        variants=names,
        replications=whole.astype(np.int64),
        outcomes={
            name: np.stack([column.outcomes[name][rows] for column, rows in zip(columns, at, strict=True)], axis=1)
            for name in (columns[0].outcomes if len(whole) else ())
        },
        series=Series(store.folder, columns[0].series, columns[0].shape, places, keeps) if has_series else {},
        failed=tuple(sorted(store.failures(addresses, total), key=lambda f: (f.replication, f.variants))),
        seconds=seconds,
        interrupted=interrupted,
        runs=_liquidity_runs(scenario, names, columns, at),
    )


def _liquidity_runs(
    scenario: Scenario, names: Sequence[str], columns: Sequence[Stored], at: Sequence[NDArray[np.int64]]
) -> tuple[LiquidityRun, ...]:
    platforms = [platform.name for platform in scenario.variants[0].world.platforms]
    found = [
        (int(column.replications[k]), v, onset, p, peak, end, trigger, ran)
        for v, (column, rows) in enumerate(zip(columns, at, strict=True))
        for k in rows
        for p, onset, peak, end, trigger, ran in column.episodes[k]
    ]
    return tuple(
        LiquidityRun(replication, names[v], platforms[p], onset, *rest)
        for replication, v, onset, p, *rest in sorted(found)
    )


def with_seed(scenario: Scenario, seed: int) -> Scenario:
    """Return *scenario* as if its file had said ``seed:`` so: document and digest follow."""
    if not 0 <= seed < 2**63:
        raise TrustsimError(f"seed: given {seed}; allowed: a whole number from 0 to {2**63 - 1}")
    if seed == scenario.seed:
        return scenario
    document = {**scenario.document, "seed": seed}
    return replace(scenario, seed=seed, document=document, digest=digest_of(document))


def choose_variants(scenario: Scenario, wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names to run, in the order wanted and each once; all of them where none are named."""
    known = {variant.name: None for variant in scenario.variants}
    if wanted is None:
        return tuple(known)
    for name in wanted:
        if name not in known:
            near = nearest(name, tuple(known))
            hint = f"; did you mean {near!r}?" if near else ""
            raise TrustsimError(f"variants: given {name!r}; allowed: {one_of(known)}{hint}")
    if not wanted:
        raise TrustsimError(f"variants: given none; allowed: {one_of(known)}")
    return tuple(dict.fromkeys(wanted))


def planned(scenario: Scenario) -> int:
    """Return how many replications a scenario asks for; where it asks for a precision, its whole budget."""
    planned = scenario.replications
    return planned.budget if isinstance(planned, Precision) else planned


def _n_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class _Task:
    """What every worker is handed: the engine, and the seconds that it has for a pass."""

    simulate: Simulate
    timeout: float | None

    def __call__(self, scenario: Scenario, passes: Sequence[_Pass]) -> list[Run | FailedRun]:
        """Run some passes; what raises comes back as a record."""
        return [self._one(scenario, variants, replication) for replication, variants in passes]

    def _one(self, scenario: Scenario, variants: tuple[str, ...], replication: int) -> Run | FailedRun:
        try:
            limit = {} if self.timeout is None else {"timeout": self.timeout}
            return self.simulate(scenario, variants, replication, **limit)
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
            finished, _ = wait(flying, return_when=FIRST_COMPLETED)
            broken = [f for f in finished if isinstance(f.exception(), pool.losses)]
            for future in finished.difference(broken):
                del flying[future]
                yield future.result()
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
    try:
        result: list[Run | FailedRun] = pool.submit(task, _narrowed(scenario, [one]), [one]).result()
    except pool.losses as e:
        return _lost(one, e)
    return result


def _chunks(total: int, n_workers: int) -> list[range]:
    """Cut the passes into ranges: one alone, then sizes that keep all workers busy to the end."""
    size = max(1, min(_LARGEST_CHUNK, total // (n_workers * _CHUNKS_PER_WORKER)))
    return [range(min(1, total)), *(range(k, min(k + size, total)) for k in range(1, total, size))]


class _Left:
    """Which runs are still to be tried, bool (replications, variants)."""

    def __init__(self, work: Work, store: Store) -> None:
        self._work = work
        self._column = {name: k for k, name in enumerate(work.addresses)}
        self._is_left = np.ones((work.total, len(self._column)), np.bool_)
        for k, address in enumerate(work.addresses.values()):
            self._is_left[store.done(address, work.total, with_series=work.with_series), k] = False

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
        if kind is None or not issubclass(kind, TrustsimError):
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
        if self._waiting:
            self._store.put(self._waiting, self._work.addresses, with_series=self._work.with_series)
        self._waiting, self._n_bytes = [], 0
        self._written = time.perf_counter()
        self._cost = self._written - began
