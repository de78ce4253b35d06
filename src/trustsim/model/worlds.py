"""Worlds are drawn and stood side by side: what the model of one world and a batch of several have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from trustsim.kernels import draws
from trustsim.model.engine import Engine
from trustsim.scenario.resolved import Scenario, Variant
from trustsim.world import build_network
from trustsim.world import population as populations
from trustsim.world import state as states
from trustsim.world.drawn import Drawn
from trustsim.world.network_size import USUAL_COUNT


def engine_of(
    scenario: Scenario, variants: Sequence[Variant], replications: Sequence[int], network: object | None = None
) -> Engine:
    """Return an engine at day 0 of these replications, each in these variants, all of one lockstep group.

    ``network``: a networkx graph or a Network in place of the scenario's.
    """
    n = len(variants)
    drawn = [
        _drawn(scenario, variants[0], replication, range(w * n, (w + 1) * n), network)
        for w, replication in enumerate(replications)
    ]
    state = states.build([variant.world for variant in variants], drawn)
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
    sizes = np.array([p.size for p in world.platforms])
    accounts = populations.open_accounts(world.investors, n, people, sizes, key)
    return Drawn(replication, key, links, people, accounts, lanes)
