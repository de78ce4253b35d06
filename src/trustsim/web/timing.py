"""When a shock or an intervention acts, as fields of the page: its days, and the trigger that it waits for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from trustsim.names import EVERY
from trustsim.registry import REGISTRY, Entry, Parameter
from trustsim.report.words import words
from trustsim.scenario.layout import CHANCE, LAG, LASTING, START, UNTIL, WHEN
from trustsim.scenario.tree import Node, join, plain
from trustsim.web.fields import Names, choice_of, field_of

Json = dict[str, Any]
_LABELS = {"platform": "Watched on", "above": "Above", "below": "Below", "lasting": "For", "lag": "Answer after"}
_CHANCE = replace(CHANCE, default=None)  # a shock need not have one
_WAITS = "What must happen before it acts; without this it acts by its days alone."


def timing_of(entry: Entry | None, node: Node | None, path: str, names: Names) -> list[Json]:
    """Return when an item acts: `from` (where it has no day of its own) or a shock's `chance`, `until`, and `when`.

    ``entry``: what acts; None for a `set` with a time.
    """
    children = (node.mapping or {}) if node is not None else {}
    has_day = entry is not None and any(p.name == "day" for p in entry.parameters)
    begin = "day" if "day" in children else "from"
    start = [] if has_day else [field_of(START, children.get(begin), join(path, begin), names)]
    for each in start:
        each |= {"name": begin, "label": "From", "value": None if "chance" in children else each["value"]}
    if entry is not None and entry.group == "shock" and not has_day:
        start += [field_of(_CHANCE, children.get("chance"), join(path, "chance"), names)]
    end = field_of(UNTIL, children.get("until"), join(path, "until"), names)
    return [*start, end, *_trigger(children.get("when"), join(path, "when"), names)]


def _trigger(node: Node | None, path: str, names: Names) -> list[Json]:
    """Return the fields of a trigger; of one that is not there, only what it would watch.

    ``holds`` of the first is the path of the trigger, which comes and goes with it.
    """
    keys = (node.mapping or {}) if node is not None else {}
    indicators = _indicators()
    name = str(plain(keys["indicator"])) if "indicator" in keys else None
    watched = indicators.get(name or "")
    text = words.sentence(f"{words.capital(name or '')}: {watched.summary}") if watched else _WAITS
    head = choice_of("when.indicator", join(path, "indicator"), text, name, ("", *indicators), is_set=node is not None)
    head |= {"label": "Waits until", "holds": path}
    if node is None:
        return [head]
    parameters = _parameters(watched)
    fields = [field_of(p, keys.get(p.name), join(path, p.name), names) for p in parameters]
    named = [{"name": f"when.{p.name}", "label": _LABELS[p.name]} for p in parameters]
    return [head, *({**each, **name} for each, name in zip(fields, named, strict=True))]


@cache
def _indicators() -> dict[str, Entry]:
    return REGISTRY.group("indicator")


def _parameters(watched: Entry | None) -> tuple[Parameter, ...]:
    unit = watched.unit if watched is not None and watched.unit is not None else "number"
    place = Parameter("platform", "name", EVERY, None, None, "", WHEN["platform"].text, refers="platform")
    sides = (Parameter(side, unit, None, None, None, "", WHEN[side].text) for side in ("above", "below"))
    return (place, *sides, LASTING, LAG)
