"""The resolved scenario as plain data: merged, defaults filled in but for what presets lay, quantities in human units.

What :func:`document_of` returns is itself a scenario file: loading it gives an equal scenario. Its digest names the
scenario in the run store.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from trustsim import units
from trustsim.distributions import Distribution
from trustsim.errors import UnitError
from trustsim.registry import Entry, Parameter, Registry
from trustsim.scenario.at_top import WORLD
from trustsim.scenario.behaviour import content
from trustsim.scenario.counted import ways
from trustsim.scenario.items import Part, Setting
from trustsim.scenario.layout import FORMAT
from trustsim.scenario.presets import may_lie, presets_of
from trustsim.scenario.resolved import Item, Precision, Timing, Trigger, World
from trustsim.scenario.sections import uncopied
from trustsim.scenario.switches import OFF
from trustsim.scenario.tree import plain
from trustsim.units import Unit

NOT_IN_DIGEST = ("title", "description", "notes")
_PERCENTAGE = re.compile(r"\d+\.\d+(?= %)")


def text_of(value: Any, unit: Unit, currency: str, *, spread: bool = False) -> Any:
    """Return a computed value as a scenario file would hold it; reading that gives the same value to the last bit."""
    if value is None or isinstance(value, bool | str):
        return value
    candidates = (
        _spread_texts(value, unit, currency) if isinstance(value, Distribution) else _texts(value, unit, currency)
    )
    for text in candidates:
        try:
            if units.parse(text, unit, currency=currency, spread=spread) == value:
                return text
        except UnitError:
            continue
    return value


def readable(value: Any, unit: Unit, currency: str, *, spread: bool = False) -> Any:
    """Return a computed value as :func:`text_of` does, for people to read: 9.03 %, and not 9.030000000000001 %.

    What is rounded is beyond twelve digits of a percentage; where a last bit counts, `text_of` has it.
    """
    text = text_of(value, unit, currency, spread=spread)
    return _PERCENTAGE.sub(lambda found: f"{float(found[0]):.12g}", text) if isinstance(text, str) else text


def _texts(value: float, unit: Unit, currency: str) -> Iterator[Any]:
    if unit == "money":
        yield units.show(value, unit, currency)
        major, minor = divmod(abs(round(value)), units.MINOR_PER_MAJOR)
        yield f"{'-' if value < 0 else ''}{major}.{minor:02d} {currency}"
    elif unit in ("share", "duration", "per_day"):
        yield units.show(value, unit)
        if unit == "share":
            yield f"{100 * value!r} %"
        yield int(value) if float(value).is_integer() else value
    elif math.isfinite(value) and float(value).is_integer() and abs(value) < 2**53:
        yield int(value)
    yield value


def _spread_texts(value: Distribution, unit: Unit, currency: str) -> Iterator[str]:
    """Try the parameter's unit on all arguments, on the first, on the second, on none: reading back decides."""
    plain_args = [str(int(a)) if a.is_integer() and abs(a) < 2**53 else repr(a) for a in value.args]
    unit_args = [str(text_of(round(a) if unit == "money" else a, unit, currency)) for a in value.args]
    for k in (*range(-1, len(value.args)), None):
        args = unit_args if k == -1 else [unit_args[i] if i == k else text for i, text in enumerate(plain_args)]
        yield f"{value.name}({', '.join(args)})"


def document_of(
    head: Mapping[str, Any],
    world: World,
    shocks: Sequence[Item],
    packages: Mapping[str, Sequence[Part]],
    registry: Registry,
    unsaid: Iterable[str] = (),
) -> dict[str, Any]:
    """Return the whole document; ``head`` holds the keys that describe neither world, shocks nor variants.

    ``unsaid``: dotted paths that it leaves out, for presets of the world may lay values there.
    """
    writer = _Writer(registry, head["currency"])
    document = {
        "trustsim": FORMAT,
        **{key: head[key] for key in ("title", "description", "horizon", "step", "currency") if head[key] != ""},
        **({"rates": head["rates"]} if head.get("rates") else {}),
        **({"scale": head["scale"]} if "scale" in head else {}),
        **{each.key: head[each.key] for each in presets_of(registry, WORLD) if each.key in head},
        "behaviour": head["behaviour"],
        **writer.world(world),
        "shocks": [writer.item(shock, "shock") for shock in shocks],
        "variants": {name: [writer.part(part) for part in parts] for name, parts in packages.items()},
        **{name: writer.section(name, getattr(head["counted"], name)) for name in ways(registry)},
        **{
            key: head[key]
            for key in ("baseline", "replications", "seed", "outcomes", "matters", "sweep", "expect", "notes")
            if key in head
        },
    }
    for path in unsaid:
        _leave_out(document, path.split("."))
    return document


def in_force(world: World, registry: Registry, currency: str) -> dict[str, Any]:
    """Return the keys of a document that describe a world, also with what presets lay under them."""
    return _Writer(registry, currency, writes_laid=True).world(world)


def _leave_out(document: dict[str, Any], keys: Sequence[str]) -> None:
    inner: Any = document
    for key in keys[:-1]:
        inner = inner.get(key) if isinstance(inner, dict) else None
    if isinstance(inner, dict):
        inner.pop(keys[-1], None)


