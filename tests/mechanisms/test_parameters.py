"""A contract over everything registered: no parameter is without effect.

In a scenario where much happens, each parameter of each shock, intervention and mechanism is moved from its
default to another legal value; something in the state must then differ. Special scenes are in ``SCENES``.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from quiet_world import Played

from trustsim.catalog import REGISTRY
from trustsim.model import TrustCrisisModel
from trustsim.registry import Entry, Parameter
from trustsim.scenario.load import from_document
from trustsim.units import parse

DAYS = 24
LIVE = {
    "kind": "p2p_lending",
    "liquid_share": "10 %",
    "payout_lag": "0 d",
    "report_interval": "5 d",
    "report_lag": "4 d",
    "patience": "8 d",
    "service_capacity": "0.02 /day",
    "asset_term": "120 d",
    "report_bias": 0.5,
    "exposure": "Ocean",
    "segregated_share": "20 %",
}
THEFT = {
    "kind": "custodian_theft",
    "platform": "Harbour",
    "day": "2 d",
    "share": "10 %",
    "discovery_lag": "2 d",
    "notice_lag": "3 d",
}
BREACH = {"kind": "data_breach", "platform": "Harbour", "day": "1 d"}
RUMOUR = {"kind": "rumour", "platform": "Harbour", "day": "1 d", "true_loss": "4 %", "revealed_after": "12 d"}
MISUSE = {"kind": "misuse", "platform": "Harbour", "rate": "0.01 /day", "audit": "0.05 /day"}

DRY = {"liquid_share": "1 %", "sale_limit": "0.1 %", "patience": "2 d"}  # cannot pay, and fails
OPEN = {"closure": False}  # and whoever is insolvent is left open, for what else there is to show itself
ADVERT = {"kind": "advertising_exposed", "platform": "Harbour", "exposure_lag": "10 d"}

# what must be there for an item to show itself: settings of the item itself, and shocks, platform settings beside it
SCENES: dict[str, dict[str, Any]] = {
    "early_action": {
        "item": {"liquidity": "0.1 %", "solvency": "-90 %"},
        "by": {
            "solvency": {"liquidity": "0 %", "solvency": "-2 %"},
            "cost": {"liquidity": "11 %"},
            "platform": {"liquidity": "11 %"},
        },
    },
    "incident_control": {
        "by": {
            "hazard": {"incident": "outage"},
            "incident": {"severity": 0.5},
            "platform": {"severity": 0.1},
        },
        "shocks": [THEFT, BREACH, MISUSE, {"kind": "outage", "platform": "Harbour", "chance": "0.3 /day"}],
    },
    "report_schedule": {"by": {"cost": {"interval": "2 d"}}},  # more often than without
    "redemption_gate": {"item": {"trigger": "8 %", "duration": "4 d"}},
    "withdrawal_cap": {"item": {"cap": 20_000}},
    "guarantee": {
        "item": {"limit": 20_000, "fund": 5_000_000, "from": "1 d"},  # news, so that all know of it
        "shocks": [THEFT, {"kind": "default_wave", "share": "40 %"}],
        "platform": {**DRY, "exit_friction": -4},  # many ask, and it fails
    },
    "live_transparency": {"item": {"strength": "60 %"}},
    "misuse": {"item": {"rate": "0.01 /day", "audit": "0.05 /day"}},
    "rumour": {"item": {"true_loss": "4 %", "revealed_after": "12 d"}, "by": {"where": {"seeds": "5 %"}}},
    "default_wave": {"item": {"over": "3 d", "correlation": "50 %"}, "by": {"told": {"fund": 0}}},
    "advertising_exposed": {"item": {"exposure_lag": "10 d"}},
    "choice": {
        "platform": {**DRY, "patience": "40 d", "liquid_share": "10 %", "segregated_share": "100 %"},
        "levers": [{"kind": "guarantee", "cover": "40 %", "limit": 1_000_000, "credibility": "100 %"}],
        "by": {"unpaid": {"cash": 1, "calm": 0}},
    },
    "queue_news": {"platform": DRY},
    "health": {"platform": {"equity": "-40 %"}, "beside": OPEN},
    "closure": {"platform": {"equity": "-20 %"}},
    "own_wait": {"platform": {**DRY, "patience": "40 d"}},
    "trust": {
        "shocks": [THEFT, BREACH, ADVERT],
        "platform": {**DRY, "patience": "1 d", "equity": "-20 %"},
    },
    "spillover": {
        "platform": {"custody": "bank"},
        "by": {"kind": {"group": 0}, "custody": {"group": 0, "kind": 0}, "group": {"kind": 0, "custody": 0}},
    },
    "rumour_rebuttal": {"shocks": [THEFT, {**RUMOUR, "true_loss": "0 %"}]},
    "threshold": {
        "item": {"rule": "share", "share": "20 %", "first": 5},
        "by": {"count": {"rule": "count", "count": 1}, "own": {"rule": "list", "own": "0, 2..9"}},
    },
    "clusters": {"item": {"activity": "0.2 /day"}},
    "opinion": {
        "by": {"who": {"start": "one"}, "own": {"start": "list"}, "stubborn": {"start": "even"}},
    },
    "reentry": {"item": {"after": "5 d"}},
    "herding": {"by": {"usual_contacts": {"degree_exponent": 0.5}}},
    "fear": {"by": {"usual_contacts": {"degree_exponent": 0.5}}},
    "observation": {"item": {"accuracy": 0.6}, "by": {"accuracy": {"accuracy": 0.5}}},
    "service_desk": {"by": {"handling": {"agents": 1}, "warm_up": {"agents": 1}}},
    "best_response": {
        "item": {"impatient": 0.05, "late_return": 1.5, "expected": 0.3, "noise": 0},
        "platform": {"equity": "-20 %"},
        "beside": OPEN,
    },
    "global_game": {
        "item": {"cost": 0.14, "noise": 0.1},
        "by": {
            "success": {"game": "project", "success": 0.1},
            "late_return": {"game": "project", "success": 0.5, "late_return": 1.0},
            "impatient": {"game": "project", "success": 0.5},
        },
    },
    "obligations": {
        "item": {"links": 1, "interbank": 0.02, "day": "3 d"},
        "platform": {"own_cash": 5_000_000},
        "by": {"first": {"pro_rata": False, "first": 0}, "pro_rata": {"first": 1}},
    },
    "interaction": {"item": {"intensity": 0.5, "pull": 0.2}},
    "custodian_theft": {"item": {"discovery_lag": "1 d", "notice_lag": "2 d"}},
    "discovery": {
        "shocks": [{"kind": "default_wave", "platform": "Harbour", "day": "1 d", "share": "20 %", "told": False}],
        "platform": {**DRY, "patience": "40 d"},
        "beside": OPEN,
        "levers": [
            {"kind": "live_transparency", "platform": "Harbour", "strength": "50 %"},
            {"kind": "process_friction", "platform": "Harbour", "exit": -5},  # many ask, and are not paid
        ],
        "item": dict.fromkeys(("audit", "live", "records", "reports", "unpaid"), 0),
        "by": {
            **{name: {"audit": 0.9} for name in ("notice_lag", "waiting")},
            **{name: {"live": 1} for name in ("fund", "integrity", "fear")},
        },
    },
    "stayers": {"levers": [{"kind": "stayers_shown", "platform": "Harbour"}]},
    "commitment": {"levers": [{"kind": "stay_commitment", "platform": "Harbour"}]},
    "forgiveness": {"levers": [{"kind": "make_amends", "platform": "Harbour"}]},
    "aggregate_uncertainty": {"by": {"fear": {"sunspot": 3650}}},
    "over_limit": {
        "item": {"pace": "20 %/day"},
        "levers": [{"kind": "guarantee", "cover": "90 %", "limit": 10_000, "credibility": "100 %"}],
    },
    "learning": {
        "item": {"fading": "10 %/day"},
        "levers": [{"kind": "user_education", "coverage": "100 %", "effect": "100 %", "until": "3 d"}],
    },
    "publicity": {"levers": [{"kind": "campaign", "platform": "Harbour", "attention": 2}]},
    "yield_risk": {"platform": {"promised_yield": "30 %"}},
    "ties": {"platform": {"borrowers": "30 %", "employees": "20 %", "exclusive": "40 %", "equity": "-5 %"}},
    "floating": {"platform": {"floats": "100 %", "volatility": "5 %"}},
    "ordinary": {  # a platform that keeps more than is usual, and pays all who run
        "item": {"notices": 0.2},
        "by": {
            "win_back": {"risk": 0, "trust": 0},
            **{name: {"join": 0.2} for name in ("fear", "notices")},
            "trust": {"join": 0.05, "risk": 0, "fear": 0},
        },
        "platform": {"asset_yield": "30 %", "locked_share": "0 %", "liquid_share": "50 %"},
    },
    "media": {
        "by": {"alarm_risk": {"false_alarm": "0.1 /day"}, "discovery": {}},
        "shocks": [{**MISUSE, "audit": "0 /day"}],
    },
}
# another legal value where the rule below finds none that shows
OTHER: dict[tuple[str, str], Any] = {
    ("rumour", "revealed_after"): 6.0,
    ("early_action", "liquidity"): 0.11,
    ("incident_control", "incident"): "custodian_theft",
    ("incident_control", "hazard"): 10.0,
    ("early_action", "solvency"): 0.05,
    ("media", "discovery"): 1.0,
    ("custody_mandate", "custody"): "ledger",
    ("fear", "decay"): 0.1,
    ("fear", "blinding"): 1.0,
    ("credit_line", "size"): 0.01,
    ("guarantee", "fund"): 20_000_000,
    ("guarantee", "limit"): 500_000,
    ("withdrawal_cap", "cap"): 500_000,
    ("notice_period", "notice"): 2.0,
    ("outage", "days"): 6.0,
    ("rumour_rebuttal", "lag"): 6.0,
    ("report_schedule", "lag"): 0.0,
    ("report_schedule", "interval"): 3.0,
    ("disclosure_mandate", "interval"): 2.0,
    ("redemption_gate", "trigger"): 0.11,
    **{("discovery", name): 1.0 for name in ("audit", "live", "records", "reports", "unpaid")},
    ("incident_notice", "delay"): 2.0,
    ("report_accuracy", "bias"): 0.3,
    ("disclosure_mandate", "bias"): 0.4,
    ("data_breach", "discovery_lag"): 1.0,
    ("data_breach", "notice_lag"): 2.0,
    ("advertising_exposed", "exposure_lag"): 6.0,
    ("ordinary", "tenure"): 3.0,
    ("ordinary", "join"): 0.2,
    ("ordinary", "win_back"): 0.5,
    ("ordinary", "risk"): 20.0,
    ("official_warning", "fading"): 0.9,
    ("choice", "part"): 0.8,
    ("choice", "segregation"): 1.0,
    ("herding", "normal"): 0.3,
    ("rumour", "where"): "hubs",
    ("choice", "gate_margin"): 0.5,
    ("choice", "gate_rush"): 90.0,
    ("misuse", "audit"): 0.9,
    ("liquidity_buffer", "target"): 0.4,
    ("reserve_requirement", "ratio"): 0.05,  # less than is held; more is not reached in time
    ("threshold", "own"): "0..5",
    ("obligations", "links"): 0.0,
    ("global_game", "success"): 1.0,
    ("global_game", "late_return"): 50.0,
    ("best_response", "expected"): 0.9,
    ("best_response", "late_return"): 0.5,
    ("payoff", "gross"): 0.5,
    ("payoff", "success"): 0.01,
    ("suspension", "after"): 0.01,
    ("service_desk", "warm_up"): 5.0,
    ("dealings", "rate"): 0.4,
    ("observation", "accuracy"): 1.0,
    ("switching", "fear"): 9.0,
    ("opinion", "own"): "0.2, 0.9",
    ("aggregate_uncertainty", "sunspot"): 3650.0,
}


def written(value: Any, p: Parameter) -> Any:
    """Return a computed value as a scenario file writes it."""
    return value / 100 if p.unit == "money" else value


def other(kind: str, p: Parameter, now: Any) -> Any:
    """Return another legal value of a parameter, in its computed unit: twice, half, or halfway to a bound."""
    if (kind, p.name) in OTHER:
        return OTHER[kind, p.name]
    if p.unit == "flag":
        return not now
    if p.refers == "audience":
        return "clients"
    if allowed := REGISTRY.allowed(p):
        return next(name for name in allowed if name != now)
    low, high = (-np.inf if p.low is None else p.low), (np.inf if p.high is None else p.high)
    for value in (now * 2, now / 2, now + 1, (low + now) / 2):
        if value != now and low <= value <= high and np.isfinite(value):
            return int(value) if p.unit in ("count", "money") else value
    raise AssertionError(f"no other value for {kind}.{p.name}")


def story(
    shocks: list[Any], variants: dict[str, Any], platform: dict[str, Any], mechanisms: dict[str, Any]
) -> dict[str, Any]:
    base = {**LIVE, **platform}
    return {
        "trustsim": 1,
        "behaviour": "point",
        "horizon": f"{DAYS} d",
        "network": {"kind": "small_world"},
        "investors": {"count": 400, "newcomers": 40, "considered": 2},
        "platforms": [{"name": "Harbour", **base}, {"name": "Quay", **base, "custody": "bank"}],
        "mechanisms": {"aggregate_uncertainty": False, **mechanisms},
        "shocks": shocks,
        "variants": variants,
    }


def begun(document: dict[str, Any]) -> Played:
    """Return the model of the one variant on day 0."""
    model = TrustCrisisModel(from_document(document, REGISTRY), rng=0)
    model.collects = False
    return Played(model)


def comes_to_differ(run: Played, finished: Played) -> bool:
    """Step *run* until it differs from the finished one in what is measured, at most to the end."""
    for day in range(1, DAYS + 1):
        run.step(1)
        if not np.array_equal(run.model.history[: day + 1], finished.model.history[: day + 1], equal_nan=True):
            return True
    return differ(run, finished)


def differ(a: Played, b: Played) -> bool:
    """Whether anything differs that an outcome could see: gauges by day, books, beliefs, losses, records."""
    same = np.array_equal(a.model.history, b.model.history, equal_nan=True)
    same &= a.model.kept.keys() == b.model.kept.keys()
    same &= all(np.array_equal(x, b.model.kept.get(name), equal_nan=True) for name, x in a.model.kept.items())
    same &= all(
        np.array_equal(getattr(a.state, x), getattr(b.state, x)) for x in ("books", "beliefs", "loss", "balance")
    )
    return not same


def cases(group: str) -> list[tuple[Entry, Parameter]]:
    # a term that `new_terms` leaves as it is has no value of which another could be tried: test_new_terms.py tries all
    entries = [e for e in REGISTRY.group(group).values() if e.name != "new_terms"]  # type: ignore[arg-type]
    return [(e, p) for e in entries for p in e.parameters]


def ids(case: tuple[Entry, Parameter]) -> str:
    return f"{case[0].name}.{case[1].name}"


@cache
def default_run(group: str, kind: str, parameter: str) -> Played:
    return begun(document(group, kind, parameter, None)).step(DAYS)


def settings(kind: str, parameter: str) -> dict[str, Any]:
    scene = SCENES.get(kind, {})
    return {**scene.get("item", {}), **scene.get("by", {}).get(parameter, {})}


def document(group: str, kind: str, parameter: str, value: Any) -> dict[str, Any]:
    """Return the scene of one parameter, at its default or at *value* (as written)."""
    scene, changed = SCENES.get(kind, {}), {} if value is None else {parameter: value}
    shocks, platform = scene.get("shocks", [THEFT, BREACH, RUMOUR, MISUSE]), scene.get("platform", {})
    item = {**settings(kind, parameter), **changed}
    if group == "mechanism":
        outage = {"kind": "outage", "platform": "Quay", "day": "4 d"}
        levers = [
            *scene.get("levers", []),
            {"kind": "redemption_gate", "platform": "Quay", "trigger": "2 %"},
            {"kind": "redemption_fee", "fee": "1 %"},
        ]
        return story([*shocks, outage], {"v": levers}, platform, {**scene.get("beside", {}), kind: item})
    item = {"kind": kind, **({} if parameter == "platform" else {"platform": "Harbour"}), **item}
    if group == "shock":
        return story([item], {"v": []}, platform, {})
    return story(shocks, {"v": [item]}, platform, {})


def has_effect(group: str, entry: Entry, p: Parameter) -> bool:
    if p.refers == "platform":
        before, after = (begun(document(group, entry.name, p.name, where)) for where in ("Quay", "Harbour"))
        return comes_to_differ(after, before.step(DAYS))
    given = settings(entry.name, p.name).get(p.name)
    now = p.default if given is None else _read(given, p)
    changed = written(other(entry.name, p, now), p)
    return comes_to_differ(
        begun(document(group, entry.name, p.name, changed)),
        default_run(group, entry.name, p.name if p.name in SCENES.get(entry.name, {}).get("by", {}) else ""),
    )


def _read(given: Any, p: Parameter) -> Any:
    return given if p.unit == "text" else parse(given, p.unit)


@pytest.mark.parametrize("case", cases("intervention"), ids=ids)
def test_every_parameter_of_an_intervention_has_an_effect(case: tuple[Entry, Parameter]) -> None:
    assert has_effect("intervention", *case)


@pytest.mark.parametrize("case", cases("shock"), ids=ids)
def test_every_parameter_of_a_shock_has_an_effect(case: tuple[Entry, Parameter]) -> None:
    assert has_effect("shock", *case)


@pytest.mark.parametrize("case", cases("mechanism"), ids=ids)
def test_every_parameter_of_a_mechanism_has_an_effect(case: tuple[Entry, Parameter]) -> None:
    assert has_effect("mechanism", *case)


@pytest.mark.parametrize("group", ["shock", "intervention", "mechanism"])
def test_every_docstring_names_a_test_that_is_there(group: str) -> None:
    there = set(
        re.findall(
            r"^def (test_\w+)", "".join(f.read_text() for f in Path(__file__).parents[1].glob("*/test_*.py")), re.M
        )
    )
    for entry in REGISTRY.group(group).values():  # type: ignore[arg-type]
        named = re.findall(r"``(test_\w+)``", entry.text)
        assert named, entry.name
        assert set(named) <= there, entry.name
