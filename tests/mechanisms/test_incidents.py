"""Incidents share how they go, and levers multiply their chance, their severity and the days until discovery."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from quiet_world import EACH, N, Play, lever

from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError
from trustsim.kernels.layout import Gauges
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.schema import schema_of

HEARD: dict[str, Any] = {"trust": {}, "media": {}}
BREACH = {"kind": "data_breach", "platform": "Harbour", "day": "1 d", "discovery_lag": "6 d", "notice_lag": "0 d"}
OUTAGE = {"kind": "outage", "days": "1 d"}


def control(incident: str, **factors: float) -> dict[str, Any]:
    return lever("incident_control", incident=incident, **{"hazard": 1, "severity": 1, "lag": 1, **factors})


def test_a_control_halves_the_days_until_discovery(play: Play) -> None:
    variants = {"nothing": [], "watched": [control("data_breach", lag=0.5)], "blind": [control("data_breach", lag=2)]}
    seen = play(0, shocks=[BREACH], mechanisms=HEARD, variants=variants)
    told: dict[int, int] = {}
    for day in range(1, 17):
        seen.step()
        for v in range(3):
            if (seen.belief("info")[v] < 0).any():
                told.setdefault(v, day)
    assert told == {0: 8, 1: 5, 2: 14}


def test_a_control_multiplies_the_severity(play: Play) -> None:
    theft = {"kind": "custodian_theft", "platform": "Harbour", "day": "0 d", "share": "8 %"}
    half = control("custodian_theft", severity=0.5)
    twice = [half, control("custodian_theft", severity=0.5, lag=0.9)]
    variants = {"nothing": [], "half": [half], "other": [control("outage", severity=0.5)], "twice": twice}
    taken = play(2, shocks=[theft], variants=variants).book("thieves")[:, 0] / (N * EACH)
    assert taken == pytest.approx([0.08, 0.04, 0.08, 0.02], abs=1e-5)
    outage = {**OUTAGE, "platform": "Harbour", "day": "0 d", "days": "4 d"}
    stopped = play(6, shocks=[outage], variants={"a": [], "b": [control("outage", severity=0.5)]}).gauge("status")
    assert (stopped[:, :, 0] == 1).sum(axis=0).tolist() == [4, 2]


def test_a_control_of_no_incident_is_an_error_with_the_incidents() -> None:
    with pytest.raises(ScenarioError) as told:
        story([], variants={"a": [control("rumour")]})
    assert "the incident 'rumour', which does not exist" in str(told.value)
    assert "one of custodian_theft, data_breach, misuse, outage" in str(told.value)


# a chance in place of a day


def story(shocks: list[dict[str, Any]], step: str = "1 d", horizon: str = "30 d", **more: Any) -> Scenario:
    document = {
        "trustsim": 1, "horizon": horizon, "step": step, "network": {"kind": "none"}, "investors": {"count": 5},
        "platforms": [{"name": "Harbour"}, {"name": "Quay"}], "shocks": shocks, **more,
    }  # fmt: skip
    return from_document(document, REGISTRY)


def struck_on(scenario: Scenario, worlds: int) -> np.ndarray[Any, Any]:
    """Return float64 (worlds, variants, platforms): days until an outage begins, infinite without one."""
    found = []
    for world in range(worlds):
        model = TrustCrisisModel(scenario, rng=world, collects=False)
        for _ in range(scenario.n_days):
            model.step()
        stopped = model.history[1:, Gauges.STATUS] == 1
        first = np.where(stopped.any(axis=0), stopped.argmax(axis=0) * scenario.step, np.inf)
        found.append(first)
    return np.array(found)


def test_a_chance_strikes_each_platform_on_a_day_of_its_own_once_and_alike_in_all_variants() -> None:
    scenario = story([{**OUTAGE, "platform": "*", "chance": "0.1 /day"}], variants={"a": [], "b": [control("misuse")]})
    days = struck_on(scenario, 40)
    assert (days[:, 0] == days[:, 1]).all()
    assert (days[:, 0, 0] != days[:, 0, 1]).mean() > 0.5
    model = TrustCrisisModel(scenario, rng=0, collects=False)
    for _ in range(30):
        model.step()
    assert (model.history[:, Gauges.STATUS, 0] == 1).sum(axis=0).max() <= 1


def test_a_chance_is_met_as_often_whatever_the_step() -> None:
    """A chance of 10 % a day is met within 5 days in 41 % of the worlds; 160 draws give ± 12 points."""
    for step in ("1 d", "0.5 d"):
        outage = {**OUTAGE, "platform": "*", "chance": "0.1 /day"}
        days = struck_on(story([outage], step, horizon="6 d"), 80)[:, 0]
        assert (days < 5).mean() == pytest.approx(1 - 0.9**5, abs=0.12)


def test_a_control_multiplies_the_chance_on_the_same_draws() -> None:
    outage = {**OUTAGE, "platform": "Harbour", "chance": "0.1 /day"}
    variants = {"plain": [], "safer": [control("outage", hazard=0.3)], "never": [control("outage", hazard=0)]}
    days = struck_on(story([outage], variants=variants), 30)[:, :, 0]
    assert (days[1:, 1] >= days[1:, 0]).all()
    assert np.isfinite(days[:, 1]).sum() < np.isfinite(days[:, 0]).sum()
    assert np.isinf(days[:, 2]).all()


@pytest.mark.parametrize("step", ["1 d", "0.5 d"])
@pytest.mark.parametrize("start", [0, 3])
def test_a_control_governs_the_dice_of_its_first_day(step: str, start: int) -> None:
    """What would strike for certain on the first day of the control does not, and strikes on the day it ends."""
    outage = {**OUTAGE, "platform": "Harbour", "chance": "1 /day"}
    late = {**control("outage", hazard=0), "from": "0 d", "until": f"{start} d"} if start else control("outage")
    variants = {"until": [late], "never": [control("outage", hazard=0)]}
    days = struck_on(story([outage], step, variants=variants), 1)[0, :, 0]
    assert days.tolist() == [start, np.inf]


def test_until_ends_the_chance_and_the_file_is_written_as_it_was_read() -> None:
    shock = {**OUTAGE, "platform": "Harbour", "chance": "1 /day", "until": "1 d"}
    scenario = story([shock])
    assert scenario.document["shocks"][0]["chance"] == "1 /day"
    assert "from" not in scenario.document["shocks"][0]
    assert from_document(scenario.document, REGISTRY) == scenario
    assert struck_on(scenario, 1)[0, 0].tolist() == [0.0, np.inf]
    dated = from_document(scenario.document, REGISTRY, overrides={"shocks.0.day": "3 d", "shocks.0.until": "9 d"})
    assert (dated.shocks[0].timing.chance, dated.shocks[0].timing.start) == (None, 3.0)


def test_a_fork_keeps_what_has_struck_and_draws_on() -> None:
    scenario = story([{**OUTAGE, "platform": "*", "chance": "0.1 /day"}])
    model = TrustCrisisModel(scenario, rng=3, collects=False)
    for _ in range(9):
        model.step()
    fork = model.fork()
    for _ in range(21):
        model.step()
        fork.step()
    assert fork.history.tobytes() == model.history.tobytes()


@pytest.mark.parametrize("beside", [{"day": "3 d"}, {"from": "3 d"}, {"when": {"indicator": "queue", "above": "1 %"}}])
def test_a_chance_beside_a_day_or_a_trigger_is_an_error(beside: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError) as told:
        story([{**OUTAGE, "platform": "Harbour", "chance": "0.1 /day", **beside}])
    (problem,) = told.value.problems
    assert problem.place.path == "shocks.0.chance"
    assert f"'chance' beside '{next(iter(beside))}'" in problem.given


def test_a_lever_has_no_chance_and_a_shock_without_any_time_strikes_on_day_0() -> None:
    with pytest.raises(ScenarioError, match="the unknown key 'chance'"):
        story([], variants={"a": [lever("redemption_fee", chance="0.1 /day")]})
    assert struck_on(story([{**OUTAGE, "platform": "Harbour"}]), 1)[0, 0].tolist() == [0.0, np.inf]


def test_the_schema_takes_a_chance_of_a_shock_alone_and_not_beside_a_day() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = {**schema_of(REGISTRY)["$defs"]["shock"], "$defs": schema_of(REGISTRY)["$defs"]}
    shock = {**OUTAGE, "platform": "Harbour", "chance": "0.1 /day"}
    assert jsonschema.Draft202012Validator(schema).is_valid(shock)
    assert not jsonschema.Draft202012Validator(schema).is_valid({**shock, "day": 3})
