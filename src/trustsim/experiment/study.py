"""Run every replication of a scenario, on one or many workers, and keep what finished and what failed.

A task is a list of replications, each with the variants that are still to be run; they run in lockstep groups. Results
are placed by replication, never by order of arrival, so a study is the same to the bit for any number of workers.
Replications are handed out in order, all variants of each, so a study that is cut short is balanced and paired.
"""

from __future__ import annotations

import os
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import TrustsimError, nearest, one_of
from trustsim.experiment.address import addresses
from trustsim.experiment.pool import Pool, interruptible, processes
from trustsim.experiment.simulate import FailedRun, Run
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.store import LOST, Store
from trustsim.model import lockstep_groups
from trustsim.outcomes import Episode
from trustsim.scenario.document import digest_of
from trustsim.scenario.resolved import Precision, Scenario

Simulate = Callable[[Scenario, tuple[str, ...], int], Run]
Grouping = Callable[[Scenario, tuple[str, ...]], tuple[tuple[str, ...], ...]]
Progress = Callable[[int, int, float], None]
_Work = tuple[int, tuple[str, ...]]  # a replication and those of its variants that are to be run

_LARGEST_CHUNK = 16
_CHUNKS_PER_WORKER = 8


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
    series : by name, float32 (n, days + 1, variants, platforms + 1); the last column is all platforms together.
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
    store : runs that it holds are not computed again, and every block that finishes is put there before the next.
    pool : where to run in place of processes of this machine: an executor of one's own, or a cluster.
    simulate, groups : the engine: one pass over variants that share it, and which variants share one.

    Ctrl-C returns what is finished with ``interrupted`` set. A worker process that dies takes nothing with it: what
    it may have been running is run again alone, and is recorded as failed where that process dies as well.

    Raises
    ------
    TrustsimError : for an unknown variant or a count out of range, before anything runs.
    """
    scenario = scenario if seed is None else with_seed(scenario, seed)
    chosen = choose_variants(scenario, variants)
    total = _at_least_one(planned(scenario) if replications is None else replications, "replications")
    n_workers = min(_at_least_one(_n_cpus() if workers is None else workers, "workers"), total)
    task = _Task(simulate, groups, scenario)
    gathered = _Gathered(chosen, total)
    began = time.perf_counter()
    is_interrupted = False
    try:
        where = addresses(scenario, chosen, simulate) if store is not None else {}
        if store is not None:
            gathered.take(store.get(where, total))
        work = gathered.missing()
        if pool is None and n_workers > 1 and len(work) > 1:
            pool = processes(n_workers)
        blocks = _in_process(task, work) if pool is None else _in_pool(task, work, pool)
        with interruptible() as check, closing(blocks):
            for results in blocks:
                if store is not None:
                    store.put(results, where)
                gathered.take(results)
                if progress is not None and gathered.n_tried > 0:
                    progress(gathered.n_tried, total, time.perf_counter() - began)
                check()
    except KeyboardInterrupt:
        is_interrupted = True
    return gathered.study(scenario, time.perf_counter() - began, is_interrupted)


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
    known = tuple(v.name for v in scenario.variants)
    if wanted is None:
        return known
    for name in wanted:
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean {near!r}?" if near else ""
            raise TrustsimError(f"variants: given {name!r}; allowed: {one_of(known)}{hint}")
    if not wanted:
        raise TrustsimError(f"variants: given none; allowed: {one_of(known)}")
    return tuple(dict.fromkeys(wanted))


def _at_least_one(count: int, name: str) -> int:
    if count < 1:
        raise TrustsimError(f"{name}: given {count}; allowed: a whole number from 1")
    return count


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
    """What every worker is handed: the engine, which variants share a pass, and the scenario."""

    simulate: Simulate
    groups: Grouping
    scenario: Scenario

    def __call__(self, work: Sequence[_Work]) -> list[Run | FailedRun]:
        """Run all passes of some replications; what raises comes back as a record."""
        return [self._one(variants, k) for k, wanted in work for variants in self.groups(self.scenario, wanted)]

    def _one(self, variants: tuple[str, ...], replication: int) -> Run | FailedRun:
        try:
            return self.simulate(self.scenario, variants, replication)
        except Exception as e:  # whatever it is, it is data of this study
            text = "".join(traceback.format_exception(e))
            return FailedRun(replication, variants, "simulate", type(e).__name__, str(e), text)

    def lost(self, work: _Work, error: BaseException) -> list[Run | FailedRun]:
        """Return the records of a replication whose process died twice."""
        message = "the worker process died, twice, while it ran this replication (killed, or out of memory?)"
        kind, (replication, wanted) = type(error).__name__, work
        passes = self.groups(self.scenario, wanted)
        return [FailedRun(replication, variants, LOST, kind, message, str(error)) for variants in passes]


def _in_process(task: _Task, work: Sequence[_Work]) -> Generator[list[Run | FailedRun], None, None]:
    for each in work:
        yield task([each])


def _in_pool(task: _Task, work: Sequence[_Work], pool: Pool) -> Generator[list[Run | FailedRun], None, None]:
    """Yield the results of all replications, in order of arrival; the first alone, to compile kernels only once."""
    waiting = deque(work[part.start : part.stop] for part in _chunks(len(work), pool.n_workers))
    flying: dict[Future[Any], Sequence[_Work]] = {}
    n_at_once = 1
    try:
        while waiting or flying:
            while waiting and len(flying) < n_at_once:
                chunk = waiting.popleft()
                flying[pool.submit(task, chunk)] = chunk
            finished, _ = wait(flying, return_when=FIRST_COMPLETED)
            broken = [f for f in finished if isinstance(f.exception(), pool.losses)]
            for future in finished.difference(broken):
                del flying[future]
                yield future.result()
            if broken:
                suspects = sorted(each for chunk in flying.values() for each in chunk)
                flying.clear()
                for each in suspects:
                    yield _alone(task, each, pool)
            n_at_once = 2 * pool.n_workers
    except BaseException:
        pool.stop(flying)
        raise


def _alone(task: _Task, work: _Work, pool: Pool) -> list[Run | FailedRun]:
    """Run one replication again with nothing beside it, so that a process that dies now is this one's doing."""
    try:
        result: list[Run | FailedRun] = pool.submit(task, [work]).result()
    except pool.losses as e:
        return task.lost(work, e)
    return result


