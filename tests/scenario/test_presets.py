"""A preset lays its values under the keys of a section, and what the file says lies over them."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from made_up import REGISTRY as MADE_UP

from trustsim.catalog import REGISTRY
from trustsim.errors import ModelError, ScenarioError
from trustsim.registry import Registry
from trustsim.scenario.load import from_document
from trustsim.scenario.presets import presets, values_under
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.schema import schema_of
from trustsim.units import check_bounds

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


@pytest.mark.parametrize("entry", [e for e in REGISTRY if hasattr(e.make, "preset")], ids=lambda e: e.name)
def test_every_preset_lays_values_within_the_bounds_of_the_keys_that_it_names(entry: Any) -> None:
    (group,) = (e.make for e in REGISTRY.group("presets").values() if e.make.group == entry.group)
    laid = values_under(REGISTRY, group.section, {group.key: entry.name})
    parameters = {p.name: p for p in REGISTRY["section", group.section].parameters}
    for key in entry.make.preset:
        assert not isinstance(laid[key], str) or laid[key] in REGISTRY.allowed(parameters[key])
        if not isinstance(laid[key], str):
            check_bounds(laid[key], parameters[key].low, parameters[key].high, parameters[key].unit)


def registry_with(preset: dict[str, Any]) -> Registry:
    registry = Registry()
    registry.take(MADE_UP["section", "platform"])
    presets("stage", section="platform", source="assumed", text="how far it has grown", registry=registry)

    class Young:
        """A young platform."""

    Young.preset = preset  # type: ignore[attr-defined]
    registry.enter("stage", "young", source="assumed")(Young)
    return registry


@pytest.mark.parametrize(
    ("preset", "told"),
    [
        ({"liquid_shar": 0.5}, r"the key 'liquid_shar' in .*test_presets\.py; allowed: .*did you mean liquid_share\?"),
        ({"liquid_share": 1.5}, r"given liquid_share of 150 % in .*test_presets\.py; allowed: "),
    ],
)
def test_a_preset_that_does_not_fit_its_section_is_an_error_with_its_file(preset: dict[str, Any], told: str) -> None:
    with pytest.raises(ModelError, match=told):
        values_under(registry_with(preset), "platform", {"stage": "young"})


def test_presets_of_no_section_and_entries_of_no_group_are_errors() -> None:
    with pytest.raises(ModelError, match=r"given the section 'platfrm'; allowed: .*platform"):
        presets("stage", section="platfrm", source="assumed", text="x", registry=registry_with({}))

    class Lost:
        """Nothing."""

        preset: ClassVar[dict[str, Any]] = {}

    with pytest.raises(ModelError, match=r"group of 'lost': given 'shok'; allowed: .*did you mean shock\?"):
        Registry().enter("shok", "lost", source="assumed")(Lost)
