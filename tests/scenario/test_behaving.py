"""What a file may say of behaviour, where its members come from, and how it tells that something is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import made_up
import pytest
from click.testing import CliRunner

from trustsim import catalog, cli
from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError
from trustsim.experiment.inputs import portable
from trustsim.scenario import behaviour
from trustsim.scenario.layout import BEHAVIOURS
from trustsim.scenario.load import load, loads
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.shipped import find

TEXT = """
trustsim: 1
horizon: 9 d
network: {kind: none}
investors: {count: 9}
platforms: [{name: Harbour}]
"""
HERDING, LEAVE, RULE = "mechanisms.herding.weight", "mechanisms.ordinary.leave", "mechanisms.adoption.imitation"
MEMBERS = [{HERDING: 2, LEAVE: "0.3 %/day", RULE: 0.5}, {HERDING: 9, LEAVE: "0.6 %/day", RULE: 0.6}]


def written(place: Path, members: list[dict[str, Any]] = MEMBERS) -> Path:
    file = place / "members.json"
    document = {"behaviour": 1, "made": {}, "parameters": dict.fromkeys(members[0]), "members": members}
    file.write_text(json.dumps(document), "utf-8")
    return file


def read(way: str, more: str = "", folder: Path = Path()) -> Scenario:
    return loads(f"{TEXT}behaviour: {way}\n{more}", REGISTRY, file=str(folder / "story.yaml"))


def told(way: str, folder: Path = Path()) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(way, folder=folder)
    return str(caught.value)


def test_a_member_is_one_set_of_values_where_the_file_says_nothing(tmp_path: Path) -> None:
    """Its file is named relative to the scenario's; a rule that is off stays off."""
    written(tmp_path)
    rules = read("member 2 from members.json", folder=tmp_path).variants[0].world.mechanisms
    assert (rules["herding"].weight, rules["ordinary"].leave, rules["adoption"]) == (9, 0.006, None)
    said = read("member 2 from members.json", "mechanisms: {herding: {weight: 4}, adoption: on}", tmp_path)
    rules = said.variants[0].world.mechanisms
    assert (rules["herding"].weight, rules["ordinary"].leave, rules["adoption"].imitation) == (4, 0.006, 0.6)


def test_the_ensemble_leaves_to_each_world_what_the_file_does_not_say(tmp_path: Path) -> None:
    written(tmp_path)
    world = read("ensemble from members.json", "mechanisms: {herding: {weight: 4}}", tmp_path).variants[0].world
    assert world.members is not None
    assert world.members.paths == (("ordinary", "leave"),)
    assert world.members.values == ((0.003,), (0.006,))
    off = "mechanisms: {herding: off, ordinary: {leave: 0.4 %/day}}"
    assert read("ensemble from members.json", off, tmp_path).variants[0].world.members is None


def test_the_ensemble_holds_where_a_file_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behaviour, "SHIPPED", written(tmp_path))
    scenario = loads(TEXT, REGISTRY)
    assert scenario.behaviour == scenario.document["behaviour"] == "ensemble"
    assert scenario == loads(f"{TEXT}behaviour: ensemble\n", REGISTRY)
    assert scenario.variants[0].world.members is not None


def test_the_point_holds_where_a_registry_lacks_a_rule_of_the_members() -> None:
    assert behaviour.usual(REGISTRY) == "ensemble"
    assert behaviour.usual(made_up.REGISTRY) == "point"


def test_what_is_wrong_with_it_is_told_with_its_place(tmp_path: Path) -> None:
    written(tmp_path)
    assert "story.yaml:7:12" in told("members", tmp_path)
    assert "allowed: point, ensemble, or member and its number, from 1 on" in told("point from members.json", tmp_path)
    assert "given: member 3\n    allowed: member 1 to member 2" in told("member 3 from members.json", tmp_path)
    assert "none.json', which cannot be read" in told("ensemble from none.json", tmp_path)
    (tmp_path / "no.json").write_text("{}", "utf-8")
    assert "which holds no members" in told("ensemble from no.json", tmp_path)


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ({"mechanisms.herding.weigth": 1}, "the parameter 'mechanisms.herding.weigth'"),
        ({"platforms.Harbour.equity": 1}, "allowed: mechanisms.RULE.PARAMETER"),
        ({"mechanisms.choice.rule": "logit"}, "the parameter 'mechanisms.choice.rule'"),
        ({HERDING: -1}, "mechanisms.herding.weight of member 1"),
        ({LEAVE: "much"}, "mechanisms.ordinary.leave of member 1"),
    ],
)
def test_a_member_that_nobody_can_be_is_refused(tmp_path: Path, member: dict[str, Any], says: str) -> None:
    written(tmp_path, [member])
    assert says in told("ensemble from members.json", tmp_path)


def test_a_digest_knows_members_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    written(tmp_path)
    written(tmp_path / "a")
    here, there = (read("ensemble from members.json", folder=f).digest for f in (tmp_path, tmp_path / "a"))
    assert here == there
    written(tmp_path / "a", MEMBERS[:1])
    assert read("ensemble from members.json", folder=tmp_path / "a").digest != here


def test_a_run_folder_takes_its_members_along(tmp_path: Path) -> None:
    copies: dict[str, Path] = {}
    written(tmp_path)
    document = portable(read("ensemble from members.json", folder=tmp_path), "inputs", copies)
    (name,) = copies
    assert document["behaviour"] == f"ensemble from {name}"
    assert copies[name] == tmp_path / "members.json"


def test_the_command_line_and_python_say_it_too(tmp_path: Path) -> None:
    file, story = written(tmp_path), tmp_path / "story.yaml"
    story.write_text(TEXT, "utf-8")
    way = f"member 2 from {file}"
    result = CliRunner().invoke(cli.main, ["resolve", str(story), "--behaviour", way])
    assert result.exit_code == 0, result.output
    assert f"behaviour: {way}" in result.output
    assert catalog.load(story, behaviour=way).behaviour == way
    assert catalog.load(story).behaviour == "ensemble"


def test_the_members_that_ship_can_be_read_in_every_scenario_that_ships() -> None:
    sets = behaviour.read_sets(behaviour.SHIPPED)
    assert len(sets.values) >= 50
    assert {"commit", "command", "targets", "seed", "waves"} <= sets.made.keys()
    for name in ("quickstart", "calm", "cases/C1_custodian_bank"):
        scenario = load(find(name), REGISTRY, overrides={"behaviour": "ensemble"})
        assert scenario.behaviour == "ensemble"
        assert scenario.variants[0].world.members is not None


@pytest.mark.parametrize("given", ["Point", "member 0", 7, True])
def test_an_error_in_the_option_names_it_and_all_that_is_allowed_whatever_is_given(given: Any) -> None:
    with pytest.raises(ScenarioError) as caught:
        catalog.load(find("quickstart"), behaviour=given)
    text = str(caught.value)
    assert f"--behaviour: behaviour\n    given: {given!r}\n    allowed: {BEHAVIOURS}" in text
    assert "such as member 7" in text
    done = CliRunner().invoke(cli.main, ["check", "quickstart", "--behaviour", str(given)])
    assert done.exit_code == 2
    assert f"--behaviour: behaviour\n    given: {str(given)!r}\n    allowed: point, ensemble, or member" in done.output
    with pytest.raises(ScenarioError, match="--set: behaviour"):
        catalog.load(find("quickstart"), overrides={"behaviour": given})
