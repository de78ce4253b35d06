"""Tables that a spreadsheet does not run, that pandas and R read, and that come back with every name as it was."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import fake_engine as fake
import numpy as np
import pandas as pd
import pytest

from trustsim import catalog  # noqa: F401  the units of outcomes
from trustsim.experiment import folder, tables
from trustsim.experiment.frames import outcomes_frame, series_frame
from trustsim.experiment.study import Study, run_study

NAMES = (
    "=HYPERLINK(\"http://evil\",\"x\")", "+1+1", "-1-1", "@SUM(1)", "＝1", "'=1", "2", "all", "none", "港湾",
    "a, \"b\"", "best",
)  # fmt: skip


@pytest.fixture(scope="module")
def study() -> Study:
    return run_study(fake.scenario(names=NAMES), workers=1, simulate=fake.simulate, groups=fake.one_pass)


def test_no_cell_begins_as_a_formula_does_and_every_name_comes_back(study: Study, tmp_path: Path) -> None:
    for file in folder.export(study, tmp_path, "csv"):
        text = (gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()).decode()
        cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
        assert not [cell for cell in cells if cell[:1] in "=+-@＝\t\r" and cell and not _is_number(cell)]
        back = tables.read_csv(file)
        if file.name != "runs.csv":
            assert list(dict.fromkeys(back["variant"])) == list(NAMES)
            assert set(pd.read_csv(file)["variant"].map(tables.plain)) == set(NAMES)  # without any option
    back, whole = tables.read_csv(tmp_path / "outcomes.csv"), outcomes_frame(study)
    pd.testing.assert_frame_equal(back, whole, check_dtype=False, rtol=1e-12)
    series = tables.read_csv(tmp_path / "series.csv.gz")
    np.testing.assert_allclose(series["outflow"], series_frame(study)["outflow"], rtol=1e-6)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_names_that_are_heads_of_columns_are_guarded_and_may_be_a_word_of_the_table(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1.5, -2.0, "=x"]], columns=["=a", "best", "best"])
    tables.write_csv(frame, tmp_path / "points.csv", index_label="point")
    assert (tmp_path / "points.csv").read_text() == "point,'=a,best,best\n0,1.5,-2.0,'=x\n"
    assert tables.rows_as_csv([("day", "+a: 5%"), (1, "-2.5e-3")]) == "day,'+a: 5%\n1,-2.5e-3\n"


def test_a_workbook_holds_names_as_text(study: Study, tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    openpyxl = pytest.importorskip("openpyxl")
    (file,) = folder.export(study, tmp_path, "xlsx")
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["outcomes", "runs", "series", "about"]
    rows = list(book["outcomes"].iter_rows(min_row=2, max_row=1 + len(NAMES)))
    assert [row[1].value for row in rows] == list(NAMES)
    assert {row[1].data_type for row in rows} == {"s"}


def test_a_table_that_a_sheet_does_not_hold_is_said_to_be_left_out(study: Study, tmp_path: Path, monkeypatch) -> None:
    pytest.importorskip("xlsxwriter")
    openpyxl = pytest.importorskip("openpyxl")
    monkeypatch.setattr(folder, "_MOST_ROWS", len(study.replications) * len(study.variants) - 1)
    (file,) = folder.export(study, tmp_path, "xlsx")
    book = openpyxl.load_workbook(file)
    assert "outcomes" not in book.sheetnames
    about = {row[0].value: row[1].value for row in book["about"].iter_rows()}
    assert "more than a sheet holds" in about["outcomes"]
