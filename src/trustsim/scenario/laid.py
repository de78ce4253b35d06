"""What presets may lay: looked at when one is registered, like what a file says when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

from trustsim.errors import ModelError, nearest, one_of
from trustsim.registry import Entry, Parameter, Registry
from trustsim.scenario.at_top import WORLD, keys_of_world
from trustsim.scenario.entries import Reader, quantity, wanted
from trustsim.scenario.tree import Node, Report, Spot
from trustsim.units import MINOR_PER_MAJOR, Distribution, check_draws

#: what says which one a thing is, and how many of it there are: only a file can
OF_THE_FILE = ("name", "copies")


class Lays(Protocol):
    """A group of presets, as :class:`~trustsim.scenario.presets.Presets` describes it."""

    @property
    def key(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def rank(self) -> int: ...


def check_preset(entry: Entry, group: Lays, registry: Registry) -> None:
    """Raise ModelError, with the file of the preset, where it lays what the section cannot hold, or it may not."""
    preset = getattr(entry.make, "preset", None)
    if not isinstance(preset, Mapping):
        _refuse(entry, f"a preset that is {type(preset).__name__}", "a mapping of keys to values")
    own = {each.key: each for each in _groups(registry) if each.section == group.section}
    for path, value in preset.items():
        key = str(path).partition(".")[0] if group.section == WORLD else path
        if key in own and own[key].rank >= group.rank:
            higher = f"presets of a rank below {group.rank}, or a higher rank for {group.key!r}"
            _refuse(entry, f"the key {key!r}, which names presets of rank {own[key].rank}", higher)
        if group.section == WORLD:
            _check_path(entry, str(path), registry)
        else:
            _check_value(entry, key, value, group.section, registry)


def parameter_of(registry: Registry, section: str, key: str) -> Parameter | None:
    """Return what stands under a key of a section; None where it has no such key."""
    return next((p for p in registry["section", section].parameters if p.name == key), None)


def _groups(registry: Registry) -> list[Lays]:
    return [entry.make for entry in registry.group("presets").values()]


def _check_path(entry: Entry, path: str, registry: Registry) -> None:
    keys = keys_of_world(registry)
    head = path.partition(".")[0]
    if head not in keys:
        _refuse(entry, f"the path {path!r}", f"a path under {one_of(keys)}", nearest(head, keys))


def _check_value(entry: Entry, key: str, value: Any, section: str, registry: Registry) -> None:
    p = parameter_of(registry, section, key)
    keys = [each.name for each in registry["section", section].parameters if each.name not in OF_THE_FILE]
    if p is None or key in OF_THE_FILE:
        _refuse(entry, f"the key {key!r}", one_of(keys), nearest(key, keys) if p is None else None)
    if isinstance(value, str) and p.unit not in ("text", "name"):
        _refuse(entry, f"{key} of {value!r}", f"{wanted(p)}, as a number in the unit that is computed in")
    report = Report()
    if isinstance(value, Distribution) and p.spread:
        check_draws(value, str(value), p.low, p.high, p.unit)
    else:
        is_money = p.unit == "money" and isinstance(value, int | float) and not isinstance(value, bool)
        written = Node(value / MINOR_PER_MAJOR if is_money else value, Spot(""))
        quantity(p, written, key, Reader(registry, report))
    for problem in report.problems:
        _refuse(entry, f"{key} of {problem.given}", problem.allowed, problem.nearest)


def _refuse(entry: Entry, given: str, allowed: str, near: str | None = None) -> NoReturn:
    hint = f"; did you mean {near}?" if near else ""
    where = f"preset {entry.name!r} of {entry.group}"
    raise ModelError(f"{where}: given {given} in {entry.file}; allowed: {allowed}{hint}")
