"""Mesa is the clock and the face: agents and the data collector show the arrays, and write through to them."""

from __future__ import annotations

import mesa
import networkx as nx
import numpy as np
import pytest
from small_worlds import CRISIS, arrays_of, crisis, differing, finished

from trustsim.errors import ModelError
from trustsim.kernels.layout import Books
from trustsim.model import InvestorAgent, PlatformAgent, TrustCrisisModel

LEVERS = {"nothing": [], "gate": [{"kind": "redemption_gate", "platform": "Quay", "trigger": 0.2}]}


@pytest.fixture
def model() -> TrustCrisisModel:
    return TrustCrisisModel(crisis(variants=LEVERS), rng=1, investors_as_agents=True)


def of_type(model: TrustCrisisModel, kind: type) -> list[mesa.Agent]:
    return [agent for agent in model.agents if isinstance(agent, kind)]


def test_every_platform_and_at_classroom_size_every_investor_is_an_agent(model: TrustCrisisModel) -> None:
    assert [agent.name for agent in of_type(model, PlatformAgent)] == ["Harbour", "Quay", "Mole"]
    assert len(of_type(model, InvestorAgent)) == 126
    assert {agent.segment for agent in of_type(model, InvestorAgent)} == {"novice", "professional"}
    assert len(TrustCrisisModel(crisis(variants=LEVERS), rng=0).agents) == 3


def test_agents_show_the_arrays_of_the_variant_shown(model: TrustCrisisModel) -> None:
    for _ in range(30):
        model.step()
    state = model.state
    for shown in (0, 1):
        model.shown = shown
        platforms, investors = of_type(model, PlatformAgent), of_type(model, InvestorAgent)
        assert [p.cash for p in platforms] == state.books[Books.CASH, shown].tolist()
        assert [p.client_money for p in platforms] == state.books[Books.CUSTODY, shown].tolist()
        assert sum(p.claims for p in platforms) == sum(i.balance for i in investors) == state.balance[shown].sum()
        assert sum(i.safe for i in investors) == state.safe[shown].sum()
        assert sum(p.assets for p in platforms) == state.ladder[:, shown].sum()
        assert all(0 < i.trust < 1 and i.fear >= 0 for i in investors)
        assert all(0 < p.trust < 1 and 0 <= p.liquidity <= 1 for p in platforms)
        assert any(i.has_run for i in investors)
        assert {p.status for p in platforms} <= {"open", "stopped", "winding down", "failed"}


def test_what_is_written_to_an_agent_is_in_the_arrays(model: TrustCrisisModel) -> None:
    model.shown = 1
    money, before = model.state.total_money().copy(), model.state.beliefs.copy()
    platform, investor = of_type(model, PlatformAgent)[0], of_type(model, InvestorAgent)[5]
    platform.cash += 12345
    assert (model.state.total_money() == money).all()
    investor.trust, investor.fear = 0.25, 3.0
    assert investor.trust == pytest.approx(0.25, abs=1e-6)  # float32
    assert investor.fear == 3.0
    assert np.array_equal(model.state.beliefs[:, 0], before[:, 0])  # the other variant is as it was
    with pytest.raises(ModelError, match="between 0 and 1"):
        investor.trust = 1.0
    model.step()
    assert (model.state.total_money() == money).all()


def test_writing_fear_to_everybody_starts_a_run() -> None:
    calm, afraid = (TrustCrisisModel(crisis(shocks=[]), rng=0, investors_as_agents=True) for _ in range(2))
    for agent in of_type(afraid, InvestorAgent):
        agent.fear, agent.trust = 8.0, 0.02
    for _ in range(3):
        calm.step()
        afraid.step()
    assert afraid.series("runners")[:, 0, -1].sum() > calm.series("runners")[:, 0, -1].sum() + 0.1


def test_the_data_collector_shows_the_series_of_every_variant(model: TrustCrisisModel) -> None:
    for _ in range(10):
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["day"].tolist() == list(range(11))
    for v, name in enumerate(LEVERS):
        for series in ("trust", "outflow", "claims", "fear", "liquidity"):
            assert np.array_equal(frame[f"{series} ({name})"].to_numpy(np.float32), model.series(series)[:, v, -1])


