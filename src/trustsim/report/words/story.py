"""The scenario in words: what happens when, who is there, what each variant does, and every assumption with its source.

Everything comes from the declared parameters (``registry.parameters_of``) of the instances that the scenario holds, so
a new shock or lever is told here without a line about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from trustsim import units
from trustsim.analysis.assumed import parameters
from trustsim.registry import REGISTRY, Group
from trustsim.report.words import force, reading, words
from trustsim.report.words.changes import changes
from trustsim.report.words.force import Assumption
from trustsim.scenario.resolved import Item, Scenario, Trigger, World


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


def _summary(group: Group, kind: str) -> str:
    entry = REGISTRY.group(group).get(kind)
    return entry.summary if entry is not None else ""


def _trigger(trigger: Trigger) -> str:
    unit = reading.series(trigger.indicator).unit
    sides = [
        f"{side} {words.quantity(units.major(x, unit), unit)}"
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
        when = f"with a chance of {units.show(item.timing.chance, 'share')} a day {_where(item.what)}"
    when += f" to day {words.tick(until)}" if until is not None else ""
    when += f", {_trigger(item.timing.when)}" if item.timing.when is not None else ""
    title = words.capital(words.label(item.kind))
    return Event(when, title, _summary(group, item.kind), force.details(item.what, scenario.currency))


def _where(what: Any) -> str:
    """Say at which platform a shock strikes, by the parameter that names it."""
    named = [getattr(what, p.name) for p in parameters(what) if p.refers == "platform"]
    return f"at {named[0]}" if named and named[0] != "*" else "on each platform"


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
            changes(usual, v.world, scenario.currency),
        )
        for v in scenario.variants
        if v.name in names
    )


def world_of(scenario: Scenario, variant: str) -> World:
    """Return the world of a variant."""
    return next(v for v in scenario.variants if v.name == variant).world


def people_and_places(scenario: Scenario, baseline: str) -> tuple[tuple[str, str], ...]:
    """Tell the network, the investors, their segments and the platforms: (who, what is set for them)."""
    world = world_of(scenario, baseline)
    kind = next((e.name for e in REGISTRY.group("network_kind").values() if e.make is type(world.network)), "")
    links = ", ".join(part for part in (words.label(kind), force.details(world.network, scenario.currency)) if part)
    told = [("Network", words.capital(links))] if links else []
    for owner, thing in force.parts(replace(world, network=None)):
        if not owner.startswith("mechanism"):
            how = force.details(thing, scenario.currency, is_world=True)
            told.append((words.capital(owner), words.capital(how) or "Everything at its default"))
    return tuple(told)


def assumptions(scenario: Scenario, baseline: str, names: Sequence[str]) -> tuple[Assumption, ...]:
    """List every parameter in force: how the study counts, the world at day 0, the mechanisms, the shocks and the
    interventions; of another variant's world what the baseline's does not have."""
    listed = [*force.in_counting(scenario), *force.in_world(world_of(scenario, baseline), scenario.currency)]
    for name in names:
        there = {a.owner for a in listed}
        listed += [a for a in force.in_world(world_of(scenario, name), scenario.currency) if a.owner not in there]
    for item in scenario.shocks:
        listed += force.declared(f"shock: {words.label(item.kind)}", item.what, scenario.currency)
    for kind, what, users in _levers(scenario, names):
        owner = f"{words.label(kind)} in {words.listing(list(map(words.quoted, users)))}"
        told = force.declared(owner, what, scenario.currency)
        listed += [a for a in told if a.value != words.NO_NUMBER or a.is_set]  # what is left alone is no assumption
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
