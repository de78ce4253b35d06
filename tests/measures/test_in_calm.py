"""What a lever changes before anything strikes is its effect in calm, and is told apart from that on the crisis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from counted import mean, story, study

import trustsim as ts
from trustsim.analysis.comparison import compare
from trustsim.catalog import REGISTRY
from trustsim.report.tables.table import ranked_table
from trustsim.report.words import calm_times
from trustsim.report.words.answer import answer

THEFT = {"kind": "custodian_theft", "platform": "H", "day": 30, "share": "9 %", "discovery_lag": 0, "notice_lag": 0}
WAYS: dict[str, list[dict[str, Any]]] = {
    "friction": [{"kind": "process_friction", "exit": 3}],
    "later": [{"kind": "process_friction", "exit": 3, "from": "31 d"}],
    "insured": [{"kind": "guarantee"}],
}


@pytest.fixture(scope="module")
def found() -> Any:
    return study(story(shocks=[THEFT], variants={"nothing": [], **WAYS}), 12)


def test_before_anything_strikes_doing_nothing_is_calm(found: Any) -> None:
    assert mean(found, "excess_before") == pytest.approx(0, abs=0.01)


def test_a_friction_changes_calm_and_one_that_comes_later_does_not(found: Any) -> None:
    assert mean(found, "excess_before", "friction") < mean(found, "excess_before") - 0.02
    assert mean(found, "excess_before", "later") == mean(found, "excess_before")
    assert mean(found, "excess_withdrawn", "later") != mean(found, "excess_withdrawn")


def test_the_part_in_calm_is_told_beside_the_whole_change(found: Any) -> None:
    c = compare(found, REGISTRY)
    lines = calm_times.told(c)
    assert [line.partition(" changes")[0] for line in lines] == ["‘friction’"]
    assert lines[0] in " ".join(ranked_table(c).split()).replace("\u00a0", " ")
    facts = {fact.asked: fact.found for fact in answer(ts.Result(found, c)).facts}
    assert facts["Is it the crisis that it changes?"] == f"{lines[0]}."


@pytest.mark.parametrize("shocks", [[], [{**THEFT, "day": 0}]])
def test_without_calm_days_before_a_shock_it_has_no_value(shocks: list[Any]) -> None:
    assert np.isnan(study(story(shocks=shocks), 2).outcomes["excess_before"]).all()
