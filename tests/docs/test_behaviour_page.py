"""What the docs say of the members that ship is what their table and the file of ranges say."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scripts import script
from trustsim.report.words import sources
from trustsim.scenario.behaviour import SHIPPED

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "behaviour.md").read_text(encoding="utf-8")
PROSE, TABLES = PAGE.partition("## The members that ship")[2].split("<!-- made by docs/behaviour.py -->")
PROSE = " ".join(PROSE.split())
ASKED = YAML(typ="safe").load((DOCS / "behaviour.yaml").read_text(encoding="utf-8"))
WORDS = {"a": 1, "seven": 7}
ROWS = {re.findall(r"[EP]-\d\d", file)[0] for file in ASKED["targets"]}


def cells(n):
    """Return the rows of the tables of the page that have *n* cells, without heads."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLES.splitlines() if line[:1] == "|"]
    return [row for row in rows if len(row) == n and row[0] not in ("entry", "wave", "parameter", "---")]


def test_the_counts_of_the_prose_are_those_of_the_file_and_of_the_members():
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    members, numbers, facts, signs = re.search(
        r"They are (\d+) sets of (\d+) numbers that (\w+) fitted rows and (\w+) sign do not rule out", PROSE
    ).groups()
    assert int(members) == len(shipped["members"])
    assert int(numbers) == len(ASKED["parameters"]) == len(shipped["parameters"]) == len(cells(5))
    assert WORDS[facts] == sum(row.startswith("E") for row in ROWS)
    assert WORDS[signs] == sum(row.startswith("P") for row in ROWS)
    named = PROSE.partition("do not rule out: ")[2].partition(". ")[0]
    assert set(re.findall(r"[EP]-\d\d", named)) == ROWS == {row[1] for row in cells(6)}


def test_how_little_the_entries_rule_out_is_as_the_table_has_it():
    entries, whole, left = re.search(
        r"Of the (\d+) entries asked, (\d+) leave all of the prior, each by itself, and together they leave (\d+) %",
        PROSE,
    ).groups()
    assert int(entries) == len(cells(6)) == sum(len(target["entries"]) for target in ASKED["targets"].values())
    assert int(whole) == sum(row[4] == "100 %" for row in cells(6))
    assert f"{left} %" == cells(4)[-1][3]


def test_the_members_are_as_wide_as_their_ranges():
    widths = []
    for _, asked, least, _, most in cells(5):
        low, high = (float(x) for x in re.match(r"(\S+) to ([\d.-]+)", asked).groups())
        ends = [low, high, float(least), float(most)]
        low, high, least, most = map(math.log, ends) if "logarithm" in asked else ends
        widths.append(100 * (most - least) / (high - low))
    said = re.search(r"From the 5 % to the 95 % of the members lie (\d+) to (\d+) % of each range", PROSE)
    assert [int(x) for x in said.groups()] == [round(min(widths)), round(max(widths))]


def test_no_member_reaches_the_hazard_ratio_of_e_54():
    (row,) = [row for row in cells(6) if row[0] == "E-54, hazard ratio"]
    assert "no member reaches the bound of *E-54, hazard ratio*" in PROSE
    assert float(row[5].split(" to ")[1]) < float(row[2].split(" to ")[0])


@pytest.mark.parametrize(
    ("where", "begins", "ends"),
    [
        ("limits.md", "The defaults and the ensemble of behaviours were chosen for", ", and the ensemble"),
        ("evidence-table.md", "each time fitted to", ": to one belief"),
        ("evidence_table.py", "each time fitted to", ": to one belief"),
        ("../CHANGELOG.md", "the members of the ensemble are fitted anew, to", "([how]"),
    ],
)
def test_the_docs_name_the_same_rows_as_fitted(where, begins, ends):
    """Those that members were asked, and P-13, which the search for the defaults asked too."""
    text = " ".join((DOCS / where).read_text(encoding="utf-8").split())
    assert set(re.findall(r"[EP]-\d\d", text.partition(begins)[2].partition(ends)[0])) == {*ROWS, "P-13"}
    assert set(re.findall(r"[EP]-\d\d", sources.known()["M-02"].text)) == {*ROWS, "P-13"}


def test_no_held_out_row_was_asked():
    with script("evidence_table") as board:
        assert ROWS & set(board.HELD_OUT) == set()
        assert {row for row in ROWS if row.startswith("E")} <= set(board.FITTED)


def test_the_intervals_in_the_remarks_of_the_board_are_those_of_the_row():
    """Where a remark says between what a number lies; to as many digits as it says."""
    found, remarks, last = {}, {}, ""
    for line in (DOCS / "evidence-table.md").read_text(encoding="utf-8").splitlines():
        row = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        if len(row) == 8 and row[1] != "kind":
            last = row[0] or last
            found.setdefault(last, []).append([float(x) for x in re.findall(r"[\d.]+", row[5])[1:]])
            remarks[last] = remarks.get(last, "") + row[7]
    held = 0
    for name, remark in remarks.items():
        for low, high in re.findall(r"(\d[\d.]*) (?:to|and) (\d[\d.]*)(?= %| points| more)", remark):
            digits = len(low.partition(".")[2])
            ends = [sorted(round(x, digits) for x in interval) for interval in found[name]]
            assert [float(low), float(high)] in ends, (name, remark)
            held += 1
    assert held >= 4
