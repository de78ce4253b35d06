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
    if "/" not in text:
        return text
    inside, itself, beyond = _patterns("" if folder is None else str(folder))
    if folder is not None:
        text = itself.sub(_as_json(folder.name), inside.sub("", text))
    return beyond.sub("…", text)


@cache
def _patterns(folder: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what finds the folder with a name behind it, the folder alone, and other places of this machine."""
    own = re.escape(_as_json(folder)) if len(folder) > 1 else "(?!)"
    others = {str(_PACKAGE), str(_PACKAGE.parents[1]), sys.prefix, tempfile.gettempdir(), os.path.expanduser("~")}
    roots = sorted((_as_json(each) for each in others if each.count("/") > 0 and len(each) > 1), key=len, reverse=True)
    beyond = "|".join(map(re.escape, roots))
    start = r"(?<![\w/.])"
    return (
        re.compile(f"{start}{own}/"),
        re.compile(f"{start}{own}(?![\\w/])"),
        re.compile(f"{start}(?:{beyond})(?=/)"),
    )


def _as_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
