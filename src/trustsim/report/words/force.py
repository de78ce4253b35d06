"""Every parameter in force, of the world and of how a study counts: whose it is, its value, default and source."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trustsim import units
from trustsim.analysis.assumed import parameters
from trustsim.analysis.headlines import HEADLINES, smallest
from trustsim.registry import REGISTRY, Parameter
from trustsim.report.words import sources, words
from trustsim.scenario.behaviour import POINT, parts_of
from trustsim.scenario.currency import OWN, is_amount
from trustsim.scenario.document import text_of
from trustsim.scenario.layout import FILE
from trustsim.scenario.resolved import Scenario, World
from trustsim.units import Unit

COUNTING = "the counting"  # whose numbers those are that no part of the world has
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
        return words.quantity(units.major(value, parameter.unit), parameter.unit, currency)
    return units.show(value, parameter.unit, currency).replace("-", words.MINUS)


def details(what: Any, currency: str, *, is_world: bool = False) -> str:
    """Write the parameters of a dataclass's instance in one line; a name and a day are told elsewhere.

    A part of the world has many parameters; of those, only what differs from its default is told.
    """
    told = []
    for p in parameters(what):
        value = getattr(what, p.name)
        is_usual = is_world and p.name not in _TOLD and not p.is_required and value == p.default
        if p.name in _TOLD_ELSEWHERE or value in (None, "") or is_usual:
            continue
        if value == "*" and p.refers == "platform":
            told.append("on every platform")
        else:
            told.append(f"{words.label(p.name)} {value_text(value, p, currency)}")
    return ", ".join(told)


def in_world(world: World, currency: str) -> Iterator[Assumption]:
    """Yield every parameter of a world's parts; of one that each world draws, the least and the most of the members."""
    drawn = _drawn(world, currency)
    for owner, thing in parts(world):
        for a in declared(owner, thing, currency):
            yield dataclasses.replace(a, value=drawn.get((owner, a.name), a.value))


def _drawn(world: World, currency: str) -> dict[tuple[str, str], str]:
    """Return what the members of an ensemble say, by owner and parameter."""
    found = {}
    for k, (rule, name) in enumerate(world.members.paths if world.members is not None else ()):
        column = [row[k] for row in world.members.values] if world.members is not None else []
        p = next(p for p in parameters(world.mechanisms[rule]) if p.name == name)
        least, most = (value_text(value, p, currency) for value in (min(column), max(column)))
        found[f"mechanism: {words.label(rule)}", name] = f"{least} to {most}, by world"
    return found


def in_counting(scenario: Scenario) -> Iterator[Assumption]:
    """Yield every number by which a study counts: clients an investor stands for, rates, a run, waiting, what matters.

    Their owners begin with COUNTING. What has no source in the file format is assumed.
    """
    scale, rates = FILE["scale"], FILE["rates"]
    usual = Parameter("scale", "count", scale.default, None, None, sources.ASSUMED, scale.text)
    yield _assumed(COUNTING, scenario.scale, usual, scenario.currency)
    for code, rate in (scenario.document.get("rates") or {}).items():
        yield Assumption(COUNTING, f"rates.{code}", units.show(rate, "number"), "required", sources.ASSUMED, rates.text)
    if scenario.behaviour != POINT:
        text = "how people behave where the file does not say"
        way, file = parts_of(scenario.behaviour)
        said = f"{way} from {os.path.basename(file)}" if file else way
        yield Assumption(COUNTING, "behaviour", said, POINT, sources.ASSUMED, text, "name")
    for f in dataclasses.fields(scenario.counted):
        yield from declared(f"{COUNTING}: {f.name}", getattr(scenario.counted, f.name), scenario.currency)
    for name in dict.fromkeys((*HEADLINES, *scenario.matters)):
        yield _that_matters(scenario, name)


def _that_matters(scenario: Scenario, name: str) -> Assumption:
    default = HEADLINES.get(name)
    unit, source = (default.unit, default.source) if default else (REGISTRY.outcome(name).unit, sources.ASSUMED)
    value, usual = (
        words.quantity(smallest(name, unit, said, scenario.horizon), unit, scenario.currency)
        for said in (scenario.matters, {})
    )
    text = f"the smallest difference in {words.label(name)} that matters"
    return Assumption(f"{COUNTING}: matters", name, value, usual, source, text, unit)


def parts(world: World) -> Iterator[tuple[str, Any]]:
    """Yield what a world is made of, each dataclass with the name of its owner; what is off is left out."""
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


def declared(owner: str, thing: Any, currency: str) -> list[Assumption]:
    """Return the parameters of one part, but for its name."""
    return [_assumed(owner, getattr(thing, p.name), p, currency) for p in parameters(thing) if p.name != "name"]


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
