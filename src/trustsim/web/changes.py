"""Changes of the page are laid over the tree of a scenario's file, their text read as in a scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trustsim.scenario.sections import DO_NOTHING
from trustsim.scenario.switches import OFF
from trustsim.scenario.tree import Node, Report, Spot, tree_of
from trustsim.scenario.yaml_file import read_text
from trustsim.web.files import MOST_VALUES


def variants_of(tree: Node) -> dict[str, Node]:
    """Return the variants that a tree writes down; none where it has no such key."""
    variants = (tree.mapping or {}).get("variants")
    return (variants.mapping or {}) if variants is not None else {}


def with_variants(tree: Node, variants: Mapping[str, list[Any] | None], spot: Spot, report: Report) -> Node:
    """Return a tree with the variants that the page added or changed, and without those that it took away."""
    if not variants:
        return tree
    old = variants_of(tree) or {DO_NOTHING: Node((), spot, spot)}
    new = {name: _variant(name, parts, spot, report) for name, parts in variants.items() if parts is not None}
    remaining = {name: node for name, node in {**old, **new}.items() if variants.get(name, ()) is not None}
    return replace(tree, value={**(tree.mapping or {}), "variants": Node(remaining, spot, spot)})


def without_switches(tree: Node, values: Mapping[str, Node]) -> dict[str, Node]:
    """Leave out what stands below a mechanism that is switched off, and 'on' for one that has settings."""
    off = {path for path, node in values.items() if path.startswith("mechanisms.") and node.value in (OFF, False)}
    mechanisms = (tree.mapping or {}).get("mechanisms")
    listed = (mechanisms.mapping or {}) if mechanisms else {}
    set_up = {f"mechanisms.{name}" for name, node in listed.items() if node.mapping}
    set_up |= {path.rpartition(".")[0] for path in values if path.count(".") > 1}
    return {
        path: node
        for path, node in values.items()
        if path.rpartition(".")[0] not in off and not (path in set_up and node.value in ("on", True))
    }


def node_of(value: object, path: str, spot: Spot, report: Report) -> Node:
    """Return what the page set, text read as in a scenario file."""
    node = written(value, spot) if isinstance(value, str) else None
    if node is None:
        whole = tree_of({path: value} if path else {}, spot.file, "", report)
        node = (whole.mapping or {}).get(path, Node(None, spot))
    return replace(node, spot=spot, key=spot)


def written(text: str, spot: Spot) -> Node | None:
    """Return what a text means in a scenario file; None for one that is just text, such as ``*`` or ``a: b``.

    A list or a mapping is one in brackets.
    """
    node = read_text(text, spot.file, Report(most_values=MOST_VALUES)) if text else None
    if node is None or ((node.items is not None or node.mapping is not None) and text.lstrip()[:1] not in "[{"):
        return None
    return node


def _variant(name: str, parts: list[Any], spot: Spot, report: Report) -> Node:
    path = f"variants.{name}"
    return Node(tuple(_part(part, f"{path}.{k}", spot, report) for k, part in enumerate(parts)), spot, spot)


def _part(value: object, path: str, spot: Spot, report: Report, depth: int = 0) -> Node:
    """Return a part of a variant: a name stays text, the values of an intervention are read as in a scenario file."""
    if isinstance(value, dict) and depth < 4:
        children = {key: _part(child, f"{path}.{key}", spot, report, depth + 1) for key, child in value.items()}
        return Node({key: replace(child, key=spot) for key, child in children.items()}, spot, spot)
    if isinstance(value, str) and depth == 0:
        return Node(value, spot)
    return node_of(value, path, spot, report)
