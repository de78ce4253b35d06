"""What a browser may send as JSON: plain data that is text, finite numbers and shallow lists, each key once."""

from __future__ import annotations

import json
import math
from typing import Any

from trustsim.arguments import is_text
from trustsim.web.refused import Refused

DEEPEST, MOST_VALUES = 40, 50_000
_LARGEST_INT = 2**63
_ALLOWED = "one JSON document"


def read_document(body: bytes) -> Any:
    """Return the JSON that a request brings. Raises Refused (400) where it brings none that can stand in a file."""
    try:
        document = json.loads(body, object_pairs_hook=_mapping, parse_constant=_not_finite)
    except (ValueError, RecursionError) as e:
        raise Refused(400, "a body that is no JSON", _ALLOWED) from e
    _check(document)
    return document


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for name, value in pairs:
        if name in mapping:
            raise Refused(400, f"the key {name[:80]!r} twice", "each key once")
        mapping[name] = value
    return mapping


def _not_finite(name: str) -> Any:
    raise Refused(400, name, "finite numbers")


def _check(document: Any) -> None:
    """Raise Refused for what no file can hold, value by value."""
    n_values, level = 0, [document]
    for _ in range(DEEPEST + 1):
        below: list[Any] = []
        for value in level:
            _check_one(value)
            if isinstance(value, dict):
                below += value
                below += value.values()
            elif isinstance(value, list):
                below += value
        n_values += len(level)
        if n_values > MOST_VALUES:
            raise Refused(413, "very many values", f"at most {MOST_VALUES} in one document")
        if not below:
            return
        level = below
    raise Refused(400, f"data nested more than {DEEPEST} deep", "a flatter document")


def _check_one(value: Any) -> None:
    if isinstance(value, str) and not is_text(value):
        raise Refused(400, "half a character (a lone surrogate)", "text that UTF-8 can write")
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused(400, "a number beyond all bounds", "finite numbers")
    if isinstance(value, int) and not -_LARGEST_INT <= value < _LARGEST_INT:
        raise Refused(400, "a whole number of very many digits", "numbers of at most 64 bits")
