"""What the page is sent of a result: the numbers of the comparison in the words of the report; one world to watch."""

from __future__ import annotations

import base64
import json

import networkx as nx
import numpy as np
import pytest

import trustsim as ts
from trustsim.kernels import layout
from trustsim.report.page.fan_chart import fan
from trustsim.web.answers import comparison
from trustsim.web.pictures import KINDS, picture
from trustsim.web.play import ASKED, LEFT, NO_CLIENT, STAYS, watch, worth_watching

STORY = """
trustsim: 1
title: a small theft
horizon: 40 d
network: {kind: small_world, mean_degree: 6, rewire: 10 %}
investors: {count: 120}
platforms:
  - {name: Harbour, kind: p2p_lending, liquid_share: 15 %}
shocks:
  - {kind: custodian_theft, platform: Harbour, day: 5, share: 20 %, discovery_lag: 2 d, notice_lag: 2 d}
variants:
  nothing: []
  insured: [{kind: guarantee, cover: 100 %, limit: 5000000 CNY, credibility: 1}]
outcomes: [peak_outflow, investor_loss, policy_cost]
replications: 12
"""


@pytest.fixture(scope="module")
def scenario():
    return ts.loads(STORY)


@pytest.fixture(scope="module")
def result(scenario):
    return ts.compare(scenario, workers=1, progress=False)


@pytest.fixture(scope="module")
def world(scenario):
    return watch(scenario, ["nothing", "insured"], 3)


def frames(world, key, variant):
    return np.frombuffer(base64.b64decode(world[key][variant]), np.uint8).reshape(len(world["days"]), world["n"])


def test_a_comparison_holds_the_numbers_of_the_result_best_first(result):
    shown = json.loads(json.dumps(comparison(result), allow_nan=False))
    assert [row["variant"] for row in shown["rows"]] == list(result.comparison.ranking)
    found = result.comparison.differences["insured"]["peak_outflow"]
    cell = next(row for row in shown["rows"] if row["variant"] == "insured")["cells"]["peak_outflow"]
    assert cell["difference"]["mean"] == found.mean
    assert (cell["difference"]["low"], cell["difference"]["high"]) == (found.low, found.high)
    assert cell["level"]["mean"] == result.comparison.levels["insured"]["peak_outflow"].mean
    assert next(row for row in shown["rows"] if row["is_baseline"])["cells"]["peak_outflow"]["difference"] is None


def test_the_axis_of_an_outcome_holds_zero_and_every_interval(result):
    for outcome in comparison(result)["outcomes"]:
        if outcome["axis"] is None:
            continue
        found = result.comparison.differences["insured"][outcome["name"]]
        ends = [x for x in (found.low, found.high, 0.0) if np.isfinite(x)]
        assert outcome["axis"]["low"] <= min(ends)
        assert max(ends) <= outcome["axis"]["high"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_has_its_drawing_its_numbers_and_what_it_is(result, kind):
    name = "outflow" if kind in ("fan", "paired") else "peak_outflow"
    shown = picture(result, kind, name)
    assert all(drawn["svg"].lstrip().startswith("<svg") for drawn in shown["pictures"])
    assert len(shown["csv"].splitlines()) > 1
    assert shown["title"]
    assert shown["table"]["rows"]


def test_a_fan_has_a_panel_for_every_variant_and_is_that_of_the_report(result):
    shown = picture(result, "fan", "outflow")
    assert [drawn["variant"] for drawn in shown["pictures"]] == list(result.study.variants)
    assert tuple(drawn["svg"] for drawn in shown["pictures"]) == fan(result, "outflow").pictures


@pytest.mark.parametrize(("kind", "name"), [("pie", "outflow"), ("fan", "outfow"), ("difference", "peak_outfow")])
def test_an_unknown_picture_is_refused_with_what_is_allowed(result, kind, name):
    with pytest.raises(ts.TrustsimError, match="allowed"):
        picture(result, kind, name)


def test_a_world_to_watch_is_the_run_of_the_study(scenario, world):
    model = ts.TrustCrisisModel(scenario, rng=3)
    for _ in range(scenario.n_days):
        model.step()
    expected = model.series("outflow")[:, 0, -1]
    assert world["platform"]["nothing"]["outflow"] == pytest.approx(expected.astype(float), abs=1e-6)
    holds = (model.state.flags[0] & layout.HOLDS) > 0
    held = np.isin(frames(world, "status", "nothing")[-1], (STAYS, ASKED))
    n_holding = len(np.unique(model.state.accounts.investor[holds[: model.state.accounts.n_accounts]]))
    assert abs(int(held.sum()) - n_holding) <= int((frames(world, "status", "nothing")[-1] == ASKED).sum())


def test_a_world_to_watch_draws_everybody_of_a_small_network_and_each_link_once(world):
    assert world["n"] == 120 == len(world["places"]) == len(world["segment"])
    assert world["note"] == ""
    pairs = {tuple(sorted(edge)) for edge in world["edges"]}
    assert len(pairs) == len(world["edges"])
    assert np.abs(np.array(world["places"])).max() <= 1


def test_nobody_has_left_before_having_been_a_client(world):
    status = frames(world, "status", "nothing")
    first_left = np.where((status == LEFT).any(axis=0), (status == LEFT).argmax(axis=0), len(status))
    left = np.flatnonzero(first_left < len(status))
    assert len(left) > 0
    for investor in left:
        assert (status[: first_left[investor], investor] != NO_CLIENT).any()


def test_a_guarantee_that_all_believe_keeps_more_people_in(world):
    left = {name: int((frames(world, "status", name)[-1] == LEFT).sum()) for name in world["variants"]}
    assert left["insured"] <= left["nothing"]


def test_the_worlds_to_watch_are_those_of_the_study(result):
    offered = worth_watching(result)
    assert offered
    assert {each["replication"] for each in offered} <= set(result.study.replications.tolist())


def of_size(count, network="{kind: small_world, mean_degree: 6, rewire: 10 %}"):
    text = STORY.replace("count: 120", f"count: {count}").replace("horizon: 40 d", "horizon: 6 d")
    return ts.loads(text.replace("{kind: small_world, mean_degree: 6, rewire: 10 %}", network))


def test_a_large_network_is_watched_in_a_connected_sample_and_says_so():
    large = watch(of_size(1300), ["nothing"], 0)
    assert large["n"] == 1000
    assert "1000 of 1300" in large["note"]
    graph = nx.Graph(map(tuple, large["edges"]))
    assert nx.is_connected(graph)
    assert len(graph) == 1000


def test_where_very_many_are_all_linked_no_link_is_drawn():
    shown = watch(of_size(2100, "{kind: complete}"), ["nothing"], 0)
    assert shown["edges"] == []
    assert "no link is drawn" in shown["note"]
