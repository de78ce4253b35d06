"""Run every replication of a scenario, on one or many workers, and keep what finished and what failed.

Results go to the run store and come back from there by address, so a study is the same to the bit for any number of
workers, however often it was stopped. How they get there: :mod:`trustsim.experiment.work`.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.catalog import REGISTRY
from trustsim.experiment.address import addresses
from trustsim.experiment.estimate import Estimate, estimate
from trustsim.experiment.failing import RunsFailed
from trustsim.experiment.passes import Simulate, engine_of
from trustsim.experiment.passing import Passing
from trustsim.experiment.plan import choose_variants, total_of, with_seed
from trustsim.experiment.pool import Pool
from trustsim.experiment.records import Records
from trustsim.experiment.room import FREE, Room
from trustsim.experiment.run import FailedRun
from trustsim.experiment.shards import Series
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.store import Store
from trustsim.experiment.stored import Addresses, Stored, named
from trustsim.experiment.work import Grouping, Progress, Work, finish
from trustsim.measures.headlines import HEADLINES
from trustsim.measures.runs import LiquidityRun
from trustsim.scenario.load import given
from trustsim.scenario.resolved import Precision, Scenario
from trustsim.world.lockstep import lockstep_groups


class Rule(Protocol):
    """When a study knows enough; see :mod:`trustsim.analysis.stopping`."""

    def looks(self, budget: int) -> Iterable[int]:
        """Return the numbers of replications at which to look, ascending, the budget last."""

    def is_enough(self, study: Study) -> bool:
        """Return whether the replications of *study* are enough; one look more is run then."""


@dataclass(frozen=True)
class Study:
    """All runs of a scenario: what the replications that finished measured, and the runs that failed.

    Attributes
    ----------
    variants : those that were run, the baseline included.
    replications : int64 (n,), ascending; those of which every variant finished.
    outcomes : by name, float64 (n, variants); NaN where an outcome does not apply to a run.
    series : by name, float32 (n, steps + 1, variants, platforms + 1); the last column is all platforms together. Read
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

    @property
    def asked(self) -> tuple[str, ...]:
        """The outcomes that tables show: those that the scenario asks for, in its order, then those that it needs.

        It needs what it expects, and what decides how many worlds there are. Of an outcome by group, all groups are
        shown. Behind them stand the headline outcomes in which variants differ in any world, asked for or not. A run
        measures every outcome: all are shown where the scenario asks for none that is here.
        """
        story = self.scenario
        needed = [name for e in story.expect for name in e.outcomes]
        needed += [story.replications.of] if isinstance(story.replications, Precision) else []
        wanted = dict.fromkeys(name.partition("[")[0] for name in (*story.outcomes, *needed))
        found = [name for stem in wanted for name in self.outcomes if name.partition("[")[0] == stem]
        return tuple(dict.fromkeys((*found, *self._unlike)) if found else self.outcomes)

    @property
    def _unlike(self) -> tuple[str, ...]:
        """The headline outcomes in which a variant is unlike another in any world."""
        measured = {name: self.outcomes[name] for name in HEADLINES if name in self.outcomes}
        first = {name: np.broadcast_to(values[:, :1], values.shape) for name, values in measured.items()}
        return tuple(name for name in measured if not np.array_equal(measured[name], first[name], equal_nan=True))


