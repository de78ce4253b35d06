"""Markdown that reads well as plain text: escaped prose, tables, blocks of code.

What comes from a scenario is escaped, so that a title or a name is shown as it is written and never makes markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"[\\`*{}\[\]<|$@~^&]|(?<![^\W_])_|_(?![^\W_])")
_FIRST = re.compile(r"\A(?:\d+(?=[.)](?:\s|\Z))|(?=[-+=:%#>]))")  # would begin a list, a heading, a comment
_CODE = re.compile(r"``(.+?)``", re.DOTALL)
_ROLE = re.compile(r":\w+:`~?([^`]+)`")
_FENCE = re.compile(r"`+")
_PIPE = re.compile(r"(?<!\\)\|")


class Markdown(str):
    """Text that is Markdown already: :func:`shown` leaves it as it is."""

    __slots__ = ()


def _literal(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def escaped(text: str) -> Markdown:
    """Return *text* on one line, with everything that Markdown, mathematics or HTML would read as markup escaped."""
    return Markdown(_FIRST.sub(lambda found: f"{found[0]}\\", _literal(" ".join(text.split())), count=1))


def shown(value: object) -> str:
    """Return what stands for *value* in a page: Markdown as it is, all else escaped."""
    return value if isinstance(value, Markdown) else escaped(str(value))


def code(text: str) -> Markdown:
    """Return *text* as code within a line."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=0)
    fence, room = "`" * (longest + 1), " " * min(longest, 1)
    return Markdown(f"{fence}{room}{' '.join(text.split())}{room}{fence}")


def fenced(text: str, language: str = "") -> Markdown:
    """Return *text* as a block of code, behind a fence that it does not hold itself."""
    fence = "`" * max([3, *(len(run) + 1 for run in _FENCE.findall(text))])
    return Markdown(f"{fence}{language}\n{text}\n{fence}")


def paragraphs(docstring: str) -> list[Markdown]:
    """Return the prose of a docstring, a paragraph each; names in double backticks become code, lists keep their lines.

    What is for readers of the code is left out: paragraphs that begin with a name (arrays), sections of parameters,
    tables.
    """
    found = []
    for block in docstring.split("\n\n"):
        is_list = block.startswith(("1. ", "- "))
        is_for_code = block.startswith(("``", "==")) or any(set(line.strip()) == {"-"} for line in block.split("\n"))
        if not is_for_code:
            found.append(_prose(block if is_list else " ".join(block.split())))
    return found


def _prose(text: str) -> Markdown:
    pieces = _CODE.split(_ROLE.sub(r"``\1``", text))
    return Markdown("".join(code(piece) if k % 2 else _literal(piece) for k, piece in enumerate(pieces)))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Markdown:
    """Return a table; nothing without rows."""
    lines = [_row(row) for row in rows]
    return Markdown("\n".join([_row(head), f"|{'---|' * len(head)}", *lines]) if lines else "")


def _row(cells: Sequence[object]) -> str:
    texts = (_PIPE.sub(r"\\|", shown(cell)).replace("\n", " ") for cell in cells)
    return f"| {' | '.join(texts)} |"
