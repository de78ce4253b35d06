"""An ensemble of behaviours: every world draws a member, alike in all its variants, and what a file says wins."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_worlds import crisis

from trustsim.analysis.attribution import without
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.experiment.address import addresses
from trustsim.experiment.design import run_sweep
from trustsim.experiment.simulate import simulate, simulate_together
from trustsim.kernels import draws
from trustsim.model import Batch, TrustCrisisModel, lockstep_groups
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario
from trustsim.world.members import member_of, members_of

HERDING, CONTAGION, TOLERANCE, LEAVE, ALIKE = (
    "mechanisms.herding.weight", "mechanisms.fear.contagion", "mechanisms.choice.tolerance",
    "mechanisms.ordinary.leave", "mechanisms.spillover.weight",
)  # fmt: skip
MEMBERS = [
    {HERDING: 2, CONTAGION: 0.05, TOLERANCE: 0.5, LEAVE: "0.3 %/day", ALIKE: "10 %"},
    {HERDING: 9, CONTAGION: 0.15, TOLERANCE: 2, LEAVE: "0.6 %/day", ALIKE: "90 %"},
    {HERDING: 5, CONTAGION: 0.1, TOLERANCE: 1.5, LEAVE: "0.5 %/day", ALIKE: "40 %"},
]
WORLDS = [0, 1, 2, 3, 4, 5]
VARIANTS = {
    "nothing": [],
    "gate": [{"kind": "redemption_gate"}],
    "says": [{"set": {HERDING: 3}}],
    "says of traits": [{"set": {TOLERANCE: 1}}],
}
Made = Callable[..., Scenario]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Give the crisis, as people behave by members in a file."""
    file = tmp_path / "members.json"
    document = {"behaviour": 1, "made": {}, "parameters": dict.fromkeys(MEMBERS[0]), "members": MEMBERS}
    file.write_text(json.dumps(document), "utf-8")

    def of(way: str, **changes: Any) -> Scenario:
        said = way if way == "point" else f"{way} from {file}"
        return crisis(variants=VARIANTS, behaviour=said, **changes)

    return of


def assert_same(one: Any, other: Any) -> None:
    for kind in ("outcomes", "series"):
        for name, values in getattr(one, kind).items():
            assert np.array_equal(values, getattr(other, kind)[name], equal_nan=True), (one.replication, name)


def test_a_world_of_the_ensemble_is_to_the_bit_that_of_its_member(made: Made) -> None:
    """Six worlds in one batch, whose rules differ, each beside the scenario of its member alone; calm among it."""
    ensemble, alone = made("ensemble"), [made(f"member {k}") for k in (1, 2, 3)]
    members = members_of(ensemble, WORLDS)
    assert members is not None
    assert len(set(members.tolist())) > 1
    for names in lockstep_groups(ensemble, list(VARIANTS)):
        for run, member in zip(simulate_together(ensemble, names, WORLDS), members, strict=True):
            assert_same(run, simulate_together(alone[member - 1], names, [run.replication])[0])


def test_members_are_as_likely_and_a_world_keeps_its_own() -> None:
    """Of 20,000 worlds each of 50 members gets 400 ± 4.5 standard deviations of a binomial."""
    drawn = np.array([member_of(50, draws.key_of(1, r)) for r in range(20_000)])
    counts = np.bincount(drawn, minlength=50)
    assert len(counts) == 50
    assert np.abs(counts - 400).max() < 4.5 * np.sqrt(400 * 0.98)
    assert [member_of(50, draws.key_of(1, r)) for r in range(9)] == drawn[:9].tolist()


def test_what_a_variant_says_wins_over_the_member(made: Made) -> None:
    scenario = made("ensemble")
    names = next(group for group in lockstep_groups(scenario, list(VARIANTS)) if "says" in group)
    batch = Batch(scenario, [v for v in scenario.variants if v.name in names], WORLDS)
    weights = batch.mechanisms["herding"]["weight"].reshape(len(WORLDS), len(names))
    members = members_of(scenario, WORLDS)
    assert members is not None
    own = np.array([MEMBERS[m - 1][HERDING] for m in members], float)
    assert (weights[:, names.index("says")] == 3).all()
    assert (weights[:, names.index("nothing")] == own).all()
    assert (weights[:, names.index("gate")] == own).all()


