"""Plain data are written as YAML in block style, so that they are read back as the same data."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trustsim.scenario.yaml_file import scalar


def write(value: object, indent: int = 0, *, is_ascii: bool = False) -> str:
    """Return plain data as YAML in block style, every line ended; :func:`read_text` gives the same data back.

    ``is_ascii``: other letters are escaped.
    """
    pad = "  " * indent
    if isinstance(value, Mapping):
        return "".join(f"{pad}{_word(k, is_ascii)}:{_hang(v, indent, is_ascii)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        items = (write(v, indent + 1, is_ascii=is_ascii).lstrip(" ") if v else _empty(v, is_ascii) for v in value)
        return "".join(f"{pad}- {item}" for item in items)
    return f"{pad}{_word(value, is_ascii)}\n"


def _hang(value: object, indent: int, is_ascii: bool) -> str:
    if isinstance(value, Mapping | list | tuple) and value:
        return "\n" + write(value, indent + 1, is_ascii=is_ascii)
    return f" {_empty(value, is_ascii)}"


def _empty(value: object, is_ascii: bool) -> str:
    if isinstance(value, Mapping):
        return "{}\n"
    return "[]\n" if isinstance(value, list | tuple) else f"{_word(value, is_ascii)}\n"


def _word(value: object, is_ascii: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(repr(value), repr(value))
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if (
        re.fullmatch(r"[^\W_][\w %./+*()-]*(, [\w %./+*()-]+)*", text)
        and isinstance(scalar(text), str)
        and text == text.strip()
        and (text.isascii() or not is_ascii)
    ):
        return text
    return '"' + "".join(_escaped(c, is_ascii) for c in text) + '"'


def _escaped(c: str, is_ascii: bool) -> str:
    if c in '"\\':
        return "\\" + c
    return c if c.isprintable() and (c.isascii() or not is_ascii) else f"\\U{ord(c):08x}"
