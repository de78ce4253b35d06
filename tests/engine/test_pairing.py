"""Promise 2: a difference between two variants is a difference of policy, and nothing else moves a bit."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from small_worlds import CRISIS, Document, arrays_of, crisis, differing, documents, finished, scenario_of

from trustsim.catalog import REGISTRY
from trustsim.experiment.run import Run
from trustsim.experiment.simulate import simulate
from trustsim.experiment.study import run_study
from trustsim.kernels.layout import Gauges
from trustsim.model import lockstep_groups
from trustsim.scenario.resolved import Scenario

HARBOUR = {"platform": "Harbour"}

# the settings with which a lever or a shock changes nothing: both say them themselves
NO_LEVER: dict[str, Document] = {
    name: entry.make.neutral for name, entry in REGISTRY.group("intervention").items() if entry.make.neutral is not None
}
NO_SHOCK: dict[str, Document] = {name: entry.make.neutral for name, entry in REGISTRY.group("shock").items()}


def test_levers_without_effect_change_no_number_and_cost_nothing() -> None:
    levers = {kind: [{"kind": kind, **HARBOUR, **zero}] for kind, zero in NO_LEVER.items()}
    model = finished(crisis(variants={"nothing": [], **levers, "all": list(levers)}))
    nothing = arrays_of(model, 0)
    changed = {name: differing(nothing, arrays_of(model, v)) for v, name in enumerate(levers, 1)}
    # what a lever writes into the terms of a platform is its own; that nothing follows from it is the promise
    effects = {name: [x for x in what if x not in ("terms", "weights")] for name, what in changed.items()}
    assert effects == {name: [] for name in levers}


def test_a_lever_whose_trigger_never_fires_changes_no_number() -> None:
    never = {"indicator": "status", "above": 99}
    levers = {kind: [{"kind": kind, "when": never}] for kind in REGISTRY.group("intervention")}
    model = finished(crisis(variants={"nothing": [], **levers}))
    nothing = arrays_of(model, 0)
    assert [name for v, name in enumerate(levers, 1) if differing(nothing, arrays_of(model, v))] == []


def test_a_lever_that_starts_late_changes_nothing_before_its_day() -> None:
    levers = {kind: [{"kind": kind, "from": 30}] for kind in REGISTRY.group("intervention")}
    model = finished(crisis(variants={"nothing": [], **levers}))
    for v, name in enumerate(levers, 1):
        assert np.array_equal(model.history[:31, :, v], model.history[:31, :, 0], equal_nan=True), name


@pytest.mark.parametrize("kind", sorted(NO_SHOCK))
def test_a_shock_of_no_size_changes_no_number(kind: str) -> None:
    shock = {"kind": kind, "platform": "Mole", "from": 3, **NO_SHOCK[kind]}
    models = [finished(crisis()), finished(crisis(shocks=[shock, *CRISIS["shocks"]]))]
    for model in models:  # a rumour that nobody minds is believed all the same
        model.state.gauges[Gauges.BELIEVERS] = 0
        model.engine.history[:, Gauges.BELIEVERS] = 0
    assert differing(*(arrays_of(model, 0) for model in models)) == []


def thirty_two() -> dict[str, list[Any]]:
    """Every lever alone at its default, then packages in other orders, triggers, and other settings of the world."""
    levers: dict[str, list[Any]] = {kind: [{"kind": kind}] for kind in REGISTRY.group("intervention")}
    fear = [
        {"kind": k, "fear": f} for k, f in (("withdrawal_cap", 0.31), ("redemption_fee", 0.17), ("notice_period", 0.23))
    ]
    tense = {"indicator": "fear", "above": 0.05, "lasting": 1}
    others: dict[str, list[Any]] = {
        "nothing": [],
        "frightening": fear,
        "frightening backwards": fear[::-1],
        "late cap": [{"kind": "withdrawal_cap", "when": {"indicator": "liquidity", "platform": "Quay", "below": 0.28}}],
        "late cap, little custody": [
            {"set": {"platforms.Quay.liquid_share": 0.29}},
            {"kind": "withdrawal_cap", "when": {"indicator": "liquidity", "platform": "Quay", "below": 0.28}},
        ],
        "tense": [{"kind": "guarantee", "when": tense}, {"kind": "process_friction", "when": tense, "until": 40}],
        "short-lived press": [{"set": {"mechanisms.media.fading": 0.9}}],
        "long-lived press": [{"set": {"mechanisms.media.fading": 0.1}}],
        "no press": [{"set": {"mechanisms.media": "off"}}],
        "no herding": [{"set": {"mechanisms.herding": "off"}}],
        "no trust": [{"set": {"mechanisms.trust": "off"}}],
        "alone in the sector": [{"set": {"mechanisms.spillover": "off"}}],
        "ledger": [{"set": {"platforms.Harbour.custody": "ledger", "platforms.Harbour.segregated_share": 1}}],
        "thin": [{"set": {"platforms.Harbour.liquid_share": 0.01, "platforms.Quay.report_interval": 3}}],
    }
    room = 32 - len(others)
    return others | dict(list(levers.items())[:room]) | {"the rest": list(levers)[room:], **levers}


@pytest.mark.slow
def test_a_variant_alone_is_the_variant_beside_thirty_one_others() -> None:
    variants = thirty_two()
    scenario = crisis(variants=variants)
    assert len(variants) >= 32
    assert [len(group) for group in lockstep_groups(scenario, list(variants))] == [32, len(variants) - 32]
    together = finished(scenario)
    for v, name in enumerate(variants):
        alone = finished(scenario, [name])
        assert differing(arrays_of(alone, 0), arrays_of(together, v)) == [], name


def test_who_has_other_locks_begins_with_other_notices_and_so_makes_a_group_of_its_own() -> None:
    unlocked = [{"set": {"platforms.Harbour.locked_share": 0}}]
    scenario = crisis(variants={"as it is": [], "nothing locked": unlocked, "too": unlocked})
    groups = lockstep_groups(scenario, ["as it is", "nothing locked", "too"])
    assert groups == (("as it is",), ("nothing locked", "too"))


@given(documents())
def test_a_variant_alone_is_the_variant_beside_others_in_any_scenario(document: Document) -> None:
    scenario = scenario_of(document)
    together = finished(scenario)
    for v, variant in enumerate(scenario.variants):
        assert differing(arrays_of(finished(scenario, [variant.name]), 0), arrays_of(together, v)) == []


def test_variants_that_change_the_world_run_beside_the_others_on_the_same_draws() -> None:
    """A ``set`` that touches traits or the network makes a group of its own; one that sets what is there already,
    none."""
    scenario = crisis(
        variants={
            "nothing": [],
            "same": [{"set": {"mechanisms.choice.calm": 3.0, "network.rewire": 0.2}}],
            "rewired": [{"set": {"network.rewire": 0.9}}],
            "bolder": [{"set": {"mechanisms.choice.tolerance": 4.0}}],
            "calmer": [{"set": {"mechanisms.choice.calm": 2.0}}],
            "both": ["bolder", {"kind": "guarantee"}],
        }
    )
    groups = lockstep_groups(scenario, [v.name for v in scenario.variants])
    assert groups == (("nothing", "same", "calmer"), ("rewired",), ("bolder", "both"))
    study = run_study(scenario, workers=1)
    assert study.failed == ()
    for name, x in study.outcomes.items():
        assert np.array_equal(x[:, 0], x[:, 1], equal_nan=True), name
    assert not np.array_equal(study.series["claims"][:, :, 0], study.series["claims"][:, :, 2])
    assert np.array_equal(study.series["claims"][:, 0, 0], study.series["claims"][:, 0, 2])  # the same people
    for r in study.replications:
        alone = simulate(scenario, ["both"], int(r))
        for name, series in alone.series.items():
            assert np.array_equal(study.series[name][r, :, 5], series[:, 0], equal_nan=True), name


def each_alone(scenario: Scenario, variants: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple((name,) for name in variants)


@pytest.mark.slow
def test_workers_chunks_and_groups_change_no_bit() -> None:
    scenario = crisis(
        variants={"nothing": [], "gate": [{"kind": "redemption_gate"}], "insured": [{"kind": "guarantee"}]}, horizon=30
    )
    here = run_study(scenario, replications=5, workers=1)
    assert here.failed == ()
    others = {
        "two workers": run_study(scenario, replications=5, workers=2),
        "every variant alone": run_study(scenario, replications=5, workers=1, groups=each_alone),
        "other order": run_study(scenario, replications=5, workers=1, variants=["insured", "nothing", "gate"]),
    }
    for what, study in others.items():
        order = [study.variants.index(name) for name in here.variants]
        for name, x in here.outcomes.items():
            assert np.array_equal(x, study.outcomes[name][:, order], equal_nan=True), (what, name)
        for name, y in here.series.items():
            assert np.array_equal(y, study.series[name][:, :, order], equal_nan=True), (what, name)


def test_the_same_seed_gives_the_same_run_and_another_one_another() -> None:
    def run(**changes: Any) -> Run:
        return simulate(dataclasses.replace(crisis(horizon=20), **changes), ["nothing"], 3)

    one, again, other = run(), run(), run(seed=8)
    assert all(np.array_equal(one.series[name], again.series[name], equal_nan=True) for name in one.series)
    assert all(np.array_equal(one.outcomes[name], again.outcomes[name], equal_nan=True) for name in one.outcomes)
    assert not np.array_equal(one.series["trust"], other.series["trust"], equal_nan=True)


def test_what_is_written_in_another_order_gives_the_same_numbers() -> None:
    """Shocks and levers add up in floats; their order in the file must not show."""
    levers = [{"kind": kind} for kind in ("withdrawal_cap", "redemption_fee", "notice_period", "guarantee")]
    forwards = crisis(variants={"all": levers})
    backwards = crisis(variants={"all": levers[::-1]}, shocks=copy.deepcopy(CRISIS["shocks"])[::-1])
    assert differing(arrays_of(finished(forwards), 0), arrays_of(finished(backwards), 0)) == []
