"""Promise 4: populations of nobody, one and two, isolated nodes, platforms without clients."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from small_worlds import CRISIS, NETWORKS, crisis, finished

from sound import assert_sound
from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import WINDING, Gauges, Traits
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.world.network import Network

LEVERS = {"nothing": [], "gate": [{"kind": "redemption_gate"}, {"kind": "guarantee"}, {"kind": "early_action"}]}


def run_through(scenario: Any, **how: Any) -> TrustCrisisModel:
    model = TrustCrisisModel(scenario, **how)
    assert_sound(model)
    return model


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("newcomers", [0, 2])
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network["kind"])
def test_a_population_of_nobody_one_or_two_runs(count: int, newcomers: int, network: dict[str, Any]) -> None:
    investors = {"count": count, "newcomers": newcomers}
    model = run_through(
        crisis(investors=investors, network=network, variants=LEVERS, horizon=30), investors_as_agents=True
    )
    assert model.state.population.n_investors == count + newcomers


def test_without_anybody_every_series_is_still() -> None:
    model = run_through(crisis(investors={"count": 0}))
    for name in ("claims", "outflow", "requests", "holders", "runners", "queue"):
        assert not np.nan_to_num(model.series(name)).any(), name


def test_isolated_investors_feel_the_news_but_no_neighbour() -> None:
    """Without links herding and contagion have nothing to work with: switching them off changes nothing."""
    network = {"kind": "none"}
    variants = {
        "nothing": [],
        "alone": [{"set": {"mechanisms.herding.weight": 0, "mechanisms.herding.observed": 0}}],
    }
    mechanisms = {**CRISIS["mechanisms"], "herding": {"normal": 0}}
    model = run_through(
        crisis(network=network, variants=variants, mechanisms=mechanisms, investors={"count": 80}),
        investors_as_agents=False,
    )
    assert np.array_equal(model.state.beliefs[:, 0], model.state.beliefs[:, 1])
    assert np.array_equal(model.series("runners")[:, 0], model.series("runners")[:, 1])


def test_self_loops_and_isolated_nodes_of_a_graph_are_harmless() -> None:
    graph = nx.Graph([(0, 0), (1, 1), (1, 2), (2, 3)])
    graph.add_nodes_from(range(6))
    model = run_through(crisis(investors={"count": 6}, variants=LEVERS), network=graph)
    assert model.state.network.n_self_loops == 2
    assert model.state.network.degree.tolist() == [0, 1, 2, 1, 0, 0]


def test_a_directed_graph_carries_news_one_way_only() -> None:
    """Node 0 sees nobody, all see node 0: a star of arrows."""
    graph = nx.DiGraph([(0, k) for k in range(1, 40)])
    links = Network.from_networkx(graph, is_directed=True)
    model = run_through(crisis(investors={"count": 40}), network=links)
    mine = model.state.accounts.at[:, 0]
    assert not model.state.traits[Traits.LINKS, 0, mine[mine >= 0]].any()


def test_a_platform_without_clients_stays_empty_and_sound() -> None:
    """Its weight in the choice of platforms is a millionth, and nobody considers a second platform."""
    platforms = [{"name": "Harbour"}, {"name": "Quay", "size": 1e-6}, {"name": "Mole", "size": 1e-6, "volatility": 0.1}]
    investors = {"count": 50, "considered": 1}
    model = run_through(crisis(platforms=platforms, investors=investors, variants=LEVERS))
    assert np.diff(model.state.accounts.first).tolist() == [50, 0, 0]
    assert not model.history[:, Gauges.CLAIMS, :, 1:3].any()
    assert np.isnan(model.series("claims")[:, :, 1:3]).all()  # nothing to be a share of
    assert model.series("status")[:, :, 1:3].max() < WINDING  # an outage strikes Quay


def test_nobody_is_a_member_at_first() -> None:
    model = run_through(crisis(investors={"count": 50, "members": 0}, variants=LEVERS))
    assert not model.history[0, Gauges.CLAIMS].any()
    assert model.history[:, Gauges.JOINERS].sum() > 0


@pytest.mark.parametrize("step", [0.25, 1 / 24, 2.0, 7.0])
def test_steps_of_an_hour_and_of_a_week_keep_every_bound(step: float) -> None:
    scenario = crisis(step=step, variants=LEVERS, horizon=56 if step >= 0.25 else 24)
    model = run_through(scenario)
    assert len(model.history) == scenario.n_days + 1


def test_very_rich_and_very_poor_investors_keep_the_books_exact() -> None:
    """Balances of one minor unit beside balances of 10¹⁵: integer shares round, and nothing is lost by it."""
    segments = [
        {"name": "poor", "share": 0.5, "wealth": 0.02, "invested": 0.5},
        {"name": "rich", "share": 0.5, "wealth": 1e13, "invested": 0.9},
    ]
    run_through(crisis(investors={"count": 60, "segments": segments}, variants=LEVERS))


def test_everything_switched_off_leaves_a_still_world() -> None:
    """No mechanism: nobody runs, leaves or joins, whatever strikes."""
    off = dict.fromkeys(REGISTRY.group("mechanism"), "off")
    model = run_through(crisis(mechanisms=off, variants={"nothing": []}))
    for name in ("runners", "leavers", "joiners", "requests"):
        assert not model.series(name).any(), name


def test_a_run_does_not_depend_on_runs_before_it_in_the_process() -> None:
    scenario = crisis(horizon=30)
    first = finished(scenario).state.beliefs.copy()
    finished(crisis(horizon=25, seed=3))
    assert np.array_equal(first, finished(scenario).state.beliefs)


def test_a_network_that_brings_its_people_says_how_many_there_are() -> None:
    document: dict[str, Any] = {
        "trustsim": 1, "horizon": "3 d", "network": {"kind": "named", "name": "karate_club"},
        "platforms": [{"name": "Dojo"}], "variants": {"a": []},
    }  # fmt: skip
    assert TrustCrisisModel(from_document(document, REGISTRY), rng=0).state.population.n_investors == 34
    document["network"] = {"kind": "none"}
    assert TrustCrisisModel(from_document(document, REGISTRY), rng=0).state.population.n_investors == 1000
