"""The section of mechanisms switches each of them on, with its settings, or off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trustsim.errors import nearest, one_of
from trustsim.scenario.entries import Reader, build
from trustsim.scenario.tree import Node, join

OFF = "off"


def read_mechanisms(node: Node, reader: Reader) -> dict[str, Any] | None:
    entries = reader.group("mechanism")
    if node.mapping is None:
        return None
    is_good = True
    for name in node.mapping.keys() - entries.keys():
        spot = node.mapping[name].key or node.mapping[name].spot
        given = f"the mechanism {name!r}, which does not exist"
        reader.report.add(
            spot,
            join("mechanisms", name),
            given,
            one_of(entries, "trustsim catalog mechanism", like=name) if entries else "no mechanisms",
            nearest(name, list(entries)),
        )
        is_good = False
    settings: dict[str, Any] = {}
    for name, entry in entries.items():
        given_node = node.mapping.get(name)
        if given_node is None:
            given_node = Node({} if getattr(entry.make, "default_on", True) else OFF, node.spot)
        if given_node.value == OFF or given_node.value is False:
            settings[name] = None
            continue
        if given_node.value == "on" or given_node.value is True:
            given_node = replace(given_node, value={})
        settings[name] = build(entry, given_node, join("mechanisms", name), reader)
        is_good &= settings[name] is not None
    return settings if is_good else None
