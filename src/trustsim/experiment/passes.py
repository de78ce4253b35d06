"""A pass is run by a worker: here, in a process of a pool or on a cluster, and what it raises comes back as a record.

A pass is one replication of variants that share a world. A worker that dies takes nothing with it: what it may have
been running is run again alone.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, replace
from typing import Any

from trustsim.errors import TrustsimError
from trustsim.experiment.pool import Pool
from trustsim.experiment.simulate import FailedRun, Run, RunTimeout
from trustsim.experiment.sound import check_numbers
from trustsim.registry import REGISTRY, Entry
from trustsim.scenario.resolved import Scenario

Simulate = Callable[..., Run]  # (scenario, variants, replication), and timeout= in seconds
Pass = tuple[int, tuple[str, ...]]  # a replication and the variants that share its world
_LARGEST_CHUNK = 16
_CHUNKS_PER_WORKER = 8


@dataclass(frozen=True)
class Task:
    """What every worker is handed: the engine, the seconds that it has for a pass, and what it looks up by name."""

    simulate: Simulate
    timeout: float | None
    own: tuple[Entry, ...]

    def __call__(self, scenario: Scenario, passes: Sequence[Pass]) -> list[Run | FailedRun]:
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


def _lost(one: Pass, error: BaseException) -> list[Run | FailedRun]:
    """Return the record of a pass whose process died twice."""
    message = "the worker process died, twice, while it ran this replication (killed, or out of memory?)"
    return [FailedRun(*one, "worker", type(error).__name__, message, str(error))]


def _narrowed(scenario: Scenario, passes: Sequence[Pass]) -> Scenario:
    """Return what workers need of a scenario for some passes: no prose, and no other variants."""
    names = {name for _, variants in passes for name in variants}
    return replace(scenario, variants=tuple(v for v in scenario.variants if v.name in names), document={}, expect=())


def in_process(task: Task, scenario: Scenario, passes: Sequence[Pass]) -> Generator[list[Run | FailedRun], None, None]:
    for each in passes:
        yield task(scenario, [each])


def in_pool(
    task: Task, scenario: Scenario, passes: Sequence[Pass], pool: Pool
) -> Generator[list[Run | FailedRun], None, None]:
    """Yield the results of all passes, in order of arrival; the first alone, to compile kernels only once."""
    waiting = deque(passes[part.start : part.stop] for part in _chunks(len(passes), pool.n_workers))
    flying: dict[Future[Any], Sequence[Pass]] = {}
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


def _alone(task: Task, scenario: Scenario, one: Pass, pool: Pool) -> list[Run | FailedRun]:
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
