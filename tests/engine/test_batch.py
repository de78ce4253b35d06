"""Worlds that are stepped together know nothing of one another: a batch gives to the bit what each gives alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import crisis

import trustsim as ts
from shipped import SHIPPED
from trustsim.errors import ModelError
from trustsim.experiment.simulate import simulate_together
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.mechanisms.sector.obligations import DEBTS
from trustsim.model import Batch, TrustCrisisModel, lockstep_groups
from trustsim.scenario.resolved import Scenario
from trustsim.world.day import Day

WORLDS = [2, 0, 7]
RULES: dict[str, dict[str, Any]] = {
    "a gate, insurance, a rumour, locked money": {},
    "worlds that differ": {"aggregate_uncertainty": {"sunspot": 0.9}, "media": {}},
    "opinions": {"opinion": {"stubborn": 0.2}, "dealings": {}, "reentry": {"after": 5}},
    "meetings": {"bounded_confidence": {}, "imitation": {"first_out": 0.1}},
    "clusters": {"clusters": {"activity": 0.05}, "adoption": {}, "interaction": {"revised": 0.2}},
    "the game of a run": {"best_response": {"expected": 0.1}, "observation": {}},
    "desks and debts": {
        "service_desk": {"agents": 2}, "obligations": {"links": 1.0, "day": "5 d"}, "media": {"false_alarm": 0.05},
    },
}  # fmt: skip


def assert_alike(scenario: Scenario) -> None:
    for names in lockstep_groups(scenario, [v.name for v in scenario.variants]):
        for replication, run in zip(WORLDS, simulate_together(scenario, names, WORLDS), strict=True):
            model = TrustCrisisModel(scenario, names, rng=replication, collects=False)
            for _ in range(scenario.n_days):
                model.step()
            alone = Finished(model)
            assert (run.replication, run.variants, run.episodes) == (replication, names, alone.episodes)
            for name, days in alone.series.items():
                assert np.array_equal(run.series[name], days, equal_nan=True), (names, replication, name)
            outcomes = measured(alone)
            assert run.outcomes.keys() == outcomes.keys()
            for name, values in outcomes.items():
                assert np.array_equal(run.outcomes[name], values, equal_nan=True), (names, replication, name)


@pytest.mark.parametrize("rules", RULES.values(), ids=list(RULES))
def test_worlds_together_give_what_each_gives_alone(rules: dict[str, Any]) -> None:
    variants = {
        "nothing": [],
        "gate": [{"kind": "redemption_gate"}, {"kind": "guarantee"}],
        "late": [{"kind": "redemption_fee", "when": {"indicator": "queue", "above": 0.01, "lag": "2 d"}}],
        "patient": [{"kind": "cooling_off"}, {"set": {"platforms.Harbour.locked_share": "40 %"}}],
    }
    assert_alike(crisis(mechanisms={"choice": {"calm": 3.0}, **rules}, variants=variants, horizon=40))


def test_supervisors_and_chances_of_worlds_together_are_those_of_each() -> None:
    shocks = [{"kind": "outage", "platform": "*", "chance": "5 %/day"}, {"kind": "default_wave", "chance": "3 %/day"}]
    regulators = [{"name": "Bank of Harbour", "interval": "7 d", "noise": 0.05}]
    variants = {"nothing": [], "buffer": [{"kind": "liquidity_buffer"}]}
    assert_alike(crisis(shocks=shocks, regulators=regulators, variants=variants, horizon=40))


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED)
def test_worlds_of_every_scenario_together_give_what_each_gives_alone(path: Path) -> None:
    scenario = ts.load(path)
    world = scenario.variants[0].world
    if len(scenario.variants) * (world.investors.count or 1000) * scenario.n_days > 3e6 or len(world.platforms) > 100:
        scenario = ts.load(path, overrides={"horizon": "10 d"})
    if len(world.platforms) <= 100:
        assert_alike(scenario)


def test_platforms_of_different_sizes_stand_side_by_side() -> None:
    scenario = crisis(investors={"count": 120, "considered": 1}, horizon=25)
    batch = Batch(scenario, scenario.variants, WORLDS)
    sizes = [tuple(world.accounts.first.tolist()) for world in batch.state.drawn]
    assert len(set(sizes)) == len(WORLDS), "else nothing is tried here"
    money = batch.state.total_money()
    for _ in range(scenario.n_days):
        batch.step()
        assert (batch.state.total_money() == money).all()
        assert (batch.state.claims_gap() == 0).all()


def test_of_several_worlds_none_is_the_one() -> None:
    scenario = crisis(shocks=[], horizon=5)
    batch = Batch(scenario, scenario.variants, [0, 1])
    with pytest.raises(ModelError, match=r"given 2 worlds that are stepped together; allowed: drawn\[k\]"):
        _ = batch.state.network


SEEN: list[tuple[np.ndarray, np.ndarray]] = []


@dataclass(frozen=True)
class Siren:
    """Writes down where it is active, and for how long it has been."""

    platform: str = "Harbour"

    def span(self) -> float:
        return 2.0

    def act(self, day: Day) -> None:
        SEEN.append((day.active.copy(), day.age.copy()))


def test_a_shock_is_over_in_each_world_by_its_own_age() -> None:
    scenario = crisis(shocks=[{"kind": "outage", "platform": "Harbour", "chance": "10 %/day"}], horizon=40)
    siren = dataclasses.replace(scenario.shocks[0], what=Siren())
    batch = Batch(dataclasses.replace(scenario, shocks=(siren,)), scenario.variants, range(6))
    SEEN.clear()
    for _ in range(scenario.n_days):
        batch.step()
    starts = {tuple(np.flatnonzero(active & (age == 0))) for active, age in SEEN} - {()}
    assert len(starts) > 1, "else nothing is tried here"
    assert all((age[active] <= 2.0).all() for active, age in SEEN)
    days = np.sum([active for active, _ in SEEN], axis=0)
    assert set(days.tolist()) <= {0, 1, 2, 3}
    assert days.max() == 3


def test_variants_of_two_groups_are_refused_by_a_batch() -> None:
    scenario = crisis(variants={"nothing": [], "rewired": [{"set": {"network.rewire": 0.9}}]})
    with pytest.raises(ModelError, match="lockstep_groups"):
        Batch(scenario, scenario.variants, [0])


def test_a_fork_into_debts_begins_with_them() -> None:
    variants = {"nothing": [], "debts": [{"set": {"mechanisms.obligations": {"links": 1.0, "day": "20 d"}}}]}
    model = TrustCrisisModel(crisis(variants=variants, horizon=30), ["nothing"], rng=0)
    for _ in range(5):
        model.step()
    fork = model.fork("debts", of="nothing")
    while fork.running and fork.day < 30:
        fork.step()
    assert fork.kept[DEBTS].any()
