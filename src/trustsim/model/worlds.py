"""Worlds that are stepped together: how they are drawn, and what can be read of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError
from trustsim.kernels import draws
from trustsim.model.calm import Calm, calm_beside
from trustsim.model.engine import Engine
from trustsim.names import EVERY
from trustsim.scenario.resolved import Scenario, Variant
from trustsim.world import build_network, build_state
from trustsim.world import population as populations
from trustsim.world.actors import cast_of
from trustsim.world.drawn import Drawn
from trustsim.world.lockstep import baseline_world, of_one_world
from trustsim.world.memory import Memory
from trustsim.world.network_size import USUAL_COUNT
from trustsim.world.rows import gauge_row, index_of
from trustsim.world.series import SERIES, series_of
from trustsim.world.settings import Settings
from trustsim.world.state import State
from trustsim.world.streams import streams_of


class Worlds:
    """What can be read of worlds that are stepped together, of one as of several.

    ``story``: the scenario. ``replications`` of the worlds, in order; ``variants`` of each; a lane is a variant of a
    world. ``dt`` days a step; ``engine`` has the arrays.
    """

    story: Scenario
    variants: tuple[Variant, ...]
    replications: tuple[int, ...]
    dt: float
    engine: Engine

    @property
    def state(self) -> State:
        """The arrays: everything that moves."""
        return self.engine.state

    @property
    def mechanisms(self) -> Mapping[str, Settings[Any]]:
        """The settings of every mechanism, by name, lane by lane."""
        return self.engine.mechanisms

    @property
    def day(self) -> int:
        """Number of steps so far."""
        return self.engine.clock.day

    @property
    def history(self) -> NDArray[np.float64]:
        """All gauges by day so far, float64 (steps + 1, Gauges, lanes, platforms); within a step, up to yesterday."""
        return self.engine.history[: self.engine.measured + 1]

    @property
    def kept(self) -> Mapping[Memory, NDArray[Any]]:
        """What mechanisms keep over the run, by what they declare: arrays (lanes, …), not to be written."""
        return self.engine.day.kept

    def series(self, name: str) -> NDArray[np.float32]:
        """Return one series so far, float32 (steps + 1, lanes, platforms + 1); the last column puts all platforms
        together."""
        return series_of(self.history, SERIES[name], gauge_row)

    def of_actors(self, name: str) -> NDArray[np.float64]:
        """Return one stock of the actors by day so far, float64 (steps + 1, lanes, actors), as ``state.actors`` lists
        them."""
        return self.engine.history_of_actors[: self.engine.measured + 1, index_of("actor_stock", name)]

    def calm(self) -> Calm:
        """Return what calm would have given by today."""
        return calm_beside(self.story, self.variants, self.state, self.day)

    def struck(self) -> dict[str, NDArray[np.bool_]]:
        """Return where each shock with a chance has struck so far, bool (lanes,), by shock and platform."""
        return {name: np.isfinite(day) for name, day in self.struck_on().items()}

    def struck_on(self) -> dict[str, NDArray[np.float64]]:
        """Return the day on which each of them struck first, float64 (lanes,), infinite where it has not so far."""
        found: dict[str, NDArray[np.float64]] = {}
        for entry in self.engine.agenda.entries:
            if entry.strikes is not None:
                name = f"{entry.item.kind}: {getattr(entry.item.what, 'platform', EVERY)}"
                day = np.where(entry.since <= self.day, entry.since * self.dt, np.inf)
                found[name] = np.minimum(found.get(name, np.inf), day)
        return found


def engine_of(
    scenario: Scenario,
    variants: Sequence[Variant],
    replications: Sequence[int],
    network: object | None = None,
    *,
    has_parts: bool = True,
) -> Engine:
    """Return an engine at day 0 of these replications, each in these variants, all of one lockstep group.

    ``network``: a networkx graph or a Network in place of the scenario's; ``has_parts``: whether the parts of trust
    are measured. Raises ModelError for variants of several groups.
    """
    if len(of_one_world(scenario, [variant.name for variant in variants])) > 1:
        raise ModelError(
            "variants that change the network, the population or traits cannot share a model; "
            "allowed: the variants of one group of lockstep_groups(scenario, variants)"
        )
    n = len(variants)
    drawn = [
        _drawn(scenario, variants[0], replication, range(w * n, (w + 1) * n), network)
        for w, replication in enumerate(replications)
    ]
    cast = cast_of([variant.world for variant in scenario.variants])  # of all, so that a fork finds everyone
    worlds = [variant.world for variant in variants]
    references = [baseline_world(scenario, variant) for variant in variants]
    state = build_state.build(worlds, drawn, cast, references, scenario.scale, has_parts)
    return Engine(state, variants, scenario.shocks, n_steps=scenario.n_days, dt=scenario.step)


def _drawn(scenario: Scenario, variant: Variant, replication: int, lanes: range, network: object | None) -> Drawn:
    """Draw network, population and accounts of one replication."""
    world, key = variant.world, draws.key_of(scenario.seed, replication)
    folder = Path(scenario.source).parent if scenario.source else Path(".")
    kind = world.network if network is None else network
    n = world.investors.count
    if n is None:
        brought = build_network.count_nodes(kind, folder)
        n = USUAL_COUNT if brought is None else brought
    links = build_network.build(kind, n, key, base_folder=folder)
    if world.investors.newcomers:
        links = build_network.extended(links, world.investors.newcomers, world.investors.newcomer_links, key)
    people = populations.draw_population(world.investors, n, key)
    platforms = np.array([p.size for p in world.platforms]), streams_of(p.name for p in world.platforms)
    accounts = populations.open_accounts(world.investors, n, people, platforms, key)
    return Drawn(replication, key, links, people, accounts, lanes)
