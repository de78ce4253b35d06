"""Actors: a list in the file, a column over all variants, with a mandate, stocks, purses and draws of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trustsim.catalog import REGISTRY
from trustsim.errors import ModelError, ScenarioError
from trustsim.experiment.simulate import simulate
from trustsim.kernels.layout import Gauges, Terms
from trustsim.mechanisms.actors.regulator import CLOSED, FEES, READING
from trustsim.model import TrustCrisisModel
from trustsim.model.agents import ActorAgent
from trustsim.registry import Registry
from trustsim.report.words.story import assumptions
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.schema import schema_of
from trustsim.world.hazards import check_apart

WATCH = {"name": "Watch", "interval": "10 d", "noise": "0 %", "threshold": "2 %", "lag": "5 d", "winds_down": True}
STILL = {"asset_yield": 0, "promised_yield": 0, "default_rate": 0, "liquid_share": "30 %", "report_interval": "1 d"}
THIN, FULL = {"name": "Thin", "equity": "1 %", **STILL}, {"name": "Full", "equity": "20 %", **STILL}

ALIKE = ("n3213", "n16059")  # two names whose draws would have one address


def story(*regulators: dict[str, Any], **more: Any) -> Scenario:
    document = {
        "trustsim": 1, "horizon": "40 d", "network": {"kind": "none"}, "investors": {"count": 60, "members": "50 %"},
        "platforms": [THIN, FULL], "mechanisms": {"ordinary": {"leave": 1e-9, "join": "5 %/day"}}, **more,
    }  # fmt: skip
    return from_document({**document, **({"regulators": list(regulators)} if regulators else {})}, REGISTRY)


def run(scenario: Scenario, days: int, rng: int = 0) -> TrustCrisisModel:
    model = TrustCrisisModel(scenario, rng=rng, collects=False)
    for _ in range(days):
        model.step()
    return model


def test_a_regulator_winds_down_after_its_lag() -> None:
    model = run(story(WATCH), 20)
    status = model.history[:, Gauges.STATUS, 0]
    assert status[15].tolist() == [0, 0]
    assert status[16].tolist() == [2, 0]  # on the step that begins on day 15, which is measured as the sixteenth
    assert model.of_actors("orders")[[10, 11, 20], 0, 0].tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("calendar", "closed_on"),
    [
        ({}, 15),
        ({"event": "30 d"}, 15),
        ({"event": "30 d", "forbearance": "14 d"}, 15),
        ({"event": "30 d", "forbearance": "17 d"}, 30),  # after the inspection, before the order
        ({"event": "30 d", "forbearance": "25 d"}, 35),
        ({"event": "28 d", "forbearance": "25 d"}, 35),  # the first inspection after it is on its day
        ({"event": "28 d", "forbearance": "25 d", "enforcement": "9 d"}, 33),  # and this on that of the event
        ({"event": "3 d", "enforcement": "9 d"}, 8),
        ({"event": "1 d", "enforcement": "0 d"}, 15),
    ],
)
def test_a_regulator_forbears_before_an_event_and_enforces_after(calendar: dict[str, Any], closed_on: int) -> None:
    model = run(story({**WATCH, **calendar}), 39)
    is_wound_down = model.history[:, Gauges.STATUS, 0, 0] == 2
    assert int(is_wound_down.argmax()) - 1 == closed_on
    assert model.history[-1, Gauges.STATUS, 0, 1] == 0


def test_a_regulator_inspects_more_often_after_an_event_and_not_before() -> None:
    """Every inspection has its fee: one in ten days, none in the ten days before day 20, one in two from then on."""
    often = {"event": "20 d", "forbearance": "10 d", "enforcement": "10 d", "stricter": 5}
    model, fees = run(story({**WATCH, "mandate": "Full", "fee": "1 CNY", **often}), 1), []
    for _ in range(38):
        model.step()
        fees.append(int(model.state.actor_purses[:, 0, 0].sum()))
    paid_on = [k + 2 for k in np.flatnonzero(np.diff(fees)).tolist()]  # the first of them stands at day 1
    assert paid_on == [20, 22, 24, 26, 28, 30]


def test_an_order_to_stop_waits_while_it_forbears() -> None:
    kind = {**WATCH, "winds_down": False, "event": "30 d", "forbearance": "17 d"}
    model = run(story(kind), 39)
    joiners = model.series("joiners")[:, 0, 0]
    assert joiners[16:30].sum() > 0
    assert joiners[31:].sum() == 0


def test_an_order_to_stop_closes_to_new_money_and_nothing_else() -> None:
    model = run(story({**WATCH, "winds_down": False}), 25)
    joiners = model.series("joiners")[:, 0]
    assert joiners[5:15, 0].sum() > 0
    assert joiners[16:, 0].sum() == 0
    assert joiners[16:, 1].sum() > 0
    usual = model.state.base_terms[Terms.ENTRY_FRICTION, 0, 1]
    assert model.state.terms[Terms.ENTRY_FRICTION, 0].tolist() == [CLOSED, usual]
    assert model.history[-1, Gauges.STATUS, 0].tolist() == [0, 0]


def test_outcomes_tell_what_actors_did_and_what_chance_brought() -> None:
    """A supervisor who is not there has nothing; a chance of 100 % a day strikes, one of 0 does not."""
    sure, never = ({"kind": "outage", "chance": f"{c} %/day", "days": "1 d"} for c in (100, 0))
    scenario = story(
        variants={"alone": [], "watched": [{"set": {"regulators": [{**WATCH, "fee": 7}]}}]}, horizon="20 d",
        shocks=[{**sure, "platform": "Full"}, {**never, "platform": "*"}],
    )  # fmt: skip
    told = simulate(scenario, ("alone", "watched"), 0).outcomes
    assert told["of_actors[Watch: orders]"].tolist() == pytest.approx([np.nan, 1.0], nan_ok=True)
    assert told["of_actors[Watch: fees]"].tolist() == pytest.approx([np.nan, 14.0], nan_ok=True)  # both on day 10
    assert told["struck[outage: Full]"].tolist() == [1.0, 1.0]
    assert told["struck[outage: Thin]"].tolist() == [0.0, 0.0]


def test_a_regulator_sees_its_mandate_alone() -> None:
    model = run(story({**WATCH, "mandate": "Full", "threshold": "100 %"}), 17)
    assert model.history[17, Gauges.STATUS, 0].tolist() == [0, 2]


def test_what_it_reads_has_the_noise_and_the_age_that_it_says() -> None:
    model = run(story({**WATCH, "threshold": "-100 %", "noise": "4 %"}), 9)
    (me,) = model.engine.actors
    read, exact = [], model.engine.day
    for step in range(1, 1200):
        exact.step = step
        model.engine.day.history = np.broadcast_to(model.history[-1], (1200, *model.history[-1].shape))
        read.append(me.sees("reported_solvency", READING, noise=0.04) - model.history[-1, Gauges.REPORTED_SOLVENCY])
    errors = np.array(read)[:, 0]
    assert np.abs(errors.mean(axis=0)).max() < 3 * 0.04 / np.sqrt(1200)
    assert errors.std(axis=0) == pytest.approx(0.04, rel=0.1)
    assert abs(np.corrcoef(errors.T)[0, 1]) < 0.1  # each platform is read by itself
    exact.step = 8
    model.engine.day.history = np.arange(10.0)[:, None, None, None] + np.zeros((1, *model.history[-1].shape))
    assert me.sees("reported_solvency", READING, age=3.0)[0, 0] == 4.0  # yesterday is 7


def test_two_regulators_read_with_errors_of_their_own_and_all_variants_share_them() -> None:
    wide = {**WATCH, "noise": "50 %"}
    both = story(wide, {**wide, "name": "Other"}, variants={"a": [], "b": [{"kind": "redemption_fee"}]})
    first, other = run(both, 3).engine.actors
    assert (first.luck(READING)[0] == first.luck(READING)[1]).all()
    assert (first.luck(READING) != other.luck(READING)).all()
    with pytest.raises(ModelError, match="share an address"):
        check_apart([("regulator", (name, 0.0, 0)) for name in ALIKE])


def test_variants_change_the_list_and_the_settings_of_one() -> None:
    variants = {
        "watched": [], "slow": [{"set": {"regulators.Watch.lag": "20 d"}}], "alone": [{"set": {"regulators": []}}],
        "two": [{"set": {"regulators": [WATCH, {**WATCH, "name": "Strict", "threshold": "50 %", "lag": "0 d"}]}}],
    }  # fmt: skip
    scenario = story(WATCH, variants=variants)
    again = from_document(scenario.document, REGISTRY)
    assert (again, again.digest) == (scenario, scenario.digest)
    status = run(scenario, 18).history[18, Gauges.STATUS]
    assert status.tolist() == [[2, 0], [0, 0], [0, 0], [2, 2]]


def test_fees_are_money_and_no_more_than_the_cash_is_taken() -> None:
    model = TrustCrisisModel(story({**WATCH, "threshold": "-100 %", "fee": "1000 CNY"}), rng=0, collects=False)
    before = model.state.total_money().tolist()
    for _ in range(25):
        model.step()
    assert model.state.total_money().tolist() == before
    assert model.state.actor_purses[FEES.index, 0].tolist() == [2 * 2 * 1000_00]
    poor = run(story({**WATCH, "threshold": "-100 %", "fee": "1000000000 CNY"}), 11)
    assert poor.state.total_money().tolist() == before
    assert (poor.state.actor_purses[FEES.index] < 10**11).all()


def test_a_fork_goes_on_with_orders_fees_and_records() -> None:
    scenario = story({**WATCH, "fee": "10 CNY"}, variants={"a": [], "b": [{"set": {"regulators": []}}]})
    model = run(scenario, 12)
    fork = model.fork("a")
    assert fork.state.actor_purses.tolist() == model.state.actor_purses[:, :1].tolist()
    for _ in range(8):
        model.step()
        fork.step()
    assert fork.of_actors("orders")[:, 0].tolist() == model.of_actors("orders")[:, 0].tolist()
    assert fork.history[-1, Gauges.STATUS, 0].tolist() == model.history[-1, Gauges.STATUS, 0].tolist() == [2, 0]


def test_an_actor_is_a_mesa_agent() -> None:
    model = run(story({**WATCH, "fee": "10 CNY"}), 12)
    (agent,) = model.agents.select(agent_type=ActorAgent)
    assert (agent.kind, agent.name, agent.stock("orders"), agent.purse("fees")) == ("regulator", "Watch", 1.0, 2000)


def test_a_scenario_without_actors_says_nothing_of_them() -> None:
    scenario = story()
    assert "regulators" not in scenario.document
    assert TrustCrisisModel(scenario, rng=0, collects=False).engine.actors == []


@pytest.mark.parametrize(
    ("given", "path", "near"),
    [
        ({"regulatos": [WATCH]}, "regulatos", "regulators"),
        ({"regulators": [{**WATCH, "mandate": "Thn"}]}, "regulators.Watch.mandate", "Thin"),
        ({"regulators": [{**WATCH, "lg": "1 d"}]}, "regulators.Watch.lg", "lag"),
        ({"regulators": [WATCH, WATCH]}, "regulators.Watch.name", None),
        ({"regulators": {"name": "Watch"}}, "regulators", None),
        ({"regulators": [{"lag": "1 d"}]}, "regulators.0", None),
    ],
)
def test_what_is_wrong_with_a_list_of_actors_is_told_with_its_place(given: Any, path: str, near: str | None) -> None:
    with pytest.raises(ScenarioError) as told:
        story(**given)
    (problem,) = told.value.problems
    assert problem.place.path == path
    assert problem.nearest == near


def test_the_schema_knows_the_list() -> None:
    (listed,) = (form["items"] for form in schema_of(REGISTRY)["properties"]["regulators"]["anyOf"] if "items" in form)
    assert listed["required"] == ["name"]
    assert "threshold" in listed["properties"]


def test_a_plural_belongs_to_an_actor_and_an_actor_has_one() -> None:
    for group, plural in (("actor", ""), ("shock", "shocks")):
        with pytest.raises(ModelError, match="given the plural"):
            Registry().enter(group, "x", source="assumed", plural=plural)


def test_the_report_and_the_description_tell_of_an_actor() -> None:
    listed = assumptions(story(WATCH), "nothing", ["nothing"])
    assert {a.name for a in listed if a.owner == "regulator Watch"} >= {"threshold", "lag"}


@pytest.mark.parametrize(
    "changed",
    [
        {"mandate": "Full"}, {"interval": "7 d"}, {"noise": "90 %"}, {"age": "9 d"}, {"threshold": "-50 %"},
        {"lag": "1 d"}, {"winds_down": False}, {"fee": "5 CNY"}, {"event": "16 d"},
        {"forbearance": "2 d"}, {"enforcement": "0 d"}, {"stricter": 1},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_every_setting_of_a_regulator_has_an_effect(changed: dict[str, Any]) -> None:
    falls = {"shocks": [{"kind": "default_wave", "platform": "Full", "day": "8 d", "share": "40 %"}]}
    busy = {**WATCH, "fee": "1 CNY", "event": "13 d", "forbearance": "5 d", "enforcement": "20 d"}
    plain, other = (run(story({**busy, **more}, **falls), 24) for more in ({}, changed))
    same = plain.history.tobytes() == other.history.tobytes()
    assert not same or plain.state.actor_purses.tolist() != other.state.actor_purses.tolist()
