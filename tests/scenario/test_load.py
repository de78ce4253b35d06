"""A scenario file becomes a frozen scenario: quantities, presets, packages, timing, overrides, round trip."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from made_up import FULL, REGISTRY, Averaging, CustodianTheft, Guarantee, Herding, SmallWorld

from trustsim.distributions import Distribution
from trustsim.errors import ScenarioError
from trustsim.scenario.document import text_of
from trustsim.scenario.load import from_document, load, loads, overrides_from
from trustsim.scenario.resolved import Item, Precision, Scenario, Timing, Trigger, World
from trustsim.scenario.tree import Report, plain
from trustsim.scenario.yaml_file import read_text
from trustsim.scenario.yaml_writer import write


@pytest.fixture(name="full")
def full_scenario() -> Scenario:
    return loads(FULL, REGISTRY)


def test_quantities_come_in_computed_units(full: Scenario) -> None:
    world = full.variants[0].world
    assert (full.horizon, full.step, full.n_days, full.seed) == (180.0, 1.0, 180, 7)
    assert world.network == SmallWorld(degree=8)
    assert [s.share for s in world.investors.segments] == pytest.approx([0.7, 0.3])
    assert world.investors.segments[1].wealth == Distribution("lognormal", (30_000_000.0, 1.2))
    assert world.platforms[1].limit == 500_050
    assert full.replications == Precision(0.01, "run_probability", 2000)


def test_a_distribution_in_a_flow_mapping_survives_its_comma(full: Scenario) -> None:
    assert full.variants[0].world.investors.segments[0].literacy == Distribution("beta", (2.0, 5.0))


def test_only_an_unquoted_call_in_brackets_goes_on_after_a_comma() -> None:
    def read(text: str) -> object:
        node = read_text(text, "x", Report())
        return None if node is None else plain(node)

    assert read("{a: beta(2, 5), b: 1}") == {"a": "beta(2, 5)", "b": 1}
    assert read("[choice(1, 2, 3), 4]") == ["choice(1, 2, 3)", 4]
    assert read("{a: f(2, b: 3}") == {"a": "f(2", "b": 3}
    assert read("['f(', 3]") == ["f(", 3]
    assert read("{a: 'f(', b: }") == {"a": "f(", "b": None}
    assert read("- f(2\n- 5)") == ["f(2", "5)"]


def test_a_preset_lies_under_the_keys_of_a_platform(full: Scenario) -> None:
    harbour, quay = full.variants[0].world.platforms
    assert (harbour.liquid_share, harbour.custody) == (0.12, "bank")
    assert (quay.liquid_share, quay.custody) == (1.0, "payment_firm")


def test_mechanisms_have_defaults_and_switches() -> None:
    def settings(text: str) -> dict[str, object]:
        scenario = loads(FULL.replace("herding: {weight: 1.5}", text), REGISTRY)
        return dict(scenario.variants[0].world.mechanisms)

    assert settings("herding: {}") == {"herding": Herding(), "averaging": None}
    assert settings("herding: off") == {"herding": None, "averaging": None}
    assert settings("herding: false") == {"herding": None, "averaging": None}
    assert settings("averaging: on") == {"herding": Herding(), "averaging": Averaging()}
    assert settings("averaging: {is_bounded: true}")["averaging"] == Averaging(is_bounded=True)


def test_items_carry_their_timing(full: Scenario) -> None:
    theft, rumour = full.shocks
    assert theft == Item("custodian_theft", CustodianTheft("Harbour", 30.0, 0.08), Timing(30.0))
    assert rumour.timing == Timing(40.0, 60.0, Trigger("outflow", "*", above=0.02, lasting=2.0))


def test_day_and_from_say_the_same() -> None:
    said_day = loads(FULL, REGISTRY)
    assert loads(FULL.replace("day: 30", "from: 30"), REGISTRY).shocks == said_day.shocks
    assert loads(FULL.replace("from: 40 d", "day: 40 d"), REGISTRY).shocks == said_day.shocks


def test_packages_combine_by_name(full: Scenario) -> None:
    variants = {variant.name: variant for variant in full.variants}
    assert list(variants) == ["nothing", "prompt notice", "insured", "both", "paid through"]
    assert variants["both"].items == variants["prompt notice"].items + variants["insured"].items
    assert variants["insured"].items[0].what == Guarantee(0.8, 5_000_000, 0.9)


def test_variants_share_one_world_unless_they_set_something(full: Scenario) -> None:
    nothing, *same, paid = full.variants
    assert all(variant.world is nothing.world for variant in same)
    assert paid.world.platforms[0].custody == "payment_firm"
    assert paid.world.network is nothing.world.network
    assert paid.world.mechanisms is nothing.world.mechanisms


def test_a_variant_that_sets_what_is_so_already_shares_the_world() -> None:
    scenario = loads(FULL.replace("custody: payment_firm}", "custody: bank}"), REGISTRY)
    assert scenario.variants[-1].world is scenario.variants[0].world


def test_the_first_variant_is_the_baseline_unless_another_is_named() -> None:
    assert loads(FULL, REGISTRY).baseline == "nothing"
    assert loads(FULL + "baseline: insured\n", REGISTRY).baseline == "insured"


def test_without_variants_there_is_one_that_does_nothing() -> None:
    text = FULL.partition("variants:")[0]
    scenario = loads(text, REGISTRY)
    assert [(variant.name, variant.items) for variant in scenario.variants] == [("nothing", ())]
    assert scenario.outcomes == ("investor_loss", "peak_outflow", "run_probability", "time_to_failure")
    assert scenario.replications == 200


def test_what_matters_is_read_in_the_unit_of_the_outcome_and_kept_in_the_document() -> None:
    scenario = loads(FULL + "matters: {run_probability: 2 pp, time_to_failure: 1 d}\n", REGISTRY)
    assert scenario.matters == {"run_probability": 0.02, "time_to_failure": 1.0}
    assert from_document(scenario.document, REGISTRY).matters == scenario.matters
    assert loads(FULL, REGISTRY).matters == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{run_probabilty: 1 pp}", "did you mean run_probability"),
        ("{run_probability: -1 pp}", "a difference of at least zero"),
        ("{run_probability: 1 d}", "matters.run_probability"),
    ],
)
def test_what_cannot_matter_is_refused(text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        loads(f"{FULL}matters: {text}\n", REGISTRY)


def test_words_of_yaml_1_1_are_text_and_quotes_keep_numbers_text() -> None:
    text = FULL.replace("A story.", "yes").replace("Custodian theft at a lending platform", "'12'")
    scenario = loads(text, REGISTRY)
    assert (scenario.title, scenario.description) == ("12", "yes")


def world(scenario: Scenario) -> World:
    return scenario.variants[0].world


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("platforms.Harbour.liquid_share", "5 %", lambda s: world(s).platforms[0].liquid_share == 0.05),
        ("platforms.1.notice", "1 w", lambda s: world(s).platforms[1].notice == 7.0),
        ("investors.segments.novice.literacy", 0.5, lambda s: world(s).investors.segments[0].literacy == 0.5),
        ("mechanisms.herding.weight", 3, lambda s: world(s).mechanisms["herding"].weight == 3.0),
        ("mechanisms.averaging.speed", 0.5, lambda s: world(s).mechanisms["averaging"].speed == 0.5),
        ("mechanisms.herding", "off", lambda s: world(s).mechanisms["herding"] is None),
        ("shocks.0.share", "9 %", lambda s: s.shocks[0].what.share == 0.09),
        ("variants.insured.0.cover", 1, lambda s: s.variants[2].items[0].what.cover == 1.0),
        ("horizon", "90 d", lambda s: s.horizon == 90.0),
        ("seed", 0, lambda s: s.seed == 0),
        ("network.kind", "complete", lambda s: type(world(s).network).__name__ == "Complete"),
        ("platforms.Quay.kind", "p2p_lending", lambda s: world(s).platforms[1].liquid_share == 0.05),
    ],
)
def test_overrides_reach_every_part_by_name_or_index(path: str, value: object, read: object) -> None:
    assert callable(read)
    assert read(loads(FULL, REGISTRY, overrides={path: value}))
    document = loads(FULL, REGISTRY).document
    assert read(from_document(document, REGISTRY, overrides={path: value}))


def test_an_overridden_kind_comes_before_what_is_set_in_it() -> None:
    overrides = {"platforms.Quay.custody": "none", "platforms.Quay.kind": "p2p_lending"}
    quay = loads(FULL, REGISTRY, overrides=overrides).variants[0].world.platforms[1]
    assert (quay.custody, quay.liquid_share, quay.limit) == ("none", 0.05, None)


def test_override_texts_are_read_as_yaml() -> None:
    assert overrides_from(["seed=3", "horizon=30 d", "outcomes=[a, b]", "mechanisms.herding=off"]) == {
        "seed": 3,
        "horizon": "30 d",
        "outcomes": ["a", "b"],
        "mechanisms.herding": "off",
    }


def test_the_document_is_a_scenario_file_that_says_the_same(full: Scenario) -> None:
    text = write(full.document)
    again = loads(text, REGISTRY)
    assert again == full
    assert again.digest == full.digest
    assert write(again.document) == text
    assert from_document(full.document, REGISTRY, file="<text>") == full


def test_the_digest_follows_what_decides_the_results() -> None:
    digest = loads(FULL, REGISTRY).digest
    told_anew = FULL.replace("A story.", "Another.").replace("from E-02", "E-3").replace("180 d", "4320 h")
    assert loads(told_anew, REGISTRY).digest == digest
    assert loads(FULL.replace("seed: 7", "seed: 8"), REGISTRY).digest != digest


def test_the_digest_knows_a_network_file_by_its_content(tmp_path: Path) -> None:
    digests = []
    for folder, edges in (("a", "1,2\n"), ("b", "1,2\n"), ("c", "1,3\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "edges.csv").write_text(edges)
        file = tmp_path / folder / "s.yaml"
        file.write_text(FULL.replace("{kind: small_world, degree: 8}", "{kind: file, path: edges.csv}"))
        scenario = load(file, REGISTRY)
        assert scenario.variants[0].world.network.path == str(tmp_path / folder / "edges.csv")
        assert scenario.source == str(file)
        assert replace(loads(write(scenario.document), REGISTRY), source=scenario.source) == scenario
        digests.append(scenario.digest)
    assert digests[0] == digests[1] != digests[2]


def test_a_scenario_travels_to_other_processes(full: Scenario) -> None:
    assert pickle.loads(pickle.dumps(full)) == full


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.15, 0.07, 1e-17, 0.123456789012345, 1.0, 29 * 0.01])
@pytest.mark.parametrize("unit", ["share", "duration", "per_day", "number", "log-odds"])
def test_quantities_are_written_to_the_last_bit(value: float, unit: str) -> None:
    from trustsim import units

    assert units.parse(text_of(value, unit, "EUR"), unit, currency="EUR") == value  # type: ignore[arg-type]


def test_quantities_are_written_for_people() -> None:
    assert text_of(0.15, "share", "") == "15 %"
    assert text_of(30.0, "duration", "") == "30 d"
    assert text_of(5_000_000, "money", "CNY") == "50000 CNY"
    assert text_of(123_456_789_012_345, "money", "CNY") == "1234567890123.45 CNY"
    assert text_of(Distribution("normal", (0.2, 0.05)), "share", "", spread=True) == "normal(20 %, 5 %)"
    assert text_of(Distribution("gamma", (2.0, 500.0)), "money", "CNY", spread=True) == "gamma(2, 5 CNY)"


def test_lists_over_which_a_sweep_goes_are_kept_as_written() -> None:
    text = FULL.partition("sweep:")[0]
    sweep = "sweep: {design: sobol, samples: 64, network.degree: [4, 12], investors.count: 'uniform(10, 500)'}\n"
    scenario = loads(text + sweep, REGISTRY)
    assert scenario.sweep == {"network.degree": (4, 12), "investors.count": ("uniform(10, 500)",)}
    assert scenario.document["sweep"]["design"] == "sobol"
    zipped = (
        "sweep: {design: zip, investors.segments.novice.share: [60 %, 50 %], investors.segments.1.share: [0.4, 0.5]}\n"
    )
    assert len(loads(text + zipped, REGISTRY).sweep) == 2


def test_names_with_dots_can_be_addressed() -> None:
    text = FULL.replace("Harbour", "Har.bour 2.0")
    scenario = loads(text, REGISTRY, overrides={"platforms.Har.bour 2.0.notice": 3})
    assert scenario.variants[0].world.platforms[0].notice == 3.0


def test_a_registry_without_indicators_takes_any_indicator() -> None:
    from trustsim.registry import Registry

    bare = Registry()
    for entry in REGISTRY:
        if entry.group != "indicator":
            bare.enter(entry.group, entry.name, source=entry.source, unit=entry.unit)(entry.make)
    scenario = loads(FULL.replace("indicator: outflow", "indicator: gossip"), bare)
    trigger = scenario.shocks[1].timing.when
    assert trigger is not None
    assert (trigger.indicator, trigger.above) == ("gossip", 0.02)
    assert loads(write(scenario.document), bare) == scenario


def test_a_relative_path_needs_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s.yaml").write_text("extends: base.yaml\nseed: 3\n")
    (tmp_path / "base.yaml").write_text(FULL)
    monkeypatch.chdir(tmp_path)
    assert load("s.yaml", REGISTRY).seed == 3
    assert loads("extends: base.yaml\n", REGISTRY, folder=os.curdir).seed == 7


def test_a_scenario_error_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="1 problem in the scenario"):
        loads("", REGISTRY)
    assert issubclass(ScenarioError, ValueError)
