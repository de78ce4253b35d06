"""``extends`` lays files over each other; every value keeps its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up import FULL, REGISTRY

from trustsim.errors import ScenarioError
from trustsim.scenario.load import load


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder / "main.yaml"


def problems(file: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(file, REGISTRY)
    return [
        f"{Path(p.place.file).name}:{p.place.line}:{p.place.column}: {p.place.path}: {p.given}"
        for p in caught.value.problems
    ]


def test_mappings_merge_and_lists_are_replaced(tmp_path: Path) -> None:
    child = (
        "extends: base.yaml\ninvestors: {count: 5}\nshocks: []\nnetwork: {rewiring: 0}\nvariants: {more: [insured]}\n"
    )
    scenario = load(write(tmp_path, base=FULL, main=child), REGISTRY)
    world = scenario.variants[0].world
    assert (world.investors.count, len(world.investors.segments), scenario.shocks) == (5, 2, ())
    assert (world.network.degree, world.network.rewiring) == (8, 0.0)
    assert [variant.name for variant in scenario.variants][-2:] == ["paid through", "more"]


def test_a_plus_appends_to_a_list(tmp_path: Path) -> None:
    child = "extends: base.yaml\n+shocks: [{kind: rumour, platform: Quay}]\nvariants: {+insured: [prompt notice]}\n"
    scenario = load(write(tmp_path, base=FULL, main=child), REGISTRY)
    assert [shock.kind for shock in scenario.shocks] == ["custodian_theft", "rumour", "rumour"]
    assert [item.kind for item in scenario.variants[2].items] == ["guarantee", "incident_notice"]


def test_a_plus_on_nothing_makes_the_list(tmp_path: Path) -> None:
    text = FULL.replace("shocks:", "+shocks:")
    assert len(load(write(tmp_path, main=text), REGISTRY).shocks) == 2


def test_a_plus_needs_lists_on_both_sides(tmp_path: Path) -> None:
    child = "extends: base.yaml\n+title: [a]\n+shocks: b\n"
    assert problems(write(tmp_path, base=FULL, main=child)) == [
        "main.yaml:2:1: +title: '+' for 'Custodian theft at a lending platform'",
        "main.yaml:3:10: +shocks: 'b'",
    ]


def test_later_files_lie_over_earlier_ones(tmp_path: Path) -> None:
    main = write(tmp_path, base=FULL, two="seed: 2\ntitle: two\n", main="extends: [base.yaml, two.yaml]\ntitle: main\n")
    scenario = load(main, REGISTRY)
    assert (scenario.seed, scenario.title) == (2, "main")


def test_names_are_relative_to_the_file_that_writes_them(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    write(tmp_path / "inner", middle="extends: base.yaml\n", base=FULL)
    assert load(write(tmp_path, main="extends: inner/middle.yaml\n"), REGISTRY).seed == 7


def test_a_file_may_be_reached_twice(tmp_path: Path) -> None:
    left, right = "extends: base.yaml\nseed: 1\n", "extends: base.yaml\ntitle: right\n"
    scenario = load(
        write(tmp_path, base=FULL, left=left, right=right, main="extends: [left.yaml, right.yaml]\n"), REGISTRY
    )
    assert (scenario.seed, scenario.title) == (7, "right")


def test_another_kind_starts_afresh(tmp_path: Path) -> None:
    scenario = load(write(tmp_path, base=FULL, main="extends: base.yaml\nnetwork: {kind: complete}\n"), REGISTRY)
    assert type(scenario.variants[0].world.network).__name__ == "Complete"


def test_problems_stand_in_the_file_that_has_them(tmp_path: Path) -> None:
    base = FULL.replace("180 d", "18 dd")
    assert problems(write(tmp_path, base=base, main="extends: base.yaml\nseeds: 3\n")) == [
        "base.yaml:4:10: horizon: '18 dd' as a duration",
        "main.yaml:2:1: seeds: the unknown key 'seeds'",
    ]


def test_cycles_are_told(tmp_path: Path) -> None:
    main = write(tmp_path, main="extends: b.yaml\n", b="extends: [c.yaml]\n", c="extends: b.yaml\n")
    assert problems(main) == ["c.yaml:1:10: extends: a cycle: b.yaml → c.yaml → b.yaml"]
    assert problems(write(tmp_path, main="extends: main.yaml\n")) == [
        "main.yaml:1:10: extends: a cycle: main.yaml → main.yaml"
    ]


def test_a_missing_file_is_told_beside_the_other_problems_but_not_what_it_may_hold(tmp_path: Path) -> None:
    main = write(tmp_path, main="extends: base.yml\nhorizon: 3 dd\nshocks: [{kind: rumour, platform: Harbour}]\n")
    told = problems(main)
    assert len(told) == 2
    assert told[0].startswith("main.yaml:1:10: extends: ")
    assert told[0].endswith("base.yml', a file that does not exist")
    assert told[1] == "main.yaml:2:10: horizon: '3 dd' as a duration"


def test_a_directory_or_nonsense_cannot_be_extended(tmp_path: Path) -> None:
    main = write(tmp_path, base="- 1\n", main="extends: [., base.yaml, 3]\n")
    told = problems(main)
    assert told[0] == "base.yaml:1:1: : a list"
    assert told[1].endswith("a directory")
    assert told[2] == "main.yaml:1:25: extends: 3"


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    files = {f"f{k}": f"extends: f{k + 1}.yaml\n" for k in range(150)}
    told = problems(write(tmp_path, main="extends: f0.yaml\n", **files))
    assert any("more than 100 files" in each for each in told)


def test_a_day_laid_over_a_shock_takes_the_place_of_its_from(tmp_path: Path) -> None:
    file = write(tmp_path, main=FULL)
    by_day, by_from = (load(file, REGISTRY, overrides={f"shocks.0.{key}": "7 d"}) for key in ("day", "from"))
    assert by_day.shocks[0].timing.start == 7
    assert by_day == by_from


# -- what is removed, and what changes in a list -----------------------------------------------------------------------


def test_null_removes_what_a_file_extends_at_any_depth(tmp_path: Path) -> None:
    child = (
        "extends: base.yaml\nvariants: {both: null, insured: null}\nmechanisms: {herding: null}\n"
        "network: {degree: null}\nexpect: {1: null}\nnotes: null\ninvestors: {segments: null}\n"
    )
    base = load(write(tmp_path, main=FULL), REGISTRY)
    scenario = load(write(tmp_path, base=FULL, main=child), REGISTRY)
    assert [v.name for v in scenario.variants] == ["nothing", "prompt notice", "paid through"]
    assert len(scenario.expect) == len(base.expect) - 1
    assert "notes" not in scenario.document
    one, other = (s.variants[0].world for s in (base, scenario))
    assert one.mechanisms["herding"] != other.mechanisms["herding"]
    assert one.network.degree == 8
    assert other.network.degree != 8  # its default again
    assert len(other.investors.segments) != len(one.investors.segments)


def test_null_removes_an_item_of_a_list_by_its_name_id_or_kind(tmp_path: Path) -> None:
    base = FULL.replace("{outcome: peak_outflow, ", "{id: level, outcome: peak_outflow, ")
    child = (
        "extends: base.yaml\nplatforms: {Quay: null}\nshocks: {rumour: null}\nexpect: {level: null}\n"
        "investors: {segments: {novice: null, professional: {share: 100 %}}}\n"
    )
    scenario = load(write(tmp_path, base=base, main=child), REGISTRY)
    world = scenario.variants[0].world
    assert [p.name for p in world.platforms] == ["Harbour"]
    assert [s.kind for s in scenario.shocks] == ["custodian_theft"]
    assert [e.source for e in scenario.expect] == ["P-01"]
    assert [(s.name, s.share) for s in world.investors.segments] == [("professional", 1.0)]


def test_what_is_removed_may_be_removed_again_above(tmp_path: Path) -> None:
    middle = "extends: base.yaml\nshocks: {rumour: null}\n"
    scenario = load(write(tmp_path, base=FULL, middle=middle, main="extends: middle.yaml\nshocks: null\n"), REGISTRY)
    assert scenario.shocks == ()


def test_a_mapping_over_a_list_changes_its_items(tmp_path: Path) -> None:
    child = (
        "extends: base.yaml\nplatforms: {Harbour: {liquid_share: 30 %}}\nshocks: {custodian_theft: {share: 2 %}}\n"
        "variants: {insured: {guarantee: {cover: 50 %}}, both: {prompt notice: null}}\n"
    )
    scenario = load(write(tmp_path, base=FULL, main=child), REGISTRY)
    by_name = {v.name: v for v in scenario.variants}
    assert by_name["nothing"].world.platforms[0].liquid_share == 0.3
    assert [scenario.shocks[0].what.share, len(scenario.shocks)] == [0.02, 2]
    assert by_name["insured"].items[0].what.cover == 0.5
    assert by_name["both"].items == by_name["insured"].items


def test_what_is_not_there_cannot_be_changed_or_removed(tmp_path: Path) -> None:
    child = "extends: base.yaml\nplatforms: {Harbor: null}\nshocks: {rumour: 3}\n"
    told = problems(write(tmp_path, base=FULL, main=child))
    assert told[0] == "main.yaml:2:13: platforms.Harbor: 'Harbor', which is not in the platforms that this file extends"
    assert told[1] == "main.yaml:3:18: shocks.rumour: 3"


def test_a_variant_that_sets_what_the_new_file_renames_is_told_with_the_way_out(tmp_path: Path) -> None:
    child = "extends: base.yaml\nplatforms: [{name: Bay}, {name: Quay}]\nshocks: []\nsweep: null\n"
    file = write(tmp_path, base=FULL, main=child)
    with pytest.raises(ScenarioError) as caught:
        load(file, REGISTRY)
    (problem,) = caught.value.problems
    assert problem.place.file.endswith("base.yaml")
    assert "'Harbour' in platforms, which main.yaml gives anew" in problem.given
    assert "of a variant of base.yaml that needs it, its name: null" in problem.allowed
    file.write_text(child + "variants: {paid through: null}\n")
    assert [p.name for p in load(file, REGISTRY).variants[0].world.platforms] == ["Bay", "Quay"]


def test_a_file_that_says_no_description_does_not_have_that_of_the_file_it_extends(tmp_path: Path) -> None:
    silent, speaks = "extends: base.yaml\ninvestors: {count: 5}\n", "extends: base.yaml\ndescription: Another story.\n"
    assert load(write(tmp_path, main=FULL), REGISTRY).description != ""
    assert load(write(tmp_path, base=FULL, main=silent), REGISTRY).description == ""
    assert load(write(tmp_path, base=FULL, main=speaks), REGISTRY).description == "Another story."
