"""Calm: the same worlds without shocks and levers, in which people come and go but nobody runs.

What a study says of a crisis it says against this twin. Nobody is told of it: it is stepped when what has finished is
measured, shares network, people and draws with the worlds that it stands beside, and is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import NEVER, Weights
from trustsim.kernels.layout import RUNS
from trustsim.model.engine import Engine
from trustsim.model.phases import DAY
from trustsim.scenario.resolved import Scenario, Variant, World
from trustsim.world import build_state
from trustsim.world.actors import cast_of
from trustsim.world.lockstep import calm_world

if TYPE_CHECKING:
    from trustsim.world.state import State


@dataclass(frozen=True, eq=False)
class Calm:
    """What calm gave, for the worlds that are measured.

    ``lane`` int64 (lanes,): the row of each lane's twin. ``history`` float64 (steps + 1, gauges, twins, platforms).
    ``needed`` int64 (twins, accounts), minor units: what had been paid to each account.
    ``first_asked`` int32 (twins, accounts): step of the first request, −1 before any.
    """

    lane: NDArray[np.int64]
    history: NDArray[np.float64]
    needed: NDArray[np.int64]
    first_asked: NDArray[np.int32]


def calm_beside(scenario: Scenario, variants: Sequence[Variant], state: State, n_steps: int) -> Calm:
    """Return the calm twins of some variants in the worlds of *state*, after *n_steps*.

    The twin of a variant has its people and network, and the terms and rules of the baseline.
    Where nobody comes or goes in calm, day 0 lasts.
    """
    worlds = [calm_world(scenario, variant) for variant in variants]
    twins = [world for k, world in enumerate(worlds) if world not in worlds[:k]]
    n, n_worlds = len(twins), len(state.drawn)
    lane = np.array([w * n + twins.index(world) for w in range(n_worlds) for world in worlds], np.int64)
    engine = _engine_of(scenario, twins, state, n_steps)
    if engine.rules or (engine.state.weights[:, :, [Weights.ORDINARY, Weights.JOIN]] > NEVER).any():
        for step in range(1, n_steps + 1):
            _calm_step(engine, step)
    else:
        engine.history[1:] = engine.history[0]
    return Calm(lane, engine.history, engine.state.paid, engine.state.first_asked)


def _engine_of(scenario: Scenario, twins: Sequence[World], state: State, n_steps: int) -> Engine:
    n = len(twins)
    drawn = [replace(world, lanes=range(w * n, (w + 1) * n)) for w, world in enumerate(state.drawn)]
    calm = build_state.build(twins, drawn, cast_of(twins), twins, scenario.scale, has_parts=False)
    variants = [Variant(f"calm {k}", (), world) for k, world in enumerate(twins)]
    return Engine(calm, variants, (), n_steps=n_steps, dt=scenario.step)


def _calm_step(engine: Engine, step: int) -> None:
    engine.begin(step)
    for phase in DAY:
        phase.run(engine)
        if phase.run is Engine.choose:
            engine.state.actions &= np.uint8(255 - RUNS)
