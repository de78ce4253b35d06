"""Presets: named values that are laid under keys of a scenario, and overridden by what the file says.

A group of presets has a key, such as ``kind`` or ``custody`` of a platform; the value of the key names one of the
group, which says in ``preset`` what it lays under the other keys of the same section, in computed units. Presets of the
whole world stand at the top of the file, and lay values as a file writes them under dotted paths.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from trustsim.errors import ModelError, UnitError, one_of
from trustsim.registry import REGISTRY, Entry, Group, Parameter, Registry
from trustsim.scenario.at_top import WORLD, check_key
from trustsim.scenario.entries import Reader, build, check_name
from trustsim.scenario.laid import check_preset, parameter_of
from trustsim.scenario.merge import overridden
from trustsim.scenario.tree import Node, Spot, join, tree_of

#: what others declared of a section, by name: stocks where they stand on day 0, names of presets
Declared: TypeAlias = tuple[tuple[str, Any], ...]


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
        key = None if self.section == WORLD else parameter_of(registry, self.section, self.key)
        usual = "" if key is None else key.default
        name = said.get(self.key, usual)
        return registry[self.group, name] if isinstance(name, str) and (self.group, name) in registry else None


def presets(
    key: str, *, section: str, text: str, source: str, group: Group = "", rank: int = 1, rows: tuple[str, ...] = (),
    registry: Registry = REGISTRY,
) -> Presets:  # fmt: skip
    """Declare a group of presets, by default called as its key; a section without that key gets it.

    From then on the registry checks what a preset of the group lays. Raises ModelError where the section is none that
    presets can lie under, or its key stands for something else.
    """
    sections = [*registry.group("section"), WORLD]
    if section not in sections:
        raise ModelError(f"presets {key!r}: given the section {section!r}; allowed: {one_of(sections)}")
    made = Presets(key, group or key, section, rank, text)
    module = str(sys._getframe(1).f_globals.get("__name__", ""))
    sentence = f"{text[0].upper()}{text[1:]}."
    for attribute, value in (("__module__", module), ("__qualname__", key), ("__doc__", sentence)):
        object.__setattr__(made, attribute, value)
    own = Entry("presets", key, made, (), rows, source)
    known = None if section == WORLD else parameter_of(registry, section, key)
    if section == WORLD:
        check_key(key, own, registry)
    elif known is not None and known.refers != made.group:
        where = f"presets {key!r}: given a key in {own.file} that a {section} has already"
        raise ModelError(f"{where} ({registry['section', section].file}: {known.text}); allowed: another name")
    registry.enter("presets", key, source=source, rows=rows)(made)
    registry.add_group(made.group)
    registry.check(made.group, lambda entry: check_preset(entry, made, registry))
    if section != WORLD and known is None:
        registry.extend("section", section, Parameter(key, "name", "", None, None, source, text, refers=made.group))
    return made


def presets_of(registry: Registry, section: str) -> list[Presets]:
    """Return the groups of presets of a section, the highest first."""
    found: list[Presets] = [registry["presets", name].make for name in registry.names("presets")]
    return sorted((each for each in found if each.section == section), key=lambda each: -each.rank)


def values_under(registry: Registry, section: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what presets lay under the keys of a section of which the file says this: computed values by key."""
    return _values(chosen_for(registry, section, said))


def _values(chosen: Iterable[tuple[Presets, Entry]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for _, entry in chosen:
        values = {**entry.make.preset, **values}
    return values


def chosen_for(registry: Registry, section: str, said: Mapping[str, Any]) -> list[tuple[Presets, Entry]]:
    """Return the presets of a section of which the file says this, each with its group, the highest first."""
    found: list[tuple[Presets, Entry]] = []
    for each in presets_of(registry, section):
        entry = each.chosen({**_values(found), **said}, registry)
        if entry is not None:
            found.append((each, entry))
    return found


def _tell_clashes(
    chosen: Iterable[tuple[Presets, Entry]], free: Container[str], spot: Spot, path: str, reader: Reader
) -> bool:
    """Whether no two presets of one rank lay unlike values where the file is *free*; those that do are reported."""
    laid: dict[str, tuple[int, Entry]] = {}
    is_good = True
    for group, entry in chosen:
        mine = {key: value for key, value in entry.make.preset.items() if key in free}
        for key, value in mine.items():
            for other, (rank, lower) in laid.items():
                is_over = f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")
                theirs = lower.make.preset[other]
                if rank == group.rank and is_over and (key, value) != (other, theirs):
                    both = (
                        f"{o}: {v!r} of {e.group} {e.name} ({e.file})"
                        for o, v, e in ((other, theirs, lower), (key, value, entry))
                    )
                    reader.report.add(
                        spot, join(path, key), " and ".join(both), "one of the two, or the key in the file"
                    )
                    is_good = False
        laid = {**dict.fromkeys(mine, (group.rank, entry)), **laid}
    return is_good


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
    said = said_of(node)
    free = {p.name for p in entry.parameters} - (node.mapping or {}).keys()
    chosen = chosen_for(reader.registry, section, said)
    is_good = _tell_clashes(chosen, free, node.key or node.spot, path, reader)
    made = build(entry, node, path, reader, preset=_values(chosen), also=also, beside=beside)
    return made if is_good else None


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
    return [path for entry in entries for path, _ in _free(tree, entry, reader)]


def over_presets(tree: Node, reader: Reader) -> Node:
    """Return the tree of a scenario over what presets of the world lay under it; an unknown name is reported."""
    whole, chosen = tree, []
    for each in presets_of(reader.registry, WORLD):
        entry = _named(each, (whole.mapping or {}).get(each.key), reader)
        if entry is not None:
            chosen.append((each, entry))
            whole = overridden(whole, dict(_free(whole, entry, reader)), reader.report)
    free = {path for _, entry in chosen for path, _ in _free(tree, entry, reader)}
    _tell_clashes(chosen, free, tree.spot, "", reader)
    return whole


def _named(each: Presets, node: Node | None, reader: Reader) -> Entry | None:
    if node is None or node.value == "":
        return None
    try:
        check_name(str(node.value), each.group, reader)
    except UnitError as error:
        reader.report.add(node.spot, each.key, error.given, error.allowed, error.nearest)
        return None
    return reader.group(each.group).get(str(node.value))


def _free(tree: Node, entry: Entry, reader: Reader) -> Iterator[tuple[str, Node]]:
    """Yield what a preset says at the paths at which the file says nothing, as written in the file of the preset."""
    for path, value in entry.make.preset.items():
        node: Node | None = tree
        for key in path.split("."):
            if node is None or node.value in ("on", True, None):
                node = None
                break
            node = node.mapping.get(key) if node.mapping is not None else node
        if node is None:
            yield path, tree_of(value, entry.file, path, reader.report).at(Spot(entry.file))
