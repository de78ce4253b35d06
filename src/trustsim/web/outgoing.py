"""What goes out to whoever asks: data as they are, and messages that name no file by where it lies on this machine."""

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


def encoded(content: Any) -> bytes:
    """Return plain data as JSON, text as it is."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def without_paths(text: str, folder: Path | None = None) -> str:
    """Return a message in which what lies in *folder* is named from there, and where all else lies is left out."""
    inside, itself, beyond = _patterns("" if folder is None else str(folder))
    if folder is not None:
        text = itself.sub(lambda _: folder.name, inside.sub("", text))
    return beyond.sub("…", text)


@cache
def _patterns(folder: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what finds the folder with a name behind it, the folder alone, and other places of this machine."""
    own = _either(folder) if len(folder) > 1 else "(?!)"
    beyond = "|".join(map(_either, _roots()))
    start = r"(?<![\w/.])"
    return (
        re.compile(f"{start}(?:{own})/"),
        re.compile(f"{start}(?:{own})(?![\\w/])"),
        re.compile(f"{start}(?:{beyond})(?=/)"),
    )


@cache
def _roots() -> tuple[str, ...]:
    """Return where else things lie on this machine, the longest first."""
    roots = {str(_PACKAGE), str(_PACKAGE.parents[1]), sys.prefix, tempfile.gettempdir(), os.path.expanduser("~")}
    return tuple(sorted((each for each in roots if len(each) > 1), key=len, reverse=True))


def _either(path: str) -> str:
    """Return what finds a path, as it is or in quotes as Python writes it."""
    return "|".join(map(re.escape, {path, repr(path)[1:-1]}))
