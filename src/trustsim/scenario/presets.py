"""Presets: named values that are laid under keys of a scenario, and overridden by what the file says.

A group of presets has a key, such as ``kind`` or ``custody`` of a platform; the value of the key names one of the
group, which says in ``preset`` what it lays under the other keys of the same section, in computed units. Presets of the
whole world stand at the top of the file, and lay values as a file writes them under dotted paths.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from trustsim.errors import ModelError, UnitError, nearest, one_of
from trustsim.kernels.named import file_of
from trustsim.registry import REGISTRY, Entry, Group, Parameter, Registry
from trustsim.scenario.entries import Reader, build, check_name
from trustsim.scenario.merge import overridden
from trustsim.scenario.tree import Node, Spot, tree_of
from trustsim.units import check_bounds

#: what others declared of a section, by name: stocks where they stand on day 0, names of presets
Declared: TypeAlias = tuple[tuple[str, Any], ...]
WORLD = "world"


class Extended:
    """A section that has, beside its fields, what others declared of it, by default where it stands by default."""

    def __getattr__(self, name: str) -> Any:
        for known, value in self.__dict__.get("declared", ()):
            if known == name:
                return value
        section = type(self).__name__.lower()
        entry = REGISTRY["section", section]
        if name in entry.beside:
            return next(p.default for p in entry.parameters if p.name == name)
        raise AttributeError(f"a {section} has no {name!r}")


@dataclass(frozen=True)
class Presets:
    """A group of presets: the key that names one, and the section under whose keys its values lie.

    ``section``: 'platform', 'investors', 'segment', or 'world'. Groups of a higher ``rank`` lie over those of a lower
    one, and may choose among them.
    """

    key: str
    group: Group
    section: str
    rank: int
    text: str

    def chosen(self, said: Mapping[str, Any], registry: Registry) -> Entry | None:
        """Return the preset that a section of the file chooses, or by default has; None where there is none."""
        usual = "" if self.section == WORLD else _parameter(registry, self.section, self.key).default
        name = said.get(self.key, usual)
        return registry[self.group, name] if isinstance(name, str) and (self.group, name) in registry else None


def presets(
    key: str, *, section: str, text: str, source: str, group: Group = "", rank: int = 1, rows: tuple[str, ...] = (),
    registry: Registry = REGISTRY,
) -> Presets:  # fmt: skip
    """Declare a group of presets, by default called as its key; a section without that key gets it.

    Raises ModelError where the section is none that presets can lie under.
    """
    sections = [*registry.group("section"), WORLD]
    if section not in sections:
        raise ModelError(f"presets {key!r}: given the section {section!r}; allowed: {one_of(sections)}")
    made = Presets(key, group or key, section, rank, text)
    module = str(sys._getframe(1).f_globals.get("__name__", ""))
    sentence = f"{text[0].upper()}{text[1:]}."
    for attribute, value in (("__module__", module), ("__qualname__", key), ("__doc__", sentence)):
        object.__setattr__(made, attribute, value)
    registry.enter("presets", key, source=source, rows=rows)(made)
    registry.add_group(made.group)
    if section != WORLD and key not in [p.name for p in registry["section", section].parameters]:
        registry.extend("section", section, Parameter(key, "name", "", None, None, source, text, refers=made.group))
    return made


def presets_of(registry: Registry, section: str) -> list[Presets]:
    """Return the groups of presets of a section, the highest first."""
    found: list[Presets] = [registry["presets", name].make for name in registry.names("presets")]
    return sorted((each for each in found if each.section == section), key=lambda each: -each.rank)


def values_under(registry: Registry, section: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what presets lay under the keys of a section of which the file says this: computed values by key.

    Raises ModelError where a preset names no key of the section, or a value out of its bounds.
    """
    values: dict[str, Any] = {}
    for each in presets_of(registry, section):
        entry = each.chosen({**values, **said}, registry)
        if entry is not None:
            for key, value in entry.make.preset.items():
                values.setdefault(key, _checked(entry, key, value, section, registry))
    return values


