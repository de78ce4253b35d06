"""The catalogue: everything that a scenario can hold, with its parameters, units, bounds, defaults and sources."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from trustsim import units
from trustsim.registry import Entry, Parameter, Registry
from trustsim.scenario.at_top import WORLD
from trustsim.scenario.document import readable
from trustsim.scenario.entries import wanted
from trustsim.scenario.presets import Presets

FORMAT = 1
WIDTH = 80


def catalog_json(registry: Registry, group: str = "", name: str = "") -> dict[str, Any]:
    """Return the catalogue as plain data; *group* and *name* narrow it down."""
    return {"format": FORMAT, "entries": [_entry(entry, registry) for entry in _chosen(registry, group, name)]}


def catalog_text(registry: Registry, group: str = "", name: str = "") -> str:
    """Return the catalogue as text of 80 columns; *group* and *name* narrow it down."""
    lines: list[str] = []
    heading = ""
    for entry in _chosen(registry, group, name):
        if entry.group != heading:
            heading = entry.group
            lines += [heading.replace("_", " ").upper(), "=" * len(heading), ""]
        lines += [*_lines(entry, registry), ""]
    return "\n".join(lines)


def _chosen(registry: Registry, group: str, name: str) -> Iterator[Entry]:
    for each in registry.groups:
        if group in ("", each):
            yield from (entry for entry in registry.group(each).values() if name in ("", entry.name))


def laid_by(entry: Entry, registry: Registry) -> dict[str, Any]:
    """Return what a preset lays by key, as a scenario file writes it; nothing of what is no preset."""
    section = next((p.section for p in _presets(registry) if p.group == entry.group), None)
    values = {} if section is None else dict(entry.make.preset)
    if section in (None, WORLD):  # of the world: by dotted path, as a file writes it already
        return values
    known = {p.name: p for p in registry["section", section].parameters}
    return {key: _in_a_file(value, known[key]) for key, value in values.items() if key in known}


def _presets(registry: Registry) -> Iterator[Presets]:
    return (registry["presets", name].make for name in registry.names("presets"))


def _entry(entry: Entry, registry: Registry) -> dict[str, Any]:
    lays = laid_by(entry, registry)
    return {
        "name": entry.name,
        "group": entry.group,
        "family": entry.family,
        "summary": entry.summary,
        "text": entry.text,
        "rows": list(entry.rows),
        "source": entry.source,
        "parameters": [_parameter(parameter) for parameter in entry.parameters],
        **({"lays": lays} if lays else {}),
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
    return _in_a_file(parameter.default, parameter)


def _in_a_file(value: Any, parameter: Parameter) -> Any:
    value = readable(value, parameter.unit, "CNY", spread=parameter.spread)
    return value.removesuffix(" CNY") if parameter.unit == "money" and isinstance(value, str) else value


def _lines(entry: Entry, registry: Registry) -> Iterator[str]:
    where = ", ".join(filter(None, (entry.family, " ".join(entry.rows), f"source: {entry.source}")))
    yield from _wrapped(f"{entry.name} ({where})", "", "    ")
    yield from _wrapped(entry.summary, "    ", "    ")
    for key, value in laid_by(entry, registry).items():
        yield from _wrapped(f"{key}: {value}", "    - ", "      ")
    for parameter in entry.parameters:
        default = "required" if parameter.is_required else f"default {_default(parameter)}"
        yield from _wrapped(f"{parameter.name}: {wanted(parameter)}; {default}", "    - ", "      ")
        yield from _wrapped(f"{parameter.text} [{parameter.source}]", "      ", "      ")


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
