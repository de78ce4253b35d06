"""Which variants are another world and no remedy: they set what nobody can choose.

What a file can set is a *term*, which a platform, a rule or a person can choose, or a *fact* of the world; its
declaration says which (``choice``, else ``parameter``, of :mod:`trustsim.parameters`). A platform can choose who keeps
its clients' money, and not how much of it a thief finds there. A variant that differs from the baseline by a fact, or
by what strikes it, shows what would be if the world were so. That can be worth knowing. It costs nothing and nobody can
do it, so it is no answer to which remedy helps most.

It is the difference that counts, whoever sets the fact: beside a baseline in which loans default from day 2 on, a
variant without that is another world as well.

- *What a choice brings with it is part of the choice*: a platform that moves to another keeper has the keeper's
  factors, unless the file says them for one of the two.
- *Levers have facts too*: how much a cap frightens is nobody's choice. It is as in the levers of that kind that the
  baseline has; where it has none, as by default.
- *Actors are people in office*, whatever their names: of a kind, those of the baseline are there with their facts, and
  who comes beside them has those of the kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from itertools import zip_longest
from typing import Any

from trustsim.parameters import Parameter, parameters_of
from trustsim.registry import REGISTRY
from trustsim.scenario.resolved import Item, Scenario, Variant, World
from trustsim.units import MINOR_PER_MAJOR
from trustsim.world.lockstep import baseline_world

OtherWorlds = Mapping[str, tuple[str, ...]]  # by variant, the facts that it sets
_SHOCK = "shock "


def other_worlds(scenario: Scenario, variants: Sequence[str] | None = None) -> OtherWorlds:
    """Return by variant the facts by which its world is another one than that of the baseline; no entry for none.
    ``variants``: which are looked at, by default all.

    They are named as a file does without whose they are: ``loss_factor``, ``fear.decay``, ``shock rumour``.
    """
    base = next((each for each in scenario.variants if each.name == scenario.baseline), None)
    found = {each.name: tuple(dict.fromkeys(_facts(scenario, each, base))) for each in scenario.variants if base}
    return {name: facts for name, facts in found.items() if facts and (variants is None or name in variants)}


def said(facts: tuple[str, ...]) -> str:
    """Say of a variant that sets these facts what it is."""
    struck = [fact.removeprefix(_SHOCK) for fact in facts if fact.startswith(_SHOCK)]
    told = [fact for fact in facts if not fact.startswith(_SHOCK)]
    parts = [f"it sets {', '.join(told)}"] if told else []
    parts += [f"other shocks strike it ({', '.join(struck)})"] if struck else []
    return f"another world, not a remedy: {' and '.join(parts)}"


def _facts(scenario: Scenario, variant: Variant, base: Variant) -> Iterator[str]:
    """Yield the facts of a variant that are not those of the baseline."""
    if variant is base:
        return
    yield from _of_world(variant.world, baseline_world(scenario, variant))
    yield from _in_time(variant, base)
    yield from _of_levers(variant.items, base.items)
    yield from (f"{_SHOCK}{shock.kind}" for shock in _unlike(variant.shocks, base.shocks))


def _unlike(ours: Iterable[Item], theirs: Iterable[Item]) -> list[Item]:
    """Return what is in one of two lists and not in the other; what is there twice is counted twice."""
    mine, left = [], list(theirs)
    for each in ours:
        if each in left:
            left.remove(each)
        else:
            mine.append(each)
    return mine + left


# -- the worlds --------------------------------------------------------------------------------------------------------


def _of_world(world: World, base: World) -> Iterator[str]:
    """Yield the facts in which two worlds differ."""
    if world is base or world == base:
        return
    yield from _differing("network.", world.network, base.network)
    yield from _differing("investors.", world.investors, base.investors)
    yield from _of_segments(world, base)
    for mine, its in zip(world.platforms, base.platforms, strict=True):
        yield from _differing("", mine, its)
    for name in sorted({*world.mechanisms, *base.mechanisms}):
        yield from _of_rule(name, world.mechanisms.get(name), base.mechanisms.get(name))
    paths = [set() if each.members is None else set(each.members.paths) for each in (world, base)]
    is_on = {name for name, rule in world.mechanisms.items() if rule is not None and base.mechanisms.get(name)}
    yield from (".".join(path) for path in sorted(paths[0] ^ paths[1]) if path[0] in is_on)
    for kind in sorted(world.actors):
        yield from _of_actors(kind, world.actors[kind], base.actors.get(kind, ()))


def _of_segments(world: World, base: World) -> Iterator[str]:
    ours, theirs = world.investors.segments, base.investors.segments
    if [each.name for each in ours] != [each.name for each in theirs]:
        yield "investors.segments"
        return
    for mine, its in zip(ours, theirs, strict=True):
        yield from _differing("segments.", mine, its)


def _of_rule(name: str, rule: Any, its: Any) -> Iterator[str]:
    """Yield the facts in which a mechanism differs; to have it or not is a choice where all its parameters are."""
    if rule is not None and its is not None:
        yield from _differing(f"{name}.", rule, its)
    elif rule is not its:
        declared = parameters_of(type(its if rule is None else rule))
        if not declared or not all(p.chosen for p in declared):
            yield name


def _of_actors(kind: str, ours: Sequence[Any], theirs: Sequence[Any]) -> Iterator[str]:
    """Yield the facts in which the actors of a kind differ; of those that are there one may go, and others come."""
    left, others = list(theirs), []
    for actor in ours:
        same = next((its for its in left if not any(_unlike_facts(actor, _facts_of(its)))), None)
        if same is None:
            others.append(actor)
        else:
            left.remove(same)
    for actor, its in zip_longest(others, left[: len(others)]):
        known = _defaults(type(actor)) if its is None else _facts_of(its)
        yield from (f"{kind}.{name}" for name in _unlike_facts(actor, known))


def _unlike_facts(thing: Any, known: Mapping[str, Any]) -> Iterator[str]:
    return (name for name, value in _facts_of(thing).items() if _differ(value, known[name]))


def _facts_of(thing: Any) -> dict[str, Any]:
    """Return the facts of an actor or lever, but for its name."""
    return {p.name: getattr(thing, p.name) for p in _facts_in(type(thing))}


def _defaults(kind: type) -> dict[str, Any]:
    """Return the facts of a kind of actors or levers as they are by default."""
    return {p.name: p.default for p in _facts_in(kind)}


def _facts_in(kind: type) -> Iterator[Parameter]:
    declared = parameters_of(kind) if is_dataclass(kind) else ()
    return (p for p in declared if not p.chosen and not p.is_required and p.name != "name")


def _differing(prefix: str, mine: Any, its: Any) -> Iterator[str]:
    """Yield the names of the facts in which two things of one kind differ, but for what a choice brings with it."""
    if mine is its:
        return
    if type(mine) is not type(its):
        yield f"{prefix}kind"
        return
    differs = [p for p in _declared(type(mine)) if _differ(getattr(mine, p.name), getattr(its, p.name))]
    brought = _brought([p for p in differs if p.chosen], mine, its)
    yield from (f"{prefix}{p.name}" for p in differs if not p.chosen and p.name not in brought)


def _brought(chosen: Iterable[Parameter], mine: Any, its: Any) -> set[str]:
    """Return the settings that come with what two things of a kind have *chosen* unlike, as a keeper's factors do, but
    for those that the file says of one of the two."""
    entries = [REGISTRY.group(p.refers).get(getattr(each, p.name)) for p in chosen for each in (mine, its) if p.refers]
    laid = {name for entry in entries if entry is not None for name in getattr(entry.make, "preset", ())}
    return laid - {*getattr(mine, "said", ()), *getattr(its, "said", ())}


def _declared(kind: type) -> tuple[Parameter, ...]:
    """Return the parameters of a thing: its own, and what mechanisms declare beside."""
    section = ("section", kind.__name__.lower())
    is_section = section in REGISTRY and REGISTRY[section].make is kind
    return REGISTRY[section].parameters if is_section else parameters_of(kind)


def _differ(mine: Any, its: Any) -> bool:
    """Whether two values are unlike by more than the rounding of 5.4 % to 0.054."""
    if isinstance(mine, float) and isinstance(its, float):
        return not math.isclose(mine, its, rel_tol=1e-12)
    return mine is not its and bool(mine != its)


# -- the levers --------------------------------------------------------------------------------------------------------


def _in_time(variant: Variant, base: Variant) -> Iterator[str]:
    """Yield the facts that become others in the course of a run, not as in the baseline: other values or days."""
    ours, theirs = set(_set_in_time(variant)), set(_set_in_time(base))
    own = {platform.name: platform for each in (variant, base) for platform in each.world.platforms}
    moved = {(whose, name) for whose, name, value, _ in ours | theirs if _differ(getattr(own[whose], name), value)}
    yield from sorted({name for whose, name, *_ in ours ^ theirs if (whose, name) in moved})


def _set_in_time(variant: Variant) -> Iterator[tuple[Any, ...]]:
    """Yield the facts that levers set which make things of the file others: whose, name, value, when."""
    for item in variant.items:
        if not hasattr(item.what, "sets"):
            continue
        whose = getattr(item.what, "platform", "*")
        those = [each.name for each in variant.world.platforms if whose in ("*", each.name)]
        facts = [(name, value) for name, value in _facts_of(item.what).items() if value is not None]
        yield from ((each, name, value, item.timing) for each in those for name, value in facts)


def _changes_nothing(lever: Any) -> bool:
    """Whether a lever has the settings with which its kind changes nothing."""
    neutral = getattr(type(lever), "neutral", None)
    if neutral is None:
        return False
    units = {p.name: MINOR_PER_MAJOR if p.unit == "money" else 1 for p in parameters_of(type(lever))}
    return all(getattr(lever, name) == value * units[name] for name, value in neutral.items())


def _of_levers(ours: Iterable[Item], theirs: Iterable[Item]) -> Iterator[str]:
    """Yield the facts of levers that are neither those of the levers of their kind that the baseline has nor, where it
    has none, as by default."""
    there = list(theirs)
    for item in ours:
        if not hasattr(item.what, "sets") and not _changes_nothing(item.what):
            known = [_facts_of(its.what) for its in there if its.kind == item.kind] or [_defaults(type(item.what))]
            facts = _facts_of(item.what).items()
            yield from (
                f"{item.kind}.{name}" for name, value in facts if all(_differ(value, its[name]) for its in known)
            )
