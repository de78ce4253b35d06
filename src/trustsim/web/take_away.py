"""What a reader takes from the page: a scenario file that stands alone, a command and Python lines; all give the same.

The file is short: what the scenario's file says with the changes in it, not every default.
"""

from __future__ import annotations

import json
import os
import pprint
import re
import shlex
from pathlib import PurePath
from typing import Any

from trustsim.registry import REGISTRY
from trustsim.report.words import words
from trustsim.scenario.sections import DO_NOTHING
from trustsim.scenario.tree import Node, plain
from trustsim.scenario.yaml_writer import write
from trustsim.web.files import SHIPPED
from trustsim.web.page_state import Applied

_SAVE = "# first save the scenario file (YAML) as scenario.yaml\n"
_PLAIN_NAME = re.compile(r"[^.=]+")


def taken_away(applied: Applied, folder: str) -> dict[str, Any]:
    """Return ``yaml``, ``command`` and ``python`` of a state; none of them where something is wrong."""
    if applied.scenario is None or applied.tree is None:
        return {"yaml": "", "command": "", "python": ""}
    return {
        "yaml": yaml_of(applied, folder),
        "command": command_of(applied, folder),
        "python": python_of(applied, folder),
    }


def yaml_of(applied: Applied, folder: str) -> str:
    """Return the scenario as a file that stands alone in *folder*; its first line says how to run it."""
    assert applied.tree is not None
    document = plain(_with_files(applied.tree, folder))
    command = shlex.join(_options(applied))
    return (f"# for the same table: {command}\n" if command else "") + write(document)


def _options(applied: Applied) -> list[str]:
    """Return what is asked of the command line beside the scenario."""
    by = applied.state.ranked_by
    more = [] if applied.shown is None else ["--variants", words.comma_list(applied.shown)]
    return more if by is None else [*more, "--rank-by", by]


def _with_files(tree: Node, folder: str) -> Node:
    """Let a network file be named from *folder*, wherever the file that names it lies."""
    keys = tree.mapping or {}
    if "network" not in keys or keys["network"].mapping is None:
        return tree
    network = dict(keys["network"].mapping)
    for name in _FILE_KEYS & network.keys():
        node = network[name]
        if isinstance(node.value, str):
            path = os.path.abspath(os.path.join(os.path.dirname(node.spot.file), node.value))
            network[name] = Node(_from(path, folder), node.spot, node.key)
    return Node({**keys, "network": Node(network, keys["network"].spot, keys["network"].key)}, tree.spot, tree.key)


_FILE_KEYS = {
    p.name for entry in REGISTRY.group("network_kind").values() for p in entry.parameters if p.refers == "file"
}


def _from(path: str, folder: str) -> str:
    """Return a path as one would write it in *folder*."""
    inside = PurePath(path).is_relative_to(folder)
    return PurePath(path).relative_to(folder).as_posix() if inside else path


def _changes(applied: Applied) -> dict[str, Any] | None:
    """Return the changes as overrides, plain data by dotted path; None where overrides cannot say them."""
    assert applied.tree is not None
    state = applied.state
    changes = {path: plain(node) for path, node in applied.overrides.items()}
    written = plain(applied.tree).get("variants", {})
    if state.variants and not applied.in_file:
        changes[f"variants.{DO_NOTHING}"] = []
    for name, parts in state.variants.items():
        if parts is None or not _PLAIN_NAME.fullmatch(name):
            return None
        changes[f"variants.{name}"] = written[name]
    return None if any("=" in path for path in changes) else changes


def _file(applied: Applied, folder: str) -> str:
    """Return what the command line calls the file: its path in the folder, or the name under which it ships."""
    name = applied.file.id.removeprefix(SHIPPED)
    is_name = applied.file.is_shipped and not os.path.lexists(os.path.join(folder, name))
    return name if is_name else _from(str(applied.file.path), folder)


def command_of(applied: Applied, folder: str) -> str:
    """Return a command to paste in *folder* that gives the same numbers."""
    changes = _changes(applied)
    more = _options(applied)
    if changes is None:
        return f"{_SAVE}{shlex.join(['trustsim', 'compare', 'scenario.yaml', *more])}"
    sets = [word for path, value in changes.items() for word in ("--set", f"{path}={_flow(value)}")]
    return shlex.join(["trustsim", "compare", _file(applied, folder), *sets, *more])


def _flow(value: Any) -> str:
    """Write plain data on one line, as YAML reads it."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return write(value).strip()


def python_of(applied: Applied, folder: str) -> str:
    """Return lines of Python that give the same numbers in *folder*."""
    changes = _changes(applied)
    file, imported = repr("scenario.yaml" if changes is None else _from(str(applied.file.path), folder)), ""
    if changes is not None and applied.file.is_shipped:
        file = f"shipped()[{applied.file.id.removeprefix(SHIPPED)!r}]"
        imported = "from trustsim.scenario.shipped import shipped\n"
    note = "" if changes is not None else _SAVE
    overrides = f", overrides={pprint.pformat(changes, width=100, sort_dicts=False)}" if changes else ""
    only = "" if applied.shown is None else f", variants={list(applied.shown)!r}"
    only += "" if applied.state.ranked_by is None else f", rank_by={applied.state.ranked_by!r}"
    return (
        f"import trustsim as ts\n{imported}\n{note}scenario = ts.load({file}{overrides})\n"
        f"result = ts.compare(scenario{only})\nresult.table()\n"
    )
