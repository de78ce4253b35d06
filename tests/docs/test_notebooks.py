"""Every notebook runs, opens with a question, and ends with an exercise and its folded solution, which runs too."""

from __future__ import annotations

import re
from pathlib import Path

import jupytext
import nbclient
import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.py"))
RUN = [pytest.param(path, id=path.stem) for path in NOTEBOOKS]


@pytest.mark.slow
@pytest.mark.parametrize("path", RUN)
def test_a_notebook_runs_and_so_does_its_solution_and_its_readers_see_pictures_and_no_warning(path):
    """In a real kernel, where a figure that does not show itself is only a line of text."""
    notebook = jupytext.read(path)
    solution = re.search(r"```python\n(.*?)```", notebook.cells[-1].source, re.DOTALL)
    notebook.cells.append(nbformat.v4.new_code_cell(solution[1]))
    resources = {"metadata": {"path": path.parent}}
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120, resources=resources).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 2
    assert not [output for output in outputs if "<Figure" in output.get("data", {}).get("text/plain", "")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_with_a_question_and_ends_with_an_exercise(path):
    cells = jupytext.read(path).cells
    assert cells[0].cell_type == "markdown"
    assert "?" in cells[0].source.split("\n")[0]
    assert "## Exercise" in cells[-1].source
    assert "<details>" in cells[-1].source


@pytest.mark.slow
def test_a_notebook_shows_a_bar_that_is_gone_at_the_end_and_no_warning(tmp_path):
    """In a real kernel, without widgets."""
    scenario = Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml"
    told = "import trustsim as ts; from trustsim.ask import progress; from rich.console import Console"
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
