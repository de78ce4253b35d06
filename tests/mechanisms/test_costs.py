"""What levers cost: on the change that they make, out of somebody's cash, once, and the same by ``set``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from quiet_world import EACH, READY, N, Play, document, leave, lever

from trustsim.catalog import REGISTRY, load
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.model import TrustCrisisModel, lockstep_groups
from trustsim.scenario.load import from_document
from trustsim.units import MINOR_PER_MAJOR

ALL = N * EACH
SCENARIOS = Path(__file__).parents[2] / "scenarios"
BANK = REGISTRY["custody", "bank"].make.preset["custody_cost"]

RUNNING_COSTS: list[tuple[str, dict[str, Any], dict[str, Any], float]] = [
    ("rumour_rebuttal", {"cost": 3}, {}, 300.0),
    ("live_transparency", {"cost": 365, "strength": "50 %"}, {}, 0.5 * N * 100),
    ("report_accuracy", {"cost": 3}, {"report_bias": 1}, 300.0),
    ("disclosure_scope", {"cost": 365, "scope": "75 %"}, {"report_scope": "25 %"}, 0.5 * N * 100),
    ("user_education", {"cost": 365, "coverage": "50 %"}, {}, 0.5 * N * 100),
    ("incident_notice", {"cost": 3}, {}, 300.0),
    ("incident_control", {"cost": 3}, {}, 300.0),
    ("disclosure_mandate", {"cost": 365}, {}, N * 100),
    ("process_friction", {"cost": 365}, {}, N * 100),
    ("suspension", {"cost": 365}, {}, N * 100),
    ("cooling_off", {"cost": 365}, {}, N * 100),
    ("report_schedule", {"cost": 7, "interval": "7 d"}, {}, 100.0),
    ("report_schedule", {"cost": 7, "interval": "7 d"}, {"report_interval": "14 d"}, 50.0),
    ("service_capacity", {"cost": 365, "capacity": "0.2 /day"}, {"service_capacity": "0.1 /day"}, N * 100),
    ("custody_mandate", {"custody": "bank"}, {}, 0.2 * ALL * BANK / 365),
    ("capital_requirement", {"cost": "3.65 %", "ratio": "14 %"}, {"equity": "4 %"}, ALL * 0.1 * 0.0001),
]


@pytest.mark.parametrize(("kind", "settings", "at", "per_day"), RUNNING_COSTS)
def test_a_lever_costs_by_the_day_while_it_runs(
    play: Play, kind: str, settings: dict[str, Any], at: dict[str, Any], per_day: float
) -> None:
    timed = lever(kind, **settings, **{"from": "2 d", "until": "5 d"})
    seen = play(8, platforms={"Harbour": at, "Quay": at}, variants={"plain": [], "lever": [timed]})
    per_day_seen = np.diff(seen.gauge("cost")[:, 1, 0])
    assert per_day_seen == pytest.approx([0, 0, per_day, per_day, per_day, 0, 0, 0], abs=1)  # whole minor units
    assert seen.gauge("cost")[:, 0].max() == 0
    assert seen.gauge("cost")[:, 1, 1].max() == 0


HELD_ALREADY: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("reserve_requirement", {"ratio": "10 %"}, {"liquid_share": "15 %"}),
    ("liquidity_buffer", {"target": "10 %"}, {"liquid_share": "15 %"}),
    ("capital_requirement", {"ratio": "3 %", "cost": "8 %"}, {"equity": "4 %"}),
    ("service_capacity", {"capacity": "0.05 /day", "cost": 3000}, {"service_capacity": "0.05 /day"}),
    ("report_schedule", {"interval": "30 d", "lag": "15 d", "cost": 2000}, {"report_interval": "30 d"}),
    ("report_accuracy", {"bias": 0, "cost": 300}, {}),
    ("disclosure_scope", {"scope": "50 %", "cost": 200}, {"report_scope": "50 %"}),
    ("notice_period", {"notice": "7 d", "cost": 50000}, {"payout_lag": "7 d"}),
    ("redemption_fee", {"fee": "0 %", "cost": 50000}, {}),
    ("credit_line", {"size": "0 %", "cost": "1 %"}, {}),
    ("guarantee", {"cover": "0 %", "cost": "1 %"}, {}),
    ("official_warning", {"strength": 0, "cost": 500}, {}),
    ("rumour_rebuttal", {"reach": "0 %", "cost": 200}, {}),
    ("incident_control", {"hazard": 1, "severity": 1, "lag": 1, "cost": 100}, {}),
]


@pytest.mark.parametrize(("kind", "settings", "at"), HELD_ALREADY)
def test_what_is_held_already_costs_nothing(
    play: Play, kind: str, settings: dict[str, Any], at: dict[str, Any]
) -> None:
    seen = play(3, platforms={"Harbour": at, "Quay": at}, variants={"plain": [], "lever": [lever(kind, **settings)]})
    assert (seen.state.books[:, 1] == seen.state.books[:, 0]).all()


@pytest.mark.parametrize(
    ("to", "what"),
    [
        ("guarantor", lever("guarantee", cover="80 %", cost="3.65 %")),
        ("lender", lever("credit_line", size="10 %", cost="36.5 %")),
    ],
)
def test_a_premium_and_a_commitment_fee_are_transfers(play: Play, to: str, what: dict[str, Any]) -> None:
    seen = play(4, variants={"plain": [], "lever": [what]})
    per_day = {"guarantor": 0.0001, "lender": 0.1 * 0.001}[to] * ALL
    assert seen.book(to)[1].tolist() == pytest.approx([4 * per_day, 0], abs=1)
    owned = seen.book("cash") + seen.assets  # less cash is less to lend
    assert owned[0, 0] - owned[1, 0] == seen.book(to)[1, 0]
    assert seen.book("costs").max() == 0


def test_more_cover_on_cover_costs_the_difference(play: Play) -> None:
    """The price of cover is for cover: half as much again in cover is half as much again in premium."""
    small, large = (lever("guarantee", cover=c, cost=x) for c, x in (("40 %", "3.65 %"), ("80 %", "7.3 %")))
    seen = play(1, variants={"plain": [], "small": [small], "large": [large]})
    assert seen.book("guarantor")[:, 0].tolist() == pytest.approx([0, 0.0001 * ALL, 0.0002 * ALL], abs=1)


TOGETHER: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("service_capacity", {"capacity": "0.3 /day", "cost": 365}, {"capacity": "0.2 /day", "cost": 365}, "costs"),
    ("guarantee", {"cover": "80 %", "cost": "7.3 %"}, {"cover": "40 %", "cost": "3.65 %"}, "guarantor"),
    ("live_transparency", {"strength": "50 %", "cost": 365}, {"strength": "20 %", "cost": 365}, "costs"),
    ("report_schedule", {"interval": "14 d", "cost": 7}, {"interval": "28 d", "cost": 7}, "costs"),
]


@pytest.mark.parametrize(("kind", "larger", "smaller", "to"), TOGETHER)
def test_two_levers_of_one_term_cost_what_they_change_together(
    play: Play, kind: str, larger: dict[str, Any], smaller: dict[str, Any], to: str
) -> None:
    """The smaller adds nothing beside the larger, nor does the same for all platforms beside one of them; of two
    intervals that are set the larger counts."""
    large, small, for_all = lever(kind, **larger), lever(kind, **smaller), {**lever(kind, **larger), "platform": "*"}
    seen = play(
        4, platforms={"Harbour": {"service_capacity": "0.1 /day"}, "Quay": {}},
        variants={"large": [large], "both": [large, small], "twice": [large, for_all], "small": [small]},
    )  # fmt: skip
    cost, both, twice, less = seen.book(to)[:, 0].tolist()
    assert cost > 0
    assert 0 < less < cost
    expected = [less if kind == "report_schedule" else cost, cost]
    assert [both, twice] == pytest.approx(expected, abs=8)  # whole minor units, of each on four days


def test_two_measures_of_one_term_both_run_and_both_cost_and_one_that_is_named_twice_once(play: Play) -> None:
    """A flat running cost is that of a measure, not of the term that it moves."""
    pause, form = lever("cooling_off", delay="5 d", cost=365), lever("process_friction", exit=0, delay="3 d", cost=730)
    variants = {"pause": [pause], "form": [form], "both": [pause, form], "twice": [pause, dict(pause)]}
    seen = play(4, variants=variants)
    per_client = seen.book("costs")[:, 0] / N / 4 / MINOR_PER_MAJOR
    assert per_client == pytest.approx([1, 2, 3, 1], abs=0.01)  # whole minor units a step


@pytest.mark.parametrize(
    ("kind", "settings", "payer"),
    [
        ("official_warning", {"strength": 1, "cost": 7}, "public"),
        ("early_action", {"liquidity": "100 %", "cost": "0.035 %"}, "public"),
        ("capital_requirement", {"ratio": "50 %", "cost": "100 %"}, "owners"),
        ("notice_period", {"cost": 7}, "platform"),
    ],
)
def test_a_cost_leaves_the_cash_of_who_pays_it(play: Play, kind: str, settings: dict[str, Any], payer: str) -> None:
    free, dear = lever(kind, **{**settings, "cost": 0}), lever(kind, **settings)
    seen = play(1, variants={"free": [free], "dear": [dear]})
    cost = seen.book("costs")[1, 0]
    assert cost >= 500
    held = {"public": seen.book("public"), "owners": seen.book("owners"), "platform": seen.book("cash") + seen.assets}
    differ = {name: money[0, 0] - money[1, 0] for name, money in held.items()}
    assert differ == {**dict.fromkeys(differ, 0), payer: cost}


def test_what_liquid_money_does_not_reach_is_paid_with_assets_and_no_more_than_there_is(play: Play) -> None:
    at = {"segregated_share": "100 %"}  # a fifth is liquid, in custody
    seen = play(1, platforms={"Harbour": at, "Quay": at}, variants={
        "some": [lever("notice_period", cost=100)], "all": [lever("notice_period", cost=1e6)]
    })  # fmt: skip
    assert seen.book("costs")[:, 0].tolist() == [10_000, ALL]
    owned = seen.book("custody") + seen.book("cash") + seen.assets
    assert owned[:, 0].tolist() == [ALL - 10_000, 0]


def test_costs_do_not_fall_because_clients_flee(play: Play) -> None:
    """A desk, a system, a standing promise is built for those who were there."""
    desk = lever("live_transparency", cost=36.5)
    rich = {"liquid_share": "100 %", "own_cash": 1000}
    seen = play(5, platforms={"Harbour": rich, "Quay": rich}, mechanisms=READY, variants={
        "calm": [desk], "run": [desk, leave("1 d")]
    })  # fmt: skip
    assert seen.gauge("holders")[-1, :, 0].tolist() == [N, 0]
    assert seen.gauge("cost")[-1, 0, 0] == seen.gauge("cost")[-1, 1, 0] == 5 * N * 10


BY_SET_AND_BY_LEVER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"liquid_share": "30 %"}, {"kind": "liquidity_buffer", "target": "30 %", "at_once": False}),
    ({"liquid_share": "30 %"}, {"kind": "reserve_requirement", "ratio": "30 %"}),
    ({"service_capacity": "0.3 /day"}, {"kind": "service_capacity", "capacity": "0.3 /day"}),
    ({"report_scope": "80 %"}, {"kind": "disclosure_scope", "scope": "80 %"}),
    ({"report_interval": "7 d"}, {"kind": "report_schedule", "interval": "7 d", "lag": "15 d"}),
    ({"credit_line": "20 %"}, {"kind": "credit_line", "size": "20 %"}),
    ({"custody": "bank"}, {"kind": "custody_mandate", "custody": "bank", "segregated_share": "0 %"}),
]


@pytest.mark.parametrize(("settings", "what"), BY_SET_AND_BY_LEVER)
def test_the_same_change_costs_the_same_by_set_as_by_a_lever(settings: dict[str, Any], what: dict[str, Any]) -> None:
    at = {"service_capacity": "0.1 /day", "report_interval": "30 d", "liquid_share": "20 %"}
    by_set = {"set": {f"platforms.Harbour.{key}": value for key, value in settings.items()}}
    story = from_document(
        document(
            platforms={"Harbour": at}, horizon="5 d", investors={"considered": 1}, segment={"wealth": 1_000_000},
            variants={"nothing": [], "lever": [{**what, "platform": "Harbour"}], "set": [by_set]},
        ),
        REGISTRY,
    )  # fmt: skip
    model = TrustCrisisModel(story, rng=0, collects=False)
    for _ in range(story.n_days):
        model.step()
    outcomes = measured(Finished(model))
    assert outcomes["policy_cost"][0] == 0
    for name in ("policy_cost", "loss_by_payer[lenders]"):
        lever_cost, set_cost = outcomes[name][1:]
        assert set_cost == pytest.approx(lever_cost, rel=0.02, abs=0.02)  # money is kept a day longer by a set
    is_booked = what["kind"] in ("liquidity_buffer", "reserve_requirement")  # what is not lent earns nothing
    assert (outcomes["policy_cost"][1] > 0 or outcomes["loss_by_payer[lenders]"][1] < 0) != is_booked


#: settings of the quickstart's platform beside levers
SAME_BY_SET_AND_BY_LEVER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"exit_friction": 1.5}, {"kind": "process_friction"}),
    ({"entry_friction": -1}, {"kind": "process_friction", "exit": 0, "entry": -2}),
    ({"payout_lag": "30 d"}, {"kind": "notice_period", "notice": "30 d", "fear": 0}),
    ({"report_bias": 0}, {"kind": "report_accuracy"}),
    ({"service_capacity": "0.3 /day"}, {"kind": "service_capacity", "capacity": "0.3 /day"}),
    ({"report_interval": "7 d", "report_lag": "2 d"}, {"kind": "report_schedule"}),
    ({"credit_line": "20 %"}, {"kind": "credit_line", "size": "20 %"}),
    ({"custody": "ledger"}, {"kind": "custody_mandate", "custody": "ledger", "segregated_share": "0 %"}),
]


def test_the_same_change_gives_the_same_outcomes_by_set_as_by_a_lever() -> None:
    """Whether a rule is written as a setting of a variant or as a lever: who is paid, who waits, and what is a need."""
    few = dict(load(SCENARIOS / "quickstart.yaml", overrides={"investors.count": 300}).document)
    by_set = {f"set {k}": [{"set": {f"platforms.Harbour.{key}": x for key, x in settings.items()}}]
              for k, (settings, _) in enumerate(SAME_BY_SET_AND_BY_LEVER)}  # fmt: skip
    by_lever = {f"lever {k}": [what] for k, (_, what) in enumerate(SAME_BY_SET_AND_BY_LEVER)}
    variants = {"nothing": [], **by_set, **by_lever}
    model = TrustCrisisModel(from_document({**few, "variants": variants, "baseline": "nothing"}, REGISTRY), rng=0)
    for _ in range(120):
        model.step()
    outcomes = measured(Finished(model))
    n = len(SAME_BY_SET_AND_BY_LEVER)
    money = ("investor_loss", "policy_cost", *(f"loss_by_payer[{payer}]" for payer in ("clients", "owners", "lenders")))
    for name in ("excess_withdrawn", "stuck_money", "needs_unmet", "waiting_cost", "waited_long[7 d]", *money):
        values = outcomes[name]
        assert values[1 : n + 1] == pytest.approx(values[n + 1 :], rel=1e-6, abs=1e-9), name
    for name, changed in (("needs_unmet", 0), ("stuck_money", 2), ("loss_by_payer[lenders]", 6)):
        assert outcomes[name][1 + changed] != pytest.approx(outcomes[name][0], rel=0.1), name


def test_a_forgone_yield_is_lost_by_the_owners_and_charged_to_nobody(play: Play) -> None:
    at = {"asset_yield": "36.5 %"}
    buffer = lever("liquidity_buffer", target="60 %")
    seen = play(10, platforms={"Harbour": at, "Quay": {}}, variants={"plain": [], "buffer": [buffer]})
    by_payer = measured(Finished(seen.model))
    assert by_payer["policy_cost"].tolist() == [0, 0]
    forgone = by_payer["loss_by_payer[owners]"][1] - by_payer["loss_by_payer[owners]"][0]
    assert forgone == pytest.approx(
        0.4 * ALL / MINOR_PER_MAJOR * 0.001 * 10, rel=0.03
    )  # and no interest on that interest


def test_no_lever_at_its_default_makes_a_platform_fail_by_what_it_costs() -> None:
    """Every lever alone in the quickstart, as it is and free of charge: the same platforms fail, here none."""
    kinds = {kind: {p.name for p in entry.parameters} for kind, entry in REGISTRY.group("intervention").items()}
    dear = {kind: [{"kind": kind}] for kind, names in kinds.items() if "cost" in names}
    free = {f"{kind} for nothing": [{"kind": kind, "cost": 0}] for kind in dear}
    few = dict(load(SCENARIOS / "quickstart.yaml", overrides={"investors.count": 500}).document)
    story = from_document({**few, "variants": {**dear, **free}, "baseline": next(iter(dear))}, REGISTRY)
    by_variant: dict[str, float] = {}
    for names in lockstep_groups(story, [*dear, *free]):
        model = TrustCrisisModel(story, names, rng=1, collects=False)
        for _ in range(story.n_days):
            model.step()
        by_variant |= dict(zip(names, measured(Finished(model))["failed_platforms"].tolist(), strict=True))
    assert {kind: by_variant[kind] for kind in dear} == {kind: by_variant[f"{kind} for nothing"] for kind in dear}
