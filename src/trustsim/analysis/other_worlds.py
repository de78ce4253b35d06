"""Which variants are another world and no remedy: they set what nobody can choose.

What a file can set is a *term*, which a platform, a rule or a person can choose, or a *fact* of the world; its
declaration says which (``choice``, else ``parameter``, of :mod:`trustsim.parameters`). A platform can choose who keeps
its clients' money, and not how much of it a thief finds there. A variant that differs from the baseline by a fact, or
by what strikes it, shows what would be if the world were so. That can be worth knowing. It costs nothing and nobody can
do it, so it is no answer to which remedy helps most.

What a choice brings with it is part of the choice: a platform that moves to another keeper has the keeper's factors,
unless the file says them itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trustsim.parameters import Parameter, parameters_of
from trustsim.registry import REGISTRY
from trustsim.scenario.resolved import Item, Scenario, Variant, World
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
    before = set(_set_in_time(base))
    yield from (name for name, *rest in _set_in_time(variant) if (name, *rest) not in before)
    for these, those in ((variant.shocks, base.shocks), (base.shocks, variant.shocks)):
        yield from (f"{_SHOCK}{shock.kind}" for shock in these if shock not in those)


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
    for kind in sorted({*world.actors, *base.actors}):
        there = {actor.name: actor for actor in base.actors.get(kind, ())}
        for actor in world.actors.get(kind, ()):
            yield from _differing(f"{kind}.", actor, there.get(actor.name, actor))


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


def _differing(prefix: str, mine: Any, its: Any) -> Iterator[str]:
    """Yield the names of the facts in which two things of one kind differ, but for what a choice brings with it."""
    if mine is its:
        return
    if type(mine) is not type(its):
        yield f"{prefix}kind"
        return
    differs = [p for p in _declared(type(mine)) if _differ(getattr(mine, p.name), getattr(its, p.name))]
    has_chosen = any(p.chosen and p.refers in REGISTRY.groups for p in differs)
    said_here = getattr(mine, "said", ())
    yield from (f"{prefix}{p.name}" for p in differs if not p.chosen and (p.name in said_here or not has_chosen))


def _declared(kind: type) -> tuple[Parameter, ...]:
    """Return the parameters of a thing: its own, and what mechanisms declare beside."""
    section = ("section", kind.__name__.lower())
    is_section = section in REGISTRY and REGISTRY[section].make is kind
    return REGISTRY[section].parameters if is_section else parameters_of(kind)


def _differ(mine: Any, its: Any) -> bool:
    return mine is not its and bool(mine != its)


def _set_in_time(variant: Variant) -> Iterator[tuple[Any, ...]]:
    """Yield the facts that levers set which make things of the file others: name, value, whose, when."""
    for item in variant.items:
        if hasattr(item.what, "sets"):
            yield from _set_by(item, variant.world)


def _set_by(item: Item, world: World) -> Iterator[tuple[Any, ...]]:
    whose = getattr(item.what, "platform", "*")
    those = [each for each in world.platforms if whose in ("*", each.name)]
    for p in (p for p in parameters_of(type(item.what)) if p.default is None and not p.chosen):
        value = getattr(item.what, p.name)
        if value is not None and any(getattr(each, p.name, None) != value for each in those):
            yield p.name, value, whose, item.timing
