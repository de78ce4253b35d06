"""The page about the scenarios that come with the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import trustsim as ts
from made.tables import table
from trustsim.scenario.resolved import Scenario

ROOT = Path(__file__).resolve().parents[2]
ABOUT = """\
# Scenarios that come with it

Made from the files by `python docs/make.py`; do not edit. Each is an ordinary scenario file to run, to change, or to
build on with [`extends`](scenario-format.md#building-on-another-file). Those with expectations say what they must show,
and `trustsim evidence` checks it ([evidence](evidence.md)).
"""
FOLDERS = {
    ".": ("To begin with", "One story with eight remedies, and a year in which nothing happens."),
    "cases": ("Cases", "Stories of a kind that has happened often, with the remedies that are discussed for them."),
    "history": ("History", "Runs that happened. What was observed stands in the file, with its source."),
    "evidence": (
        "Facts and signs",
        "Every row of the table of evidence that today's actors can express, with the default behaviour. What\n"
        "each asks and what was found: [the score board](evidence-table.md).",
    ),
    "limits": (
        "The textbook",
        "Everything off but one mechanism: the model must give the published number. [The textbook\n"
        "inside](textbook.md) tells what each is and what came out.",
    ),
}


def page() -> str:
    """Return ``docs/scenarios.md``: every shipped scenario with what it is about."""
    lines = [ABOUT]
    for folder, (title, about) in FOLDERS.items():
        rows = map(_row, sorted((ROOT / "scenarios" / folder).glob("*.yaml")))
        lines += [f"## {title}\n", f"{about}\n", *table(("file", "story", "size"), rows), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(path: Path) -> tuple[str, str, str]:
    link = f"[`{path.stem}`](../{path.relative_to(ROOT)})"
    scenario = ts.load(path)
    story = f"**{scenario.title}.** {scenario.description}" if scenario.title else scenario.description
    return link, re.sub(r"\s+", " ", story).strip(), ", ".join(_size(scenario))


def _size(scenario: Scenario) -> Iterator[str]:
    counts = {
        "variant": len(scenario.variants),
        "platform": len(scenario.variants[0].world.platforms),
        "expectation": len(scenario.expect),
    }
    yield from (f"{n} {word}{'' if n == 1 else 's'}" for word, n in counts.items() if n)
