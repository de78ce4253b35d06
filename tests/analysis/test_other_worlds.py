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
    "floats": "100 %", "own_cash": "1000000 CNY",
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


def test_what_the_file_says_of_one_of_the_two_does_not_come_with_the_keeper() -> None:
    """Another keeper brings his own factors; he neither makes assets easier to sell nor undoes what the file says."""
    whole = {"name": "H", "liquid_share": "15 %", "custody": "bank"}
    kept = {**whole, "sale_limit": "1 %"}
    ways = {"bank": [{"set": {"platforms": [kept]}}], "easy bank": [{"set": {"platforms": [whole]}}]}
    assert marked(ways, platforms=[{**kept, "custody": "payment_firm"}]) == {"easy bank": ("sale_limit",)}
    said = {**kept, "custody": "none", "loss_factor": 1.5}
    forgets = {"bank": [{"set": {"platforms.H.custody": "bank"}}], "forgets": [{"set": {"platforms": [kept]}}]}
    assert marked(forgets, platforms=[said]) == {"forgets": ("loss_factor",)}


def test_a_fact_that_only_the_baseline_sets_in_time_makes_others_another_world() -> None:
    bad = {"set": {"platforms.H.default_rate": "50 %"}, "from": "2 d"}
    back = {"set": {"platforms.H.default_rate": "5.4 %"}, "from": "3 d"}
    named = {"kind": "new_terms", "platform": "H", "default_rate": "50 %", "from": "2 d"}
    variants = {
        "bad": [bad], "without": [], "back": [bad, back], "ends": [{**bad, "until": "4 d"}], "same": [named],
        "same, a term": [bad, {"set": {"platforms.H.payout_lag": "5 d"}, "from": "3 d"}],
    }  # fmt: skip
    others = dict.fromkeys(("nothing", "without", "back", "ends"), ("default_rate",))
    assert marked(variants, baseline="bad") == others


def test_a_fact_set_in_time_to_what_it_is_anyway_changes_nothing() -> None:
    assert marked({"as it is": [{"set": {"platforms.H.default_rate": "5.4 %"}, "from": "3 d"}]}) == {}


def test_shocks_are_counted() -> None:
    outage = {"kind": "outage", "platform": "H", "day": 5}
    variants = {"two": [outage, outage], "two, insured": [outage, outage, {"kind": "guarantee"}], "one": [outage]}
    assert marked(variants, baseline="two") == dict.fromkeys(("nothing", "one"), ("shock outage",))


def regulators(*each: dict[str, Any]) -> list[Any]:
    return [{"set": {"regulators": [{"name": f"R{k}", **one} for k, one in enumerate(each)]}}]


def test_actors_are_held_against_those_of_their_kind_whatever_their_names() -> None:
    blind = {"noise": "30 %"}
    variants = {
        "renamed": [{"set": {"regulators": [{"name": "New", **blind}]}}],
        "sees": [{"set": {"regulators": [{"name": "New", "noise": "0 %"}]}}],
        "plain in its place": [{"set": {"regulators": [{"name": "New"}]}}],
        "stricter": regulators({**blind, "interval": "5 d"}), "gone": regulators(),
        "one more": regulators({}, blind), "one more that sees": regulators({"noise": "0 %", "finds": "100 %"}, blind),
    }  # fmt: skip
    assert marked(variants, regulators=[{"name": "Watch", **blind}]) == {
        "sees": ("regulator.noise",), "plain in its place": ("regulator.noise",),
        "one more that sees": ("regulator.noise", "regulator.finds"),
    }  # fmt: skip


def test_a_new_actor_has_the_facts_of_its_kind() -> None:
    variants = {"plain": regulators({"interval": "5 d"}), "sees all": regulators({"noise": "0 %", "finds": "100 %"})}
    assert marked(variants) == {"sees all": ("regulator.noise", "regulator.finds")}


#: settings of levers that are nobody's choice, each with a value
FACTS_OF_LEVERS = {
    "campaign.praise": 5, "campaign.fading": "1 %", "campaign.attention": 3, "cooling_off.second_thoughts": "90 %/day",
    "custody_mandate.loss_factor": 0.5, "incident_control.hazard": 0, "incident_control.severity": 0.01,
    "incident_control.lag": 0,
    "notice_period.fear": 0, "official_warning.attention": 3, "official_warning.fading": "1 %",
    "pro_rata_payout.fear": 0, "redemption_fee.fear": 0, "rumour_rebuttal.credibility": 1, "user_education.effect": 1,
    "withdrawal_cap.fear": 0,
}  # fmt: skip


def test_a_lever_that_changes_nothing_is_no_other_world_whatever_its_facts() -> None:
    """A cap that binds nobody and frightens nobody is nothing; one that binds and frightens nobody is another world."""
    cap = {"kind": "withdrawal_cap", "fear": 0, "cost": 0}
    assert marked({"idle": [{**cap, "cap": 1e12}], "fearless": [{**cap, "cap": 500}]}) == {
        "fearless": ("withdrawal_cap.fear",)
    }


def test_of_every_lever_it_is_known_which_of_its_settings_are_facts() -> None:
    levers = REGISTRY.group("intervention")
    built_in = {name: each for name, each in levers.items() if each.make.__module__.startswith("trustsim.")}
    facts = {f"{name}.{p.name}" for name, each in built_in.items() for p in each.parameters if not p.chosen}
    assert {fact for fact in facts if not fact.startswith("new_terms.")} == set(FACTS_OF_LEVERS)


@pytest.mark.parametrize("fact", FACTS_OF_LEVERS)
def test_a_lever_with_another_effect_on_people_is_another_world(fact: str) -> None:
    kind, name = fact.split(".")
    odd, plain = {"kind": kind, name: FACTS_OF_LEVERS[fact]}, {"kind": kind}
    assert marked({"plain": [plain], "odd": [odd]}) == {"odd": (fact,)}
    shared = {"odd": [odd], "later": [{**odd, "from": "2 d"}], "plain": [plain]}
    assert marked(shared, baseline="odd") == {"plain": (fact,)}


def test_who_stands_behind_a_guarantee_and_how_far_it_is_believed_is_chosen() -> None:
    assert marked({"a state": [{"kind": "guarantee", "credibility": 1, "cover": "100 %", "fund": "1e9 CNY"}]}) == {}


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
