"""One parameter as the page shows it: label, unit, bounds, source, value as a scenario file holds it, and a slider."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from trustsim import units
from trustsim.errors import UnitError
from trustsim.names import EVERY
from trustsim.registry import REGISTRY, Entry, Parameter
from trustsim.report.words import words
from trustsim.scenario.document import text_of
from trustsim.scenario.tree import Node, Spot, plain
from trustsim.scenario.yaml_writer import write
from trustsim.web.changes import written

_STEPS = 100  # of a slider, about
_SUFFIX: Mapping[units.Unit, tuple[float, str]] = {  # what one shown unit is in computed units, and its text
    "share": (0.01, " %"), "duration": (1.0, " d"), "per_day": (1.0, " /day"),
}  # fmt: skip
_NUMBERS = ("share", "duration", "money", "per_day", "number", "count", "log-odds")


@dataclass(frozen=True)
class Names:
    """What names a value may be: the currency, and the names of this scenario by kind ('platform', 'segment')."""

    currency: str = "CNY"
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)


def fields_of(
    entry: Entry, node: Node | None, path: str, names: Names, preset: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return a field for each parameter of an entry; *node* is what the file and the page say, *preset* a kind's."""
    children = (node.mapping or {}) if node is not None else {}
    return [
        field_of(p, children.get(p.name), f"{path}.{p.name}" if path else p.name, names, preset or {})
        for p in entry.parameters
    ]


def field_of(
    parameter: Parameter, node: Node | None, path: str, names: Names, preset: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return one parameter with its value: what *node* holds, else the preset of its kind, else its default."""
    usual = (preset or {}).get(parameter.name, None if parameter.is_required else parameter.default)
    default = _text(usual, parameter, names)
    value = default if node is None else shown(node)
    choices = _choices(parameter, names)
    return {
        "path": path,
        "name": parameter.name,
        "label": words.capital(words.label(parameter.name)),
        "text": words.sentence(words.capital(parameter.text)),
        "unit": parameter.unit,
        "value": value,
        "default": default,
        "is_set": node is not None,
        "is_required": parameter.is_required,
        "source": parameter.source,
        "kind": _kind(parameter, value, choices),
        "choices": choices,
        "low": _bound(parameter.low, parameter, names),
        "high": _bound(parameter.high, parameter, names),
        "slider": None if choices else _slider(parameter, value, usual, names),
    }


def choice_of(
    name: str, path: str, text: str, value: str | None, choices: Sequence[str], *, is_set: bool
) -> dict[str, Any]:
    """Return a field that is no parameter but a choice of the file: a kind, a switch."""
    return {
        "path": path, "name": name, "label": words.capital(words.label(name)), "text": text, "unit": "name",
        "value": value, "default": None, "is_set": is_set, "is_required": False, "source": "", "kind": "choice",
        "choices": list(choices), "low": None, "high": None, "slider": None,
    }  # fmt: skip


def shown(node: Node) -> Any:
    """Return a value as the page takes it back: text as in a scenario file, a flag, or a mapping of such."""
    value = node.value
    if isinstance(value, dict):
        return {key: shown(child) for key, child in value.items()}
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, tuple):
        return json.dumps(plain(node), ensure_ascii=False)
    return _as_text(value) if isinstance(value, str) else write(value).strip()


@lru_cache(4096)
def _as_text(value: str) -> str:
    """Return text as it is where the page would read it as itself, else in quotes: ``"12"``, ``"off: now"``."""
    node = written(value, Spot(""))
    return value if node is None or node.value == value else write(value).strip()


def _text(value: Any, parameter: Parameter, names: Names) -> Any:
    if value is None or isinstance(value, bool):
        return value
    text = text_of(value, parameter.unit, names.currency, spread=parameter.spread)
    return _as_text(text) if isinstance(text, str) else write(text).strip()


def _bound(value: float | None, parameter: Parameter, names: Names) -> str | None:
    return None if value is None else units.show(value, parameter.unit, names.currency)


def _choices(parameter: Parameter, names: Names) -> list[str]:
    if allowed := REGISTRY.allowed(parameter):
        return list(allowed)
    if parameter.refers in names.known:
        return [*([EVERY] if parameter.default == EVERY else []), *map(_as_text, names.known[parameter.refers])]
    return []


def _kind(parameter: Parameter, value: Any, choices: Sequence[str]) -> str:
    if choices:
        return "choice"
    if parameter.unit == "flag":
        return "flag"
    if parameter.unit not in _NUMBERS:
        return "text"
    return "distribution" if parameter.spread and "(" in str(value) else "number"


def _slider(parameter: Parameter, value: Any, usual: Any, names: Names) -> dict[str, Any] | None:
    """Return the ends, step and value of a slider in the shown unit; None where the value is no plain number.

    It spans the bounds where these are near, else up to four times the value or the default.
    """
    if parameter.unit not in _NUMBERS or value is None:
        return None
    scale, suffix = _SUFFIX.get(parameter.unit, (1.0, ""))
    if parameter.unit == "money":
        scale, suffix = float(units.MINOR_PER_MAJOR), f" {names.currency}"
    try:
        number = units.parse(value, parameter.unit, currency=names.currency)
    except UnitError:
        return None
    if not isinstance(number, int | float) or isinstance(number, bool):
        return None
    size = max(abs(number), abs(usual) if isinstance(usual, int | float) else 0.0, scale)
    low, high = _span(parameter, size)
    step = _step((high - low) / scale)
    if parameter.step is not None:
        own = parameter.step / scale
        step = max(1, round(step / own)) * own
    shown_value = _round(number / scale)
    return {
        "min": min(_round(math.ceil(_round(low / scale / step)) * step), shown_value),
        "max": max(_round(math.floor(_round(high / scale / step)) * step), shown_value),
        "step": _round(step),
        "value": shown_value,
        "scale": scale,
        "suffix": suffix,
    }


def _span(parameter: Parameter, size: float) -> tuple[float, float]:
    far = 4.0 * size if parameter.unit != "share" else max(1.0, 4.0 * size)
    low = -far if parameter.low is None else max(parameter.low, -far)
    return low, far if parameter.high is None else min(parameter.high, far)


def _step(span: float) -> float:
    """Return a step of 1, 2 or 5 times a power of ten, so that a span has about a hundred of them."""
    rough = span / _STEPS
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next(k * power for k in (1, 2, 5, 10) if k * power >= rough * 0.999)


def _round(value: float) -> float:
    return float(f"{value:.10g}")
