"""Every notebook runs, opens with a question, and ends with an exercise and its folded solution, which runs too."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import jupytext
import nbclient
import nbformat
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


def test_a_notebook_shows_a_bar_that_is_gone_at_the_end_and_no_warning(tmp_path):
    """In a real kernel, without widgets."""
    scenario = Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml"
    told = "import trustsim as ts; from trustsim.report import progress; from rich.console import Console"
    study = f"ts.run(ts.load({str(scenario)!r}), replications=2, workers=1, progress=report)"
    code = f"{told}\nwith progress.shown(Console(stderr=True)) as report:\n    {study}\n    report(1, 2, 9.0)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    updates = []

    class Client(nbclient.NotebookClient):
        def process_message(self, message, cell, cell_index):
            if message["msg_type"] == "update_display_data":
                updates.append(message["content"]["data"]["text/html"])
            return super().process_message(message, cell, cell_index)

    Client(notebook, kernel_name="python3", timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    assert [output["output_type"] for output in notebook.cells[0].outputs] == ["display_data"]
    assert any('<progress value="1" max="2"></progress> 1 of 2 replications, 9 s left' in text for text in updates)
    assert updates[-1] == ""
