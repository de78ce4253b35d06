"""The page about what the ids of sources stand for, and which entries of the registry name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import trustsim as ts
from made.entries import PAGES
from made.tables import code, linked, table
from trustsim.registry import Entry
from trustsim.report.words import sources
from trustsim.report.words.sources import Source

ABOUT = """\
# Sources: facts, signs, limits, constructs, papers

Made by `python docs/make.py`; do not edit. What the ids behind `source:` and *catalogue rows* stand for, and what names
them. `assumed` stands for nothing: it is a number chosen by us.

How sure a row is: **F**, seen in the cited page, paper or data; **R**, recalled from the literature and not looked up
again (take the number as ±30 %); **D**, computed for this project from the named data (files named `data/…` are not
part of the repository). Gaps in the numbers are rows that are kept back for independent checks. A fact or a sign
backs that a thing matters, which way, and of which order; unless its text gives the number, the value of a parameter
that names it is ours.
"""
GROUPS = {
    "E-": ("Facts about real runs", "Whether the model shows them: [the score board](evidence-table.md)."),
    "P-": ("Signs of levers", "Which way a lever works: [the score board](evidence-table.md)."),
    "T-": ("Limits of theory", "What each is and what came out: [the textbook inside](textbook.md)."),
    "M-": ("Fits to the model", "What the model itself gives: [the true risk](reliability.md)."),
    "doi:": ("Papers", "By DOI."),
    "": (
        "Constructs",
        "The catalogue of what a world of money platforms must hold, drawn from five reports of the industry. A row\n"
        "says *what* is to be represented; it gives no number. Not all of it is in the model.",
    ),
}
PAGE_OF = {group: name for name, (_, _, groups) in PAGES.items() for group, _, _ in groups} | {
    "section": "scenario-reference",
    "presets": "world",
}


def page() -> str:
    """Return ``docs/sources.md``."""
    users = _users()
    left = list(sources.known().values())
    lines = [ABOUT]
    for begins, (title, about) in GROUPS.items():
        mine = [source for source in left if source.id.startswith(begins)]
        left = [source for source in left if source not in mine]
        head = ("id", "what it says", "from", "sure", "named by")
        named = [(*_cells(source), ", ".join(users[source.id])) for source in mine]
        kept = [k for k in range(len(head)) if any(row[k] for row in named)]
        rows = ([row[k] for k in kept] for row in named)
        lines += [f"## {title}\n", f"{about}\n", *table([head[k] for k in kept], rows), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _cells(source: Source) -> tuple[str, ...]:
    name = linked(source.id) if source.is_doi else code(source.id)
    return (name, *(text.replace("$", "\\$") for text in (source.text, source.source, source.certainty)))


def _users() -> defaultdict[str, list[str]]:
    """Return by id which entries of the registry name it, as links to their pages."""
    users: defaultdict[str, list[str]] = defaultdict(list)
    for entry in ts.catalog.REGISTRY:
        link = f"[`{entry.name}`]({PAGE_OF[entry.group]}.md)"
        for each in dict.fromkeys(_ids(entry)):
            users[each].append(link)
    return users


def _ids(entry: Entry) -> Iterator[str]:
    yield from entry.rows
    yield from sources.ids_of(entry.source)
    yield from sources.ids_in(entry.text)
    for parameter in entry.parameters:
        yield from sources.ids_of(parameter.source)
