"""Rules of choice beside the logit: each alone in a quiet world, on the ordinary model."""

import networkx as nx
import numpy as np
import pytest
from quiet_world import document

from trustsim.catalog import REGISTRY
from trustsim.kernels import draws, layout, purposes
from trustsim.kernels.layout import Beliefs, Gauges
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.mechanisms.behaviour.imitation import AGREED
from trustsim.mechanisms.behaviour.in_turn import AGAINST, DECIDED, SAW
from trustsim.mechanisms.behaviour.thoughts import OPINION
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.world.network import Network

ALONE = {
    "platforms": {"Harbour": {"liquid_share": "100 %"}},
    "segment": {"wealth": 2000},
}


def stepped(days: int, mechanisms: dict[str, object], **rest: object) -> TrustCrisisModel:
    """Return a model of many investors on one platform that can pay all, after some days under one rule."""
    investors = {"count": 4000, "second_platform": "0 %", "considered": 1, "members": "100 %"}
    scenario = from_document(document(mechanisms=mechanisms, investors=investors, **ALONE, **rest), REGISTRY)
    model = TrustCrisisModel(scenario, rng=0, collects=False)
    for _ in range(days):
        model.step()
    return model


def share_in(model: TrustCrisisModel) -> np.ndarray:
    return model.history[:, Gauges.HOLDERS, 0, 0] / model.history[0, Gauges.HOLDERS, 0, 0]


def test_who_follows_nobody_tosses_a_coin() -> None:
    model = stepped(6, {"interaction": {"conformity": 5}})
    assert np.abs(share_in(model)[2:] - 0.5).max() < 5 * 0.5 / np.sqrt(4000)  # five standard errors


def test_an_own_reason_to_leave_moves_the_share_along_the_logistic_curve() -> None:
    model = stepped(4, {"interaction": {"pull": 1.0, "intensity": 0.5}})
    wanted = 1 / (1 + np.exp(1.0))
    assert np.abs(share_in(model)[2:] - wanted).max() < 5 * 0.5 / np.sqrt(4000)


def test_those_who_return_are_seen_as_well() -> None:
    model = stepped(40, {"interaction": {"conformity": 1, "intensity": 0.3}}, network={"kind": "complete"})
    n = 4000
    seen = model.state.beliefs[Beliefs.SEEN, 0]
    out = (model.state.flags[0] & layout.HOLDS) == 0
    assert (seen == out.sum() - out).all()
    assert 0 < out.sum() < n


def test_neighbours_seen_out_agree_on_a_network_with_rows() -> None:
    model = stepped(20, {"interaction": {"intensity": 0.5}}, network={"kind": "poisson", "mean_degree": 4})
    out = (model.state.flags[0] & layout.HOLDS) == 0
    links = model.state.network
    wanted = np.add.reduceat(np.append(out[links.neighbours], 0), links.indptr[:-1])
    wanted[np.diff(links.indptr) == 0] = 0
    assert (model.state.beliefs[Beliefs.SEEN, 0] == wanted).all()


def test_a_cluster_leaves_as_a_whole() -> None:
    model = stepped(3, {"clusters": {"activity": "0.3 /day"}}, network={"kind": "poisson", "mean_degree": 1.5})
    left = (model.state.flags[0] & layout.RAN) > 0
    of = model.state.network.clusters
    assert 0 < left.sum() < len(left)
    assert len(np.unique(np.stack([of, left]), axis=1).T) == len(np.unique(of))


@pytest.mark.parametrize("kind", [{"kind": "complete"}, {"kind": "poisson", "mean_degree": 3}])
def test_meetings_keep_the_mean_opinion(kind: dict[str, object]) -> None:
    model = stepped(10, {"bounded_confidence": {"confidence": 0.4, "speed": 0.3}}, network=kind)
    first = draws.uniforms(4000, purposes.OPINION, model.engine.clock.keys[0])[0]
    thought = model.kept[OPINION][0]
    assert thought.mean() == pytest.approx(first.mean(), abs=1e-12)
    assert thought.std() < 0.9 * first.std()
    fund = model.state.beliefs[Beliefs.FUND, 0].astype(float)
    assert np.abs(1 / (1 + np.exp(-fund)) - thought).max() < 1e-6


