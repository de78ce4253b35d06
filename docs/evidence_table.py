"""Make ``docs/evidence-table.md``: ``python docs/evidence_table.py``, some minutes.

Every file in ``scenarios/evidence`` is run and judged. What is asked and found goes into a table, row by row of the
table of evidence; ``docs/evidence-notes.yaml`` says why a row is missed and what the rows without a file lack.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

import trustsim as ts
from trustsim.analysis.checked import Checked
from trustsim.analysis.evidence import Finding
from trustsim.report.tables.evidence_tables import expected, observed, what_of
from trustsim.report.words import sources

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "scenarios/evidence"
NOTES = ROOT / "docs/evidence-notes.yaml"
FITTED = ("E-01", "E-11", "E-18", "E-34", "E-38", "E-47", "E-49", "E-50", "E-52", "E-54", "E-55")
HELD_OUT = (
    "E-02", "E-03", "E-05", "E-06", "E-07", "E-09", "E-10", "E-14", "E-16", "E-17", "E-21", "E-43", "E-45", "E-46",
)  # fmt: skip
KINDS = {
    "fitted": "facts that the behaviour is to be fitted to",
    "held out": "facts that it is never fitted to",
    "other": "facts of neither kind",
    "sign": "signs of levers",
}
HEAD = """# The score board: every fact and sign

Made by `python docs/evidence_table.py` from the results; do not edit. Each row of the table of evidence that today's
actors can express is a file in [`scenarios/evidence`](../scenarios/evidence). A file says who the people are, which
platforms there are, how they are linked, what strikes and what is done about it, from the row's sources; what is not
in them is assumed, and the file says so. What it asks is the row's word and tolerance. **No file sets what people do**:
all run with the default behaviour. The exceptions are what a laboratory hands out (the needs of its players, the
accuracy of a signal) and the doubled need for money of P-48, which is the row's own experiment.

A row passes where every entry of its files passes. An entry passes where its 95 % interval lies within what is asked,
fails where it lies outside, and is unclear where it does neither; unclear is not passed. A *premise* is what must hold
for the row to be tried at all (some platforms fail without the lever): where it is not met, nothing is shown. A file
that cannot say all of its row says what is missing. A pass is the weakest of claims: a sign is met by any difference
that can be told from nothing.

Facts that are levels over days run in steps of hours, signs in steps of a day. A run still moves with the step, but
less than it did before draws lasted: in steps of a day the bank of E-05 loses 4.4 % in three days, of 3 hours 7.0 %
(200 worlds; before 11 and 28 %).

Held-out rows were written from their sources before any was run, and their files were repaired after that: full
guarantees end the partial ones of E-05 and E-07, stories with too few steps have more, E-07 and E-21 have fewer
people, those about runs take steps of hours, and a wallet that stands for a bank has a safe yield to compare with.
Then the behaviour was changed three times, each time fitted to E-01, E-11, E-18, E-34, E-50 and E-55 and the sign
P-13, the last time to E-54 and the sign P-27 too: to one belief about waiting and new money that compares; to worlds
that differ, a member of the ensemble for each and a press that tells of runs, in view of that small runs were too
small and large ones too large; and to runners who are remembered, guarantees that few know of, payments that fail and
a larger weight of what a platform can bear. Guarantees that few know of came in view of that the insured of E-03 and
E-05 hardly ran; how many know is the mean of three surveys. No held-out row was run in a fit; all ran once between the
first fit of the last change, which made the strong bank of P-27 lose too much, and those after it, which P-27 and P-05
led to. Before that change the files of E-06 and E-21 were mended to say what their rows say: the fall since the new
year, and loans that are locked for as long as a month's volume takes to go round.
Who built new money, limits and the sight of those who stay ran E-06, E-09, E-17, E-21, E-43, E-45 and E-46 once
when done, and changed nothing after. Of the 14, 2 passed before (E-06, E-17), and 2 after the first change (E-17,
E-46). E-10, E-43 and E-45 lie close to a bound, and were given 1,200 worlds when 200 could not tell.
Of some signs, network and strength of the news were
chosen after a first run, so that the baseline meets the premise. P-13, P-34, P-37 and E-60 could not be told and have
more people; runs of P-35 are counted from 30 % on.

```console
$ trustsim evidence scenarios/evidence/P-03.yaml --replications 40 --workers 1 --quiet
```

