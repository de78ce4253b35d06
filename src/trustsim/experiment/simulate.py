"""One replication of one lockstep group, or several together: the piece of work that a worker does.

What runs worlds is imported when one is run: what is kept is read without it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from trustsim.experiment.run import Run, RunTimeout
from trustsim.experiment.sound import check_numbers
from trustsim.later import later
from trustsim.scenario.resolved import Scenario

if TYPE_CHECKING:
    from trustsim import model as models
    from trustsim.measures import finished, measured
else:
    models, finished, measured = map(
        later, ("trustsim.model", "trustsim.measures.finished", "trustsim.measures.measured")
    )


def simulate(
    scenario: Scenario,
    variants: Sequence[str],
    replication: int,
    *,
    timeout: float | None = None,
    agents: Sequence[Callable[[models.TrustCrisisModel], object]] = (),
    with_series: bool = True,
) -> Run:
    """Run one replication of one lockstep group to its horizon and return its outcomes, series and episodes.

    ``agents``: called with the model before its first day, as Mesa agents of the user's own are made. Without
    ``with_series`` what only series need is not measured: those are NaN.

    Raises
    ------
    RunTimeout : at the end of the day on which more than *timeout* seconds have passed.
    AbsurdNumber : where a series or an outcome is what it cannot be, with place and day.
    """
    if not agents:
        return simulate_together(scenario, variants, (replication,), timeout=timeout, with_series=with_series)[0]
    began = time.perf_counter()
    model = models.TrustCrisisModel(scenario, variants, rng=replication, collects=False)
    for make in agents:
        make(model)
    step_to_the_horizon(model, scenario, began, timeout)
    run = _runs_of(model, scenario)[0]
    model.__dict__.clear()  # model and agents point at each other: the arrays would wait for the garbage collector
    return run


def simulate_together(
    scenario: Scenario,
    variants: Sequence[str],
    replications: Sequence[int],
    *,
    timeout: float | None = None,
    with_series: bool = True,
) -> list[Run]:
    """Run several replications of one lockstep group and return a Run of each, in order, or raise.

    Each is to the bit what :func:`simulate` gives. Raises what that does, without saying in which replication;
    ``timeout``: seconds for all of them together.
    """
    began = time.perf_counter()
    by_name = {variant.name: variant for variant in scenario.variants}
    batch = models.Batch(scenario, [by_name[name] for name in variants], replications, has_parts=with_series)
    step_to_the_horizon(batch, scenario, began, timeout)
    return _runs_of(batch, scenario)


def compile_from_the_end(scenario: Scenario, variants: Sequence[str], replication: int) -> None:
    """Compile the end of a day, the last part first: so a process beside one that begins with the first part spares it
    half of the compiling. Nothing of the user's own is called, and nothing comes of it."""
    by_name = {variant.name: variant for variant in scenario.variants}
    with suppress(Exception):  # whatever is wrong, the first pass will say so
        engine = models.Batch(scenario, [by_name[name] for name in variants], [replication]).engine
        engine.begin(1)
        for part in (engine.measure, engine.settle, engine.act, engine.unlock, engine.carry):
            part()


def step_to_the_horizon(
    model: models.Batch | models.TrustCrisisModel, scenario: Scenario, began: float, timeout: float | None
) -> None:
    """Step a model to its horizon; raise RunTimeout where more than *timeout* seconds have passed since it *began*."""
    for day in range(scenario.n_days):
        model.step()
        if timeout is not None and time.perf_counter() - began > timeout:
            raise RunTimeout(f"given {timeout:g} s for a pass; over after {day + 1} of {scenario.n_days} steps")


def _runs_of(model: models.Batch | models.TrustCrisisModel, scenario: Scenario) -> list[Run]:
    """Return a Run of each world of a model at its horizon, in order; raise AbsurdNumber for what none can have."""
    found, names = finished.Finished(model), tuple(v.name for v in model.variants)
    outcomes = measured.measured(found)
    check_numbers(Run(model.replications[0], names * len(model.replications), outcomes, found.series), scenario)
    platforms = tuple(platform.name for platform in model.state.platforms)
    return [
        Run(
            world.replication, names, {name: values[world.part] for name, values in outcomes.items()},
            {name: np.ascontiguousarray(days[:, world.part]) for name, days in found.series.items()},
            found.episodes[world.part], platforms,
        )
        for world in model.state.drawn
    ]  # fmt: skip
