"""Lists of things that have a name: each name once, each to be told from the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trustsim import names
from trustsim.registry import Registry
from trustsim.scenario.entries import Reader, build
from trustsim.scenario.merge import named
from trustsim.scenario.tree import Node, join

MOST_COPIES = 10_000


def read_actors(sections: Mapping[str, Node], reader: Reader) -> dict[str, tuple[Any, ...]] | None:
    """Return the actors of each kind that there are, or None where something is wrong (and reported)."""
    found: dict[str, tuple[Any, ...]] = {}
    is_good = True
    for entry in reader.group("actor").values():
        items = sections[entry.plural].items if entry.plural in sections else None
        made = [build(entry, item, item_path(entry.plural, item, k), reader) for k, item in enumerate(items or ())]
        is_good &= names_once(items or (), entry.plural, entry.name, reader) and None not in made
        if made:
            found[entry.name] = tuple(made)
    return found if is_good else None


def names_of_actors(sections: Mapping[str, Node], registry: Registry) -> dict[str, list[str]]:
    """Return the names of actors by kind, as written, for references to be checked against."""
    return {
        entry.name: list(named(sections[entry.plural].items or ())) if entry.plural in sections else []
        for entry in registry.group("actor").values()
    }


def n_copies(item: Node) -> int:
    """Return of how many platforms of this name an item tells; 1 where what it says is no such number."""
    copies = (item.mapping or {}).get("copies")
    return copies.value if copies is not None and type(copies.value) is int and 1 <= copies.value <= MOST_COPIES else 1


def copies_of(name: str, copies: int) -> list[str]:
    """Return the names of so many copies of one thing."""
    return [name] if copies == 1 else [f"{name} {k + 1}" for k in range(copies)]


def names_once(items: tuple[Node, ...], path: str, what: str, reader: Reader) -> bool:
    """Whether every item has a name of its own, copies among them; what is wrong is reported."""
    first: dict[str, int] = {}
    nodes: dict[str, Node] = {}
    is_good = True
    for item in items:
        name = item.mapping.get("name") if item.mapping else None
        if name is None or not isinstance(name.value, str):
            continue
        if meaning := names.meaning(name.value, what):
            allowed = f"another name: {name.value.casefold()!r} means {meaning}"
            reader.report.add(name.spot, join(path, f"{name.value}.name"), f"the name {name.value!r}", allowed)
            is_good = False
        for each in copies_of(name.value, n_copies(item)):
            if each in first:
                given = f"two {what}s named {each!r} (the first on line {first[each]})"
                reader.report.add(name.spot, join(path, f"{name.value}.name"), given, f"one {what} a name")
                is_good = False
            first.setdefault(each, name.spot.line)
            nodes.setdefault(each, name)
    return tell_twins(nodes, path, what, reader) and is_good


def tell_twins(nodes: Mapping[str, Node], path: str, what: str, reader: Reader) -> bool:
    """Whether no name looks like another; those that do are reported where they stand. ``nodes``: by name."""
    found = list(names.twins(nodes))
    for name, other in found:
        node, where = nodes[name], join(path, name)
        spot, where = (node.key or node.spot, where) if what == "variant" else (node.spot, f"{where}.name")
        given = f"the name {name!a}, which looks like {other!a} on line {nodes[other].spot.line}"
        reader.report.add(spot, where, given, f"{what}s whose names can be told apart")
    return not found


def item_path(path: str, item: Node, index: int) -> str:
    """Return the path of an item of a list: by its name where it has one, else by its number."""
    name = item.mapping.get("name") if item.mapping else None
    return join(path, name.value if name is not None and isinstance(name.value, str) else index)
