"""check, resolve, schema, catalog and init on the command line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from made_up import FULL, REGISTRY

from trustsim import cli
from trustsim.catalog import REGISTRY as WHOLE
from trustsim.cli import common
from trustsim.errors import ModelError
from trustsim.registry import GROUPS
from trustsim.scenario.load import load, loads


@pytest.fixture(autouse=True)
def _small_registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(common, "registry", lambda: REGISTRY)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(FULL)
    (tmp_path / "bad.yaml").write_text(FULL.replace("180 d", "18 dd") + "seeds: 3\n")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


def test_check_says_what_a_good_file_holds() -> None:
    result = run("check", "good.yaml")
    assert result.exit_code == 0
    told = result.stdout.splitlines()
    assert told[0] == "good.yaml: ok (Custodian theft at a lending platform, 5 variants, 2 platforms, 2 shocks)"
    assert told[1].startswith("  1,000 people with 0 links on 2 platforms; 5 variants in 2,000 worlds of 180 steps")
    assert told[2].startswith("  about ")


def test_check_tells_all_problems_on_stderr_with_status_2() -> None:
    result = run("check", "good.yaml", "bad.yaml", "nowhere.yaml")
    assert result.exit_code == 2
    assert result.stdout.startswith("good.yaml: ok")
    assert "2 problems in the scenario\nbad.yaml:4:10: horizon" in result.stderr
    assert "nowhere.yaml" in result.stderr


def test_check_as_json_is_one_document() -> None:
    good, bad = json.loads(run("check", "--json", "good.yaml", "bad.yaml").stdout)["files"]
    assert good["ok"]
    assert good["variants"][0] == "nothing"
    assert good["needs"]["people"] == 1000
    assert good["needs"]["memory_bytes"] >= good["needs"]["worker_bytes"]
    assert not bad["ok"]
    assert bad["problems"][1]["nearest"] == "seed"
    assert (bad["problems"][0]["line"], bad["problems"][0]["column"]) == (4, 10)


def test_settings_override_the_file() -> None:
    result = run("resolve", "good.yaml", "--set", "platforms.Harbour.liquid_share=5 %", "--json")
    assert json.loads(result.stdout)["platforms"][0]["liquid_share"] == "5 %"
    wrong = run("resolve", "good.yaml", "--set", "platform.Harbour.liquid_share=5 %")
    assert wrong.exit_code == 2
    assert "did you mean platforms?" in wrong.stderr


def test_resolve_prints_a_file_that_says_the_same() -> None:
    text = run("resolve", "good.yaml").stdout
    assert loads(text, REGISTRY).digest == load("good.yaml", REGISTRY).digest
    as_json = run("resolve", "good.yaml", "--json").stdout
    assert loads(as_json, REGISTRY).digest == load("good.yaml", REGISTRY).digest


def test_resolve_prints_what_presets_lay_where_it_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "registry", lambda: WHOLE)
    two = "platforms: [{name: Harbour, jurisdiction: strict, patience: 9 d}, {name: Quay}]"
    Path("laws.yaml").write_text(
        f"trustsim: 1\nhorizon: 9 d\nnetwork: {{kind: none}}\n{two}\n"
        "variants: {a: [{set: {platforms.Quay.jurisdiction: strict}}], b: [a]}\nbaseline: b\n"
    )
    harbour, quay = json.loads(run("resolve", "laws.yaml", "--laid", "--json").stdout)["platforms"]
    assert (harbour["report_lag"], harbour["segregated_share"], harbour["custody_lag"]) == ("5 d", "80 %", "1 d")
    assert (harbour["patience"], quay["patience"], quay["custody"]) == ("9 d", "10 d", "none")
    assert "report_lag" not in json.loads(run("resolve", "laws.yaml", "--json").stdout)["platforms"][0]
    again = loads(run("resolve", "laws.yaml", "--laid").stdout, WHOLE)
    mine, told = (story.variants[0].world.platforms[0] for story in (load("laws.yaml", WHOLE), again))
    for p in WHOLE["section", "platform"].parameters:
        assert getattr(mine, p.name) == getattr(told, p.name), p.name


def test_the_help_of_catalog_names_every_group() -> None:
    told = run("catalog", "--help").output
    groups = {entry.group for entry in WHOLE if entry.make.__module__.startswith("trustsim.")} | set(GROUPS)
    assert groups <= set(re.findall(r"\w+", told))
    assert max(map(len, told.splitlines())) <= 80


def test_schema_prints_json() -> None:
    assert json.loads(run("schema").stdout)["properties"]["trustsim"]["const"] == 1


def test_catalog_prints_what_is_asked_for() -> None:
    assert "custodian_theft" in run("catalog").stdout
    assert json.loads(run("catalog", "shock", "rumour", "--json").stdout)["entries"][0]["name"] == "rumour"
    assert "did you mean shock?" in run("catalog", "shocks").stderr
    assert "did you mean rumour?" in run("catalog", "shock", "rumor").stderr


@pytest.mark.parametrize("arguments", [("jurisdiction", "strict"), ("jurisdiction",)])
def test_catalog_prints_what_a_preset_lays(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "registry", lambda: WHOLE)
    text = run("catalog", *arguments).stdout
    assert "    - report_lag: 5 d\n" in text
    assert "    - segregated_share: 80 %\n" in text
    strict = json.loads(run("catalog", *arguments, "--json").stdout)["entries"][-1]
    assert strict["lays"]["patience"] == "5 d"
    assert "lays" not in json.loads(run("catalog", "shock", "outage", "--json").stdout)["entries"][0]


def test_init_writes_a_file_that_is_right_and_overwrites_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "registry", lambda: WHOLE)
    assert run("init", "mine.yaml").exit_code == 0
    assert run("check", "mine.yaml").exit_code == 0
    again = run("init", "mine.yaml")
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert run("init", "mine.yaml", "--force").exit_code == 0
    assert run("init", "no/such/folder.yaml").exit_code == 2


def test_any_error_of_trustsim_has_status_2_and_an_interrupt_130() -> None:
    @click.group(cls=common.Commands)
    def commands() -> None: ...

    @commands.command()
    def wrong() -> None:
        raise ModelError("out of range")

    @commands.command()
    def interrupted() -> None:
        raise KeyboardInterrupt

    result = CliRunner().invoke(commands, ["wrong"])
    assert (result.exit_code, result.stderr) == (2, "out of range\n")
    assert CliRunner().invoke(commands, ["interrupted"]).exit_code == 130


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from trustsim.cli import main;"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0;"
        "heavy = ('numpy', 'numba', 'pydantic', 'ruamel', 'mesa', 'matplotlib', 'pandas');"
        "print([m for m in heavy if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_scenario_room_imports_neither_numbers_nor_models() -> None:
    code = (
        "import sys, trustsim.scenario.load, trustsim.scenario.schema, trustsim.scenario.catalog;"
        "print([m for m in ('numpy', 'numba', 'mesa', 'trustsim.mechanisms', 'trustsim.world') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
