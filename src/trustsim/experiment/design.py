"""A design is run as one study, a sweep, whose columns are the variants at all points.

They meet the same worlds, share passes where a point changes neither network nor people, and go to the workers
replication by replication, so a sweep that is cut short is balanced and paired. A :class:`Sweep` then is one
:class:`~trustsim.experiment.study.Study` a point.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from trustsim.errors import ScenarioError
from trustsim.experiment.address import addresses
from trustsim.experiment.estimate import estimate, points_of
from trustsim.experiment.passes import Simulate
from trustsim.experiment.plan import choose_variants, total_of
from trustsim.experiment.points import Design, at_point, design_of
from trustsim.experiment.pool import Pool
from trustsim.experiment.room import FREE, Room
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.store import Store
from trustsim.experiment.study import Study, collect, fitted, opened, share_left
from trustsim.experiment.work import Grouping, Progress, Work, finish
from trustsim.registry import Registry
from trustsim.scenario.resolved import Scenario
from trustsim.world.lockstep import lockstep_groups


class SharedOptions(TypedDict, total=False):
    """What whoever sweeps hands on to :func:`run_sweep` as it is."""

    workers: int | None
    store: Store | None
    pool: Pool | None
    timeout: float | None
    groups: Grouping


class SweepOptions(SharedOptions, total=False):
    """All that :func:`run_sweep` may be told beside what is swept."""

    replications: int | None
    progress: Progress | None
    room: Room | None
    simulate: Simulate


@dataclass(frozen=True)
class Sweep:
    """A study at every point of a design, all on the same seeds. ``interrupted``: Ctrl-C came before the end."""

    scenario: Scenario
    design: Design
    studies: tuple[Study, ...]
    seconds: float
    interrupted: bool = False


def spread(
    scenario: Scenario, design: Design, variants: Sequence[str], registry: Registry
) -> tuple[tuple[Scenario, ...], Scenario]:
    """Return the scenario at each point, with these variants, and one with all of them.

    The names of variants say the point: ``nothing @ 3``.
    """
    there = [
        _at(k, dict(zip(design.paths, values, strict=True)), scenario, design, registry)
        for k, values in enumerate(design.points)
    ]
    return gathered(there, variants, scenario.source)


def gathered(
    scenarios: Sequence[Scenario], variants: Sequence[str], source: str
) -> tuple[tuple[Scenario, ...], Scenario]:
    """Return each of these scenarios with these variants, named by its place (:func:`column`), and one with all."""
    found = []
    for k, there in enumerate(scenarios):
        base = next(each.world for each in there.variants if each.name == there.baseline)
        columns = tuple(
            replace(variant, name=column(variant.name, k), shocks=(*there.shocks, *variant.shocks), against=base)
            for variant in there.variants
            if variant.name in variants
        )
        found.append(replace(there, variants=columns, shocks=(), source=source))
    return tuple(found), replace(found[0], variants=tuple(v for each in found for v in each.variants))


def _at(k: int, values: Mapping[str, Any], scenario: Scenario, design: Design, registry: Registry) -> Scenario:
    """Return the scenario at one point; where its values do not go together, say which point it is."""
    try:
        return at_point(scenario, values, registry)
    except ScenarioError as error:
        where = f", at point {k} of {len(design.points)}: {design.label(k)}"
        raise ScenarioError([replace(each, given=each.given + where) for each in error.problems]) from error


def column(variant: str, point: int) -> str:
    """Return the name of a variant at a point, as failed runs tell it."""
    return f"{variant} @ {point}"


def run_sweep(
    scenario: Scenario,
    registry: Registry,
    *,
    design: Design | None = None,
    variants: str | Iterable[str] | None = None,
    replications: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
    pool: Pool | None = None,
    timeout: float | None = None,
    room: Room | None = None,
    simulate: Simulate = simulate_run,
    groups: Grouping = lockstep_groups,
    with_series: bool = False,
) -> Sweep:
    """Run *variants* of the scenario at every point of *design* (that of its ``sweep`` by default).

    ``with_series``: whether series are kept as well, in *store*. The other parameters are those of
    :func:`~trustsim.experiment.study.run_study`. Where the scenario's baseline is not among the variants the first one
    serves.
    """
    chosen = choose_variants(scenario, variants)
    total = total_of(scenario, replications)
    n_points = points_of(scenario) if design is None else len(design.points)
    paths = tuple(scenario.sweep) if design is None else design.paths
    needs = estimate(
        scenario,
        variants=chosen,
        replications=total,
        workers=workers,
        points=n_points,
        moved=paths,
        with_series=with_series,
    )
    space = room or FREE
    fits = fitted(space, needs, scenario, workers, pool, simulate)
    points = design_of(scenario, registry) if design is None else design
    there, whole = spread(scenario, points, chosen, registry)
    names = [[column(variant, k) for variant in chosen] for k in range(len(there))]
    with opened(store) as (place, _):
        every = list(itertools.chain(*names))
        where = {n: n for n in every} if store is None else addresses(whole, every, simulate)
        space.check_time(needs, left=lambda: share_left(place, where, total, with_series=with_series))
        work = Work(
            whole,
            where,
            total,
            fits.workers,
            pool,
            timeout,
            simulate,
            groups,
            with_series=with_series,
            worlds=fits.worlds,
        )
        began = time.perf_counter()
        is_finished = finish(work, place, progress)
        seconds = time.perf_counter() - began
        studies = tuple(
            _renamed(collect(place, each, {n: where[n] for n in columns}, total), scenario, chosen)
            for each, columns in zip(there, names, strict=True)
        )
    return Sweep(scenario, points, studies, seconds, not is_finished)


def _renamed(study: Study, scenario: Scenario, variants: tuple[str, ...]) -> Study:
    """Return the study of a point with the variants called as in the file."""
    named = dict(zip(study.variants, variants, strict=True))
    there = replace(
        study.scenario,
        variants=tuple(replace(v, name=named[v.name]) for v in study.scenario.variants),
        baseline=scenario.baseline,
    )
    runs = tuple(replace(run, variant=named[run.variant]) for run in study.runs)
    return replace(study, scenario=there, variants=variants, runs=runs)
