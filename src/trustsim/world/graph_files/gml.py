"""GML, the graph modelling language (Himsolt 1997): one graph of nodes and edges with nested attributes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TypeAlias

from trustsim.world.graph_files.links import (
    BOTH_WAYS,
    ONE_WAY,
    WEIGHT_NAMES,
    Gathering,
    Links,
    quoted,
)

_TOKEN = re.compile(
    r'"(?P<text>[^"]*)"|(?P<open>\[)|(?P<close>\])|(?P<comment>^[ \t]*#[^\n]*)|(?P<word>[^\s\[\]"]+)|(?P<odd>")', re.M
)
_DEEPEST = 100
_KEY = re.compile(r"[A-Za-z_][\w.-]*")
Entry: TypeAlias = tuple[str, str, int]  # key, value, line
_PARTS = {("graph", "node"), ("graph", "edge")}
_GRAPH = "graph [ directed 0 node [ id 1 ] edge [ source 1 target 1 ] ]"


def read(text: str, file: str) -> Links:
    """Return the links of a GML file."""
    gathering = Gathering(file)
    labels: dict[str, dict[int, str]] = {"label": {}, "name": {}}
    is_directed = has_graph = False
    left: dict[str, None] = {}
    for kind, line, entries in _parts(text, gathering):
        values = {key: value for key, value, _ in entries}
        if kind == "graph":
            has_graph = True
            is_directed = _flag(values.get("directed", "0"), line, gathering)
        elif kind == "node":
            number = gathering.declare(_needed("id", values, kind, line, gathering), line)
            for key, names in labels.items():
                if values.get(key):
                    names[number] = values[key]
        else:
            a, b = (gathering.person(_needed(end, values, kind, line, gathering), line) for end in ("source", "target"))
            weight = next((values[key] for key in values if key.lower() in WEIGHT_NAMES), None)
            gathering.link(a, b, line, weight)
            left |= dict.fromkeys(values.keys() - {"source", "target", "id", "label", "graphics", *WEIGHT_NAMES})
    if not has_graph:
        raise gathering.refuse(1, f"{quoted(text.strip()[:40])}, and no graph in the file", _GRAPH)
    gathering.ways = bytearray([ONE_WAY if is_directed else BOTH_WAYS]) * len(gathering.source)
    if left:
        gathering.leave(f"attributes of links not read: {', '.join(sorted(left))}")
    n = len(gathering.numbers)
    named = next((names for names in labels.values() if len(set(names.values())) == n), None)
    return gathering.done(named, is_listed=True)


def _needed(key: str, values: dict[str, str], kind: str, line: int, gathering: Gathering) -> str:
    value = values.get(key, "")
    if not value:
        raise gathering.refuse(line, f"a {kind} without {key}", f"{kind} [ {_GRAPH.partition(kind + ' [ ')[2][:9]}… ]")
    return value


def _flag(value: str, line: int, gathering: Gathering) -> bool:
    if value not in ("0", "1"):
        raise gathering.refuse(line, f"directed {quoted(value)}", "directed 0 or directed 1")
    return value == "1"


def _parts(text: str, gathering: Gathering) -> Iterator[tuple[str, int, list[Entry]]]:
    """Yield node, edge and graph, each when its bracket closes: kind, line, and the entries that are no lists."""
    path: list[tuple[str, int, list[Entry]]] = [("", 1, [])]
    key, graphs = "", 0
    for what, value, line in _tokens(text):
        if what == "word" and not key:
            if not _KEY.fullmatch(value):
                raise gathering.refuse(line, quoted(value), "a key before every value")
            key = value if value.lower() not in ("graph", "node", "edge", "directed") else value.lower()
        elif what == "open" and key:
            graphs += key == "graph" and len(path) == 1
            if graphs > 1:
                raise gathering.refuse(line, "a second graph", "a file of one graph")
            path.append((key, line, []))
            key = ""
            if len(path) > _DEEPEST:
                raise gathering.refuse(line, f"lists nested deeper than {_DEEPEST}", "a graph of nodes and edges")
        elif what == "close" and not key and len(path) > 1:
            kind, begun, entries = path.pop()
            above = tuple(each[0] for each in path[1:])
            if (kind == "graph" and not above) or (*above, kind) in _PARTS:
                yield kind, begun, entries
        elif what in ("text", "word") and key:
            path[-1][2].append((key, value, line))
            key = ""
        else:
            raise gathering.refuse(line, quoted(value), "keys with values, and every [ closed by a ]")
    if len(path) > 1:
        kind, begun, _ = path[-1]
        raise gathering.refuse(begun, f"{kind} [ that is not closed", "every [ closed by a ]")


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line, at = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        kind = match.lastgroup or ""
        if kind == "text":
            yield kind, html.unescape(match["text"]), line
        elif kind != "comment":
            yield kind, match[0], line
