"""Every notebook runs, opens with a question, and ends with an exercise and its folded solution, which runs too."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import jupytext
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.py"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_so_does_its_solution(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    names = runpy.run_path(str(path))
    last = jupytext.read(path).cells[-1].source
    solution = re.search(r"```python\n(.*?)```", last, re.DOTALL)
    exec(compile(solution[1], f"{path.name} (solution)", "exec"), names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_with_a_question_and_ends_with_an_exercise(path):
    cells = jupytext.read(path).cells
    assert cells[0].cell_type == "markdown"
    assert "?" in cells[0].source.split("\n")[0]
    assert "## Exercise" in cells[-1].source
    assert "<details>" in cells[-1].source
