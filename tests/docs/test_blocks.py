"""Every block of the README and the docs runs: Python, commands with what they print, scenarios."""

from __future__ import annotations

import functools
import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

import trustsim as ts
from trustsim import cli
from trustsim.ask.result import Result
from trustsim.cli import common

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"^(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<language>\w*|\{[\w-]+\})[^\n`]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)  # a directive of the site, ```{toctree}, is a block of its own language
RUNS_A_STUDY = ("compare", "run")
SMALL = ["--replications", "2", "--workers", "1", "--quiet"]


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, the line it begins on, and the file that it is called, if it is called one."""

    page: str
    line: int
    language: str
    text: str
    file: str | None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def all_blocks() -> list[Block]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start("language")) + 1
            name = str(page.relative_to(ROOT))
            found.append(Block(name, line, match["language"], match["text"], match["file"]))
    return found


def blocks(language: str) -> list[Block]:
    return [block for block in all_blocks() if block.language == language]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to run in: the shipped scenarios, and the files that the docs name."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    for block in all_blocks():
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


_EACH = """
import json, os, sys, traceback
import trustsim as ts
ts.compare("scenarios/quickstart.yaml", replications=1, workers=1, progress=False).plot.fan("outflow")
here, failed = os.listdir(), []
for name, source in json.load(sys.stdin):
    child = os.fork()
    if child == 0:
        place = name.replace("/", "-")
        os.mkdir(place)
        for file in here:
            os.symlink(os.path.abspath(file), os.path.join(place, file))
        os.chdir(place)
        try:
            exec(compile(source, name, "exec"), {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
print(failed)
"""


@pytest.mark.slow
def test_python_runs(folder):
    """Each block in a process of its own, as it may register a lever; they come from one that has the kernels."""
    # the docs' own numbers of replications are for readers; two worlds show that the code runs
    small = functools.partial(re.sub, r"replications=\d+(, workers=1)?", "replications=2, workers=1, progress=False")
    sources = json.dumps([(str(block), small(block.text)) for block in blocks("python")])
    command = [sys.executable, "-W", "error", "-c", _EACH]
    done = subprocess.run(command, check=False, capture_output=True, text=True, input=sources)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


@pytest.mark.parametrize("block", [b for b in blocks("yaml") if "trustsim: 1" in b.text and not b.file], ids=str)
def test_a_scenario_loads(block):
    scenario = ts.loads(block.text)
    assert scenario.variants


def commands(block: Block) -> list[tuple[str, str]]:
    """Return each command of a console block with what it is said to print."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_a_command_runs_and_prints_what_is_shown(block, folder, monkeypatch):
    """The report of a study is left out: the command report has blocks of its own."""
    for command, shown in commands(block):
        name, *arguments = shlex.split(command)
        assert name == "trustsim"
        is_study = arguments[0] in RUNS_A_STUDY
        with monkeypatch.context() as patch:
            if arguments[0] != "report":
                patch.setattr(Result, "report", lambda self, path, **how: Path(path).touch())
            done = CliRunner().invoke(cli.main, [*arguments, *(SMALL if is_study else [])])
        if done.exit_code != common.WRONG_INPUT and done.exception is not None and done.exit_code != 0:
            raise done.exception
        if is_study:
            assert done.exit_code == 0, done.output
        else:
            assert shown.strip() in done.output