def test_who_says_something_of_traits_shares_no_pass_with_who_does_not(made: Made) -> None:
    """By their defaults the two are the same people; where a world draws its traits they are not."""
    together = [set(group) for group in lockstep_groups(made("point"), list(VARIANTS))]
    apart = [set(group) for group in lockstep_groups(made("ensemble"), list(VARIANTS))]
    assert together == [set(VARIANTS)]
    assert apart == [{"nothing", "gate", "says"}, {"says of traits"}]


def test_traits_are_those_of_the_member_of_each_world(made: Made) -> None:
    scenario = made("ensemble")
    members = members_of(scenario, WORLDS)
    assert members is not None
    batch = Batch(scenario, scenario.variants[:1], WORLDS)
    for w, member in enumerate(members.tolist()):
        alone = TrustCrisisModel(made(f"member {member}"), "nothing", rng=WORLDS[w])
        assert np.array_equal(batch.state.traits[:, w], alone.state.traits[:, 0])


def test_a_fork_behaves_as_its_world_does(made: Made) -> None:
    scenario = made("ensemble")
    model = TrustCrisisModel(scenario, "nothing", rng=2)
    for _ in range(5):
        model.step()
    other = model.fork("gate")
    assert other.mechanisms["herding"]["weight"] == model.mechanisms["herding"]["weight"]
    again = TrustCrisisModel(scenario, "gate", rng=2)
    assert np.array_equal(other.state.traits, again.state.traits)


def test_members_are_part_of_the_address_and_nothing_else_is(made: Made) -> None:
    """All ways differ by default; a variant that says all that members say is the same run under any of them."""
    ways = [made(way) for way in ("point", "ensemble", "member 1", "member 2")]
    assert len({addresses(each, ["nothing"], simulate)["nothing"] for each in ways}) == 4
    all_said = from_document(ways[0].document, REGISTRY, overrides=MEMBERS[0])
    assert addresses(all_said, ["nothing"], simulate) == addresses(ways[2], ["nothing"], simulate)


def test_a_resolved_file_gives_the_same_worlds(made: Made) -> None:
    """It leaves out what members say: written down it would look as if the file had said it."""
    for way in ("ensemble", "member 2", "point"):
        scenario = made(way)
        again = from_document(scenario.document, REGISTRY)
        assert (again, again.digest) == (scenario, scenario.digest)
        assert ("weight" in scenario.document["mechanisms"]["herding"]) == (way == "point")


def test_a_channel_that_is_put_off_stays_off_under_any_member(made: Made) -> None:
    """Attribution puts ordinary leaving off by a value of its own, and herding as a whole."""
    scenario = made("ensemble")
    for channel, rule, weight in (("ordinary", "ordinary", "leave"), ("herding", "herding", "weight")):
        off = without(scenario.variants[0], channel)
        batch = Batch(replace(scenario, variants=(off,), baseline=off.name), [off], WORLDS)
        assert np.ptp(batch.mechanisms[rule][weight]) == 0
        assert batch.mechanisms[rule][weight].max() < 1e-8


def test_ways_to_behave_can_be_swept(made: Made) -> None:
    """A point of the sweep is the study of its way, in the same worlds; a file that says every value has none."""
    ways = [made(way).behaviour for way in ("point", "member 2", "ensemble")]
    sweep = {"sweep": {"behaviour": ways}}
    with pytest.raises(TrustsimError, match="read as a point, whose every value is said"):
        run_sweep(from_document(made("point").document, REGISTRY, overrides=sweep), REGISTRY, replications=4, workers=1)
    swept = from_document(made("ensemble").document, REGISTRY, overrides=sweep)
    found = run_sweep(swept, REGISTRY, variants=["nothing"], replications=4, workers=1)
    for study, way in zip(found.studies, ("point", "member 2", "ensemble"), strict=True):
        alone = simulate_together(made(way), ["nothing"], range(4))
        left = [run.outcomes["excess_withdrawn"][0] for run in alone]
        assert study.outcomes["excess_withdrawn"][:, 0].tolist() == left