def run_study(
    scenario: Scenario | str | os.PathLike[str],
    *,
    variants: str | Iterable[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
    pool: Pool | None = None,
    timeout: float | None = None,
    rule: Rule | None = None,
    room: Room | None = None,
    simulate: Simulate = simulate_run,
    groups: Grouping = lockstep_groups,
) -> Study:
    """Run *scenario*, or a file, and return its :class:`Study`; where only some runs raise, each is a record.

    Parameters
    ----------
    variants : a name or several, all by default. Where the scenario's baseline is not among them the first one serves.
    replications : how many, by default the scenario's; for a scenario that asks for a precision, its whole budget.
    seed : in place of the scenario's.
    workers : processes, by default the CPUs that this process may use; 1 runs everything in this process.
    progress : called with (replications tried, replications in all, seconds so far) after each piece of work.
    store : runs that it holds are not computed again, and what finishes is put there as it comes; by default a
        temporary one, which lasts as long as the study.
    pool : where to run in place of processes of this machine: an executor of one's own, or a cluster.
    timeout : seconds after which one pass is given up at the end of its day, and recorded as failed; None: never.
        Worlds that are run together have so many times that; where it is over, each is run again with its own.
    rule : when to stop before all replications are run. It sees the replications up to a look and nothing else, so a
        study stops at the same place for any number of workers, and whatever the store holds.
    room : the memory and the time that it may take, see :class:`trustsim.experiment.room.Room`; by default the memory
        that is free. Without ``workers`` as many are started as fit.
    simulate, groups : the engine: one pass over variants that share it, and which variants share one. The engine gets
        the keyword ``timeout`` where one is given. The built-in one runs several replications together.

    Ctrl-C returns what is finished with ``interrupted`` set. A worker process that dies takes nothing with it: what
    it may have been running is run again alone, and is recorded as failed where that process dies as well.

    Raises
    ------
    TrustsimError : for an unknown variant, a count out of range, or a study that does not fit, before anything runs.
    RunsFailed : as soon as the first runs of all variants fail alike, and where no replication finished; the cause is
        the traceback of the first.
    """
    story = given(scenario, REGISTRY)
    story = story if seed is None else with_seed(story, seed)
    chosen = choose_variants(story, variants)
    total = total_of(story, replications)
    needs = estimate(story, variants=chosen, replications=total, workers=workers)
    space = room or FREE
    fits = fitted(space, needs, story, workers, pool, simulate)
    with opened(store) as (place, keeps):
        where = {name: name for name in chosen} if store is None else addresses(story, chosen, simulate)
        space.check_time(needs, left=lambda: share_left(place, where, total))
        work = Work(story, where, total, fits.workers, pool, timeout, simulate, groups, worlds=fits.worlds)
        began = time.perf_counter()

        def study_of(upto: int) -> Study:
            is_finished = finish(replace(work, total=upto), place, _towards(total, progress, began))
            seconds = time.perf_counter() - began
            return collect(place, story, where, upto, seconds=seconds, interrupted=not is_finished, keeps=keeps)

        study = until_enough(rule, total, study_of)
    if study.failed and not study.interrupted and len(study.replications) == 0:
        raise RunsFailed("no replication finished under all variants", study.failed[0])
    return study


def fitted(
    room: Room, needs: Estimate, scenario: Scenario, workers: int | None, pool: Pool | None, simulate: Simulate
) -> Estimate:
    """Return the study as it is run: with as many worlds in a batch as fit where *simulate* has batches, and with the
    *workers* that are asked for, or else as many as fit.

    Raises ScenarioError where it does not fit. Of a *pool* only what collects is counted: the rest is elsewhere.
    """
    asked = needs if engine_of(simulate).together is not None else needs.with_worlds(1)
    if pool is not None:
        room.check_memory(needs.elsewhere, scenario.source)
        return asked
    fits = room.fitted(asked, may_shrink=workers is None)
    room.check_memory(fits, scenario.source)
    return fits


def share_left(store: Store, addresses: Addresses, total: int, *, with_series: bool = True) -> float:
    """Return the share of the runs that *store* does not hold yet."""
    n_done = sum(len(store.done(address, total, with_series=with_series)) for address in addresses.values())
    return 1 - n_done / max(total * len(addresses), 1)


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
    folder = Passing()
    with Store(folder.path, lasting=False) as place:
        yield place, folder


def collect(
    store: Records,
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
    has_series = len(whole) > 0 and all(place.shard is not None for column in places for place in column)
    return Study(
        scenario=scenario,
        variants=names,
        replications=whole.astype(np.int64),
        outcomes=_outcomes(columns, at) if len(whole) else {},
        series=Series(store.folder, columns[0].series, columns[0].shape, places, keeps) if has_series else {},
        failed=tuple(sorted(store.failures(addresses, total), key=lambda f: (f.replication, f.variants))),
        seconds=seconds,
        interrupted=interrupted,
        runs=_liquidity_runs(scenario, names, columns, at),
    )


def _outcomes(columns: Sequence[Stored], at: Sequence[NDArray[np.int64]]) -> dict[str, NDArray[np.float64]]:
    """Return the outcomes of any variant, float64 (n, variants): NaN where one has no such thing, as a segment that
    another one renames."""

    def of(column: Stored, rows: NDArray[np.int64], name: str) -> NDArray[np.float64]:
        return column.outcomes[name][rows] if name in column.outcomes else np.full(len(rows), np.nan)

    names = dict.fromkeys(name for column in columns for name in column.outcomes)
    parts = list(zip(columns, at, strict=True))
    return {name: np.stack([of(column, rows, name) for column, rows in parts], axis=1) for name in names}


def _liquidity_runs(
    scenario: Scenario, names: Sequence[str], columns: Sequence[Stored], at: Sequence[NDArray[np.int64]]
) -> tuple[LiquidityRun, ...]:
    platforms = [platform.name for platform in scenario.variants[0].world.platforms]
    found = sorted(
        (int(column.replications[k]), v, column.episodes[k])
        for v, (column, rows) in enumerate(zip(columns, at, strict=True))
        for k in rows
    )
    return tuple(run for replication, v, kept in found for run in named(kept, replication, names[v], platforms))
