"""What a shell completes, asked as the shells ask it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from trustsim.cli import main
from trustsim.cli.completion import SHELLS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two scenario files and another."""
    for name in ("mine.yaml", "my-other.yml", "my.txt"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def completed(*words: str) -> list[str]:
    """Return what bash is told to offer for the last of *words*; ``file,`` stands for the shell's own files."""
    asked = {"COMP_WORDS": " ".join(["trustsim", *words]), "COMP_CWORD": str(len(words))}
    answer = CliRunner().invoke(main, [], env={**asked, "_TRUSTSIM_COMPLETE": "bash_complete"}, prog_name="trustsim")
    assert answer.exit_code == 0, answer.output
    return [line.removeprefix("plain,") for line in answer.output.splitlines()]


def test_commands_and_options_are_completed() -> None:
    assert completed("comp") == ["compare", "completion"]
    assert "--replications" in completed("compare", "--re")


def test_a_scenario_is_a_shipped_name_or_a_file_of_the_folder(folder: Path) -> None:
    assert completed("compare", "q") == ["file,q", "quickstart"]
    assert completed("compare", "my") == ["file,my", "my-other.yml"]
    assert completed("check", "mine.yaml", "cases/C1") == ["file,cases/C1", "cases/C1_custodian_bank"]
    assert completed("check", "elsewhere/") == ["file,elsewhere/"]


def test_a_file_whose_name_a_shell_would_act_on_is_quoted(folder: Path) -> None:
    for name in ("$(touch x).yaml", "a b.yaml", "a\nb.yaml", "危机.yaml"):
        (folder / name).touch()
    offered = completed("compare", "")
    assert {"'$(touch x).yaml'", "'a b.yaml'", "'危机.yaml'", "mine.yaml"} <= set(offered)
    assert not [each for each in offered if each in ("$(touch x).yaml", "a", "b.yaml")]


def test_names_of_the_registry_and_shipped_names_are_completed() -> None:
    assert completed("init", "--from", "cases/C1") == ["cases/C1_custodian_bank"]
    assert "run_probability" in completed("sweep", "quickstart", "--outcome", "run_")
    assert "peak_outflow" in completed("sensitivity", "quickstart", "--difference", "peak_")
    assert completed("catalog", "sh") == ["shock"]
    assert completed("catalog", "shock", "custodian") == ["custodian_theft"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_printed_for_each_shell(shell: str) -> None:
    answer = CliRunner().invoke(main, ["completion", shell])
    assert answer.exit_code == 0
    assert f"_TRUSTSIM_COMPLETE={shell}_complete" in answer.stdout
    assert CliRunner().invoke(main, ["completion", "cmd"]).exit_code == 2


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_with_the_script(folder: Path) -> None:
    command = folder / "bin/trustsim"
    command.parent.mkdir()
    code = "import sys; from trustsim.cli import main; sys.argv[0] = 'trustsim'; main()"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n')
    command.chmod(0o755)
    script = (
        'eval "$(trustsim completion bash)" && complete -p trustsim && COMP_WORDS=(trustsim compare quick) COMP_CWORD=2'
        ' && _trustsim_completion trustsim 2> /dev/null; echo "${COMPREPLY[@]}"'  # compopt is for a terminal only
    )
    env = {**os.environ, "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=env, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["quickstart"], done.stderr
    assert "-F _trustsim_completion trustsim" in done.stdout
