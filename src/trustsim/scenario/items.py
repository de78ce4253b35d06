"""Shocks and interventions with their timing, and the packages of them that variants are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from trustsim import names
from trustsim.errors import UnitError, nearest, one_of
from trustsim.registry import Group
from trustsim.scenario.at_top import keys_of_world
from trustsim.scenario.entries import Reader, build
from trustsim.scenario.in_time import read_changes
from trustsim.scenario.lists import tell_twins
from trustsim.scenario.resolved import Item, Timing
from trustsim.scenario.sections import kind_entry
from trustsim.scenario.timing import TIMING_KEYS, has_two_days, read_timing
from trustsim.scenario.tree import DEEPEST, Node, join, kind_of

MOST_ITEMS = 1000
_A = {"shock": "a shock", "intervention": "an intervention"}
IN_A_PACKAGE = "an intervention or a shock {kind: …}, the name of another variant, or {set: {path: value}}"


@dataclass(frozen=True)
class Setting:
    """``{set: {dotted.path: value}}`` in a variant, as written; with a time it is what ``items`` do."""

    values: Mapping[str, Node]
    timing: Timing | None = None
    items: tuple[Item, ...] = ()


Part: TypeAlias = Item | str | Setting
#: the items of a variant by the package that holds them and their place in it, and all that it sets at day 0
Flat: TypeAlias = tuple[dict[tuple[str, int, int], Item], dict[str, Node]]


def read_item(node: Node, path: str, groups: Sequence[Group], horizon: float | None, reader: Reader) -> Item | None:
    """Return one item of one of these groups, or None where something is wrong (and reported)."""
    entry = kind_entry(node, path, groups, reader)
    if entry is None or node.mapping is None:
        return None
    group, keys = entry.group, dict(node.mapping)
    if has_two_days(keys, path, reader):
        return None
    has_day = any(p.name == "day" for p in entry.parameters)
    if has_day and "from" in keys:
        keys["day"] = keys.pop("from")
    takes_chance = group == "shock" and not has_day
    if takes_chance and "chance" in keys and _has_more_than_chance(keys, path, reader):
        return None
    beside = ("kind", *(key for key in TIMING_KEYS if not (has_day and key == "day")), *["chance"] * takes_chance)
    what = build(entry, replace(node, value=keys), path, reader, beside=beside)
    if what is None:
        return None
    default_start = float(what.day) if has_day and what.day is not None else 0.0
    timing = read_timing(keys, path, _A[group], default_start, horizon, node, reader)
    return None if timing is None else Item(entry.name, what, timing)


def _has_more_than_chance(keys: Mapping[str, Node], path: str, reader: Reader) -> bool:
    """Whether a chance stands beside what it stands in place of; reported."""
    others = [key for key in ("day", "from", "when") if key in keys]
    for key in others:
        given = f"'chance' beside {key!r}"
        allowed = "one of the two: a chance stands in place of a day and of a trigger"
        reader.report.add(keys["chance"].key or keys["chance"].spot, join(path, "chance"), given, allowed)
    return bool(others)


def read_packages(variants: Mapping[str, Node], horizon: float | None, reader: Reader) -> dict[str, tuple[Part, ...]]:
    """Return the parts of every variant as written; what is wrong is reported and left out."""
    tell_twins(variants, "variants", "variant", reader)
    return {name: _package(name, node, variants, horizon, reader) for name, node in variants.items()}


def _package(
    name: str, node: Node, variants: Mapping[str, Node], horizon: float | None, reader: Reader
) -> tuple[Part, ...]:
    path = join("variants", name)
    try:
        names.check(name)
    except UnitError as error:
        reader.report.add(node.key or node.spot, path, f"the name {error.given}", error.allowed, error.nearest)
    if node.items is None:
        reader.report.add(node.spot, path, kind_of(node), f"a list of parts ([] for none), each {IN_A_PACKAGE}")
        return ()
    _tell_repeats(node.items, path, reader)
    parts = [_part(item, join(path, k), variants, horizon, reader) for k, item in enumerate(node.items)]
    return tuple(part for part in parts if part is not None)


def _tell_repeats(items: Sequence[Node], path: str, reader: Reader) -> None:
    """Report the names of packages that stand in one package more than once."""
    first: dict[str, int] = {}
    for k, item in enumerate(items):
        if isinstance(item.value, str) and first.setdefault(item.value, k) != k:
            given = f"the variant {item.value!r} twice"
            reader.report.add(item.spot, join(path, k), given, "each once: what a package holds counts once")


def _part(node: Node, path: str, variants: Mapping[str, Node], horizon: float | None, reader: Reader) -> Part | None:
    if isinstance(node.value, str):
        if node.value in variants:
            return node.value
        given = f"the variant {node.value!r}, which does not exist"
        reader.report.absent(node.spot, path, given, one_of(variants), nearest(node.value, list(variants)))
        return None
    if node.mapping is not None and "set" in node.mapping:
        return _setting(node, node.mapping, path, horizon, reader)
    if node.mapping is None:
        reader.report.add(node.spot, path, kind_of(node), IN_A_PACKAGE)
        return None
    return read_item(node, path, ("intervention", "shock"), horizon, reader)


def _setting(node: Node, keys: Mapping[str, Node], path: str, horizon: float | None, reader: Reader) -> Setting | None:
    values = keys["set"].mapping
    beside = [key for key in keys if key not in ("set", *TIMING_KEYS)]
    if beside:
        reader.report.add(
            keys[beside[0]].key or keys["set"].spot,
            join(path, beside[0]),
            f"{beside[0]!r} beside 'set'",
            f"'set' in an item of its own, with {one_of(TIMING_KEYS)} where it sets in later",
        )
    if values is None:
        reader.report.add(
            keys["set"].spot, join(path, "set"), kind_of(keys["set"]), "a mapping of dotted paths to values"
        )
        return None
    sections = keys_of_world(reader.registry)
    for key, value in values.items():
        if key.partition(".")[0] not in sections:
            given = f"the path {key!r}"
            reader.report.add(
                value.key or value.spot, join(join(path, "set"), key), given, f"a path under {one_of(sections)}"
            )
    known = {key: value for key, value in values.items() if key.partition(".")[0] in sections}
    if not keys.keys() & set(TIMING_KEYS):
        return Setting(known)
    timing = (
        None if has_two_days(keys, path, reader) else read_timing(keys, path, "a change", 0.0, horizon, node, reader)
    )
    items = read_changes(known, join(path, "set"), timing or Timing(), reader)
    return None if timing is None else Setting(known, timing, items)


@dataclass
class Flattener:
    """Resolves packages by name, each once, into items (interventions and shocks) and settings.

    A package that is reached by more than one way counts once: its shocks strike once in a variant that holds two
    packages which hold it.
    """

    packages: Mapping[str, Sequence[Part]]
    spots: Mapping[str, Node]
    reader: Reader
    done: dict[str, Flat] = field(default_factory=dict)

    def flat(self, name: str) -> tuple[tuple[Item, ...], dict[str, Node]]:
        """Return the items of a variant and of those in it, and all that they ``set`` at day 0; later ones win."""
        items, settings = self._found(name, ())
        return tuple(items.values()), settings

    def _found(self, name: str, above: tuple[str, ...]) -> Flat:
        if name in above or len(above) > DEEPEST:
            self._tell_circle(name, above)
            return {}, {}
        if name not in self.done:
            self.done[name] = self._flat(name, above)
        return self.done[name]

    def _flat(self, name: str, above: tuple[str, ...]) -> Flat:
        items: dict[tuple[str, int, int], Item] = {}
        settings: dict[str, Node] = {}
        for k, part in enumerate(self.packages[name]):
            if isinstance(part, Item):
                items[name, k, 0] = part
            elif isinstance(part, Setting) and part.timing is not None:
                items |= {(name, k, place): item for place, item in enumerate(part.items)}
            elif isinstance(part, Setting):
                settings |= part.values
            else:
                inner_items, inner_settings = self._found(part, (*above, name))
                items |= inner_items
                settings |= inner_settings
        if len(items) > MOST_ITEMS:
            spot = self.spots[name].key or self.spots[name].spot
            given = f"a package of {len(items)} interventions and shocks"
            self.reader.report.add(spot, join("variants", name), given, f"at most {MOST_ITEMS} in one variant")
            return {}, {}
        return items, settings

    def _tell_circle(self, name: str, above: tuple[str, ...]) -> None:
        circle = above[above.index(name) :] if name in above else above
        first = min(circle, key=list(self.spots).index)
        start = circle.index(first)
        chain = " → ".join((*circle[start:], *circle[:start], first))
        given = (
            f"variants that hold each other: {chain}"
            if name in above
            else f"variants in variants, more than {DEEPEST} deep"
        )
        spot = self.spots[first].key or self.spots[first].spot
        self.reader.report.add(spot, join("variants", first), given, "packages that do not hold themselves")
