"""Worlds that are run together give the numbers and the records that they give alone; how many, nobody notices."""

from __future__ import annotations

import functools
import pickle
from collections import Counter
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_engine as fake
import numpy as np
import pytest

from trustsim.analysis.causes import simulate_with_causes
from trustsim.catalog import REGISTRY, load
from trustsim.experiment import passes as passes_room
from trustsim.experiment.batches import MOST_WORLDS, Pass, batches, pieces, worlds_together
from trustsim.experiment.design import run_sweep
from trustsim.experiment.estimate import estimate
from trustsim.experiment.passes import Engine, Task, engine_of, in_pool
from trustsim.experiment.pool import Pool, executor
from trustsim.experiment.room import Room
from trustsim.experiment.run import FailedRun, Run, RunTimeout
from trustsim.experiment.simulate import compile_from_the_end, simulate, simulate_together
from trustsim.experiment.sound import check_numbers
from trustsim.experiment.store import Store
from trustsim.experiment.study import Study, collect, fitted, run_study
from trustsim.experiment.work import Work, finish
from trustsim.model import lockstep_groups
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.shipped import shipped

ONE, TWO = ("nothing",), ("insured", "both")


def small(**overrides: object) -> Scenario:
    given = {"horizon": "60 d", "step": "2 d", "investors.count": 60, "replications": 11, **overrides}
    return load(shipped()["quickstart"], overrides=given)


def every_pass(total: int, *groups: tuple[str, ...]) -> list[Pass]:
    return [(replication, group) for replication in range(total) for group in groups]


# -- how many ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state_bytes", "seconds", "worlds"),
    [
        (20_000_000, 0.1, 1),
        (1_000_000, 0.01, 20),
        (1_000_000, 0.5, 4),
        (10_000, 0.001, MOST_WORLDS),
        (10_000, 30.0, 1),
        (10**10, 0.1, 1),
        (0, 0.0, MOST_WORLDS),
    ],
)
def test_a_batch_is_as_large_as_the_cache_and_two_seconds_allow(state_bytes: int, seconds: float, worlds: int) -> None:
    assert worlds_together(state_bytes, seconds) == worlds


def test_a_study_of_few_worlds_has_work_for_every_worker() -> None:
    assert estimate(small(), workers=1).worlds == 11
    assert estimate(small(), workers=4).worlds == 2
    assert estimate(small(replications=10_000), workers=4).worlds > 20


# -- in which order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("worlds", [1, 3, 7, 64])
def test_batches_hold_every_pass_once_and_the_first_two_replications_alone(worlds: int) -> None:
    passes = every_pass(20, ONE, TWO)
    cut = list(batches(passes, worlds))
    assert Counter(each for batch in cut for each in batch) == Counter(passes)
    assert cut[:4] == [[each] for each in passes[:4]]
    assert max(map(len, cut)) == min(worlds, 18)
    for batch in cut:
        assert len({variants for _, variants in batch}) == 1
    tried = [replication for batch in cut for replication, _ in batch]
    assert all(last - least < worlds for least, last in zip(tried, np.maximum.accumulate(tried), strict=True))


def test_what_is_left_of_some_replications_is_run_with_its_like() -> None:
    passes = [(0, ONE), (0, TWO), (3, TWO), (4, ONE), (4, TWO), (7, TWO), (9, TWO)]
    assert list(batches(passes, 2))[3:] == [[(4, ONE)], [(4, TWO), (7, TWO)], [(9, TWO)]]


@pytest.mark.parametrize("worlds", [1, 5, 64])
@pytest.mark.parametrize(("total", "workers"), [(1, 1), (2, 2), (200, 2), (5000, 16)])
def test_pieces_hold_every_pass_once_begin_with_one_and_end_small(total: int, workers: int, worlds: int) -> None:
    passes = every_pass(total, ONE, TWO)
    cut = list(pieces(passes, worlds, workers))
    assert Counter(each for piece in cut for each in piece) == Counter(passes)
    assert len(cut[0]) == 1
    assert max(map(len, cut)) <= max(worlds, 16)
    left = 2 * total
    for piece in cut:
        assert len(piece) <= max(1, left / workers / 2), "no worker is given so much that the others wait for it"
        left -= len(piece)


# -- the same numbers -------------------------------------------------------------------------------------------------


def same_run(ours: Run, theirs: Run) -> None:
    assert (ours.replication, ours.variants, ours.episodes) == (theirs.replication, theirs.variants, theirs.episodes)
    for mine, other in ((ours.outcomes, theirs.outcomes), (ours.series, theirs.series)):
        assert {name: values.tobytes() for name, values in mine.items()} == {
            name: values.tobytes() for name, values in other.items()
        }


def test_replications_that_are_run_together_are_those_that_are_run_alone() -> None:
    story = small()
    (group,) = lockstep_groups(story, [v.name for v in story.variants])
    together = simulate_together(story, group, [4, 0, 9], timeout=600)
    for run, replication in zip(together, [4, 0, 9], strict=True):
        same_run(run, simulate(story, group, replication))


