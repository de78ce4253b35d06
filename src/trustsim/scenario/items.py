"""Shocks and interventions with their timing, and the packages of them that variants are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from trustsim import names, units
from trustsim.errors import UnitError, nearest, one_of
from trustsim.registry import Group, Parameter
from trustsim.scenario.at_top import keys_of_world
from trustsim.scenario.entries import REFUSED, Reader, build, check_name, quantity
from trustsim.scenario.layout import CHANCE, LAG, LASTING, START, UNTIL, WHEN, broken_keys
from trustsim.scenario.lists import tell_twins
from trustsim.scenario.resolved import Item, Timing, Trigger
from trustsim.scenario.sections import kind_entry
from trustsim.scenario.tree import DEEPEST, LONGEST, Node, join, kind_of
from trustsim.units import Unit, major

TIMING_KEYS = ("from", "until", "when", "day")
MOST_ITEMS = 1000
_A = {"shock": "a shock", "intervention": "an intervention"}
_ANY_UNIT: tuple[Unit, ...] = ("share", "duration", "money")
IN_A_PACKAGE = "an intervention or a shock {kind: …}, the name of another variant, or {set: {path: value}}"


@dataclass(frozen=True)
class Setting:
    """``{set: {dotted.path: value}}`` in a variant, as written."""

    values: Mapping[str, Node]


Part: TypeAlias = Item | str | Setting
#: the items of a variant by the package that holds them and their place in it, and all that it sets
Flat: TypeAlias = tuple[dict[tuple[str, int], Item], dict[str, Node]]


def read_item(node: Node, path: str, groups: Sequence[Group], horizon: float | None, reader: Reader) -> Item | None:
    """Return one item of one of these groups, or None where something is wrong (and reported)."""
    entry = kind_entry(node, path, groups, reader)
    if entry is None or node.mapping is None:
        return None
    group, keys = entry.group, dict(node.mapping)
    if "day" in keys and "from" in keys:
        reader.report.add(
            keys["day"].key or keys["day"].spot,
            join(path, "day"),
            "'day' beside 'from'",
            "one of the two: they say the same",
        )
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
    timing = _timing(keys, path, group, default_start, horizon, node, reader)
    return None if timing is None else Item(entry.name, what, timing)


def _has_more_than_chance(keys: Mapping[str, Node], path: str, reader: Reader) -> bool:
    """Whether a chance stands beside what it stands in place of; reported."""
    others = [key for key in ("day", "from", "when") if key in keys]
    for key in others:
        given = f"'chance' beside {key!r}"
        allowed = "one of the two: a chance stands in place of a day and of a trigger"
        reader.report.add(keys["chance"].key or keys["chance"].spot, join(path, "chance"), given, allowed)
    return bool(others)


def _timing(
    keys: Mapping[str, Node], path: str, group: Group, start: float, horizon: float | None, node: Node, reader: Reader
) -> Timing | None:
    begin = "day" if "day" in keys else "from"
    values: dict[str, Any] = {"start": start, "until": None, "when": None}
    for key, name, parameter in ((begin, "start", START), ("until", "until", UNTIL), ("chance", "chance", CHANCE)):
        if key in keys:
            values[name] = quantity(parameter, keys[key], join(path, key), reader)
    if "when" in keys:
        values["when"] = _trigger(keys["when"], join(path, "when"), reader)
    if any(value is REFUSED for value in values.values()):
        return None
    spot = keys[begin].spot if begin in keys else node.spot
    if horizon is not None and values["start"] > horizon:
        given = f"{_A[group]} on day {values['start']:g}, after the horizon"
        reader.report.add(spot, join(path, begin), given, f"a day up to the horizon, {units.show(horizon, 'duration')}")
        return None
    if values["until"] is not None and values["until"] <= values["start"]:
        given = f"until day {values['until']:g}, which is not after the start on day {values['start']:g}"
        reader.report.add(keys["until"].spot, join(path, "until"), given, "an end after the start")
        return None
    return Timing(**values)


def _trigger(node: Node, path: str, reader: Reader) -> Any:
    broken = broken_keys(node, WHEN, path, reader.report)
    keys = node.mapping
    if keys is None or broken:
        return REFUSED
    trigger: dict[str, Any] = {name: child.value for name, child in keys.items() if name in ("indicator", "platform")}
    unknown = [key for key in ("indicator", "platform") if not _is_known(keys.get(key), join(path, key), key, reader)]
    for key in ("above", "below"):
        if key in keys and keys[key].value is not None:
            trigger[key] = threshold(str(trigger["indicator"]), keys[key], join(path, key), reader)
    for parameter in (LASTING, LAG):
        if parameter.name in keys:
            trigger[parameter.name] = quantity(parameter, keys[parameter.name], join(path, parameter.name), reader)
    if unknown or any(value is REFUSED for value in trigger.values()):
        return REFUSED
    if trigger.get("above") is None and trigger.get("below") is None:
        reader.report.add(
            node.key or node.spot, path, "a trigger without a threshold", "above: or below: a value of the indicator"
        )
        return REFUSED
    return Trigger(**trigger)


def _is_known(node: Node | None, path: str, refers: str, reader: Reader) -> bool:
    if node is None:
        return True
    try:
        check_name(str(node.value), refers, reader)
    except UnitError as error:
        reader.report.add(node.spot, path, error.given, error.allowed, error.nearest)
        return False
    return True


def threshold(indicator: str, node: Node, path: str, reader: Reader) -> Any:
    """Return a value of an indicator or an outcome in its unit; one that is not registered takes any quantity."""
    entry = reader.group("indicator").get(indicator) or reader.group("outcome").get(indicator)
    if entry is not None:
        return quantity(Parameter("", entry.unit, 0.0, None, None, "", ""), node, path, reader)
    for unit in _ANY_UNIT if len(str(node.value)) <= LONGEST else ():
        try:
            return units.parse(node.value, unit, currency=reader.currency, rates=reader.rates)
        except UnitError:
            continue
    return quantity(Parameter("", "per_day", 0.0, None, None, "", ""), node, path, reader)


def outcome_value(outcome: str, node: Node, path: str, reader: Reader) -> Any:
    """Return a value of an outcome as results say it: money in units of the currency; or REFUSED."""
    found, entry = threshold(outcome, node, path, reader), reader.group("outcome").get(outcome)
    return found if found is REFUSED or entry is None else major(float(found), entry.unit)


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
        return _setting(node.mapping, path, reader)
    if node.mapping is None:
        reader.report.add(node.spot, path, kind_of(node), IN_A_PACKAGE)
        return None
    return read_item(node, path, ("intervention", "shock"), horizon, reader)


def _setting(keys: Mapping[str, Node], path: str, reader: Reader) -> Setting | None:
    values = keys["set"].mapping
    beside = [key for key in keys if key != "set"]
    if beside:
        reader.report.add(
            keys[beside[0]].key or keys["set"].spot,
            join(path, beside[0]),
            f"{beside[0]!r} beside 'set'",
            "'set' in an item of its own",
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
    return Setting({key: value for key, value in values.items() if key.partition(".")[0] in sections})


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
        """Return the items of a variant and of those in it, and all that they ``set``; later ones win."""
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
        items: dict[tuple[str, int], Item] = {}
        settings: dict[str, Node] = {}
        for k, part in enumerate(self.packages[name]):
            if isinstance(part, Item):
                items[name, k] = part
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
