"""JSON of nodes and links, as networkx and D3 write it: {"directed": …, "nodes": [{"id": …}], "links": [{…}]}."""

from __future__ import annotations

import json
from typing import Any

from trustsim.world.graph_files.links import (
    BOTH_WAYS,
    ONE_WAY,
    WEIGHT_NAMES,
    Gathering,
    Links,
    quoted,
    unreadable,
)

NODE_LINK = '{"directed": …, "nodes": [{"id": …}, …], "links": [{"source": …, "target": …}, …]}'
_ENDS = ("source", "target")


def read(text: str, file: str) -> Links:
    """Return the links of a JSON file."""
    document = _document(text, file)
    lists = [name for name in ("links", "edges") if name in document]
    if len(lists) != 1 or "nodes" not in document:
        held = ", ".join(map(str, list(document)[:8])) or "nothing"
        raise unreadable(file, "", f"a mapping of {held}", f"nodes, and either links or edges: {NODE_LINK}")
    is_directed = document.get("directed", False)
    if not isinstance(is_directed, bool):
        raise unreadable(file, "", f"directed: {quoted(is_directed)}", "directed: true or false")
    gathering = Gathering(file, "node")
    by_place = _nodes(_mappings(document, "nodes", file), gathering)
    gathering.unit = "link"
    left: dict[str, None] = {}
    for place, link in enumerate(_mappings(document, lists[0], file), 1):
        a, b = (gathering.person(_end(link, end, place, by_place, gathering), place) for end in _ENDS)
        weight = next((link[key] for key in link if str(key).lower() in WEIGHT_NAMES), None)
        gathering.link(a, b, place, weight, ONE_WAY if is_directed else BOTH_WAYS)
        left |= dict.fromkeys(key for key in link if key.lower() not in (*_ENDS, "id", "key", *WEIGHT_NAMES))
    if left:
        gathering.leave(f"attributes of links not read: {', '.join(left)}")
    return gathering.done(is_listed=True)


def _document(text: str, file: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise unreadable(file, f"line {error.lineno}", "text that is no JSON from here on", NODE_LINK) from error
    except (RecursionError, ValueError) as error:
        raise unreadable(file, "", "lists in lists without end, or a number without end", NODE_LINK) from error
    if not isinstance(document, dict):
        raise unreadable(file, "", "a list" if isinstance(document, list) else quoted(document), NODE_LINK)
    return document


def _mappings(document: dict[str, Any], name: str, file: str) -> list[dict[str, Any]]:
    found = document[name]
    if not isinstance(found, list):
        raise unreadable(file, name, f"{quoted(found)}", f"a list: {NODE_LINK}")
    wrong = next((k for k, each in enumerate(found) if not isinstance(each, dict)), None)
    if wrong is not None:
        raise unreadable(file, f"{name}, number {wrong + 1}", quoted(found[wrong]), f"a mapping: {NODE_LINK}")
    return found


def _nodes(nodes: list[dict[str, Any]], gathering: Gathering) -> list[str] | None:
    """Declare the people; return their identities by place where links name them so, as D3 did: nodes without id."""
    if nodes and all("id" not in node for node in nodes):
        names = [str(node.get("name", "")) for node in nodes]
        if not all(names) or len(set(names)) < len(names):
            names = [str(place) for place in range(len(nodes))]
        for place, name in enumerate(names, 1):
            gathering.declare(name, place)
        return names
    for place, node in enumerate(nodes, 1):
        if not _is_name(node.get("id")):
            raise gathering.refuse(place, f"id {quoted(node.get('id'))}", "an id that is text or a number")
        gathering.declare(str(node["id"]), place)
    return None


def _end(link: dict[str, Any], end: str, place: int, by_place: list[str] | None, gathering: Gathering) -> str:
    given = link.get(end)
    if not _is_name(given):
        raise gathering.refuse(place, f"{end} {quoted(given)}", f"a {end} that is the id of a node")
    if by_place is not None and isinstance(given, int):
        if not 0 <= given < len(by_place):
            raise gathering.refuse(place, f"{end} {given}", f"the place of a node, 0 to {len(by_place) - 1}")
        return by_place[given]
    return str(given)


def _is_name(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip() != ""
