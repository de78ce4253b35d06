"""Tables in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_DOI = re.compile(r"\bdoi:(10\.\S+?)(?=[;,)]*(?:\s|$))")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield row(head)
    yield "|" + "---|" * len(head)
    yield from (row(cells) for cells in rows)


def row(cells: Sequence[str]) -> str:
    """Return one line of a table; bars in a cell are escaped."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def code(value: object) -> str:
    """Return a value as code."""
    return f"`{value}`"


def linked(source: str) -> str:
    """Return a source with its DOIs as links."""
    return _DOI.sub(lambda match: f"[doi:{match[1]}](https://doi.org/{match[1]})", source)
