"""What of a scenario may be otherwise as a whole: behaviour, the network, one of its rules, what is called a run.

A set of assumptions has at most one level of each choice, and has one in a share of the sets. :data:`CHOICES` lists
what makes them: what else may be otherwise as a whole enters there as one function more, and nothing else needs to know
it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from trustsim import units
from trustsim.registry import REGISTRY
from trustsim.scenario.behaviour import members_that_ship
from trustsim.scenario.resolved import Members, Scenario, World
from trustsim.world.network_kinds import Block, Poisson, Preferential, SmallWorld

SPREAD = 1.5  # assumed: factor by which what is assumed may be larger or smaller
_HALF, _QUARTER = 0.5, 0.25  # of the sets: have a choice otherwise than the file
RULE_OFF = "rule off"  # the choice of which rule of the file does not act


@dataclass(frozen=True)
class Choice:
    """Something that may be otherwise as a whole: its name, the levels beside that of the file, and what each changes.

    ``share``: of the sets that have one of the levels. ``has_few``: there are so few levels that each may be asked what
    hangs on it.
    """

    name: str
    levels: tuple[str, ...]
    share: float
    change: Callable[[Scenario, str], Scenario]
    has_few: bool = True

    def at(self, u: float) -> str:
        """Return the level at a place below ``share``; each has as much of it."""
        return self.levels[min(int(u / self.share * len(self.levels)), len(self.levels) - 1)]


def odds_moved(share: float, x: float) -> float:
    odds = share / (1 - share) * math.exp(x)
    return odds / (1 + odds)


def behaviours(scenario: Scenario, variants: Sequence[str]) -> Choice | None:
    """Let people behave as a member of the ensemble in all worlds, in every set as another: of the scenario's own, or
    of the one that ships in what is at its default.

    Values that were fitted together are moved together: one by one they would give what the facts rule out.
    """
    own = next((v.world.members for v in scenario.variants if v.world.members is not None), None)
    members = members_that_ship(REGISTRY) if own is None else own
    rules_on = [variant.world.mechanisms for variant in scenario.variants]
    if own is None and not any(_is_at_default(on.get(rule), name) for on in rules_on for rule, name in members.paths):
        return None

    def behave(there: Scenario, level: str) -> Scenario:
        number = int(level.rpartition(" ")[2]) - 1
        return _in_each_world(there, lambda world: _behaving(world, members, number))

    levels = tuple(f"member {k}" for k in range(1, len(members.values) + 1))
    return Choice("behaviour", levels, 1.0, behave, has_few=False)


def _behaving(world: World, members: Members, number: int) -> World:
    if world.members is not None:
        return world.members.laid(world, number)
    free = [(rule, name) for rule, name in members.paths if _is_at_default(world.mechanisms.get(rule), name)]
    theirs = members.only(free)
    return world if theirs is None else theirs.laid(world, number)


def _is_at_default(rule: Any, name: str) -> bool:
    usual = {f.name: f.default for f in fields(rule)} if rule is not None else {}
    return name in usual and getattr(rule, name) == usual[name]


def networks(scenario: Scenario, variants: Sequence[str]) -> Choice | None:
    """Let people be linked in other ways, each with as many links on average; a drawn network only."""
    network = _base(scenario).network
    degree = 2 * network.links if isinstance(network, Preferential) else getattr(network, "mean_degree", 0)
    if degree < 2:
        return None
    others = {
        "small world": SmallWorld(2 * max(round(degree / 2), 1)),
        "preferential": Preferential(max(round(degree / 2), 1)),
        "poisson": Poisson(float(degree)),
        "block": Block(mean_degree=float(degree)),
    }
    levels = tuple(name for name, other in others.items() if type(other) is not type(network))

    def linked(there: Scenario, level: str) -> Scenario:
        return _in_each_world(there, lambda world: replace(world, network=others[level]))

    return Choice("network", levels, _HALF, linked)


def rules(scenario: Scenario, variants: Sequence[str]) -> Choice | None:
    """Let each rule that is on be off, one at a time."""
    names = tuple(name for name, rule in _base(scenario).mechanisms.items() if rule is not None)

    def off(there: Scenario, level: str) -> Scenario:
        return _in_each_world(there, lambda world: replace(world, mechanisms={**world.mechanisms, level: None}))

    return Choice(RULE_OFF, names, _HALF, off) if names else None


def thresholds(scenario: Scenario, variants: Sequence[str]) -> Choice | None:
    """Let more or less be called a run."""
    usual = scenario.counted.run
    shares = [odds_moved(usual.share, x) for x in (-math.log(SPREAD), math.log(SPREAD))] if usual.share < 1 else []
    levels = {units.show(round(share, 4), "share"): round(share, 4) for share in shares}

    def called(there: Scenario, level: str) -> Scenario:
        return replace(there, counted=replace(there.counted, run=replace(usual, share=levels[level])))

    return Choice("run.share", tuple(levels), _QUARTER, called) if levels else None


CHOICES: tuple[Callable[[Scenario, Sequence[str]], Choice | None], ...] = (behaviours, networks, rules, thresholds)


def _base(scenario: Scenario) -> World:
    found: Iterator[World] = (v.world for v in scenario.variants if v.name == scenario.baseline)
    return next(found, scenario.variants[0].world)


def _in_each_world(scenario: Scenario, change: Callable[[World], World]) -> Scenario:
    """Return the scenario with a change of the world of every variant."""
    return replace(scenario, variants=tuple(replace(v, world=change(v.world)) for v in scenario.variants))
