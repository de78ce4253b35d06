"""Make ``docs/invariance.md``: ``python docs/invariance.py``, some minutes.

What should not matter is changed, and outcomes are measured again: the number of investors, the length of a step, how
many leave in calm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import trustsim as ts
from trustsim.analysis.intervals import Interval
from trustsim.analysis.measures import measure_of
from trustsim.catalog import REGISTRY
from trustsim.report.words import words

ROOT = Path(__file__).resolve().parent.parent
VARIANTS = ("nothing", "insured")
#: nobody reacts to who leaves, for whatever reason: then calm leaving changes nothing but calm
UNSEEN = {
    "mechanisms.choice.others": 0, "mechanisms.ordinary.info": 0,
    "mechanisms.ordinary.service": 0, "mechanisms.ordinary.trust": 0,
}  # fmt: skip
OUTCOMES = (
    "excess_withdrawn", "excess_left", "peak_excess[1 d]", "peak_excess[5 d]", "run_probability", "investor_loss",
    "stuck_money", "needs_unmet", "trust_trough", "misperception", "cumulative_outflow",
)  # fmt: skip
HEAD = """# What should not matter

Made by `python docs/invariance.py` from the results; do not edit. The quickstart is run again with another number of
investors, another step, another rate of leaving in calm. Mean over the worlds, and in brackets half the width of its
95 % interval. A figure in **bold** is further from the first of its row than chance explains (their difference beyond
1.96 standard errors of it).

"""


@dataclass(frozen=True)
class Case:
    """One way to tell the same story: what is set, in how many worlds."""

    name: str
    settings: Mapping[str, Any]
    worlds: int


@dataclass(frozen=True)
class Series:
    """Ways that should give the same; the first is what the others are held against."""

    title: str
    text: str
    cases: Sequence[Case]


SERIES = (
    Series(
        "Number of investors",
        "A peak is the largest of many days, and chance makes days more unlike the fewer people there are: peaks of "
        "small samples are too high, those within a day most. A run is a label with a threshold: near it, as here, "
        "more people make it sharper.",
        [Case(f"{n:,}", {"investors.count": n}, worlds) for n, worlds in ((500, 200), (5_000, 40), (50_000, 8))],
    ),
    Series(
        "Step",
        "What differs is how people act, not how it is counted: one look, one hop and one fading of the news a step. "
        "Who decides once a day sees what happened within the day only at its end, and then all of it; in a shorter "
        "step some look meanwhile and the rest find what is left of it. So this story is milder the shorter the step, "
        "and about half of that is looking: where everybody looks at every step it moves about half as much. "
        "`trustsim halve FILE` measures it for a file, and the answer of a study says where its runs are fast beside a "
        "step of a day.",
        [Case(step, {"step": step, "investors.count": 1000}, 40) for step in ("1 d", "6 h", "1 h")],
    ),
    Series(
        "Leaving in calm, where nobody reacts to who leaves",
        "Twice as many leave in calm, and what is counted beyond calm is the same. All that is asked for is not.",
        [
            Case(f"{100 * rate:g} % a day", {**UNSEEN, "mechanisms.ordinary.leave": rate, "investors.count": 5000}, 20)
            for rate in (0.00235, 0.0047, 0.0094)
        ],
    ),
    Series(
        "Leaving in calm, as people are",
        "Neighbours cannot tell who leaves in the ordinary way from who flees, and where trust in service falls the "
        "ordinary rate is multiplied: so the crisis is larger where more leave in calm.",
        [
            Case(f"{100 * rate:g} % a day", {"mechanisms.ordinary.leave": rate, "investors.count": 5000}, 20)
            for rate in (0.00235, 0.0047, 0.0094)
        ],
    ),
)  # fmt: skip


def measured(case: Case) -> dict[tuple[str, str], Interval]:
    """Return the level of every outcome, by variant and outcome."""
    scenario = ts.load(ROOT / "scenarios/quickstart.yaml", overrides=dict(case.settings))
    how = {"replications": case.worlds, "progress": False, "robustness": False}
    study = ts.compare(scenario, variants=list(VARIANTS), **how).study
    return {
        (variant, name): measure_of(REGISTRY.outcome(name)).level(
            study.outcomes[name][:, study.variants.index(variant)]
        )
        for variant in VARIANTS
        for name in OUTCOMES
    }


def differs(one: Interval, other: Interval) -> bool:
    """Whether two levels are further apart than chance explains."""
    spread = np.hypot(one.high - one.low, other.high - other.low) / 2
    return bool(abs(one.mean - other.mean) > spread)


def told(series: Series) -> list[str]:
    """Return the table of one series."""
    levels = [measured(case) for case in series.cases]
    lines = [f"## {series.title}", "", series.text, ""]
    lines += ["| | " + " | ".join(case.name for case in series.cases) + " |", "|---" * (len(series.cases) + 1) + "|"]
    for variant, name in levels[0]:
        unit, cells = REGISTRY.outcome(name).unit, []
        for level in levels:
            x = level[variant, name]
            text = f"{words.bare(x.mean, unit)} ({words.bare((x.high - x.low) / 2, unit)})"
            cells.append(f"**{text}**" if differs(levels[0][variant, name], x) else text)
        in_what = ", %" if unit == "share" else ", days" if unit == "duration" else ""
        lines.append(f"| `{name}`{in_what}, {words.quoted(variant)} | " + " | ".join(cells) + " |")
    return [*lines, ""]


def page() -> str:
    """Return the page."""
    return HEAD + "\n".join(line for series in SERIES for line in told(series)).rstrip() + "\n"


if __name__ == "__main__":
    (ROOT / "docs/invariance.md").write_text(page(), encoding="utf-8")