def _chunks(total: int, n_workers: int) -> list[range]:
    """Cut the replications into ranges: one alone, then sizes that keep all workers busy to the end."""
    size = max(1, min(_LARGEST_CHUNK, total // (n_workers * _CHUNKS_PER_WORKER)))
    return [range(min(1, total)), *(range(k, min(k + size, total)) for k in range(1, total, size))]


class _Gathered:
    """Results as they arrive, each at its own place; arrays are made when the first one shows their shapes."""

    def __init__(self, variants: tuple[str, ...], total: int) -> None:
        self._variants, self._total = variants, total
        self._is_back = np.zeros((total, len(variants)), np.bool_)
        self._is_good = np.zeros((total, len(variants)), np.bool_)
        self._failed: list[FailedRun] = []
        self._outcomes: dict[str, NDArray[np.float64]] = {}
        self._series: dict[str, NDArray[np.float32]] = {}
        self._episodes: list[tuple[int, int, Episode]] = []  # replication, column of the variant, and what happened

    @property
    def n_tried(self) -> int:
        """Replications of which every variant came back, finished or failed."""
        return int(self._is_back.all(axis=1).sum())

    def missing(self) -> list[_Work]:
        """Return the replications with variants that did not come back, and these variants."""
        names = np.array(self._variants, object)
        return [(int(k), tuple(names[~self._is_back[k]])) for k in np.flatnonzero(~self._is_back.all(axis=1))]

    def take(self, results: Iterable[Run | FailedRun]) -> None:
        for result in results:
            columns = [self._variants.index(name) for name in result.variants]
            self._is_back[result.replication, columns] = True
            if isinstance(result, FailedRun):
                self._failed.append(result)
                continue
            for name, values in result.outcomes.items():
                if name not in self._outcomes:
                    self._outcomes[name] = np.full((self._total, len(self._variants)), np.nan)
                self._outcomes[name][result.replication, columns] = values
            for name, days in result.series.items():
                if name not in self._series:
                    shape = (self._total, days.shape[0], len(self._variants), days.shape[2])
                    self._series[name] = np.zeros(shape, np.float32)
                self._series[name][result.replication][:, columns] = days
            self._episodes += [(result.replication, columns[e.variant], e) for e in result.episodes]
            self._is_good[result.replication, columns] = True

    def study(self, scenario: Scenario, seconds: float, is_interrupted: bool) -> Study:
        kept = np.flatnonzero(self._is_good.all(axis=1)).astype(np.int64)
        rows: Any = slice(None) if len(kept) == self._total else kept
        return Study(
            scenario=scenario,
            variants=self._variants,
            replications=kept,
            outcomes={name: values[rows] for name, values in self._outcomes.items()},
            series={name: values[rows] for name, values in self._series.items()},
            failed=tuple(sorted(self._failed, key=lambda f: (f.replication, f.variants))),
            seconds=seconds,
            interrupted=is_interrupted,
            runs=self._runs(scenario, kept),
        )

    def _runs(self, scenario: Scenario, kept: NDArray[np.int64]) -> tuple[LiquidityRun, ...]:
        """Name the runs of the replications that are kept, in an order that does not depend on who came back first."""
        platforms, whole = scenario.variants[0].world.platforms, set(kept.tolist())
        found = [(k, column, e.onset, e.platform, e) for k, column, e in self._episodes if k in whole]
        return tuple(
            LiquidityRun(k, self._variants[column], platforms[p].name, onset, e.peak, e.end, e.trigger, e.ran)
            for k, column, onset, p, e in sorted(found, key=lambda row: row[:4])
        )
