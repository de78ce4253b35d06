"""Where a key of a scenario is written, for what is only known after the file was read."""

from __future__ import annotations

import os

from trustsim.errors import Place, ScenarioError
from trustsim.scenario.load import whole_tree
from trustsim.scenario.merge import named
from trustsim.scenario.shipped import find
from trustsim.scenario.tree import Node, Report, Spot, clean
from trustsim.scenario.yaml_file import read_file

_NOWHERE = "<scenario>"


def place_of(source: str, path: str) -> Place:
    """Return the place of the key at a dotted *path* of the file *source*, or of the last key on the way to it."""
    spot = None
    try:
        report = Report()
        file = find(source) if source else ""
        tree = read_file(file, report) if source else None
        spot = None if tree is None else _spot(whole_tree(tree, file, os.path.dirname(file), report), path)
    except ScenarioError:  # the file is gone, or changed meanwhile
        pass
    if spot is None:
        return Place(clean(source) or _NOWHERE, 1, 1, path)
    return Place(clean(spot.file), spot.line, spot.column, path)


def _spot(tree: Node, path: str) -> Spot | None:
    node, rest = tree, path
    while rest:
        children = _children(node)
        key = max((k for k in children if rest == k or rest.startswith(f"{k}.")), key=len, default=None)
        if key is None:
            break
        node, rest = children[key], rest[len(key) + 1 :]
    if node is tree:
        return None
    is_whole = node.mapping is not None or node.items is not None
    return (node.key if is_whole else None) or node.spot


def _children(node: Node) -> dict[str, Node]:
    if node.mapping is not None:
        return node.mapping
    items = node.items or ()
    return {str(k): item for k, item in enumerate(items)} | {name: items[k] for name, k in named(items).items()}
