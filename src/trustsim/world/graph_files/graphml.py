"""GraphML (Brandes, Eiglsperger, Herman, Himsolt & Marshall 2002): one graph, links of either kind."""

from __future__ import annotations

from trustsim.world.graph_files.elements import Element, elements, needed
from trustsim.world.graph_files.links import BOTH_WAYS, ONE_WAY, UNSAID, WEIGHT_NAMES, Gathering, Links, quoted

_WHOLE = {"key", "graph", "node", "edge", "hyperedge"}
_DIRECTIONS = {"directed": ONE_WAY, "undirected": BOTH_WAYS}
_FLAGS = {"true": ONE_WAY, "1": ONE_WAY, "false": BOTH_WAYS, "0": BOTH_WAYS}


def read(text: str, file: str) -> Links:
    """Return the links of a GraphML file."""
    gathering = Gathering(file)
    keys = _Keys()
    names: dict[int, str] = {}
    graphs = 0
    for element, around in elements(text, gathering, "graphml", _WHOLE):
        if element.tag == "key":
            keys.take(element)
        elif any(each.tag == "node" for each in around) or (element.tag == "graph" and len(around) > 1):
            raise gathering.refuse(element.line, f"<{element.tag}> inside of a node", "one graph that holds no other")
        elif element.tag == "graph":
            graphs += 1
            if graphs > 1:
                raise gathering.refuse(element.line, "a second graph", "a file of one graph")
        elif element.tag == "hyperedge":
            raise gathering.refuse(element.line, "a hyperedge, a link of more than two", "edges")
        elif element.tag == "node":
            number = gathering.declare(needed(element, "id", gathering), element.line)
            name = keys.values(element).get("name", "").strip()
            if name:
                names[number] = name
        else:
            _link(element, around[-1], keys, gathering)
    if not graphs:
        raise gathering.refuse(0, "no <graph> in <graphml>", "a file of one graph")
    left = sorted(keys.names.get(key, key) for key in keys.left)
    if left:
        gathering.leave(f"attributes of links not read: {', '.join(left)}")
    return gathering.done(names, is_listed=True)


class _Keys:
    """Which attributes there are: their names, their defaults for links, and which of links are not read."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.usual: dict[str, str] = {}
        self.left: set[str] = set()

    def take(self, element: Element) -> None:
        identity = element.attributes.get("id", "")
        self.names[identity] = element.attributes.get("attr.name") or identity
        default = next(element.of("default"), None)
        if default is not None and element.attributes.get("for", "all") in ("edge", "all"):
            self.usual[identity] = default.text

    def values(self, element: Element) -> dict[str, str]:
        """Return the attributes of an element by name."""
        data = {each.attributes.get("key", ""): each.text for each in element.of("data")}
        return {self.names.get(key, key).lower(): value for key, value in data.items()}


def _link(element: Element, graph: Element, keys: _Keys, gathering: Gathering) -> None:
    data = {each.attributes.get("key", ""): each.text for each in element.of("data")}
    weight = None
    for key, value in {**keys.usual, **data}.items():
        if keys.names.get(key, key).lower() in WEIGHT_NAMES:
            weight = value
        elif key in data and not _is_drawing(element, key):
            keys.left.add(key)
    a, b = (gathering.person(needed(element, end, gathering), element.line) for end in ("source", "target"))
    gathering.link(a, b, element.line, weight, _way(element, graph, gathering))


def _is_drawing(element: Element, key: str) -> bool:
    """Whether an attribute holds elements, as those by which editors draw."""
    return any(each.attributes.get("key") == key and each.inside for each in element.of("data"))


def _way(element: Element, graph: Element, gathering: Gathering) -> int:
    for holder, attribute, ways in ((element, "directed", _FLAGS), (graph, "edgedefault", _DIRECTIONS)):
        said = holder.attributes.get(attribute)
        if said is not None:
            if said not in ways:
                given = f"{attribute}={quoted(said)}"
                raise gathering.refuse(holder.line, given, " or ".join(f'{attribute}="{each}"' for each in ways))
            return ways[said]
    return UNSAID