def in_two_groups(story: Scenario, variants: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return (variants[:3], variants[3:])


def study_in_batches(folder: Path, worlds: int, pool: Pool | None = None) -> tuple[Study, dict[str, Any]]:
    story = small()
    where = {v.name: v.name for v in story.variants}
    with Store(folder) as store:
        work = Work(story, where, 11, pool=pool, groups=in_two_groups, worlds=worlds)
        assert finish(work, store)
        study = collect(store, story, where, 11)
        return study, {name: np.array(days) for name, days in study.series.items()}


def test_a_study_is_the_same_to_the_bit_whatever_is_run_together(tmp_path: Path) -> None:
    alone, its_series = study_in_batches(tmp_path / "alone", 1)
    assert len(alone.replications) == 11
    assert alone.runs
    default = estimate(small(), workers=1).worlds
    with ThreadPoolExecutor(2) as threads:
        for worlds, pool in ((3, None), (7, executor(threads, 2)), (default, None)):
            study, series = study_in_batches(tmp_path / str(worlds), worlds, pool)
            assert (study.runs, study.failed) == (alone.runs, ())
            for ours, theirs in ((study.outcomes, alone.outcomes), (series, its_series)):
                assert {k: v.tobytes() for k, v in ours.items()} == {k: v.tobytes() for k, v in theirs.items()}


# -- which engine -----------------------------------------------------------------------------------------------------


def test_the_built_in_engine_alone_runs_worlds_together() -> None:
    together = engine_of(simulate).together
    assert isinstance(together, functools.partial)
    assert together.func is simulate_together
    with_agents = functools.partial(simulate, agents=[print])
    for own in (fake.simulate, with_agents, simulate_with_causes):
        assert engine_of(own) == Engine(own, None)


def test_a_task_reaches_its_worker_as_it_is() -> None:
    task = Task(engine_of(simulate), 3.0, (), 7)
    sent = pickle.loads(pickle.dumps(task))
    assert (sent.engine.alone.func, sent.engine.alone.keywords) == (simulate, task.engine.alone.keywords)
    assert (sent.timeout, sent.own, sent.worlds) == (task.timeout, task.own, task.worlds)


def test_a_study_hands_its_engine_whole_batches_and_one_of_ones_own_single_worlds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handed: list[list[int]] = []
    told: list[int] = []

    def spying(story: Scenario, variants: Any, replications: Any, **limit: float) -> list[Run]:
        handed.append(list(replications))
        return simulate_together(story, variants, replications, **limit)

    def own(*of: Any) -> Run:
        return simulate(*of)

    monkeypatch.setattr(passes_room, "simulate_together", spying)
    run_study(small(), workers=1, progress=lambda n, *_: told.append(n))
    assert handed == [[*range(2, 11)]]
    assert told == [1, 2, 11]
    run_study(small(), workers=1, simulate=own)
    assert len(handed) == 1
    sweep = {"sweep": {"platforms.Harbour.liquid_share": ["5 %", "20 %"]}}
    run_sweep(small(replications=5, **sweep), REGISTRY, variants=["nothing"], workers=1)
    assert handed[1:] == [[2, 3, 4]], "both points share their worlds"


# -- failures are those of one world ----------------------------------------------------------------------------------


def without_trace(results: list[Run | FailedRun]) -> list[tuple[Any, ...]]:
    return [
        (each.replication, each.stage, each.type, each.message)
        if isinstance(each, FailedRun)
        else (each.replication, each.outcomes["investor_loss"].tobytes())
        for each in results
    ]


@pytest.mark.parametrize("error", [ValueError("one of them"), RunTimeout("all of them"), MemoryError()])
def test_where_a_batch_fails_each_of_its_worlds_has_the_record_that_it_has_alone(error: Exception) -> None:
    def together(*of: Any, **limit: float) -> list[Run]:
        raise error

    passes = every_pass(6, fake.NAMES)
    alone = Task(Engine(fake.fails_on_odd), None, ())(fake.scenario(), passes)
    batched = Task(Engine(fake.fails_on_odd, together), None, (), 4)(fake.scenario(), passes)
    assert without_trace(batched) == without_trace(alone)
    assert [isinstance(each, FailedRun) for each in batched] == [False, True] * 3
    assert all(
        "fails_on_odd" in each.traceback and "together" not in each.traceback
        for each in batched
        if isinstance(each, FailedRun)
    )


def spoilt(run: Run) -> Run:
    return replace(run, outcomes={**run.outcomes, "investor_loss": np.full(3, np.inf)})


def test_a_number_that_cannot_be_fails_its_own_world_only() -> None:
    def alone(story: Scenario, variants: Any, replication: int) -> Run:
        run = fake.simulate(story, variants, replication)
        return spoilt(run) if replication == 2 else run

    def together(story: Scenario, variants: Any, replications: Any) -> list[Run]:
        runs = [alone(story, variants, replication) for replication in replications]
        for run in runs:
            check_numbers(run, story)
        return runs

    results = Task(Engine(alone, together), None, (), 5)(fake.scenario(), every_pass(5, fake.NAMES))
    assert [each.replication for each in results if isinstance(each, FailedRun)] == [2]
    assert [each.replication for each in results] == [0, 1, 2, 3, 4]


def test_a_batch_has_the_time_of_its_worlds_and_each_world_its_own() -> None:
    limits: list[float] = []

    def alone(story: Scenario, variants: Any, replication: int, *, timeout: float) -> Run:
        limits.append(timeout)
        return fake.simulate(story, variants, replication)

    def together(story: Scenario, variants: Any, replications: Any, *, timeout: float) -> list[Run]:
        limits.append(timeout)
        raise RunTimeout("too long")

    Task(Engine(alone, together), 2.5, (), 3)(fake.scenario(), every_pass(4, fake.NAMES))
    assert limits == [7.5, 2.5, 2.5, 2.5, 2.5]


def test_worlds_of_a_batch_that_takes_too_long_are_told_one_by_one() -> None:
    story = small()
    passes = every_pass(3, ("nothing",))
    results = Task(engine_of(simulate), 1e-9, (), 3)(story, passes)
    assert [(each.replication, getattr(each, "stage", "")) for each in results] == [(k, "timeout") for k in range(3)]
    assert {getattr(each, "message", "") for each in results} == {
        f"given 1e-09 s for a pass; over after 1 of {story.n_days} steps"
    }


def test_a_worker_that_dies_with_a_batch_costs_only_the_world_that_killed_it() -> None:
    def submit(task: Task, story: Scenario, passes: list[Pass]) -> Future[Any]:
        future: Future[Any] = Future()
        if 4 in dict(passes):
            future.set_exception(BrokenExecutor("killed"))
        else:
            future.set_result(task(story, passes))
        return future

    task = Task(
        Engine(fake.simulate, lambda *of: list(map(functools.partial(fake.simulate, *of[:2]), of[2]))), None, (), 3
    )
    passes = every_pass(30, fake.NAMES)
    results = [each for part in in_pool(task, fake.scenario(), passes, Pool(submit, 1)) for each in part]
    assert sorted(each.replication for each in results) == list(range(30))
    assert [(each.replication, each.stage) for each in results if isinstance(each, FailedRun)] == [(4, "worker")]


@pytest.mark.parametrize(("workers", "is_kept", "n_ahead"), [(2, False, 1), (1, False, 0), (2, True, 0)])
def test_a_second_worker_compiles_from_the_end_of_the_day(
    monkeypatch: pytest.MonkeyPatch, workers: int, is_kept: bool, n_ahead: int
) -> None:
    """Where nothing is compiled yet; what becomes of it changes no result."""
    ahead = []

    def submit(task: Any, *of: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if task is compile_from_the_end:
            ahead.append(of)
            future.set_exception(RuntimeError("lost"))
        else:
            future.set_result(task(*of))
        return future

    monkeypatch.setattr("trustsim.kernels.compiled.is_compiled", lambda kernel: is_kept)
    passes, story = every_pass(3, ONE), small()
    task = Task(engine_of(simulate), None, (), 2)
    results = [each for part in in_pool(task, story, passes, Pool(submit, workers)) for each in part]
    assert sorted(each.replication for each in results) == [0, 1, 2]
    assert [of[1:] for of in ahead] == [(ONE, 0)] * n_ahead
    for of in ahead:
        assert compile_from_the_end(*of) is None


def test_compiling_from_the_end_of_the_day_raises_nothing() -> None:
    assert compile_from_the_end(small(), ("nobody knows",), 0) is None


# -- memory -----------------------------------------------------------------------------------------------------------


def test_a_worker_needs_room_for_its_batch() -> None:
    needs = estimate(small(replications=100), workers=2)
    assert needs.worlds > 5
    assert needs.worker_bytes - needs.with_worlds(1).worker_bytes == (needs.worlds - 1) * needs.world_bytes
    assert needs.memory_bytes - needs.with_worlds(1).memory_bytes == 2 * (needs.worlds - 1) * needs.world_bytes


def test_where_memory_is_short_batches_shrink_before_workers_do() -> None:
    needs = estimate(small(replications=100), workers=4)
    least = needs.with_worlds(1)

    def fits(memory: int, **how: bool) -> tuple[int, int]:
        found = Room(memory=memory).fitted(needs, **how)
        return found.worlds, found.workers

    assert fits(needs.memory_bytes) == (needs.worlds, 4)
    assert fits(needs.memory_bytes - 1) == (needs.worlds - 1, 4)
    assert fits(least.memory_bytes) == (1, 4)
    assert fits(least.memory_bytes - 1) == (1, 3)
    assert fits(least.memory_bytes - 1, may_shrink=False) == (1, 4)
    Room(memory=least.memory_bytes).check_study(needs, may_shrink=False)


def test_an_engine_that_runs_worlds_alone_needs_room_for_one() -> None:
    needs, roomy = estimate(small(replications=100), workers=2), Room(memory="1 TB")
    assert fitted(roomy, needs, small(), 2, None, simulate).worlds == needs.worlds
    assert fitted(roomy, needs, small(), 2, None, fake.simulate) == needs.with_worlds(1)
