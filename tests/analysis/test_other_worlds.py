"""A variant that sets a fact of the world is another world: it is shown, marked in words, and no remedy in any rank."""

from __future__ import annotations

from typing import Any

import pytest

import trustsim as ts
from trustsim.analysis.other_worlds import other_worlds
from trustsim.catalog import REGISTRY
from trustsim.registry import parameters_of
from trustsim.report.tables import page_tables
from trustsim.report.tables.table import ranked_table
from trustsim.report.words import flips
from trustsim.report.words.answer import answer
from trustsim.scenario.load import from_document
from trustsim.web.answers import comparison as on_page

THEFT = {"kind": "custodian_theft", "platform": "H", "day": 3, "share": "9 %", "discovery_lag": 0, "notice_lag": 0}
#: facts that a `set` or the lever new_terms could make good free of charge, each with a value
FACTS = {
    "loss_factor": 0, "asset_yield": "50 %", "sale_limit": "100 %", "patience": "365 d", "default_rate": "0 %",
    "recovery": "100 %", "volatility": "10 %", "misuse_factor": 0, "estate_cost": "0 %", "sale_impact": 0,
    "safe_yield": "0 %", "custody_cost": "1 %", "custody_trust": 3,
}  # fmt: skip
TERMS = {
    "liquid_share": "50 %", "equity": "10 %", "promised_yield": "12 %", "credit_line": "10 %", "custody": "bank",
    "segregated_share": "50 %", "payout_lag": "5 d", "custody_lag": "1 d",
    "exit_friction": 2, "report_scope": "90 %", "report_lag": "1 d",
    "visibility": "0 %", "locked_share": "10 %", "service_capacity": "10 %/day",
}  # fmt: skip


def document(variants: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "trustsim": 1, "horizon": "20 d", "network": {"kind": "small_world", "mean_degree": 6},
        "investors": {"count": 200}, "platforms": [{"name": "H", "liquid_share": "15 %"}], "shocks": [THEFT],
        "variants": {"nothing": [], **variants}, "seed": 1, **changes,
    }  # fmt: skip


def marked(variants: dict[str, Any], **changes: Any) -> dict[str, tuple[str, ...]]:
    return dict(other_worlds(from_document(document(variants, **changes), REGISTRY)))


@pytest.fixture(scope="module")
def found() -> Any:
    variants = {
        "lucky": [{"set": {"platforms.H.loss_factor": 0}}],
        "insured": [{"kind": "guarantee"}],
    }
    story = from_document(document(variants), REGISTRY)
    return ts.compare(story, replications=8, workers=1, progress=False, robustness=False)


def test_whoever_sets_a_fact_is_marked_by_a_set_in_the_file_in_time_and_by_the_lever() -> None:
    for key, value in FACTS.items():
        path = f"platforms.H.{key}"
        ways = {
            "file": [{"set": {path: value}}],
            "time": [{"set": {path: value}, "from": "2 d"}],
            "lever": [{"kind": "new_terms", key: value}],
        }
        if key not in {p.name for p in REGISTRY["intervention", "new_terms"].parameters}:
            ways = {"file": ways["file"]}
        assert marked(ways) == dict.fromkeys(ways, (key,)), key


def test_whoever_sets_a_term_is_a_remedy() -> None:
    variants = {key: [{"set": {f"platforms.H.{key}": value}}] for key, value in TERMS.items()}
    assert marked({**variants, "off": [{"set": {"mechanisms.closure": "off"}}]}) == {}


def test_people_links_behaviour_and_shocks_are_facts() -> None:
    variants = {
        "people": [{"set": {"investors.segments.investors.literacy": 0.9}}],
        "links": [{"set": {"network.mean_degree": 2}}],
        "another": [{"set": {"network": {"kind": "none"}}}],
        "calm": [{"set": {"mechanisms.fear.decay": "50 %/day"}}],
        "deaf": [{"set": {"mechanisms.fear": "off"}}],
        "struck": [{"kind": "rumour", "platform": "H", "day": 4}],
    }
    segments = {"count": 200, "segments": [{"name": "investors"}]}
    assert marked(variants, investors=segments) == {
        "people": ("segments.literacy",), "links": ("network.mean_degree",), "another": ("network.kind",),
        "calm": ("fear.decay",), "deaf": ("fear",), "struck": ("shock rumour",),
    }  # fmt: skip


def test_what_a_choice_brings_with_it_is_part_of_the_choice_and_what_the_file_adds_is_not() -> None:
    ways = {
        "bank": [{"set": {"platforms.H.custody": "bank"}}],
        "lucky bank": [{"set": {"platforms.H.custody": "bank", "platforms.H.loss_factor": 0.01}}],
    }
    assert marked(ways) == {"lucky bank": ("loss_factor",)}


def test_a_fact_that_the_baseline_has_as_well_is_none_of_the_variant() -> None:
    shared = {"set": {"platforms.H.loss_factor": 2}}
    variants = {"worse": [shared], "and insured": [shared, {"kind": "guarantee"}], "first": []}
    assert marked(variants, baseline="worse") == {"nothing": ("loss_factor",), "first": ("loss_factor",)}


def test_another_world_is_never_first_and_helps_nobody(found: Any) -> None:
    c = found.comparison
    assert c.differences["lucky"][c.ranked_by].mean < min(-0.02, c.differences["insured"][c.ranked_by].mean)
    assert c.groups[-1] == ("lucky",)
    assert c.remedies == ("insured",)
    assert (c.helps("lucky"), c.fails("lucky")) == (False, False)
    assert "lucky" not in {*c.harms, *c.unmeasured, *c.shifts}


def test_a_study_of_other_worlds_alone_has_nothing_to_rank_and_says_so() -> None:
    story = from_document(document({"lucky": [{"set": {"platforms.H.loss_factor": 0}}]}), REGISTRY)
    result = ts.compare(story, replications=4, workers=1, progress=False)
    told = answer(result)
    assert "Every other variant is another world, so there is nothing to rank." in told.headline
    assert result.comparison.groups == (("nothing",), ("lucky",))
    assert "nothing is held against" in result.robustness.missing


def test_terminal_report_page_and_json_say_in_words_what_it_is(found: Any) -> None:
    said = "another world, not a remedy: it sets loss_factor"
    told = answer(found)
    assert f"≠ ‘lucky’: {said}" in " ".join(ranked_table(found.comparison).split())
    assert f"≠ ‘lucky’: {said}" in page_tables.ranking(found).note
    cells = dict(page_tables.ranking(found).rows)
    assert cells["lucky"][0].text == "≠"
    assert any(fact.asked == "What is no remedy?" and said in fact.found for fact in told.facts)
    assert "lucky" not in told.headline + told.question + "".join(flips.told(found))
    assert found.to_json()["other_worlds"] == {"lucky": {"sets": ["loss_factor"], "told": said}}
    page = on_page(found)
    assert {row["variant"]: row["marks"] for row in page["rows"]}["lucky"] == "≠"
    assert any("another world, not a remedy" in line for line in page["legend"])


def test_new_terms_knows_of_each_of_its_settings_whether_it_is_a_term_or_a_fact() -> None:
    of_platform = {p.name: p.chosen for p in REGISTRY["section", "platform"].parameters}
    settings = [p for p in parameters_of(REGISTRY["intervention", "new_terms"].make) if p.name != "platform"]
    assert settings
    assert all(p.chosen == of_platform[p.name] for p in settings)
    assert {p.chosen for p in settings} == {True, False}