def opinions_after(days: int, network: object, **settings: object) -> np.ndarray:
    told = document(mechanisms={"opinion": settings}, network=network, investors={"count": None}, **ALONE)
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    for _ in range(days):
        model.step()
    return model.kept[OPINION][0]


def test_an_opinion_counts_by_the_links_of_who_holds_it() -> None:
    thought = opinions_after(60, {"kind": "named", "name": "florentine_families"}, start="one", who=2, oneself=1)
    links = TrustCrisisModel(
        from_document(
            document(network={"kind": "named", "name": "florentine_families"}, investors={"count": None}), REGISTRY
        ),
        rng=0,
    ).state.network
    wanted = (links.degree[2] + 1) / (links.degree.sum() + links.n_nodes)
    assert thought == pytest.approx(np.full(links.n_nodes, wanted), abs=1e-3)


def test_the_stubborn_go_on_differing_as_friedkin_and_johnsen_say() -> None:
    karate = {"kind": "named", "name": "karate_club"}
    thought = opinions_after(60, karate, start="one", who=33, stubborn=0.4)
    links = nx.to_numpy_array(nx.karate_club_graph(), weight=None)
    t = links / links.sum(axis=1, keepdims=True)
    wanted = np.linalg.solve(np.eye(34) - 0.6 * t, 0.4 * np.eye(34)[33])
    assert thought == pytest.approx(wanted, abs=1e-12)


def test_where_all_are_linked_the_rows_that_are_not_written_out_count_as_well() -> None:
    big = opinions_after(3, {"kind": "complete"}, start="one", who=0)
    assert len(big) == 1000  # rows written out
    told = {"start": "one", "who": 0}
    large = document(mechanisms={"opinion": told}, network={"kind": "complete"}, investors={"count": 2500}, **ALONE)
    model = TrustCrisisModel(from_document(large, REGISTRY), rng=0, collects=False)
    model.step()
    wanted = np.full(2500, 1 / 2499)
    wanted[0] = 0
    assert model.kept[OPINION][0] == pytest.approx(wanted, abs=1e-15)


def test_who_copies_those_who_are_alike_stays_as_he_is() -> None:
    model = stepped(5, {"imitation": {}}, network={"kind": "complete"})
    assert (share_in(model) == 1).all()
    assert (model.kept[AGREED][0, 0, 0]) == 1


def test_a_leader_who_copies_nobody_is_followed_by_all() -> None:
    star = nx.DiGraph((0, i) for i in range(1, 50))  # 0 is seen by all and sees nobody
    told = document(mechanisms={"imitation": {"looks": 1}}, investors={"count": 50, "second_platform": "0 %"}, **ALONE)
    model = TrustCrisisModel(
        from_document(told, REGISTRY), rng=0, collects=False, network=Network.from_networkx(star, is_directed=True)
    )
    model.step()
    model.state.actions[0, 0] |= np.uint8(layout.RUNS)
    model.engine.act()
    model.engine.settle()
    for _ in range(59):
        model.step()
    assert (model.state.flags[0] & layout.HOLDS == 0).all()


def test_who_knows_for_sure_leaves_a_bad_platform() -> None:
    groups = {"kind": "block", "communities": 1000, "mean_degree": 3, "inside_share": "100 %"}
    sure = stepped(4, {"observation": {"accuracy": 1, "noise": 0}}, network=groups)
    assert share_in(sure).tolist() == [1, 0.75, 0.5, 0.25, 0]
    good = stepped(4, {"observation": {"accuracy": 1, "bad": False, "noise": 0}}, network=groups)
    assert share_in(good).tolist() == [1, 1, 1, 1, 1]