class _Writer:
    def __init__(self, registry: Registry, currency: str, *, writes_laid: bool = False) -> None:
        self.registry, self.currency, self.writes_laid = registry, currency, writes_laid
        self.lying: dict[str, frozenset[str]] = {}  # keys of sections under which presets may lie

    def settings(self, entry: Entry, thing: Any) -> dict[str, Any]:
        return {p.name: self.value(p, getattr(thing, p.name)) for p in entry.parameters}

    def section(self, name: str, thing: Any) -> dict[str, Any]:
        entry = self.registry["section", name]
        if name not in self.lying:
            self.lying[name] = may_lie(self.registry, name)
        return {
            p.name: self.value(p, getattr(thing, p.name))
            for p in entry.parameters
            if self.writes_laid or p.name not in self.lying[name] or p.name in thing.said
        }

    def value(self, parameter: Parameter, value: Any) -> Any:
        return text_of(value, parameter.unit, self.currency, spread=parameter.spread)

    def world(self, world: World) -> dict[str, Any]:
        networks = {entry.make: entry for entry in self.registry.group("network_kind").values()}
        network = networks[type(world.network)]
        investors = self.section("investors", world.investors)
        if world.investors.segments:
            investors["segments"] = [self.section("segment", s) for s in world.investors.segments]
        mechanisms = self.registry.group("mechanism")
        return {
            "network": {"kind": network.name, **self.settings(network, world.network)},
            "investors": investors,
            "platforms": [self.section("platform", p) for p in uncopied(world.platforms)],
            "mechanisms": {
                name: OFF if settings is None else self.settings(mechanisms[name], settings)
                for name, settings in world.mechanisms.items()
            },
            **{
                self.registry["actor", kind].plural: [self.settings(self.registry["actor", kind], a) for a in those]
                for kind, those in world.actors.items()
            },
        }

    def item(self, item: Item, group: Any) -> dict[str, Any]:
        entry = self.registry[group, item.kind]
        settings = self.settings(entry, item.what)
        return {"kind": item.kind, **settings, **self.timing(item.timing, has_day="day" in settings)}

    def part(self, part: Part) -> Any:
        if isinstance(part, Setting):
            when = {} if part.timing is None else self.timing(part.timing, has_day=False)
            return {"set": {path: plain(node) for path, node in part.values.items()}, **when}
        return part if isinstance(part, str) else self.item(part, self.registry.of_item(part.kind))

    def timing(self, timing: Timing, has_day: bool) -> dict[str, Any]:
        document: dict[str, Any] = {} if has_day else {"from": text_of(timing.start, "duration", "")}
        if timing.chance is not None:
            document = {"chance": text_of(timing.chance, "per_day", "")}
        if timing.until is not None:
            document["until"] = text_of(timing.until, "duration", "")
        if timing.when is not None:
            document["when"] = self.trigger(timing.when)
        return document

    def trigger(self, trigger: Trigger) -> dict[str, Any]:
        entry = self.registry.group("indicator").get(trigger.indicator)
        sides = {"above": trigger.above, "below": trigger.below}
        return {
            "indicator": trigger.indicator,
            "platform": trigger.platform,
            **{
                key: text_of(side, entry.unit if entry else "number", self.currency)
                for key, side in sides.items()
                if side is not None
            },
            "lasting": text_of(trigger.lasting, "duration", ""),
            "lag": text_of(trigger.lag, "duration", ""),
        }


def replications_of(replications: int | Precision, registry: Registry, currency: str) -> Any:
    """Return ``replications`` as a scenario file would hold it."""
    if isinstance(replications, int):
        return replications
    unit, half_width = registry["outcome", replications.of].unit, replications.half_width
    half_width = round(half_width * units.MINOR_PER_MAJOR) if unit == "money" else half_width
    return {
        "precision": text_of(half_width, unit, currency),
        "difference" if replications.paired else "of": replications.of,
        **({"variant": replications.variant} if replications.variant else {}),
        "budget": replications.budget,
    }


def digest_of(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what decides the results: the document without its prose, files by their content."""
    decisive = {key: value for key, value in document.items() if key not in NOT_IN_DIGEST}
    network = {key: content_of(value) for key, value in decisive.get("network", {}).items()}
    named = {"expect": _by_content(decisive["expect"])} if "expect" in decisive else {}
    behaves = {"behaviour": content(decisive["behaviour"])}
    canonical = json.dumps(
        {**decisive, "network": network, **named, **behaves}, sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _by_content(value: Any) -> Any:
    """Return ``expect`` with the other scenario files that it names by their content."""
    if isinstance(value, list):
        return [_by_content(each) for each in value]
    if isinstance(value, Mapping):
        return {key: content_of(each) if key == "file" else _by_content(each) for key, each in value.items()}
    return value


def content_of(value: Any) -> Any:
    """Return the SHA-256 of the file that an absolute path names, and anything else as it is."""
    if not (isinstance(value, str) and os.path.isabs(value) and os.path.isfile(value)):
        return value
    with open(value, "rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