The limits of theory (`T-…`) are in [the textbook inside](textbook.md).
"""


@dataclass(frozen=True)
class Row:
    """One row of the table of evidence, with the files that try it."""

    id: str
    kind: str
    checked: tuple[Checked, ...]

    @property
    def findings(self) -> list[Finding]:
        """What was found of every entry of its files."""
        return [one for each in self.checked for one in each.findings]

    @property
    def verdict(self) -> str:
        """Pass where all pass, fail where one fails, else unclear."""
        verdicts = {one.verdict for one in self.findings}
        return "pass" if verdicts == {"pass"} else "fail" if "fail" in verdicts else "unclear"


def id_of(file: str | Path) -> str:
    """Return the row that a file is about: ``E-14`` of ``E-14-first.yaml``."""
    (found,) = re.findall(r"^([EP]-\d\d)", Path(file).name)
    return found


def kind_of(row: str) -> str:
    """Return which kind a row is of, a key of `KINDS`."""
    if row.startswith("P"):
        return "sign"
    return "fitted" if row in FITTED else "held out" if row in HELD_OUT else "other"


def ids() -> list[str]:
    """Return the ids of all facts and signs, in order."""
    return [name for name in sources.known() if name[:2] in ("E-", "P-")]


def notes() -> Mapping[str, Mapping[str, str]]:
    """Return what is ``missing`` by row without a file, and the ``remarks`` on rows with one."""
    return YAML(typ="safe").load(NOTES.read_text(encoding="utf-8"))


def rows_of(checked: Sequence[Checked]) -> list[Row]:
    """Return the rows that have files, in order."""
    by_id: dict[str, list[Checked]] = {name: [] for name in ids()}
    for each in checked:
        by_id[id_of(each.file)].append(each)
    return [Row(name, kind_of(name), tuple(files)) for name, files in by_id.items() if files]


def page(rows: Sequence[Row], said: Mapping[str, Mapping[str, str]]) -> str:
    """Return the page; raises KeyError for a row that is missed without a remark."""
    unsaid = [row.id for row in rows if row.verdict != "pass" and row.id not in said["remarks"]]
    if unsaid:
        raise KeyError(f"{NOTES.name}: no remark on what is missed: {', '.join(unsaid)}")
    lines = [HEAD, *_counts(rows, said["missing"]), ""]
    for title, kinds in (("Facts", ("fitted", "held out", "other")), ("Signs of levers", ("sign",))):
        lines += [f"## {title}\n", _cells("row", "kind", "file", "what", "asked", "found [95 %]", "verdict", "remark")]
        lines += [
            "|---" * 8 + "|",
            *(line for row in rows if row.kind in kinds for line in lines_of(row, said["remarks"])),
            "",
        ]
    return "\n".join([*lines, *_missing(said["missing"])]) + "\n"


def _cells(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _counts(rows: Sequence[Row], missing: Mapping[str, str]) -> Iterator[str]:
    yield _cells("kind", "what", "rows", "pass", "fail", "unclear", "without a file")
    yield "|---" * 7 + "|"
    for kind, told in KINDS.items():
        found = Counter(row.verdict for row in rows if row.kind == kind)
        without = sum(kind_of(name) == kind for name in missing)
        n = found.total() + without
        yield _cells(kind, told, *map(str, (n, found["pass"], found["fail"], found["unclear"], without)))


def lines_of(row: Row, remarks: Mapping[str, str]) -> Iterator[str]:
    """Yield a line an entry; row, kind, verdict of the row and remark stand in its first."""
    head = (row.id, row.kind)
    remark = f"**{row.verdict}.** {remarks[row.id]}" if row.id in remarks else f"**{row.verdict}**"
    for each in row.checked:
        name, currency = Path(each.file).name, each.study.scenario.currency
        file = f"[{each.study.scenario.title.partition(': ')[2]}](../scenarios/evidence/{name})"
        for one in each.findings:
            what = f"{one.expectation.id}: {what_of(one.expectation, each.study.baseline)}"
            yield _cells(*head, file, what, expected(one, currency), observed(one, currency), one.verdict, remark)
            head, file, remark = ("", ""), "", ""


def _missing(missing: Mapping[str, str]) -> Iterator[str]:
    yield "## Rows without a file\n"
    yield _cells("row", "what is known", "what is missing") + "\n|---|---|---|"
    for name in ids():
        if name in missing:
            yield _cells(name, sources.known()[name].text, missing[name])


def main() -> None:
    """Run what is not kept in ``evidence-run`` yet, judge, write."""
    found = ts.evidence(FOLDER, out=ROOT / "evidence-run", workers=1).checked
    (ROOT / "docs/evidence-table.md").write_text(page(rows_of(found), notes()), encoding="utf-8")


if __name__ == "__main__":
    main()
