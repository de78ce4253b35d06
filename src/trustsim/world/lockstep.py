"""Which variants can share a pass: those of the same network, people and settings of traits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trustsim.scenario.resolved import Scenario, Variant, World

MOST_COLUMNS = 32  # variants in one pass: their state should fit the cache


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
        groups.setdefault(shared(by_name[name].world), []).append(name)
    return list(groups.values())


def baseline_world(scenario: Scenario, variant: Variant) -> World:
    """Return the world of the baseline that a variant is compared with, its own where there is none."""
    if variant.against is not None:
        return variant.against
    by_name = {each.name: each.world for each in scenario.variants}
    return by_name.get(scenario.baseline, variant.world)


def calm_world(scenario: Scenario, variant: Variant) -> World:
    """Return the world in which it is calm for a variant: that of the baseline, where both have the same people and
    platforms, else its own; levers and shocks come on top of either."""
    base = baseline_world(scenario, variant)
    return base if has_calm_of(variant.world, base) else variant.world


def has_calm_of(world: World, base: World) -> bool:
    """Whether what people are used to in *world* is what they have in *base*: the terms of its platforms may differ."""
    return base is world or _alike(base) == _alike(world)


def shared(world: World) -> Any:
    """Return what variants must have in common to share a pass."""
    return _alike(world), tuple(p.lock_term for p in world.platforms)


def _alike(world: World) -> Any:
    shape = tuple((p.name, p.kind, p.size, p.asset_market, p.owes) for p in world.platforms)
    traits = tuple(
        (name, *(getattr(rule, parameter) for parameter in rule.fixes))
        for name, rule in sorted(world.mechanisms.items())
        if hasattr(rule, "fixes")
    )
    return _hashable(world.network), world.investors, shape, traits


def _hashable(network: object) -> object:
    return network if type(network).__hash__ is not None else id(network)
