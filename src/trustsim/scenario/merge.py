"""Putting a scenario together from several places: ``extends``, ``+key:`` and dotted paths.

Mappings merge key by key, lists and single values are replaced, ``+key:`` appends a list to the one below it. A mapping
over a list changes those items that its keys name. ``key: null`` removes what is below, key or item. A
mapping that changes its ``kind`` starts afresh (only its ``name`` stays), since the parameters of one kind mean
nothing to another. Every value keeps the place where it was written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from trustsim.errors import nearest, one_of
from trustsim.scenario.tree import DEEPEST, Node, Report, Spot, join, kind_of
from trustsim.scenario.yaml_file import read_file

MOST_FILES = 100
VARIANTS = "variants"
#: when a shock strikes: each key in place of the others
_SAME = {"day": ("from", "chance"), "from": ("day", "chance"), "chance": ("day", "from")}


def extended(tree: Node, folder: str, report: Report, above: tuple[str, ...] = ()) -> Node:
    """Return *tree* laid over the files that its ``extends`` names; a file that cannot be read is reported.

    ``folder`` is what relative names start from, ``above`` the real paths of the files that led here.
    """
    return _Extender(report, {}).extended(tree, folder, above)


class _Extender:
    """Reads each file once, however many others extend it."""

    def __init__(self, report: Report, read: dict[str, Node]) -> None:
        self.report, self.read = report, read

    def extended(self, tree: Node, folder: str, above: tuple[str, ...]) -> Node:
        if tree.mapping is None:
            return tree
        below = Node({}, tree.spot)
        for name in self.names(tree.mapping.get("extends")):
            base = self.base(str(name.value), name.spot, folder, above)
            if base is None:
                self.report.is_whole = False
            else:
                below = merged(below, base, "", self.report)
        if "description" not in tree.mapping and below.mapping:  # that of another story
            below = Node({key: child for key, child in below.mapping.items() if key != "description"}, below.spot)
        own = Node({key: child for key, child in tree.mapping.items() if key != "extends"}, tree.spot)
        return merged(below, own, "", self.report)

    def names(self, extends: Node | None) -> list[Node]:
        if extends is None:
            return []
        names = extends.items if extends.items is not None else (extends,)
        for name in names:
            if not isinstance(name.value, str):
                self.report.add(name.spot, "extends", kind_of(name), "the path of a file, or a list of paths")
        return [name for name in names if isinstance(name.value, str)]

    def base(self, name: str, asked: Spot, folder: str, above: tuple[str, ...]) -> Node | None:
        path = os.path.join(folder, name)
        real = os.path.realpath(path) if "\x00" not in path else path
        if real in above:
            chain = " → ".join([os.path.basename(p) for p in above[above.index(real) :]] + [os.path.basename(real)])
            self.report.add(asked, "extends", f"a cycle: {chain}", "files that do not extend each other in a circle")
            return None
        if real not in self.read:
            if len(self.read) + len(above) >= MOST_FILES:
                self.report.add(
                    asked, "extends", f"more than {MOST_FILES} files", f"at most {MOST_FILES} files in one scenario"
                )
                return None
            tree = read_file(path, self.report, asked)
            if tree is None:
                return None
            if tree.mapping is None:
                self.report.add(tree.spot, "", kind_of(tree), "a mapping of keys to values")
                return None
            self.read[real] = self.extended(tree, os.path.dirname(path), (*above, real))
        return self.read[real]


def merged(below: Node, above: Node, path: str, report: Report) -> Node:
    """Return *above* laid over *below*; ``+key`` in *above* appends."""
    if above.mapping is None:
        return above
    if below.items is not None:
        return _over_items(below, above, path, report)
    lower = below.mapping or {}
    if "kind" in lower and "kind" in above.mapping and lower["kind"].value != above.mapping["kind"].value:
        lower = {key: child for key, child in lower.items() if key == "name"}
    children = dict(lower)
    for key, child in sorted(above.mapping.items(), key=lambda item: _is_append(*item)):
        where = join(path, key)
        if key in lower and _is_nothing(child):
            del children[key]
            continue
        is_name = path == VARIANTS and key[1:] not in lower  # of a variant, which may begin with '+'
        if is_name or not _is_append(key, child):
            children[key] = merged(lower.get(key, Node(None, child.spot)), child, where, report)
        else:
            children[key[1:]] = _appended(children.get(key[1:]), child, where, report)
    return Node(children, above.spot, above.key)


def _is_nothing(node: Node) -> bool:
    return node.value is None


def _over_items(below: Node, above: Node, path: str, report: Report) -> Node:
    """Return a list with the items changed that a mapping names, by name, id, kind or place; null removes one."""
    items: dict[int, Node] = dict(enumerate(below.items or ()))
    places = _places(below.items or ())
    for key, child in (above.mapping or {}).items():
        where = join(path, key)
        if key not in places:
            allowed = one_of(places) if places else "nothing: the list is empty"
            given = f"{key!r}, which is not in the {path or 'list'} that this file extends"
            report.absent(child.key or child.spot, where, given, allowed, nearest(key, list(places)))
        elif _is_nothing(child):
            items.pop(places[key], None)
        elif child.mapping is None:
            report.add(child.spot, where, kind_of(child), "a mapping of what changes in it, or null to remove it")
        elif places[key] in items:
            items[places[key]] = merged(items[places[key]], child, where, report)
    return Node(tuple(items.values()), below.spot, above.key)


def _places(items: tuple[Node, ...]) -> dict[str, int]:
    """Return by what each item of a list can be named: its name or id, else its kind where no other has it, its place.

    An item that is the name of another package goes by that name.
    """
    kinds = [item.mapping["kind"].value for item in items if item.mapping and "kind" in item.mapping]
    found = {str(k): k for k in range(len(items))}
    for k, item in enumerate(items):
        told = item.mapping or {}
        if "kind" in told and kinds.count(told["kind"].value) == 1:
            found[str(told["kind"].value)] = k
    found |= {item.value: k for k, item in enumerate(items) if isinstance(item.value, str)}
    for key in ("id", "name"):
        found |= {
            str(item.mapping[key].value): k for k, item in enumerate(items) if item.mapping and key in item.mapping
        }
    return found


def _is_append(key: str, child: Node) -> bool:
    return len(key) > 1 and key.startswith("+")


def _appended(below: Node | None, added: Node, path: str, report: Report) -> Node:
    if added.items is None:
        report.add(added.spot, path, kind_of(added), f"a list, to append to {path.rpartition('+')[2]!r}")
        return below or added
    if below is not None and below.items is None:
        report.add(added.key or added.spot, path, f"'+' for {kind_of(below)}", "'+' before the key of a list")
        return below
    return Node((*(below.items or () if below else ()), *added.items), added.spot, added.key)


def overridden(tree: Node, overrides: Mapping[str, Node], report: Report) -> Node:
    """Return *tree* with the value at each dotted path replaced; a path into a list names an item or its index.

    A ``kind`` is put in first, whatever the order, since it empties the mapping that it stands in.
    """
    for path, value in sorted(overrides.items(), key=lambda item: (not item[0].endswith("kind"), item[0].count("."))):
        if path.count(".") > DEEPEST:
            report.add(value.key or value.spot, path, f"a path with more than {DEEPEST} dots", "the path of a key")
        else:
            tree = _put(tree, "", path, value, report)
    return tree


def _put(tree: Node, walked: str, rest: str, value: Node, report: Report) -> Node:
    spot = value.key or value.spot
    if tree.mapping is not None or tree.value in (None, "off", False, "on") or tree.value is True:
        children = tree.mapping or {}
        key, deeper = _first_key(children, rest)
        old = children.get(key, Node({} if deeper else None, spot, spot))
        if not key or (deeper == "" and rest.endswith(".")):
            report.add(spot, join(walked, rest), f"the path {join(walked, rest)!r}", "keys with single dots between")
            return tree
        new = _put(old, join(walked, key), deeper, value, report) if deeper else value.at(spot)
        return (
            merged(tree, Node({key: new}, tree.spot, tree.key), walked, report)
            if key == "kind"
            else Node({**_without(children, _SAME.get(key, ())), key: new}, tree.spot, tree.key)
        )
    if tree.items is not None:
        return _put_in_list(tree, tree.items, walked, rest, value, report)
    report.add(spot, join(walked, rest), f"a path into {walked}, which holds {kind_of(tree)}", f"the path {walked!r}")
    return tree


def _without(children: Mapping[str, Node], others: tuple[str, ...]) -> dict[str, Node]:
    """Leave out of an item the keys in whose place the one stands that is laid over it."""
    return {key: child for key, child in children.items() if key not in others or "kind" not in children}


def _first_key(children: Mapping[str, Node], rest: str) -> tuple[str, str]:
    """Split a path after its first key; a key that holds dots itself is known by being there."""
    known = [key for key in children if rest == key or rest.startswith(key + ".")]
    key = max(known, key=len, default=rest.partition(".")[0])
    return key, rest[len(key) + 1 :]


def _put_in_list(tree: Node, items: tuple[Node, ...], walked: str, rest: str, value: Node, report: Report) -> Node:
    spot = value.key or value.spot
    places = {str(index): index for index in range(len(items))} | named(items)
    known = [name for name in places if rest == name or rest.startswith(name + ".")]
    if not known:
        head = rest.partition(".")[0]
        allowed = one_of(places) if places else "nothing: the list is empty"
        given = f"{head!r} in {walked}"
        if os.path.isabs(spot.file) and spot.file != tree.spot.file:
            given += f", which {os.path.basename(tree.spot.file)} gives anew"
            allowed += f"; or, of a variant of {os.path.basename(spot.file)} that needs it, its name: null"
        report.absent(spot, join(walked, rest), given, allowed, nearest(head, list(places)))
        return tree
    name = max(known, key=len)
    index, deeper = places[name], rest[len(name) + 1 :]
    new = _put(items[index], join(walked, name), deeper, value, report) if deeper else value.at(None)
    return Node((*items[:index], new, *items[index + 1 :]), tree.spot, tree.key)


def named(items: tuple[Node, ...]) -> dict[str, int]:
    """Return the index of each mapping in a list that has a ``name``."""
    names = (
        (item.mapping["name"].value, index)
        for index, item in enumerate(items)
        if item.mapping and "name" in item.mapping
    )
    return {name: index for name, index in names if isinstance(name, str) and name}


def spot_of(tree: Node, path: str) -> Spot:
    """Return where the key at a dotted path is written, or the last one on the way to it."""
    node, rest = tree, path
    while rest:
        children = _children(node)
        key = max((k for k in children if rest == k or rest.startswith(f"{k}.")), key=len, default=None)
        if key is None:
            break
        node, rest = children[key], rest[len(key) + 1 :]
    is_whole = node.mapping is not None or node.items is not None
    return (node.key if is_whole else None) or node.spot


def _children(node: Node) -> dict[str, Node]:
    if node.mapping is not None:
        return node.mapping
    items = node.items or ()
    return {str(k): item for k, item in enumerate(items)} | {name: items[k] for name, k in named(items).items()}
