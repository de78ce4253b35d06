"""What `check` knows of a network that a scenario brings: what is in it, or where in the scenario it cannot be had."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trustsim import cli
from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError
from trustsim.scenario.load import load

STORY = """\
trustsim: 1
horizon: 5 d
network: {network}
investors: {investors}
platforms: [{{name: Harbour}}]
variants: {variants}
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("friends.csv").write_text("source,target,weight\na,b,2\nb,c,1\n")
    Path("broken.net").write_text("*Vertices 2\n*Arcs\n1 7\n")
    Path("folder.csv").mkdir()


def written(network: str, investors: str = "{}", variants: str = "{nothing: []}") -> str:
    Path("story.yaml").write_text(STORY.format(network=network, investors=investors, variants=variants))
    return "story.yaml"


def test_check_says_what_was_read() -> None:
    file = written("{kind: file, path: friends.csv}", variants="{nothing: [], all: [{set: {network: {kind: named}}}]}")
    said = CliRunner().invoke(cli.main, ["check", file])
    assert said.exit_code == 0
    assert said.stdout.splitlines()[1:3] == [
        "  network friends.csv: 3 investors, 2 links both ways, with weights, none without links",
        "  network karate_club: 34 investors, 78 links both ways, without weights, none without links",
    ]
    networks = json.loads(CliRunner().invoke(cli.main, ["check", "--json", file]).stdout)["files"][0]["networks"]
    assert networks[0] == {
        "name": "friends.csv",
        "investors": 3,
        "links": 2,
        "directed": False,
        "weighted": True,
        "without_links": 0,
        "self_loops": 0,
        "repeats": 0,
        "left": [],
    }


@pytest.mark.parametrize(
    ("network", "investors", "variants", "place", "given"),
    [
        ("{kind: file, path: broken.net}", "{}", "{a: []}", "story.yaml:3:29: network.path", "broken.net, line 3: the"),
        ("{kind: file, path: folder.csv}", "{}", "{a: []}", "story.yaml:3:29: network.path", "'folder.csv', a folder"),
        ("{kind: file, path: frends.csv}", "{}", "{a: []}", "story.yaml:3:29: network.path",
         "did you mean friends.csv?"),
        ("{kind: file, path: story.yaml}", "{}", "{a: []}", "story.yaml:3:29: network.path",
         "a name that ends in one of"),
        ("{kind: file, path: friends.csv}", "{count: 4}", "{a: []}", "3:29: network.path",
         "friends.csv has 3 nodes while"),
        ("{kind: file, path: friends.csv}", "{newcomers: 4}", "{a: []}", "3:29: network.path",
         "4 newcomers to a network"),
        ("{kind: named, name: karate_club}", "{count: 50}", "{a: []}", "3:30: network.name",
         "investors.count: 34, or no"),
        ("{kind: named}", "{count: 50}", "{a: []}", "story.yaml:3:10: network", "karate_club has 34 nodes while"),
        ("{kind: none}", "{count: 34}", "{a: [{set: {network: {kind: file, path: friends.csv}}}]}", "path",
         "has 3 nodes"),
        ("{kind: named}", "{}", "{a: [{set: {investors.count: 9}}]}", "network", "while investors.count is 9"),
    ],
)  # fmt: skip
def test_a_network_that_cannot_be_had_is_told_at_its_place(
    network: str, investors: str, variants: str, place: str, given: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(written(network, investors, variants), REGISTRY)
    assert place in str(caught.value)
    assert given in str(caught.value)
    assert len(caught.value.problems) == 1
