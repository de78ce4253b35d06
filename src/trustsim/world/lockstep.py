"""Which variants can share a pass: those of the same network, people and settings of traits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from trustsim.scenario.resolved import Members, Scenario, Variant, World

MOST_COLUMNS = 32  # variants in one pass: their state should fit the cache
_SHAPE = ("name", "kind", "size", "asset_market", "owes")  # what of a platform is no term


def lockstep_groups(scenario: Scenario, variants: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the variants in groups that can share a pass: same network, population and settings of traits.

    A group has at most MOST_COLUMNS variants; the numbers are the same however they are cut.
    """
    return tuple(
        tuple(group[k : k + MOST_COLUMNS])
        for group in of_one_world(scenario, variants)
        for k in range(0, len(group), MOST_COLUMNS)
    )


def of_one_world(scenario: Scenario, variants: Sequence[str]) -> list[list[str]]:
    """Return the variants by the world that they share, however many there are of each."""
    groups: dict[Any, list[str]] = {}
    by_name = {v.name: v for v in scenario.variants}
    for name in variants:
        calm = _alike(calm_world(scenario, by_name[name]))  # twins share a pass as well
        groups.setdefault((shared(by_name[name].world), calm), []).append(name)
    return list(groups.values())


def baseline_world(scenario: Scenario, variant: Variant) -> World:
    """Return the world of the baseline that a variant is compared with, its own where there is none."""
    if variant.against is not None:
        return variant.against
    by_name = {each.name: each.world for each in scenario.variants}
    return by_name.get(scenario.baseline, variant.world)


def calm_world(scenario: Scenario, variant: Variant) -> World:
    """Return the world in which it is calm for a variant; levers and shocks come on top of it."""
    return in_calm(variant.world, baseline_world(scenario, variant))


def in_calm(world: World, base: World) -> World:
    """Return the world in which it is calm for the people of *world*: their network, sizes and traits, by all other
    terms and rules of *base*. A rule that is off in *base* is off in calm, and one that is off in *world* alone is on.
    """
    if base is world or _alike(base) == _alike(world):
        return base
    old = {platform.name: platform for platform in base.platforms}
    platforms = tuple(
        replace(old[p.name], **{name: getattr(p, name) for name in _SHAPE}) if p.name in old else p
        for p in world.platforms
    )
    rules = {name: _shaped(rule, world.mechanisms.get(name)) for name, rule in base.mechanisms.items()}
    actors = base.actors if all(p.name in old for p in world.platforms) else world.actors  # whose mandates name them
    members = _members_in_calm(base, world)
    return replace(world, platforms=platforms, mechanisms=rules, actors=actors, muted=base.muted, members=members)


def _members_in_calm(base: World, world: World) -> Members | None:
    """Return what a member of an ensemble says in calm: of people's traits what it says in *world*, else in *base*."""
    made = (set() if each.members is None else set(each.members.paths) & _laid_down(each) for each in (base, world))
    of_base, of_world = made
    rest = None if base.members is None else base.members.only(set(base.members.paths) - of_base)
    traits = None if world.members is None else world.members.only(of_world)
    return traits if rest is None else rest.beside(traits)


def _laid_down(world: World) -> set[tuple[str, str]]:
    """Return what makes people's traits, rules and their parameters."""
    rules = world.mechanisms.items()
    return {(name, each) for name, rule in rules if rule is not None for each in getattr(rule, "fixes", ())}


def _shaped(rule: Any, its: Any) -> Any:
    """Return a rule with what *its* lays down of people's traits, where both are on."""
    if rule is None or its is None:
        return rule
    return replace(rule, **{name: getattr(its, name) for name in getattr(rule, "fixes", ())})


def shared(world: World) -> Any:
    """Return what variants must have in common to share a pass."""
    return _alike(world), tuple((p.lock_term, p.locked_share) for p in world.platforms)


def same_people(one: World, other: World) -> bool:
    """Whether two worlds have the same people, network and accounts, whatever rules and terms hold in them."""
    return bool(_alike(one) == _alike(other))


def _alike(world: World) -> Any:
    shape = tuple(tuple(getattr(p, name) for name in _SHAPE) for p in world.platforms)
    traits = tuple((name, _fixed(rule)) for name, rule in sorted(world.mechanisms.items()) if hasattr(rule, "fixes"))
    drawn = None if world.members is None else world.members.only(_laid_down(world))  # what each world draws of them
    return _hashable(world.network), world.investors, shape, traits, drawn


def _fixed(rule: Any) -> tuple[object, ...] | None:
    """Return what a mechanism lays down of people's traits, by value; None where it lays down none."""
    return tuple(getattr(rule, name) for name in rule.fixes) if hasattr(rule, "fixes") else None


def _hashable(network: object) -> object:
    return network if type(network).__hash__ is not None else id(network)
