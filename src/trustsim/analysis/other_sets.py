"""The variants of a study in a few of its worlds under other sets of assumptions, each set in worlds of its own.

A set takes the next few of the worlds that the study finished, from the first again where they end. So of each world
the study says what it gives under the assumptions of the file, and luck can be taken out of what a set gives
(:mod:`trustsim.analysis.luck`).

How many worlds a set has: as many runs are 100 sets of 2 worlds or 50 of 4. In planted studies where the luck of a
world is twice the spread between sets, as about it is in the quickstart, the share in which the order holds can be told
more often with 4 and is known as well; with less luck 2 were a little better. With 8, 25 sets are too few to say on
what the order hangs. Figures: docs/ranking.md, made by ``docs/held_share.py``.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis.assumed import Factors, Setting, factors_of, scenario_at, sets_of
from trustsim.errors import UnitError
from trustsim.experiment.address import addresses
from trustsim.experiment.design import column, gathered
from trustsim.experiment.estimate import estimate
from trustsim.experiment.passes import Simulate
from trustsim.experiment.pool import Pool
from trustsim.experiment.room import FREE, Room
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.store import Records, Store
from trustsim.experiment.stored import Addresses
from trustsim.experiment.study import Study, collect, fitted, opened
from trustsim.experiment.work import Grouping, Progress, Work, finish
from trustsim.scenario.resolved import Scenario
from trustsim.world.lockstep import lockstep_groups

WORLDS = 4  # of a set, by default; see the head of this module
FEWEST_WORLDS = 2  # of a set: one says how a set comes out, another how much of that is luck


class RunOptions(TypedDict, total=False):
    """How the sets are run: as a study is, see :func:`trustsim.experiment.study.run_study`."""

    workers: int | None
    pool: Pool | None
    timeout: float | None
    room: Room | None
    simulate: Simulate
    groups: Grouping


@dataclass(frozen=True)
class Planned:
    """What is to be run: the factors, the sets, and by set the replications of its worlds, int64 (sets, worlds)."""

    factors: Factors
    settings: tuple[Setting, ...]
    worlds: NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """Sets that count alike and so are one piece of work: their numbers, a scenario with all of their variants as
    columns, and the scenario of each set."""

    numbers: tuple[int, ...]
    whole: Scenario
    each: tuple[Scenario, ...]

    def only(self, worlds: NDArray[np.int64]) -> dict[str, set[int]]:
        """Return by column the replications in which it is run."""
        pairs = zip(self.numbers, self.each, strict=True)
        return {v.name: set(worlds[k].tolist()) for k, there in pairs for v in there.variants}


@dataclass(frozen=True)
class OtherSets:
    """What the variants gave under other sets of assumptions.

    Attributes
    ----------
    variants : those of the study.
    planned : the factors, the sets and their worlds.
    outcomes : by name, float64 (sets, worlds, variants); NaN where a run did not finish or the outcome does not apply.
    is_done : bool (sets,), whether every run of the set finished.
    n_failed : sets with a run that failed, or of numbers that cannot be together.
    seconds : wall-clock time of the runs that were lacking.
    interrupted : whether it was stopped before all were tried.
    """

    variants: tuple[str, ...]
    planned: Planned
    outcomes: Mapping[str, NDArray[np.float64]]
    is_done: NDArray[np.bool_]
    n_failed: int
    seconds: float
    interrupted: bool


def plan(study: Study, n: int, n_worlds: int = WORLDS) -> Planned:
    """Return *n* sets of assumptions and the *n_worlds* worlds of *study* that each meets."""
    factors = factors_of(study.scenario, study.variants)
    settings = sets_of(factors, n, study.scenario.seed) if factors else ()
    at = np.arange(len(settings) * n_worlds).reshape(-1, n_worlds) % max(len(study.replications), 1)
    return Planned(factors, settings, study.replications[at])


def parts(study: Study, planned: Planned) -> list[Part]:
    """Return the pieces of work: sets in which a study counts alike are one; what cannot be together is left out."""
    by_count: dict[str, list[tuple[int, Scenario]]] = {}
    for k, setting in enumerate(planned.settings):
        with suppress(UnitError):  # numbers that cannot be together, as a lower bound above an upper one
            there = scenario_at(study.scenario, study.variants, planned.factors, setting)
            by_count.setdefault(repr(there.counted), []).append((k, there))
    found = []
    for numbered in by_count.values():
        each, whole = gathered([there for _, there in numbered], study.variants, study.scenario.source)
        found.append(Part(tuple(k for k, _ in numbered), whole, each))
    return found


def run_sets(
    study: Study, planned: Planned, *, progress: Progress | None = None, store: Store | None = None,
    **how: Unpack[RunOptions],
) -> OtherSets:  # fmt: skip
    """Run the variants of *study* under other sets of assumptions; runs that *store* holds are not computed again.

    ``progress`` is told (sets tried, sets in all, seconds). Ctrl-C returns what is finished with ``interrupted`` set.

    Raises
    ------
    TrustsimError : where it does not fit into the room there is.
    """
    began, is_whole = time.perf_counter(), True
    pieces = parts(study, planned)
    with opened(store) as (place, _):
        where = [_where(part, store, how) for part in pieces]
        n_before = 0
        for part, at in zip(pieces, where, strict=True):
            told = _told(progress, n_before, part, planned, began)
            is_whole = is_whole and finish(_work(study, planned, part, at, how), place, told)
            n_before += len(part.numbers)
        return collected(study, planned, pieces, where, place, time.perf_counter() - began, interrupted=not is_whole)


def kept_sets(study: Study, planned: Planned, store: Records) -> OtherSets:
    """Return what a store holds of these sets, without running anything; ``interrupted`` where some are lacking."""
    pieces = parts(study, planned)
    where = [addresses(part.whole, [v.name for v in part.whole.variants], simulate_run) for part in pieces]
    found = collected(study, planned, pieces, where, store)
    return replace(found, interrupted=int(found.is_done.sum()) + found.n_failed < len(planned.settings))


def _where(part: Part, store: Store | None, how: RunOptions) -> Addresses:
    names = [variant.name for variant in part.whole.variants]
    if store is None:
        return {name: f"{part.numbers[0]}: {name}" for name in names}
    return addresses(part.whole, names, how.get("simulate", simulate_run))


def _work(study: Study, planned: Planned, part: Part, where: Addresses, how: RunOptions) -> Work:
    simulate, pool = how.get("simulate", simulate_run), how.get("pool")
    n_worlds = planned.worlds.shape[1] * len(part.numbers)
    needs = estimate(
        study.scenario, variants=study.variants, replications=n_worlds, workers=how.get("workers"), with_series=False
    )
    fits = fitted(how.get("room") or FREE, needs, study.scenario, how.get("workers"), pool, simulate)
    total = int(planned.worlds.max()) + 1
    return Work(
        part.whole, where, total, fits.workers, pool, how.get("timeout"), simulate,
        how.get("groups", lockstep_groups), with_series=False, worlds=fits.worlds, only=part.only(planned.worlds),
    )  # fmt: skip


def _told(progress: Progress | None, n_before: int, part: Part, planned: Planned, began: float) -> Progress | None:
    """Return a callback that counts sets, by the share of the worlds of this part that were tried."""
    if progress is None:
        return None
    here, every = len(np.unique(planned.worlds[list(part.numbers)])), len(planned.settings)

    def tell(done: int, total: int, _: float) -> None:
        share = max(done - (total - here), 0) / here
        progress(n_before + int(share * len(part.numbers)), every, time.perf_counter() - began)

    return tell


def collected(
    study: Study,
    planned: Planned,
    pieces: Sequence[Part],
    where: Sequence[Addresses],
    store: Records,
    seconds: float = 0.0,
    *,
    interrupted: bool = False,
) -> OtherSets:
    """Return what a store holds of the sets."""
    n = len(planned.settings)
    shape, outcomes = (*planned.worlds.shape, len(study.variants)), dict[str, NDArray[np.float64]]()
    is_done, n_failed = np.zeros(n, np.bool_), n - sum(len(part.numbers) for part in pieces)
    for part, at in zip(pieces, where, strict=True):
        for place, (k, there) in enumerate(zip(part.numbers, part.each, strict=True)):
            own = {name: at[name] for name in (column(variant, place) for variant in study.variants)}
            found = collect(store, there, own, int(planned.worlds[k].max()) + 1)
            n_failed += bool(found.failed)
            is_done[k] = bool(np.isin(planned.worlds[k], found.replications).all())
            for name, values in found.outcomes.items() if is_done[k] else ():
                rows = np.searchsorted(found.replications, planned.worlds[k])
                outcomes.setdefault(name, np.full(shape, np.nan))[k] = values[rows]
    return OtherSets(study.variants, planned, outcomes, is_done, n_failed, seconds, interrupted)
