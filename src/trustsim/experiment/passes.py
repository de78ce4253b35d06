"""A pass is run by a worker: here, in a process of a pool or on a cluster, and what it raises comes back as a record.

A pass is one replication of variants that share a world; some engines run several replications of the same variants
together. Nobody is told of that: where a batch fails, each of its worlds is run alone and has its own record. A worker
that dies takes nothing with it: what it may have been running is run again alone.
"""

from __future__ import annotations

import itertools
import traceback
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from trustsim.errors import TrustsimError
from trustsim.experiment.batches import Pass, batches, pieces
from trustsim.experiment.pool import Pool
from trustsim.experiment.run import FailedRun, Run, RunTimeout
from trustsim.experiment.simulate import compile_from_the_end, simulate_together
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.sound import check_numbers
from trustsim.later import later
from trustsim.registry import REGISTRY, Entry
from trustsim.scenario.resolved import Scenario

if TYPE_CHECKING:
    from trustsim.kernels import account_pass, compiled
else:
    account_pass, compiled = map(later, ("trustsim.kernels.account_pass", "trustsim.kernels.compiled"))

Simulate = Callable[..., Run]  # (scenario, variants, replication), and timeout= in seconds
Together = Callable[..., list[Run]]  # (scenario, variants, replications), and timeout= in seconds for all of them


@dataclass(frozen=True)
class Engine:
    """What runs one replication ``alone``, and what runs several ``together``, where it can: to the bit the same, and
    with their numbers looked at."""

    alone: Simulate
    together: Together | None = None


def engine_of(simulate: Simulate, *, with_series: bool = True) -> Engine:
    """Return the engine that runs a replication by *simulate*; only the built-in one runs several together,
    and spares what only series need where these are not kept."""
    if simulate is not simulate_run:
        return Engine(simulate)
    return Engine(partial(simulate_run, with_series=with_series), partial(simulate_together, with_series=with_series))


@dataclass(frozen=True)
class Task:
    """What every worker is handed: the engine, the seconds that it has for a pass, what it looks up by name, and how
    many worlds it runs together at most."""

    engine: Engine
    timeout: float | None
    own: tuple[Entry, ...]
    worlds: int = 1

    def __call__(self, scenario: Scenario, passes: Sequence[Pass]) -> list[Run | FailedRun]:
        """Run some passes; what raises comes back as a record."""
        for entry in self.own:
            REGISTRY.take(entry)
        results: list[Run | FailedRun] = []
        for variants, alike in itertools.groupby(passes, key=lambda one: one[1]):
            replications = [replication for replication, _ in alike]
            for k in range(0, len(replications), self.worlds):
                results += self._batch(scenario, variants, replications[k : k + self.worlds])
        return results

    def _batch(
        self, scenario: Scenario, variants: tuple[str, ...], replications: Sequence[int]
    ) -> Sequence[Run | FailedRun]:
        """Run some worlds together; where that raises, whatever it is, each of them alone."""
        if self.engine.together is not None and len(replications) > 1:
            with suppress(Exception):
                limit = self._limit(len(replications))
                return self.engine.together(scenario, variants, replications, **limit)
        return [self._one(scenario, variants, replication) for replication in replications]

    def _limit(self, n_worlds: int) -> dict[str, float]:
        return {} if self.timeout is None else {"timeout": n_worlds * self.timeout}

    def _one(self, scenario: Scenario, variants: tuple[str, ...], replication: int) -> Run | FailedRun:
        try:
            run = self.engine.alone(scenario, variants, replication, **self._limit(1))
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
    """Return what workers need of a scenario for some passes: no prose, and of other variants the baseline, whose world
    says what calm is."""
    names = {name for _, variants in passes for name in variants} | {scenario.baseline}
    return replace(scenario, variants=tuple(v for v in scenario.variants if v.name in names), document={}, expect=())


def in_process(task: Task, scenario: Scenario, passes: Sequence[Pass]) -> Generator[list[Run | FailedRun], None, None]:
    for batch in batches(passes, task.worlds):
        yield task(scenario, batch)


def in_pool(
    task: Task, scenario: Scenario, passes: Sequence[Pass], pool: Pool
) -> Generator[list[Run | FailedRun], None, None]:
    """Yield the results of all passes, in order of arrival; the first alone, to compile kernels only once, with a
    second worker at the other end of the day."""
    waiting = pieces(passes, task.worlds, pool.n_workers)
    flying: dict[Future[Any], Sequence[Pass]] = {}
    n_at_once = 1
    try:
        if (
            pool.n_workers > 1
            and task.engine.together is not None
            and not compiled.is_compiled(account_pass.account_pass)
        ):
            replication, variants = passes[0]
            pool.submit(compile_from_the_end, _narrowed(scenario, passes[:1]), variants, replication)
        while True:
            for piece in itertools.islice(waiting, n_at_once - len(flying)):
                flying[pool.submit(task, _narrowed(scenario, piece), piece)] = piece
            if not flying:
                break
            finished, _ = wait(flying, pool.look_seconds, return_when=FIRST_COMPLETED)
            broken = [f for f in finished if isinstance(_raised(f), pool.losses)]
            if broken or not finished:
                pool.look()
            for future in finished.difference(broken):
                del flying[future]
                yield _result(future)
            if broken:
                suspects = sorted(each for piece in flying.values() for each in piece)
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