def test_decisions_follow_what_those_before_decided() -> None:
    groups = {"kind": "block", "communities": 400, "mean_degree": 9, "inside_share": "100 %"}
    model = stepped(10, {"observation": {"accuracy": 0.6, "noise": 0, "own_weight": 1}}, network=groups)
    decided = model.kept[DECIDED][0].reshape(400, 10).astype(int)
    net = np.cumsum(decided, axis=1)
    in_cascade = np.abs(net[:, :-1]) >= 2
    assert in_cascade.sum() > 1000
    assert (np.sign(decided[:, 1:]) == np.sign(net[:, :-1]))[in_cascade].all()


@pytest.mark.parametrize(("accuracy", "noise", "own"), [(2 / 3, 0.17, 1.75), (0.6, 0.5, 1.0), (0.9, 1.0, 3.0)])
def test_who_errs_follows_an_own_signal_as_the_logit_says(accuracy: float, noise: float, own: float) -> None:
    """The first in line, 2000 of them on a bad platform; within five standard errors."""
    groups = {"kind": "block", "communities": 2000, "mean_degree": 1, "inside_share": "100 %"}
    told = {"accuracy": accuracy, "noise": noise, "own_weight": own}
    first = stepped(1, {"observation": told}, network=groups).kept[DECIDED][0][::2]
    odds = (accuracy / (1 - accuracy)) ** own
    follows = 1 / (1 + np.exp(-(odds - 1) / (odds + 1) / noise))
    leaves = accuracy * follows + (1 - accuracy) * (1 - follows)
    assert abs((first > 0).mean() - leaves) < 5 * np.sqrt(leaves * (1 - leaves) / 2000)


def test_who_trusts_the_own_signal_most_joins_no_cascade_and_who_trusts_it_little_joins_all() -> None:
    groups = {"kind": "block", "communities": 400, "mean_degree": 9, "inside_share": "100 %"}
    joined = {}
    for own in (1, 20):
        model = stepped(10, {"observation": {"accuracy": 0.7, "noise": 0, "own_weight": own}}, network=groups)
        found = measured(Finished(model))
        joined[own] = found["cascade[joined]"][0]
        decided, saw = model.kept[DECIDED][0].reshape(400, 10), model.kept[SAW][0].reshape(400, 10)
        net = np.cumsum(decided, axis=1, dtype=int) - decided
        against = (saw & AGAINST) > 0
        assert (np.abs(net[against]) >= 2).all()
        assert found["cascade[possible]"][0] == against.any(axis=1).mean()
    assert joined == {1: 1, 20: 0}


def test_who_imitates_nobody_joins_at_a_constant_rate() -> None:
    told = {"adoption": {"innovation": "0.2 /day", "imitation": 0}}
    investors = {"count": 4000, "second_platform": "0 %", "considered": 1, "members": "0 %"}
    scenario = from_document(document(mechanisms=told, investors=investors, **ALONE), REGISTRY)
    model = TrustCrisisModel(scenario, rng=0, collects=False)
    for _ in range(6):
        model.step()
    left = 1 - model.history[1:, Gauges.HOLDERS, 0, 0] / 4000
    assert np.abs(left - np.exp(-0.2 * np.arange(1, 7))).max() < 5 * 0.5 / np.sqrt(4000)  # five standard errors


def test_who_left_is_back_after_the_time() -> None:
    told = {"threshold": {"rule": "count", "count": 2**31, "first": 40}, "reentry": {"after": "5 d"}}
    model = stepped(10, told)
    assert share_in(model)[:7].tolist() == [1, 0.99, 0.99, 0.99, 0.99, 0.99, 1]


def test_who_exchanges_no_opinions_has_none_beside_those_who_do() -> None:
    given = document(
        mechanisms={"bounded_confidence": {}}, network={"kind": "complete"}, investors={"count": 30},
        variants={"on": [], "off": [{"set": {"mechanisms.bounded_confidence": "off"}}]},
    )  # fmt: skip
    model = TrustCrisisModel(from_document(given, REGISTRY), rng=0, collects=False)
    model.step()
    on, off = model.kept[OPINION]
    assert not np.isnan(on).any()
    assert np.isnan(off).all()
