"""A preset lays its values under the keys of a section, and what the file says lies over them."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from made_up import REGISTRY as MADE_UP

from trustsim.catalog import REGISTRY
from trustsim.errors import ModelError, ScenarioError
from trustsim.registry import Registry
from trustsim.scenario.load import from_document
from trustsim.scenario.outweighed import outweighed
from trustsim.scenario.presets import presets, values_under
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.schema import schema_of

STRICT = REGISTRY["jurisdiction", "strict"].make.preset


def scenario(platform: dict[str, Any], **more: Any) -> Scenario:
    document = {"trustsim": 1, "horizon": "9 d", "network": {"kind": "none"}, "investors": {"count": 9}}
    return from_document({**document, "platforms": [{"name": "Harbour", **platform}], **more}, REGISTRY)


def harbour(platform: dict[str, Any]) -> Any:
    return scenario(platform).variants[0].world.platforms[0]


def test_a_jurisdiction_lays_its_values_and_chooses_the_custody() -> None:
    strict = harbour({"jurisdiction": "strict"})
    assert strict.jurisdiction == "strict"
    assert {key: getattr(strict, key) for key in STRICT} == STRICT
    assert strict.misuse_factor == REGISTRY["custody", "bank"].make.preset["misuse_factor"]


def test_the_file_lies_over_the_kind_and_that_over_the_jurisdiction_and_that_over_the_custody() -> None:
    fund = harbour({"kind": "money_market_fund", "jurisdiction": "light", "patience": "1 d"})
    assert fund.report_interval == 7  # of the kind
    assert fund.custody == "bank"  # of the kind
    assert fund.segregated_share == REGISTRY["jurisdiction", "light"].make.preset["segregated_share"]
    assert fund.patience == 1
    assert harbour({"custody": "ledger", "visibility": "10 %"}).visibility == 0.1


def test_without_a_preset_everything_is_at_its_default() -> None:
    plain = harbour({})
    defaults = {p.name: p.default for p in REGISTRY["section", "platform"].parameters}
    assert plain.jurisdiction == ""
    assert {key: getattr(plain, key) for key in STRICT} == {key: defaults[key] for key in STRICT}


def test_the_resolved_file_gives_the_same_also_where_a_variant_chooses_another_preset() -> None:
    """What a preset lays is not written as if the file said it: else the variant of the resolved file kept it."""
    variants = {"nothing": [], "strict": [{"set": {"platforms.Harbour.jurisdiction": "strict"}}],
                "safe": [{"set": {"platforms.Harbour.custody": "bank"}}]}  # fmt: skip
    first = scenario({"jurisdiction": "light", "report_scope": "50 %", "custody": "ledger"}, variants=variants)
    again = from_document(first.document, REGISTRY)
    assert again == first
    assert again.digest == first.digest
    strict = again.variants[1].world.platforms[0]
    assert (strict.report_scope, strict.patience, strict.custody) == (0.5, STRICT["patience"], "ledger")
    assert again.variants[2].world.platforms[0].misuse_factor == 0.2


@pytest.mark.parametrize(
    ("key", "given", "near"),
    [("jurisdiction", "stric", "strict"), ("custody", "bnk", "bank"), ("kind", "p2p_lendin", "p2p_lending")],
)
def test_an_unknown_preset_is_an_error_with_the_nearest_name(key: str, given: str, near: str) -> None:
    with pytest.raises(ScenarioError) as told:
        scenario({key: given})
    (problem,) = told.value.problems
    assert problem.place.path == f"platforms.Harbour.{key}"
    assert f"{given!r}, which does not exist" in problem.given
    assert problem.nearest == near


def test_the_schema_offers_the_names_with_what_they_are() -> None:
    key = schema_of(REGISTRY)["$defs"]["platform"]["properties"]["jurisdiction"]
    assert key["enum"] == ["", "light", "strict"]
    assert len(key["enumDescriptions"]) == 3


def registry_with(preset: Any, rank: int = 1, section: str = "platform") -> Registry:
    registry = Registry()
    for entry in (MADE_UP["section", "platform"], MADE_UP["presets", "kind"], *MADE_UP.group("platform_kind").values()):
        registry.take(entry)
    presets("stage", section=section, source="assumed", text="how far it has grown", rank=rank, registry=registry)

    class Young:
        """A young platform."""

    Young.preset = preset  # type: ignore[attr-defined]
    registry.enter("stage", "young", source="assumed")(Young)
    return registry


@pytest.mark.parametrize(
    ("preset", "told"),
    [
        ({"liquid_shar": 0.5}, r"the key 'liquid_shar' in FILE; allowed: .*did you mean liquid_share\?"),
        ({"liquid_share": 1.5}, r"liquid_share of 150 % in FILE; allowed: from 0 % to 100 %"),
        ({"liquid_share": "20 %"}, r"liquid_share of '20 %' in FILE; allowed: a share .*, as a number"),
        ({"liquid_share": float("nan")}, r"liquid_share of nan as a share in FILE; allowed: a number"),
        ({"liquid_share": True}, r"liquid_share of True in FILE; allowed: a share"),
        ({"liquid_share": None}, r"liquid_share of nothing in FILE; allowed: a share"),
        ({"equity": -1}, r"equity of -0.01 in FILE; allowed: at least 0"),
        ({"custody": "bnk"}, r"custody of 'bnk' in FILE; allowed: .*did you mean bank\?"),
        ({"name": "Harbour"}, r"the key 'name' in FILE; allowed: one of kind, custody"),
        ({"kind": "payment_wallet"}, r"the key 'kind', which names presets of rank 2 in FILE; allowed: .* below 1"),
        ({"stage": "young"}, r"the key 'stage', which names presets of rank 1 in FILE; allowed: "),
        (["liquid_share"], r"a preset that is list in FILE; allowed: a mapping"),
    ],
)
def test_what_a_preset_lays_is_checked_like_a_file_when_it_is_entered(preset: dict[str, Any], told: str) -> None:
    told = told.replace("FILE", r".*test_presets\.py")
    with pytest.raises(ModelError, match=f"^preset 'young' of stage: given.*{told}"):
        registry_with(preset)


def test_money_is_laid_in_minor_units_and_nothing_where_nothing_is_the_default() -> None:
    preset = {"equity": 2_000_000_01, "limit": None, "custody": "none"}
    laid = values_under(registry_with(preset), "platform", {"stage": "young"})
    assert preset.items() <= laid.items()


def test_presets_of_a_higher_rank_may_choose_the_kind() -> None:
    registry = registry_with({"kind": "payment_wallet"}, rank=3)
    laid = values_under(registry, "platform", {"stage": "young"})
    assert laid == {"kind": "payment_wallet", **MADE_UP["platform_kind", "payment_wallet"].make.preset}


def test_a_preset_of_the_world_lays_paths_under_keys_of_the_world() -> None:
    with pytest.raises(ModelError, match=r"the path 'mechanism.herding' .*\.py; .*did you mean mechanisms\?"):
        registry_with({"mechanism.herding": 1}, section="world")


def test_a_key_that_a_section_has_for_something_else_names_no_presets() -> None:
    with pytest.raises(ModelError, match=r"'equity': .*test_presets\.py.* already \(.*made_up\.py: own funds\)"):
        presets("equity", section="platform", source="assumed", text="x", registry=registry_with({}))


CLIMATES = {"mild": 0.01, "harsh": 0.02, "mellow": 0.01}


@pytest.fixture
def climates() -> Iterator[None]:
    """Let there be two more groups of presets, of one rank, that lay the equity, and two of the world."""
    before = {name: copy.copy(thing) for name, thing in vars(REGISTRY).items()}
    before["_places"] = copy.deepcopy(before["_places"])
    for group, section, key in (
        ("climate", "platform", "equity"), ("weather", "platform", "equity"),
        ("mood", "world", "mechanisms.media.reach"), ("news", "world", "mechanisms.media"),
    ):  # fmt: skip
        presets(group, section=section, source="assumed", text="x")
        for name, share in CLIMATES.items():
            lays = {key: {"reach": share} if key.endswith("media") else share}
            made = type(
                name, (), {"__doc__": "x.", "preset": lays, "__module__": __name__, "__qualname__": f"{group}.{name}"}
            )
            REGISTRY.enter(group, name, source="assumed")(made)
    yield
    vars(REGISTRY).update(before)


@pytest.mark.usefixtures("climates")
def test_presets_of_one_rank_that_lay_unlike_values_are_an_error_with_both_files_and_the_file_settles_it() -> None:
    with pytest.raises(ScenarioError) as told:
        scenario({"climate": "mild", "weather": "harsh"})
    (problem,) = told.value.problems
    assert problem.place.path == "platforms.Harbour.equity"
    assert re.fullmatch(
        r"equity: 0.01 of climate mild \(.*test_presets\.py\) and equity: 0.02 of weather harsh \(.*test_presets\.py\)",
        problem.given,
    )
    assert harbour({"climate": "mild", "weather": "mellow"}).equity == 0.01
    assert harbour({"climate": "mild", "weather": "harsh", "equity": "3 %"}).equity == 0.03
    assert harbour({"climate": "mild", "weather": "harsh", "kind": "payment_wallet"}).equity == 0.03


@pytest.mark.usefixtures("climates")
def test_presets_of_the_world_clash_alike_also_where_one_lays_what_holds_the_other() -> None:
    with pytest.raises(ScenarioError, match=r"of mood mild .*test_presets.* of news harsh"):
        scenario({}, mood="mild", news="harsh")
    settled = scenario({}, mood="mild", news="harsh", mechanisms={"media": {"reach": "3 %"}})
    assert settled.variants[0].world.mechanisms["media"].reach == 0.03


def test_a_wrong_value_of_a_preset_of_the_world_is_told_with_the_file_of_the_preset(climates: None) -> None:
    REGISTRY["news", "mild"].make.preset = {"mechanisms.media.reach": "300 %"}
    with pytest.raises(ScenarioError) as told:
        scenario({}, news="mild")
    (problem,) = told.value.problems
    assert problem.place.file == __file__
    assert problem.place.path == "mechanisms.media.reach"


def test_presets_of_no_section_and_entries_of_no_group_are_errors() -> None:
    with pytest.raises(ModelError, match=r"given the section 'platfrm'; allowed: .*platform"):
        presets("stage", section="platfrm", source="assumed", text="x", registry=registry_with({}))

    class Lost:
        """Nothing."""

        preset: ClassVar[dict[str, Any]] = {}

    with pytest.raises(ModelError, match=r"group of 'lost': given 'shok'; allowed: .*did you mean shock\?"):
        Registry().enter("shok", "lost", source="assumed")(Lost)


def test_a_preset_of_a_variant_over_which_a_stronger_one_lies_is_said() -> None:
    variants = {
        "nothing": [],
        "light": [{"set": {"platforms.Harbour.jurisdiction": "light", "platforms.Harbour.patience": "9 d"}}],
        "bank": [{"set": {"platforms.Harbour.jurisdiction": "strict"}}],
        "plain": [{"set": {"platforms.Harbour.kind": "p2p_lending", "platforms.Harbour.jurisdiction": "light"}}],
    }
    told = list(outweighed(scenario({"kind": "payment_wallet", "jurisdiction": "strict"}, variants=variants), REGISTRY))
    over = "platform kind payment_wallet lies over it"
    assert told == [f"light: jurisdiction light leaves custody, segregated_share of Harbour: {over}"]