def test_showing_changes_nothing() -> None:
    """With agents and collector or without: the same bits."""
    scenario = crisis(variants=LEVERS, horizon=30)
    seen = TrustCrisisModel(scenario, rng=0, investors_as_agents=True)
    for _ in range(scenario.n_days):
        seen.step()
        _ = [agent.trust for agent in of_type(seen, InvestorAgent)]
    assert differing(arrays_of(finished(scenario), 1), arrays_of(seen, 1)) == []


def test_a_model_stops_at_its_horizon() -> None:
    model = TrustCrisisModel(crisis(shocks=[], horizon=3), rng=0)
    while model.running:
        model.step()
    assert (model.day, len(model.history)) == (3, 4)


class Influencer(mesa.Agent):
    """A user's own agent: tells everyone on day 3 that Harbour is lost."""

    def step(self) -> None:
        if self.model.day == 3:
            self.model.post("Harbour", "nothing", reach=1.0, fund=-6.0, risk=6.0, fear=6.0)


def test_an_agent_of_the_users_own_takes_part_in_the_day() -> None:
    scenario = crisis(variants=LEVERS, shocks=[], horizon=10)
    plain, influenced = TrustCrisisModel(scenario, rng=0), TrustCrisisModel(scenario, rng=0)
    Influencer(influenced)
    for _ in range(10):
        plain.step()
        influenced.step()
    trust = [m.series("trust") for m in (plain, influenced)]
    assert np.array_equal(trust[0][:3], trust[1][:3])
    assert trust[1][3, 0, 0] < trust[0][3, 0, 0] - 0.2  # heard on the day itself
    assert np.array_equal(trust[0][:, 1, 0], trust[1][:, 1, 0])  # not in the other variant


def test_a_wrong_post_is_refused_with_what_is_allowed(model: TrustCrisisModel) -> None:
    with pytest.raises(ModelError, match=r"given 'found'; allowed: one of fund, .*did you mean fund\?"):
        model.post("Harbour", reach=1.0, found=-1.0)
    with pytest.raises(ModelError, match="no variant 'gated'; allowed: one of nothing, gate"):
        model.post("Harbour", "gated", reach=1.0, fund=-1.0)
    with pytest.raises(ModelError, match=r"given 'Harbor'; allowed: one of Harbour, .*\*; did you mean Harbour\?"):
        model.post("Harbor", reach=1.0, fund=-1.0)
    with pytest.raises(ModelError, match="no variant 'gated'"):
        TrustCrisisModel(crisis(variants=LEVERS), ["gated"], rng=0)


def test_variants_of_two_groups_are_refused_by_one_model() -> None:
    variants = {"nothing": [], "rewired": [{"set": {"network.rewire": 0.9}}]}
    with pytest.raises(ModelError, match="lockstep_groups"):
        TrustCrisisModel(crisis(variants=variants), rng=0)


def test_a_graph_of_the_users_own_takes_the_place_of_the_network() -> None:
    """Self-loops are dropped, isolated nodes stay."""
    graph = nx.path_graph(30)
    graph.add_edges_from([(0, 0), (7, 7)])
    graph.add_nodes_from(range(30, 120))
    model = TrustCrisisModel(crisis(), rng=0, network=graph)
    for _ in range(model.story.n_days):
        model.step()
    assert model.state.network.n_self_loops == 2
    assert (model.state.network.degree[30:120] <= CRISIS["investors"]["newcomers"]).all()
    assert np.isfinite(model.series("trust")[:, :, -1]).all()


@pytest.mark.filterwarnings("ignore:The `iterations`:DeprecationWarning")  # of newer versions of Mesa
def test_models_that_do_not_say_which_replication_they_are_are_different_worlds_also_in_mesas_batch_run() -> None:
    """As Mesa's own models are without a seed; each says which one it is, so that it can be made again."""
    story = crisis(shocks=[], horizon=5)
    how = {"iterations": 3, "number_processes": 1, "display_progress": False}
    rows = mesa.batch_run(TrustCrisisModel, {"scenario": [story], "variants": ["nothing"]}, **how)
    assert len({row["replication"] for row in rows}) == 3
    assert len({row["outflow (nothing)"] for row in rows}) == 3
    again = TrustCrisisModel(story, "nothing", rng=rows[0]["replication"])
    while again.running:
        again.step()
    assert again.series("outflow")[-1, 0, -1] == rows[0]["outflow (nothing)"]
