"""Things of one's own on the command line: ``trustsim --with FILE command``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LEVER = '''
from dataclasses import dataclass
from trustsim.catalog import REGISTRY
from trustsim.registry import parameter
from trustsim.world.terms import Term

@REGISTRY.enter("intervention", "slow_exit", family="platform", rows=("E1",), source="assumed")
@dataclass(frozen=True)
class SlowExit:
    """Pay out later."""
    platform: str = parameter("*", unit="name", refers="platform", source="assumed", text="where")
    by: float = parameter(2.0, unit="duration", low=0, high=30, source="assumed", text="how much later")
    def terms(self):
        """Return what holds."""
        return (Term("payout_lag", self.by, "add", self.platform),)
'''
STORY = """
trustsim: 1
horizon: 5 d
network: {kind: none}
investors: {count: 50}
platforms: [{name: Harbour}]
variants: {nothing: [], slow: [{kind: slow_exit}]}
"""


def run(folder: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "trustsim", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    return done.returncode, done.stdout + done.stderr


def own_lever_in(folder: Path) -> None:
    (folder / "own").mkdir()
    (folder / "own" / "slow_exit_lever.py").write_text(LEVER, "utf-8")
    (folder / "story.yaml").write_text(STORY, "utf-8")


def test_a_lever_of_ones_own_is_known_where_its_file_is_named(tmp_path: Path) -> None:
    own_lever_in(tmp_path)
    status, told = run(tmp_path, "check", "story.yaml")
    assert status == 2
    assert "slow_exit" in told
    status, told = run(tmp_path, "--with", "own/slow_exit_lever.py", "check", "story.yaml")
    assert status == 0, told


@pytest.mark.slow
def test_a_lever_of_ones_own_is_compared_on_the_command_line_in_workers_too(tmp_path: Path) -> None:
    own_lever_in(tmp_path)
    words = ["compare", "story.yaml", "--replications", "4", "--workers", "2", "--quiet", "--out", "done"]
    status, told = run(tmp_path, "--with", "own/slow_exit_lever.py", *words)
    assert status == 0, told
    assert "slow" in told
    assert (tmp_path / "done" / "outcomes.csv").exists()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("nowhere.py", None, "--with: given 'nowhere.py'; allowed: a Python file that exists"),
        ("lever.txt", LEVER, "--with: given 'lever.txt'; allowed: a Python file"),
        ("broken.py", "x = 1 / 0", "ZeroDivisionError"),
        ("json.py", LEVER, "of the name of"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    status, found = run(tmp_path, "--with", name, "catalog", "shock")
    assert status == 2
    assert told in found
