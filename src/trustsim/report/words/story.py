"""The scenario in words: what happens when, who is there, what each variant does, and every assumption with its source.

Everything comes from the declared parameters (``registry.parameters_of``) of the instances that the scenario holds, so
a new shock or lever is told here without a line about it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trustsim import units
from trustsim.registry import REGISTRY, Group, Parameter, parameters_of
from trustsim.report.words import reading, sources, words
from trustsim.scenario.currency import OWN, is_amount
from trustsim.scenario.document import text_of
from trustsim.scenario.resolved import Item, Scenario, Trigger, World
from trustsim.units import Unit

_TOLD_ELSEWHERE = ("name", "day")  # in the same sentence
_TOLD = ("kind", "count", "share")  # of a part of the world, even where it is the default


@dataclass(frozen=True)
class Assumption:
    """One parameter in force: whose it is, its name, value and default as text, its source, its meaning, its unit."""

    owner: str
    name: str
    value: str
    default: str
    source: str
    text: str
    unit: Unit = "number"

    @property
    def is_figure(self) -> bool:
        """Whether it is a number or a choice, not a name or a text."""
        return self.unit not in ("name", "text")

    @property
    def is_assumed(self) -> bool:
        """Whether it names no source."""
        return self.source.strip().lower() == sources.ASSUMED

    @property
    def is_construct(self) -> bool:
        """Whether its only sources are rows of the catalogue of constructs, which give no number."""
        return not self.is_assumed and all(s.is_construct for s in sources.cited(sources.ids_of(self.source)))

    @property
    def is_set(self) -> bool:
        """Whether the scenario gives it another value than its default."""
        return self.value != self.default


@dataclass(frozen=True)
class Event:
    """One shock or intervention: when it acts, what it is, in which form."""

    when: str
    title: str
    summary: str
    details: str


@dataclass(frozen=True)
class Package:
    """One variant: its interventions and what it changes in the world."""

    name: str
    events: tuple[Event, ...]
    changes: tuple[str, ...]


def value_text(value: Any, parameter: Parameter, currency: str) -> str:
    """Write the value of a parameter in its unit; a missing one as an en dash."""
    if value is None or value == "":
        return words.NO_NUMBER
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, units.Distribution):
        return str(text_of(value, parameter.unit, currency, spread=True))
    if value == "*" and parameter.refers == "platform":
        return "every platform"
    if not isinstance(value, int | float):
        return words.label(value) if REGISTRY.allowed(parameter) or parameter.name == "kind" else str(value)
    if parameter.unit == "count":
        return f"{value:,}".replace(",", words.THIN)
    if parameter.unit in ("duration", "money"):
        return words.quantity(value, parameter.unit, currency)
    return units.show(value, parameter.unit, currency).replace("-", words.MINUS)


def _parameters(thing: Any) -> tuple[Parameter, ...]:
    """Return the parameters of an instance: for a section those of its entry, with what mechanisms declared of it."""
    section = next((entry for entry in REGISTRY.group("section").values() if entry.make is type(thing)), None)
    if section is not None:
        return section.parameters
    return parameters_of(type(thing)) if dataclasses.is_dataclass(thing) else ()


def details(what: Any, currency: str, *, is_world: bool = False) -> str:
    """Write the parameters of a dataclass's instance in one line; a name and a day are told elsewhere.

    A part of the world has many parameters; of those, only what differs from its default is told.
    """
    parts = []
    for p in _parameters(what):
        value = getattr(what, p.name)
        is_usual = is_world and p.name not in _TOLD and not p.is_required and value == p.default
        if p.name in _TOLD_ELSEWHERE or value in (None, "") or is_usual:
            continue
        if value == "*" and p.refers == "platform":
            parts.append("on every platform")
        else:
            parts.append(f"{words.label(p.name)} {value_text(value, p, currency)}")
    return ", ".join(parts)


def _summary(group: Group, kind: str) -> str:
    entry = REGISTRY.group(group).get(kind)
    return entry.summary if entry is not None else ""


def _trigger(trigger: Trigger) -> str:
    unit = reading.series(trigger.indicator).unit
    sides = [
        f"{side} {words.quantity(x, unit)}"
        for side, x in (("above", trigger.above), ("below", trigger.below))
        if x is not None
    ]
    text = (
        f"when {words.label(trigger.indicator)} is {' or '.join(sides)}"
        if sides
        else f"on {words.label(trigger.indicator)}"
    )
    text += f" for {words.quantity(trigger.lasting, 'duration')}" if trigger.lasting else ""
    return text + (f", {words.quantity(trigger.lag, 'duration')} later" if trigger.lag else "")


def day_of(item: Item) -> float:
    """Return the day on which a shock or an intervention sets in."""
    day = getattr(item.what, "day", None)
    return float(day) if isinstance(day, int | float) else item.timing.start


def event(item: Item, group: Group, scenario: Scenario) -> Event:
    """Tell one shock or intervention."""
    day, until = day_of(item), item.timing.until
    when = f"day {words.tick(day)}" if day or group == "shock" else "from the start"
    if item.timing.chance is not None:
        when = f"with a chance of {units.show(item.timing.chance, 'per_day')} on each platform"
    when += f" to day {words.tick(until)}" if until is not None else ""
    when += f", {_trigger(item.timing.when)}" if item.timing.when is not None else ""
    title = words.capital(words.label(item.kind))
    return Event(when, title, _summary(group, item.kind), details(item.what, scenario.currency))


def dated(scenario: Scenario) -> list[Item]:
    """Return the shocks that strike on a day of the file, and not by chance."""
    return [item for item in scenario.shocks if item.timing.chance is None]


def timeline(scenario: Scenario) -> tuple[Event, ...]:
    """Tell the shocks, in order of their days."""
    return tuple(event(item, "shock", scenario) for item in sorted(scenario.shocks, key=day_of))


def packages(scenario: Scenario, baseline: str, names: Sequence[str]) -> tuple[Package, ...]:
    """Tell what each of these variants does, in file order."""
    usual = world_of(scenario, baseline)
    return tuple(
        Package(
            v.name,
            (
                *(event(item, "shock", scenario) for item in sorted(v.shocks, key=day_of)),
                *(event(item, "intervention", scenario) for item in v.items),
            ),
            _changes(usual, v.world, scenario.currency),
        )
        for v in scenario.variants
        if v.name in names
    )


def world_of(scenario: Scenario, variant: str) -> World:
    """Return the world of a variant."""
    return next(v for v in scenario.variants if v.name == variant).world


def _changes(usual: World, world: World, currency: str) -> tuple[str, ...]:
    if world is usual or world == usual:
        return ()
    before = {(a.owner, a.name): a.value for a in _world(usual, currency)}
    after = {(a.owner, a.name): a.value for a in _world(world, currency)}
    return tuple(
        f"{owner}: {words.label(name)} {value} instead of {before.get((owner, name), words.NO_NUMBER)}"
        for (owner, name), value in after.items()
        if before.get((owner, name)) != value
    )


def people_and_places(scenario: Scenario, baseline: str) -> tuple[tuple[str, str], ...]:
    """Tell the network, the investors, their segments and the platforms: (who, what is set for them)."""
    world = world_of(scenario, baseline)
    kind = next((e.name for e in REGISTRY.group("network_kind").values() if e.make is type(world.network)), "")
    links = ", ".join(part for part in (words.label(kind), details(world.network, scenario.currency)) if part)
    told = [("Network", words.capital(links))] if links else []
    for owner, thing in _parts(replace(world, network=None)):
        if not owner.startswith("mechanism"):
            how = details(thing, scenario.currency, is_world=True)
            told.append((words.capital(owner), words.capital(how) or "Everything at its default"))
    return tuple(told)


def assumptions(scenario: Scenario, baseline: str, names: Sequence[str]) -> tuple[Assumption, ...]:
    """List every parameter in force: the world at day 0, the mechanisms, the shocks and the interventions."""
    listed = list(_world(world_of(scenario, baseline), scenario.currency))
    for item in scenario.shocks:
        listed += _declared(f"shock: {words.label(item.kind)}", item.what, scenario.currency)
    for kind, what, users in _levers(scenario, names):
        listed += _declared(
            f"{words.label(kind)} in {words.listing(list(map(words.quoted, users)))}", what, scenario.currency
        )
    return tuple(dict.fromkeys(listed))


def _levers(scenario: Scenario, names: Sequence[str]) -> list[tuple[str, Any, list[str]]]:
    """Return every intervention and every shock of a variant's own once, with the variants that have it."""
    found: list[tuple[str, Any, list[str]]] = []
    for variant in scenario.variants:
        for item in (*variant.items, *variant.shocks) if variant.name in names else ():
            users = next((u for kind, what, u in found if (kind, what) == (item.kind, item.what)), None)
            if users is None:
                found.append((item.kind, item.what, [variant.name]))
            elif variant.name not in users:
                users.append(variant.name)
    return found


