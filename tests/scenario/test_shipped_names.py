"""The shipped scenarios by name: found, listed, copied to start from."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trustsim.catalog import load
from trustsim.cli import main
from trustsim.errors import ScenarioError, TrustsimError
from trustsim.scenario.shipped import copy_of, find, shipped, titles

ROOT = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_every_file_in_the_folder_has_its_name() -> None:
    """Of a checkout or of an installed wheel, whichever runs: the files are those of the folder."""
    told = {name: file.read_bytes() for name, file in shipped().items()}
    assert told == {
        file.relative_to(ROOT).with_suffix("").as_posix(): file.read_bytes() for file in ROOT.rglob("*.yaml")
    }
    assert list(shipped()) == sorted(shipped())
    assert {"quickstart", "cases/C1_custodian_bank", "limits/T-03-bank-run"} <= set(shipped())


def test_a_title_may_come_from_a_file_that_is_extended() -> None:
    found, lacking = titles()
    assert found["quickstart"] == "Custodian theft at a lending platform"
    assert all(found.values())
    assert {*found, *lacking} == set(shipped())


def test_a_file_that_is_there_wins_over_a_shipped_name(tmp_path: Path) -> None:
    assert Path(find("quickstart")) == shipped()["quickstart"]
    (tmp_path / "quickstart").write_text("trustsim: 1")
    assert find("quickstart") == "quickstart"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("quickstrat", "quickstart"),
        ("scenarios/quickstart.yaml", "quickstart"),
        ("C1_custodian_bank", "cases/C1_custodian_bank"),
        ("custodian", "cases/C1_custodian_bank"),
        ("bank-run.yaml", "limits/T-03-bank-run"),
    ],
)
def test_the_nearest_names_are_told_for_one_that_none_has(given: str, meant: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        find(given)
    assert meant in str(caught.value.problems[0].nearest).split(" or ")
    with pytest.raises(TrustsimError, match=meant):
        copy_of(given)


def test_nothing_is_guessed_for_a_name_like_no_other() -> None:
    result = run("check", "zzzz.yaml")
    assert result.exit_code == 2
    assert "given: 'zzzz.yaml', neither a file nor a shipped scenario" in result.stderr
    assert "did you mean" not in result.stderr


def test_a_name_stands_for_its_file_on_the_command_line() -> None:
    result = run("check", "quickstart", "limits/T-24-degroot")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("quickstart: ok (Custodian theft at a lending platform, 8 variants")
    assert run("resolve", "quickstart").stdout == run("resolve", str(ROOT / "quickstart.yaml")).stdout


@pytest.mark.parametrize("name", shipped())
def test_a_copy_says_the_same_where_its_files_ship(name: str, tmp_path: Path) -> None:
    result = run("init", "mine.yaml", "--from", name)
    if result.exit_code == 2:
        assert "shared/data/cns_fb_friends.csv, a file that does not ship" in result.stderr
        assert name in ("limits/T-14-friends", "limits/T-19-friends", "limits/T-19-life", "limits/T-19-survival")
        assert not any(tmp_path.iterdir())
        return
    assert result.exit_code == 0, result.stderr
    assert load("mine.yaml").digest == load(shipped()[name]).digest


def test_a_copy_keeps_the_comments_and_the_form_of_a_file_that_stands_alone() -> None:
    assert run("init", "mine.yaml", "--from", "quickstart").exit_code == 0
    assert Path("mine.yaml").read_bytes() == (ROOT / "quickstart.yaml").read_bytes()


def test_a_copy_brings_the_file_that_it_names_and_overwrites_nothing() -> None:
    result = run("init", "mine.yaml", "--from", "limits/T-24-degroot")
    assert result.stdout == "mine.yaml and T-24-weights.csv written; next: trustsim check mine.yaml\n"
    assert Path("mine.yaml").read_text("utf-8").startswith("# limits/T-24-degroot of trustsim, merged with")
    Path("mine.yaml").unlink()
    again = run("init", "mine.yaml", "--from", "limits/T-24-degroot")
    assert again.exit_code == 2
    assert "T-24-weights.csv is there already" in again.stderr
    assert not Path("mine.yaml").exists()


@pytest.mark.slow
def test_the_list_tells_all_that_can_be_loaded_by_name_and_title_and_writes_nothing(tmp_path: Path) -> None:
    said = run("init", "--list")
    lines = said.stdout.splitlines()
    listed = [line.split()[0] for line in lines]
    assert [*listed, *titles()[1]] == [*titles()[0], *titles()[1]]
    assert all(name in said.stderr for name in titles()[1])
    assert all(load(shipped()[name]) for name in listed)
    assert any(line.split(maxsplit=1) == ["quickstart", "Custodian theft at a lending platform"] for line in lines)
    assert not any(tmp_path.iterdir())