def _checked(entry: Entry, key: str, value: Any, section: str, registry: Registry) -> Any:
    where = f"preset {entry.name!r} of {entry.group}: given"
    p = _parameter(registry, section, key, f"{where} the key {key!r} in {file_of(entry.make)}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            check_bounds(value, p.low, p.high, p.unit)
        except UnitError as error:
            given = f"{where} {key} of {error.given} in {file_of(entry.make)}"
            raise ModelError(f"{given}; allowed: {error.allowed}") from None
    return value


def _parameter(registry: Registry, section: str, key: str, given: str = "") -> Parameter:
    parameters = {p.name: p for p in registry["section", section].parameters}
    if key not in parameters:
        hint = nearest(key, list(parameters))
        near = f"; did you mean {hint}?" if hint else ""
        raise ModelError(f"{given or f'presets: given the key {key!r}'}; allowed: {one_of(parameters)}{near}")
    return parameters[key]


def said_of(node: Node) -> dict[str, Any]:
    """Return the single values that a mapping of the file says."""
    return {
        key: child.value for key, child in (node.mapping or {}).items() if not isinstance(child.value, dict | tuple)
    }


def build_section(
    section: str, node: Node, path: str, reader: Reader, also: Mapping[str, Any] | None = None,
    beside: tuple[str, ...] = (),
) -> Any:  # fmt: skip
    """Return a section as the file says it, over its presets; None where something is wrong (and reported)."""
    entry = reader.registry["section", section]
    also = {**(also or {}), **({"said": tuple(node.mapping or ())} if hasattr(entry.make, "said") else {})}
    laid = values_under(reader.registry, section, said_of(node))
    return build(entry, node, path, reader, preset=laid, also=also, beside=beside)


def may_lie(registry: Registry, section: str) -> frozenset[str]:
    """Return the keys of a section under which presets, but for kinds, may lay values.

    A resolved file holds them only where they were said: so who changes the name of the preset in that file, in a
    variant or a sweep, changes what it lays. (A kind that changes empties the mapping in which it stands.)
    """
    groups = [each for each in presets_of(registry, section) if each.key != "kind"]
    entries = [entry for each in groups for entry in registry.group(each.group).values()]
    return frozenset(key for entry in entries for key in entry.make.preset)


def unsaid(tree: Node, reader: Reader) -> list[str]:
    """Return the dotted paths at which presets of the world may lay values and the file says nothing."""
    groups = presets_of(reader.registry, WORLD)
    entries = [entry for each in groups for entry in reader.group(each.group).values()]
    return [path for entry in entries for path, _ in _free(tree, entry.make.preset, reader)]


def over_presets(tree: Node, reader: Reader) -> Node:
    """Return the tree of a scenario over what presets of the world lay under it; an unknown name is reported."""
    for each in presets_of(reader.registry, WORLD):
        node = (tree.mapping or {}).get(each.key)
        entry = _named(each, node, reader) if node is not None else None
        if entry is not None:
            found = dict(_free(tree, entry.make.preset, reader))
            tree = overridden(tree, found, reader.report)
    return tree


def _named(each: Presets, node: Node, reader: Reader) -> Entry | None:
    if node.value == "":
        return None
    try:
        check_name(str(node.value), each.group, reader)
    except UnitError as error:
        reader.report.add(node.spot, each.key, error.given, error.allowed, error.nearest)
        return None
    return reader.group(each.group).get(str(node.value))


def _free(tree: Node, preset: Mapping[str, Any], reader: Reader) -> Iterator[tuple[str, Node]]:
    """Yield what a preset says at the paths at which the file says nothing."""
    for path, value in preset.items():
        node: Node | None = tree
        for key in path.split("."):
            if node is None or node.value in ("on", True, None):
                node = None
                break
            node = node.mapping.get(key) if node.mapping is not None else node
        if node is None:
            yield path, tree_of(value, tree.spot.file, path, reader.report).at(Spot(tree.spot.file))
