"""Make ``docs/validation.md`` and its picture: ``python docs/validation.py``, about a minute.

The shipped scenarios with facts beside them are run and judged; the limits of theory are read off ``docs/textbook.md``,
which ``docs/textbook.py`` makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import trustsim as ts
from trustsim.analysis.checked import Checked
from trustsim.experiment.study import Study
from trustsim.report.pictures import figures, look
from trustsim.report.tables.evidence_tables import expected, observed, what_of

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("history", "cases", "calm.yaml")
WORLDS = {"calm.yaml": 500}  # the file's 200 cannot tell a share below 1 % from one above it
PICTURE = "docs/pictures/validation.png"
HEAD = """# What the model reproduces

Made by `python docs/validation.py` from the results; do not edit. A row passes where its 95 % interval lies within
what is asked for, fails where it lies outside, and is unclear where the worlds are too few to tell. `E-…` are facts
about real runs, `T-…` exact limits of theory, `P-…` signs of levers; the [evidence command](evidence.md) runs the
same files. How far the true risk that the model states of a platform is a probability has a page of its own:
[the true risk](reliability.md).

**Read this first.** A fact that was fitted to is not confirmed. No file sets a weight of behaviour: the ensemble from
which each world draws was chosen to meet six rows, E-01 and E-18 among them ([behaviour](behaviour.md)). By hand, each
file to its own run, were set the balance sheets, the news, and in *A stablecoin and the deposits in it* the lag before
payment. What such a file shows is that the mechanisms *can* give the size and speed of that run; that they are the
cause is not shown. [The score board](evidence-table.md) tries all facts and signs with the same behaviour, and says
which were held out of the fit: most of those are missed.
"""
FIGURE = """![Share of the deposits asked for, in hours since the news: the run of E-01, the rumour of E-11, the
stablecoin of E-18, with the facts](pictures/validation.png)

*Median with 50 % and 90 % bands; grey: the facts. Left: 100 worlds without a remedy; bars: what E-01 asks for after one
and two days. Middle: 200 worlds of a rumour denied the same day; bar: what E-11 asks for in all. Right: 100 worlds
without a remedy; dots: what had left after one, two and three days by E-18. The axes differ.*
"""
TEXTBOOK = """What each file is, with pictures: [the textbook inside](textbook.md). Whether the risk that people are
held against is a probability: [the true risk](reliability.md)."""
LIMIT = re.compile(r"^\| (T-\d\d[^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| (\w+) \|$")


def checked() -> list[Checked]:
    """Run and judge every shipped scenario that expects something, but for the limits."""
    found = []
    for name in SHIPPED:
        place = ROOT / "scenarios" / name
        found += ts.evidence(place, replications=WORLDS.get(name), out=ROOT / "validation-run", progress=False).checked
    return found


def _cells(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _facts(found: Sequence[Checked]) -> Iterator[str]:
    yield (
        _cells("source", "scenario", "what", "asked", "found [95 %]", "worlds", "verdict")
        + "\n|---|---|---|---|---|---|---|"
    )
    for each in found:
        scenario, name = each.study.scenario, Path(each.file).relative_to(ROOT / "scenarios").as_posix()
        for one in each.findings:
            e = one.expectation
            yield _cells(
                e.source, f"[{scenario.title}](../scenarios/{name})", what_of(e, scenario.baseline),
                expected(one, scenario.currency), observed(one, scenario.currency), str(len(each.study.replications)),
                one.verdict,
            )  # fmt: skip


def _limits(textbook: str) -> Iterator[str]:
    """Yield the table of limits: the rows of the textbook, each with the file that it stands under."""
    yield "| id | limit | asked | got | verdict | file |\n|---|---|---|---|---|---|"
    for section in textbook.split("\n## ")[1:]:
        (name,) = re.findall(r"\[`([^`]+)`\]\(\.\./scenarios/limits/", section)[:1]
        for line in section.splitlines():
            row = LIMIT.match(line)
            if row:
                yield f"| {' | '.join(row.groups())} | [{Path(name).stem}](../scenarios/limits/{name}) |"


def page(found: Sequence[Checked], textbook: str) -> str:
    """Return the page."""
    limits = list(_limits(textbook))
    n_pass = sum("| pass |" in line for line in limits)
    lines = [HEAD, FIGURE, "## Facts\n", *_facts(found), ""]
    lines += ["## Limits of theory\n", f"{n_pass} of {len(limits) - 1} checks pass. {TEXTBOOK}\n", *limits, ""]
    return "\n".join(lines)


def _fan(ax: Any, study: Study, variant: str, begins: float, hours: float) -> None:
    """Draw the share asked for since *begins* (days), summed up, over *hours*."""
    asked = study.series["requests"][:, :, study.variants.index(variant), -1].astype(np.float64).cumsum(axis=1)
    first = round(begins / study.scenario.step)
    asked = 100 * (asked[:, first:] - asked[:, [first]])
    time = np.arange(asked.shape[1]) * study.scenario.step * 24
    for low, high, alpha in ((5, 95, 0.15), (25, 75, 0.3)):
        ax.fill_between(time, *np.percentile(asked, [low, high], axis=0), color=look.COLOURS[0], alpha=alpha, lw=0)
    ax.plot(time, np.median(asked, axis=0), color=look.COLOURS[0], lw=1.5)
    ax.set(xlim=(0, hours), xlabel="hours since the news", ylabel="deposits asked for (%)")


def picture(found: Sequence[Checked]) -> None:
    """Draw the histories with what the facts say."""
    by_name = {Path(each.file).stem: each.study for each in found}
    with figures.style():
        import matplotlib.pyplot as plt

        figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9.5, 3.2), layout="constrained")
        _fan(left, by_name["concentrated_connected_uninsured"], "nothing", 1.0, 49)
        left.vlines([24, 48], [20, 65], [35, 95], color=look.BASELINE, lw=4, alpha=0.7)
        left.set(ylim=(0, 100), title="E-01: a run of two days")
        _fan(middle, by_name["false_rumour_sound_bank"], "same-day denial", 2.0, 196)
        middle.vlines([192], [0.5], [4.0], color=look.BASELINE, lw=4, alpha=0.7)
        middle.set(ylim=(0, 5), title="E-11: a false rumour, denied")
        _fan(right, by_name["stablecoin_spiral"], "nothing", 1.0, 96)
        gone = 100 * np.cumsum([2, 1, 7]) / 17  # %, of 17 billion dollars
        right.plot([24, 48, 72], gone, "o", color=look.BASELINE, ms=6)
        right.set(ylim=(0, 100), title="E-18: a stablecoin")
        figure.savefig(ROOT / PICTURE, dpi=90, facecolor="white")
        plt.close(figure)


def main() -> None:
    """Run, draw, write."""
    found = checked()
    picture(found)
    textbook = (ROOT / "docs/textbook.md").read_text(encoding="utf-8")
    (ROOT / "docs/validation.md").write_text(page(found, textbook), encoding="utf-8")


if __name__ == "__main__":
    main()
