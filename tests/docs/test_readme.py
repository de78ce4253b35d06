"""The quickstart's table in the README is in the words that the program has now; its figures a slow test holds."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from pathlib import Path

import pytest

import trustsim as ts
from trustsim.analysis.unfinished import Unfinished
from trustsim.report.tables.table import ranked_table
from trustsim.report.words import holding, standing, words

HELD = "\nUnder other assumptions"
ROOT = Path(__file__).resolve().parents[2]
MARKS = (standing.MARK, standing.SHIFTED)  # † and ‡
LARGE = {  # what a large study of the quickstart says and a small one may not
    "unfinished": {"gate": Unfinished(0.5, 0.1)},
    "harms": {"gate": ("excess_withdrawn",)},
}


@pytest.fixture(scope="module")
def comparison():
    few = ts.load(ROOT / "scenarios/quickstart.yaml", overrides={"investors.count": 300, "horizon": "100 d"})
    return ts.compare(few, replications=3, workers=1, progress=False).comparison


@pytest.fixture(scope="module")
def block():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.search(r"```console\n\$ trustsim compare [^\n]*\n(.*?)\nreport: ", text, re.S)[1]


def plain(text):
    """Return a text in one line."""
    return " ".join(text.split())


def openings(text):
    """Return how the sentences below a table begin: their words up to the first name, figure or list."""
    notes = re.split(r"(?<=[a-z)’])\. ", plain(text[text.index("\nWith ") :]))
    return {re.split(r"[‘0-9:]", note)[0].strip() for note in notes}


def test_heads_and_legends_of_the_readme_are_those_of_the_program(comparison, block):
    shown, told = plain(ranked_table(comparison)), plain(block)
    heads = re.search(r"variant .*? ─", shown)[0]
    assert heads in told
    legend = shown[shown.index("better: worlds where") : shown.index("all pairs taken together.")]
    assert legend[: legend.index("cost: mean policy cost.")] in told
    assert f"{standing.matters(replace(comparison, matters=matters_of(comparison)))}." in told


def matters_of(comparison):
    """Return what matters in a horizon as long as the quickstart's: a time is at most a hundredth of the horizon."""
    return {**comparison.matters, "stuck_money": 1.0}


def test_sentences_of_the_readme_begin_as_those_of_the_program_do(comparison, block):
    known = openings(ranked_table(replace(comparison, **LARGE)))
    known |= {
        "Neither lose nor gain",
        "Nobody loses under",
        "Gained",
        "Lost under",
        "In brackets",
        "Platforms end open",
        "empty lines part groups; within one, variants cannot be told apart by any headline outcome, "
        "all pairs taken together",
        "not told apart by excess withdrawn",
        "‡",  # a loss that is only moved
        "",  # a sentence that begins with a variant
    }
    assert openings(block.partition(HELD)[0]) <= known, "run: python docs/make.py"


def test_sentences_on_other_assumptions_begin_as_those_of_the_program_do(block):
    _, head, told = block.partition(HELD)
    program = plain(re.sub(r'"\s+f?"', "", inspect.getsource(holding)))
    begun = {" ".join(opening.removeprefix("With ").split()[:3]) for opening in openings(f"\nWith {head}{told}")} - {""}
    assert len(begun) > 1  # what it hangs on is said only where it can be told
    assert [opening for opening in begun if opening not in program] == [], "run: python docs/make.py"


def test_a_mark_in_the_readme_stands_at_a_variant_and_in_its_sentence(block):
    table, _, notes = block.partition("\nWith ")
    for mark in MARKS:
        marked = {re.split("\\s[†‡]", row)[0] for row in table.splitlines() if mark in row}
        said = set(re.findall(rf"^{mark} ‘(.*?)’", notes, re.M))
        assert marked == said, words.listing(sorted(marked ^ said))


def test_the_page_on_the_report_tells_the_figures_of_the_readme(block):
    said = re.search(
        r"of 100 accounts (\d+) \[[^]]*\] asked for their money or were caught .*? now (\d+) \[", plain(block)
    )
    page = plain((ROOT / "docs/read-report.md").read_text(encoding="utf-8"))
    before, now = said.groups()
    assert (
        f"of 100 accounts {before} asked for their money or were caught in a failure, now {now} (the quickstart" in page
    )
