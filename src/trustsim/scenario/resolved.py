"""The scenario after loading: frozen, merged, with every default filled in and every quantity in computed units.

Everything behind the loader reads these classes and nothing of the file. ``what`` fields hold instances of the
registered dataclasses (see :mod:`trustsim.registry`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

from trustsim.scenario.counted import Counted
from trustsim.scenario.expected import Expectation


@dataclass(frozen=True)
class Trigger:
    """``when``: an indicator, a threshold on either side, how long it must persist, the lag of the answer (days)."""

    indicator: str
    platform: str = "*"
    above: float | None = None
    below: float | None = None
    lasting: float = 0.0
    lag: float = 0.0


@dataclass(frozen=True)
class Timing:
    """When an item acts: from ``start`` (days) while before ``until``, and only while its trigger has fired.

    ``chance``: of a shock, a day, that it begins, on each platform for itself, in place of a start.
    """

    start: float = 0.0
    until: float | None = None
    when: Trigger | None = None
    chance: float | None = None


@dataclass(frozen=True)
class Item:
    """One shock or one intervention: the registered kind, its parameters, its timing."""

    kind: str
    what: Any
    timing: Timing = Timing()


class Brought(Protocol):
    """What a network kind brings with it; ``str`` says it in words."""

    @property
    def name(self) -> str: ...
    @property
    def n_nodes(self) -> int: ...
    @property
    def n_links(self) -> int: ...
    @property
    def is_directed(self) -> bool: ...
    @property
    def is_weighted(self) -> bool: ...
    @property
    def n_without_links(self) -> int: ...
    @property
    def n_self_loops(self) -> int: ...
    @property
    def n_repeats(self) -> int: ...
    @property
    def left(self) -> tuple[str, ...]: ...


@runtime_checkable
class Brings(Protocol):
    """A network kind that brings its people with it, such as a file.

    Both raise UnitError where the network cannot be had, ``fit`` also where it is not of this many investors.
    """

    def fit(self, count: int | None, n_newcomers: int) -> None: ...
    def brought(self) -> Brought: ...


@dataclass(frozen=True)
class Members:
    """Sets of values of which every world takes one: the members of an ensemble of behaviours.

    ``paths``: mechanism and parameter, by column of ``values``, in computed units; a row is a member.
    """

    paths: tuple[tuple[str, str], ...]
    values: tuple[tuple[float, ...], ...]

    def only(self, paths: Iterable[tuple[str, str]]) -> Members | None:
        """Return the same members with these parameters alone; None without any."""
        wanted = set(paths)
        kept = [k for k, path in enumerate(self.paths) if path in wanted]
        if not kept:
            return None
        return Members(tuple(self.paths[k] for k in kept), tuple(tuple(row[k] for k in kept) for row in self.values))

    def beside(self, other: Members | None) -> Members:
        """Return these and the parameters of *other*, which has the same members."""
        if other is None:
            return self
        rows = tuple((*mine, *its) for mine, its in zip(self.values, other.values, strict=True))
        order = sorted(range(len(self.paths) + len(other.paths)), key=lambda k: (*self.paths, *other.paths)[k])
        paths = (*self.paths, *other.paths)
        return Members(tuple(paths[k] for k in order), tuple(tuple(row[k] for k in order) for row in rows))

    def laid(self, world: World, member: int) -> World:
        """Return *world* in which people behave as a member, from 0, says; its rules that are off stay off.

        Raises UnitError, or what a mechanism raises, for values that do not fit together.
        """
        rules, by_rule = dict(world.mechanisms), dict[str, dict[str, float]]()
        for (rule, name), value in zip(self.paths, self.values[member], strict=True):
            by_rule.setdefault(rule, {})[name] = value
        for rule, values in by_rule.items():
            if rules.get(rule) is not None:
                rules[rule] = replace(rules[rule], **values)
        return replace(world, mechanisms=rules, members=None)


@dataclass(frozen=True)
class World:
    """What exists at day 0: network, investors (with segments), platforms, and the settings of every mechanism.

    ``mechanisms`` maps the name of each registered mechanism to its settings; one that is switched off maps to None.
    ``actors`` maps the kinds of actors that there are to those of the kind, in the order of the file. ``muted``: a
    channel of which nothing that mechanisms lean on decisions counts, in a replay of attribution; '' for none.
    ``members``: where every world draws a member of an ensemble of behaviours, what they say; None elsewhere.
    """

    network: Any
    investors: Any
    platforms: tuple[Any, ...]
    mechanisms: Mapping[str, Any]
    actors: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    muted: str = ""
    members: Members | None = None

    def __hash__(self) -> int:
        return hash((self.network, self.investors, self.platforms, tuple(sorted(self.mechanisms))))


@dataclass(frozen=True)
class Variant:
    """A named package: the interventions of its parts, flattened, and the world with its ``set`` entries applied.

    ``shocks`` strike this variant alone, beside those of the scenario. ``against``: the world of the baseline that it
    is compared with, where that is not one of its scenario, as at the points of a sweep.
    """

    name: str
    items: tuple[Item, ...]
    world: World
    shocks: tuple[Item, ...] = ()
    against: World | None = None


@dataclass(frozen=True)
class Precision:
    """``replications: {precision: 1 pp, of: outcome, budget: n}``; ``half_width`` in the unit of the outcome.

    ``paired``: of the difference to the baseline (``difference: outcome``); ``variant``: of this one alone; '' all.
    """

    half_width: float
    of: str
    budget: int
    paired: bool = False
    variant: str = ""


@dataclass(frozen=True)
class Scenario:
    """A whole story. ``horizon`` and ``step`` in days; ``seed`` a non-negative integer; ``variants`` in file order.

    ``scale``: how many real clients one investor stands for. Fixed sums of money in the file, and sums in results,
    are of the real platforms.

    ``document`` is the merged file with defaults, as plain data (what ``trustsim resolve`` prints); ``digest`` is the
    SHA-256 of its canonical JSON. ``counted``: what is called a run, and what waiting for money is worth. ``matters``:
    by outcome, the smallest difference that matters, as the file says. ``behaviour``: how people behave where the file
    does not say: ``point``, ``ensemble`` or ``member 7``. ``overrides``: what was laid over the file, by dotted path.
    """

    title: str
    description: str
    horizon: float
    step: float
    currency: str
    shocks: tuple[Item, ...]
    variants: tuple[Variant, ...]
    baseline: str
    replications: int | Precision
    seed: int
    outcomes: tuple[str, ...]
    expect: tuple[Expectation, ...]
    sweep: Mapping[str, tuple[Any, ...]]
    document: Mapping[str, Any] = field(compare=False, repr=False)
    digest: str
    source: str = field(default="", compare=False)
    scale: int = 1
    counted: Counted = field(default_factory=Counted)
    matters: Mapping[str, float] = field(default_factory=dict)
    behaviour: str = "point"
    overrides: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def n_days(self) -> int:
        """Number of steps that a run takes."""
        return round(self.horizon / self.step)
