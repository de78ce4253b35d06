"""The outcome that ranks the variants is part of the page's state; the numbers stay what they are."""

from __future__ import annotations

import pytest
from asking import told

from trustsim.analysis.headlines import HEADLINES
from trustsim.catalog import REGISTRY


def ranked(finished, **params):
    events = told(finished.client, finished.job["id"], **params)
    return events[-1]["comparison"]


def test_variants_are_ranked_by_what_the_page_asks_for(finished):
    usual, by_cost = ranked(finished), ranked(finished, ranked_by="policy_cost")
    result = finished.client.get(f"/api/jobs/{finished.job['id']}/result.json").json()
    assert usual["ranked_by"] == result["ranked_by"] in HEADLINES
    assert by_cost["ranked_by"] == "policy_cost"
    harms = result["harms"]  # these stand last
    unhurt = [row for row in by_cost["rows"] if row["variant"] not in harms]
    cost = [row["cells"]["policy_cost"]["level"]["mean"] for row in unhurt]
    assert cost == pytest.approx(sorted(cost), rel=0.01)  # costs not to be told apart: by the headline outcomes
    assert {row["variant"]: row["cells"] for row in usual["rows"]} == {
        row["variant"]: row["cells"] for row in by_cost["rows"]
    }
    assert "policy cost" in by_cost["question"]


def test_what_cannot_rank_leaves_the_ranking_as_it_is(finished):
    measured = finished.client.get(f"/api/jobs/{finished.job['id']}/result.json").json()["variants"]["x,y"]["outcomes"]
    ranking = [entry.name for entry in REGISTRY.group("outcome").values() if entry.better]
    not_measured = next(name for name in ranking if name not in measured)
    for name in (not_measured, "n_runs", "<script>", ""):
        assert ranked(finished, ranked_by=name)["ranked_by"] == ranked(finished)["ranked_by"], name


def test_the_form_says_what_ranks_and_refuses_what_cannot(client):
    def form(**state):
        return client.post("/api/scenario", json={"scenario": "small.yaml", **state}).json()

    told = form()
    assert told["ranked_by"] == "investor_loss"
    assert [each["name"] for each in told["outcomes"] if each["can_rank"]] == sorted(
        ["investor_loss", "policy_cost", "run_probability"],
        key=[each["name"] for each in told["outcomes"]].index,
    )
    assert form(ranked_by="run_probability")["ranked_by"] == "run_probability"
    wrong = form(ranked_by="investor_los")["problems"]
    assert [(each["path"], each["nearest"]) for each in wrong] == [("ranked_by", "investor_loss")]
    assert "run_probability" in wrong[0]["allowed"]


def test_another_ranking_is_the_same_job(finished):
    again = finished.client.post("/api/jobs", json={**finished.state, "ranked_by": "investor_loss"}).json()
    assert again["id"] == finished.job["id"]
