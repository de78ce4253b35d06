"""What is told to whoever asks: JSON in which no file is named by where it lies on this machine."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parents[1]


def encoded(content: Any, folder: Path | None = None) -> bytes:
    """Return plain data as JSON, text as it is, but for paths; see :func:`without_paths`."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return without_paths(text, folder).encode("utf-8", "replace")


def without_paths(text: str, folder: Path | None = None) -> str:
    """Return a text in which what lies in *folder* is named from there, and where all else lies is left out."""
    inside, itself, beyond = _patterns("" if folder is None else str(folder))
    if folder is not None and _as_json(str(folder)) in text:  # which is quick to find out
        name = _as_json(folder.name)
        text = itself.sub(lambda _: name, inside.sub("", text))
    return beyond.sub("…", text) if any(root in text for root in _roots()) else text


@cache
def _patterns(folder: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what finds the folder with a name behind it, the folder alone, and other places of this machine."""
    own = re.escape(_as_json(folder)) if len(folder) > 1 else "(?!)"
    beyond = "|".join(map(re.escape, _roots()))
    start = r"(?<![\w/.])"
    return (
        re.compile(f"{start}{own}/"),
        re.compile(f"{start}{own}(?![\\w/])"),
        re.compile(f"{start}(?:{beyond})(?=/)"),
    )


@cache
def _roots() -> tuple[str, ...]:
    """Return where else things lie on this machine, the longest first."""
    found = {str(_PACKAGE), str(_PACKAGE.parents[1]), sys.prefix, tempfile.gettempdir(), os.path.expanduser("~")}
    return tuple(sorted((_as_json(each) for each in found if len(each) > 1), key=len, reverse=True))


def _as_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
