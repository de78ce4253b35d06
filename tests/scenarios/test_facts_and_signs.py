"""Each fact and sign is a file, or the page says what is missing; no file sets what people do."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

import trustsim as ts
from scripts import script

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios/evidence"
FILES = sorted(FOLDER.glob("[EP]-*.yaml"))
STORIES = sorted(file for folder in (".", "cases", "history") for file in (ROOT / "scenarios" / folder).glob("*.yaml"))
LABORATORY = ("E-47", "E-49", "E-52")
#: what a laboratory hands out, and the needs that the experiment of P-48 doubles
MAY_SET = {
    "E-47": {"best_response.impatient"},
    "E-49": {"best_response.impatient", "best_response.one_by_one"},
    "E-52": {"observation.accuracy"},
    "P-48": {"ordinary.leave"},
}
#: whether whoever is known to be insolvent is closed is law
LAW = {"p2p_failures": {"closure.off"}, "bank_failures": {"closure.off"}}
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@pytest.fixture(scope="module")
def board():
    with script("evidence_table") as module:
        yield module


def test_every_fact_and_sign_has_a_file_or_a_word_on_what_is_missing(board) -> None:
    with_file, missing = {board.id_of(file) for file in FILES}, set(board.notes()["missing"])
    assert with_file | missing == set(board.ids())
    assert with_file & missing == set()
    assert set(board.notes()["remarks"]) <= with_file


def test_what_is_fitted_and_what_is_held_out_is_apart_and_known(board) -> None:
    assert set(board.FITTED) & set(board.HELD_OUT) == set()
    assert set(board.FITTED) | set(board.HELD_OUT) <= set(board.ids())
    assert len(board.HELD_OUT) == 14


def settings_of(scenario: ts.Scenario) -> set[str]:
    """What a scenario sets of its mechanisms, ``'ordinary.leave'``, and ``'herding.off'`` of one that it has not."""
    usual = ts.load(ROOT / "scenarios/calm.yaml").variants[0].world.mechanisms  # it sets none
    found = set()
    for variant in scenario.variants:
        for name, settings in variant.world.mechanisms.items():
            if settings is None:
                found |= {f"{name}.off"} if usual.get(name) is not None else set()
            else:
                found |= {
                    f"{name}.{f.name}" for f in fields(settings)
                    if getattr(settings, f.name) != getattr(type(settings)(), f.name)
                }  # fmt: skip
    return found


@every_file
def test_no_file_sets_what_people_do(file: Path, board) -> None:
    row = board.id_of(file)
    found = {name for name in settings_of(ts.load(file)) if not (name.endswith(".off") and row in LABORATORY)}
    assert found == MAY_SET.get(row, set())


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
def test_no_story_sets_what_people_do(file: Path) -> None:
    """They differ by people, platforms, links, news and rules; that worlds differ is no behaviour, and may be said."""
    assert settings_of(ts.load(file)) == LAW.get(file.stem, set())


@every_file
def test_a_file_asks_for_its_row_in_200_worlds_and_more_and_says_what(file: Path, board) -> None:
    scenario = ts.load(file)
    assert scenario.title.startswith(f"{board.id_of(file)}: ")
    assert scenario.description.startswith("Asked")
    assert scenario.replications >= 200
    assert scenario.expect
    assert {e.source.split("; ")[0] for e in scenario.expect} == {board.id_of(file)}
    assert len({e.id for e in scenario.expect}) == len(scenario.expect)


def test_no_variant_is_inherited_by_mistake() -> None:
    """A base that had variants would give every file that builds on it another baseline."""
    for file in FOLDER.glob("base-*.yaml"):
        assert [variant.name for variant in ts.load(file).variants] == ["nothing"]
        assert "variants:" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(("file", "verdicts"), [("P-03", {"pass"}), ("P-21", {"pass"}), ("P-45", {"pass"})])
def test_a_handful_is_judged_with_few_worlds(file: str, verdicts: set[str]) -> None:
    (checked,) = ts.evidence(FOLDER / f"{file}.yaml", replications=60, workers=1, progress=False).checked
    assert {one.verdict for one in checked.findings} == verdicts


def test_a_row_passes_where_all_of_its_files_do_and_a_miss_asks_for_a_word(board, tmp_path: Path) -> None:
    """The second file of P-17 asks here for what it does not give."""
    asked = (FOLDER / "P-17-run.yaml").read_text(encoding="utf-8").replace("between: [5 %, 95 %]", "above: 99 %")
    missed = tmp_path / "P-17-run.yaml"
    missed.write_text(asked.replace("extends: ", f"extends: {FOLDER}/"), encoding="utf-8")
    files = [FOLDER / "P-03.yaml", FOLDER / "P-17-fraud.yaml", missed]
    rows = board.rows_of(ts.evidence(files, replications=40, workers=1, progress=False).checked)
    assert [(row.id, row.verdict, len(row.checked)) for row in rows] == [("P-03", "pass", 1), ("P-17", "fail", 2)]
    with pytest.raises(KeyError, match="P-17"):
        board.page(rows, {"missing": {}, "remarks": {}})
    page = board.page(rows, {"missing": {"P-31": "Nobody sees who stays."}, "remarks": {"P-17": "As it is."}})
    assert "| sign | signs of levers | 3 | 1 | 1 | 0 | 1 |" in page
    assert "**fail.** As it is." in page
    assert page.count("| P-17 |") == 1
    assert "| Nobody sees who stays. |" in page


@pytest.mark.slow
def test_a_run_moves_with_the_step_as_the_score_board_says() -> None:
    """Tolerances: three standard errors of 200 worlds; the same worlds in both."""
    lost = {}
    for step in ("1 d", "3 h"):
        scenario = ts.load(FOLDER / "E-05.yaml", overrides={"step": step, "expect": []})
        study = ts.run(scenario, variants=["as it was"], replications=200, workers=1, progress=None)
        lost[step] = study.series["withdrawn"][:, round(4 / scenario.step), 0, -1].astype(float)
    assert lost["1 d"].mean() == pytest.approx(0.044, abs=0.005)
    assert lost["3 h"].mean() == pytest.approx(0.07, abs=0.01)
    more = lost["3 h"] - lost["1 d"]
    assert more.mean() > 3 * more.std(ddof=1) / len(more) ** 0.5


@pytest.mark.slow
def test_the_score_board_shows_what_the_files_give(board) -> None:
    """Of every fifth row all lines, at the files' own numbers of worlds; all of them would take minutes."""
    page = (ROOT / "docs/evidence-table.md").read_text(encoding="utf-8").splitlines()
    files = [file for file in FILES if int(board.id_of(file).partition("-")[2]) % 5 == 0]
    found = [one for file in files for one in ts.evidence(file, workers=1, progress=False).checked]
    lines = [line for row in board.rows_of(found) for line in board.lines_of(row, board.notes()["remarks"])]
    assert len(lines) > 20
    assert [line for line in lines if line not in page] == [], "run: python docs/evidence_table.py"
