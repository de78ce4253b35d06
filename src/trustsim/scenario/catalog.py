"""The catalogue: everything that a scenario can hold, with its parameters, units, bounds, defaults and sources."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from trustsim import units
from trustsim.registry import Entry, Parameter, Registry
from trustsim.scenario.document import text_of
from trustsim.scenario.entries import wanted

FORMAT = 1
WIDTH = 80


def catalog_json(registry: Registry, group: str = "", name: str = "") -> dict[str, Any]:
    """Return the catalogue as plain data; *group* and *name* narrow it down."""
    return {"format": FORMAT, "entries": [_entry(entry) for entry in _chosen(registry, group, name)]}


def catalog_text(registry: Registry, group: str = "", name: str = "") -> str:
    """Return the catalogue as text of 80 columns; *group* and *name* narrow it down."""
    lines: list[str] = []
    heading = ""
    for entry in _chosen(registry, group, name):
        if entry.group != heading:
            heading = entry.group
            lines += [heading.replace("_", " ").upper(), "=" * len(heading), ""]
        lines += [*_lines(entry), ""]
    return "\n".join(lines)


def _chosen(registry: Registry, group: str, name: str) -> Iterator[Entry]:
    for each in registry.groups:
        if group in ("", each):
            yield from (entry for entry in registry.group(each).values() if name in ("", entry.name))


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "group": entry.group,
        "family": entry.family,
        "summary": entry.summary,
        "text": entry.text,
        "rows": list(entry.rows),
        "source": entry.source,
        "parameters": [_parameter(parameter) for parameter in entry.parameters],
        **({"unit": entry.unit, "better": entry.better} if entry.group in ("outcome", "indicator", "series") else {}),
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "unit": parameter.unit,
        "low": _bound(parameter.low, parameter),
        "high": _bound(parameter.high, parameter),
        "default": _default(parameter),
        "required": parameter.is_required,
        "source": parameter.source,
        "text": parameter.text,
        "choices": list(parameter.choices),
        "refers": parameter.refers,
        "spread": parameter.spread,
    }


def _bound(bound: float | None, parameter: Parameter) -> str | None:
    return None if bound is None else units.show(bound, parameter.unit)


def _default(parameter: Parameter) -> Any:
    if parameter.is_required:
        return None
    value = text_of(parameter.default, parameter.unit, "CNY", spread=parameter.spread)
    return value.removesuffix(" CNY") if parameter.unit == "money" and isinstance(value, str) else value


def _lines(entry: Entry) -> Iterator[str]:
    where = ", ".join(filter(None, (entry.family, " ".join(entry.rows), f"source: {entry.source}")))
    yield from _wrapped(f"{entry.name} ({where})", "", "    ")
    yield from _wrapped(entry.summary, "    ", "    ")
    for parameter in entry.parameters:
        default = "required" if parameter.is_required else f"default {_default(parameter)}"
        yield from _wrapped(f"{parameter.name}: {wanted(parameter)}; {default}", "    - ", "      ")
        yield from _wrapped(f"{parameter.text} [{parameter.source}]", "      ", "      ")


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
