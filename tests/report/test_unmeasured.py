"""Where nobody needs money for ordinary reasons, a rule that keeps people from asking is not known to be free."""

from __future__ import annotations

from typing import Any

import pytest

import trustsim as ts
from trustsim.catalog import REGISTRY
from trustsim.report.tables import page_tables
from trustsim.report.tables.table import ranked_table
from trustsim.report.words.answer import answer
from trustsim.scenario.load import from_document

THEFT = {"kind": "custodian_theft", "platform": "H", "share": "9 %", "discovery_lag": 0}
RESTRICTING: dict[str, list[dict[str, Any]]] = {
    "friction": [{"kind": "process_friction", "exit": 10}],
    "locked": [{"set": {"platforms.H.locked_share": "100 %"}}],
    "fee": [{"kind": "redemption_fee", "fee": "100 %"}],
    "cool": [{"kind": "cooling_off", "delay": "1 d"}],
}
ELSE: dict[str, list[dict[str, Any]]] = {
    "easier": [{"kind": "process_friction", "exit": -0.1}],
    "insured": [{"kind": "guarantee"}],
}


def compared(n: int = 6, **changes: Any) -> Any:
    document = {
        "trustsim": 1,
        "horizon": "30 d",
        "network": {"kind": "small_world", "mean_degree": 10},
        "investors": {"count": 300},
        "platforms": [{"name": "H", "liquid_share": "15 %"}],
        "shocks": [{**THEFT, "day": 5, "notice_lag": 0}],
        "variants": {"nothing": [], **RESTRICTING, **ELSE},
        "seed": 1,
        **changes,
    }
    return ts.compare(from_document(document, REGISTRY), replications=n, workers=1, progress=False)


@pytest.fixture(scope="module")
def without_needs() -> Any:
    return compared(mechanisms={"ordinary": "off"})


def test_a_rule_that_keeps_people_from_asking_is_not_first_where_nobody_needs_money(without_needs: Any) -> None:
    c = without_needs.comparison
    assert dict(c.unmeasured) == dict.fromkeys(RESTRICTING, ("needs_unmet",))
    assert set(c.ranking[-len(RESTRICTING) :]) == set(RESTRICTING)
    assert not any(c.helps(name) for name in RESTRICTING)


def test_terminal_report_and_json_say_that_access_was_not_measured(without_needs: Any) -> None:
    said = "‘friction’: what it does to access is not measured here (needs unmet has no value)"
    c = without_needs.comparison
    assert f"? {said}" in " ".join(ranked_table(c).split())
    assert "friction ?" in ranked_table(c).replace("\u00a0", " ")
    assert any(said in fact.found for fact in answer(without_needs).facts)
    assert said in page_tables.ranking(without_needs).note
    assert c.to_json()["unmeasured"]["friction"] == ["needs_unmet"]


def test_a_freeze_alone_is_not_recommended_where_access_is_not_measured() -> None:
    only = {"nothing": [], "friction": RESTRICTING["friction"]}
    found = compared(mechanisms={"ordinary": "off"}, variants=only)
    assert found.comparison.differences["friction"]["excess_withdrawn"].mean < -0.02
    assert found.comparison.groups == (("nothing",), ("friction",))
    told = answer(found).headline
    assert "No variant whose harm is known is clearly better" in told
    assert "‘friction’ (but what it does to access is not measured here)" in told


def test_where_needs_are_measured_nothing_is_unknown() -> None:
    found = compared().comparison
    assert dict(found.unmeasured) == {}
    assert "needs_unmet" in found.harms["friction"]


def test_needs_of_three_worlds_in_twenty_are_too_few_to_clear_a_freeze() -> None:
    """By a rate of leaving of 0.4 % a year somebody needs money in three worlds, and never gets it."""
    rare = compared(
        n=20, mechanisms={"ordinary": {"leave": 1e-5, "join": 1e-6}}, horizon="60 d",
        variants={"nothing": [], "friction": RESTRICTING["friction"]},
    ).comparison  # fmt: skip
    difference = rare.differences["friction"]["needs_unmet"]
    assert 0 < difference.n < 4
    assert difference.mean == 1
    assert rare.groups == (("nothing",), ("friction",))
    assert not rare.helps("friction")
    assert "needs unmet has a value in too few worlds" in " ".join(ranked_table(rare).split())