def _world(world: World, currency: str) -> Iterator[Assumption]:
    for owner, thing in _parts(world):
        yield from _declared(owner, thing, currency)


def _parts(world: World) -> Iterator[tuple[str, Any]]:
    yield from _nested("network", world.network)
    yield from _nested("investors", world.investors)
    for platform in world.platforms:
        yield from _nested(f"platform {platform.name}", platform)
    for name, settings in world.mechanisms.items():
        if settings is not None:
            yield from _nested(f"mechanism: {words.label(name)}", settings)
    for kind, those in world.actors.items():
        for actor in those:
            yield from _nested(f"{words.label(kind)} {actor.name}", actor)


def _nested(owner: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield a dataclass and every dataclass inside it, each with the name of its owner."""
    if not dataclasses.is_dataclass(thing) or isinstance(thing, type | units.Distribution):
        return
    yield owner, thing
    for f in dataclasses.fields(thing):
        inner = getattr(thing, f.name)
        if isinstance(inner, Mapping):
            for name, value in inner.items():
                yield from _nested(f"{owner}, {words.label(f.name)} {words.label(str(name))}", value)
        elif isinstance(inner, tuple):
            for k, value in enumerate(inner, start=1):
                yield from _nested(f"{owner}: {getattr(value, 'name', k)}", value)
        else:
            yield from _nested(f"{owner}, {words.label(f.name)}", inner)


def _declared(owner: str, thing: Any, currency: str) -> list[Assumption]:
    return [_assumed(owner, getattr(thing, p.name), p, currency) for p in _parameters(thing) if p.name != "name"]


def _assumed(owner: str, value: Any, p: Parameter, currency: str) -> Assumption:
    """Return one parameter in force; the source of a default is no source of the same number in another currency."""
    told = value_text(value, p, currency)
    if not is_amount(p) or currency == OWN:
        default = "required" if p.is_required else value_text(p.default, p, currency)
        return Assumption(owner, p.name, told, default, p.source, p.text, p.unit)
    default = value_text(p.default, p, OWN)
    if value != p.default:
        return Assumption(owner, p.name, told, default, p.source, p.text, p.unit)
    text = f"{p.text} (the number of {default}, by {p.source}, in another currency)"
    return Assumption(owner, p.name, told, told, sources.ASSUMED, text, p.unit)
