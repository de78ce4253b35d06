"""GEXF 1.1 to 1.3, the format of Gephi, whatever its address: one graph that does not change, links of either kind."""

from __future__ import annotations

from trustsim.world.graph_files.elements import Element, elements, needed
from trustsim.world.graph_files.links import BOTH_WAYS, ONE_WAY, WEIGHT_NAMES, Gathering, Links, quoted

_WHOLE = {"graph", "attributes", "node", "edge"}
_DIRECTIONS = {"directed": ONE_WAY, "undirected": BOTH_WAYS, "mutual": BOTH_WAYS}
_TIMES = ("start", "end", "startopen", "endopen", "timestamp", "timestamps", "intervals")
_STILL = "a graph that stays as it is, without times"


def read(text: str, file: str) -> Links:
    """Return the links of a GEXF file."""
    gathering = Gathering(file)
    titles: dict[str, str] = {}
    kinds: dict[str, None] = {}
    left: dict[str, None] = {}
    graphs = 0
    for element, around in elements(text, gathering, "gexf", _WHOLE):
        if element.tag == "attributes":
            titles |= _titles(element)
        elif element.tag == "graph":
            graphs += 1
            if graphs > 1:
                raise gathering.refuse(element.line, "a second graph", "a file of one graph")
        else:
            _refuse_times(element, gathering)
            if any(each.tag == "node" for each in around):
                raise gathering.refuse(element.line, f"a {element.tag} inside of a node", "nodes that hold no others")
            if element.tag == "node":
                gathering.declare(needed(element, "id", gathering), element.line)
            else:
                _link(element, _graph_of(around), titles, left, gathering)
                kinds |= dict.fromkeys([element.attributes["kind"]] if "kind" in element.attributes else [])
    if not graphs:
        raise gathering.refuse(0, "no <graph> in <gexf>", "a file of one graph")
    if len(kinds) > 1:
        gathering.leave(f"{len(kinds)} kinds of links taken together: {', '.join(kinds)}")
    if left:
        gathering.leave(f"attributes of links not read: {', '.join(left)}")
    return gathering.done(is_listed=True, usual_weight=1.0)


def _graph_of(around: tuple[Element, ...]) -> Element:
    return next((each for each in around if each.tag == "graph"), around[0])


def _titles(attributes: Element) -> dict[str, str]:
    """Return the names of the attributes of links by their identities."""
    if attributes.attributes.get("class", "edge") != "edge":
        return {}
    return {each.attributes.get("id", ""): each.attributes.get("title", "") for each in attributes.of("attribute")}


def _refuse_times(element: Element, gathering: Gathering) -> None:
    times = [name for name in _TIMES if name in element.attributes]
    if times or any(True for _ in element.of("spells")):
        given = f"<{element.tag}> with {times[0] if times else 'spells'}, which comes and goes"
        raise gathering.refuse(element.line, given, _STILL)


def _link(
    element: Element, graph: Element, titles: dict[str, str], left: dict[str, None], gathering: Gathering
) -> None:
    weight = element.attributes.get("weight")
    for group in element.of("attvalues"):
        for value in group.of("attvalue"):
            identity = value.attributes.get("for", value.attributes.get("id", ""))
            title = titles.get(identity) or identity
            if title.lower() not in WEIGHT_NAMES:
                left[title] = None
            elif weight is None:
                weight = value.attributes.get("value")
    said = element.attributes.get("type") or graph.attributes.get("defaultedgetype") or "undirected"
    if said.lower() not in _DIRECTIONS:
        raise gathering.refuse(element.line, f"a link that is {quoted(said)}", "directed, undirected or mutual")
    a, b = (gathering.person(needed(element, end, gathering), element.line) for end in ("source", "target"))
    gathering.link(a, b, element.line, weight, _DIRECTIONS[said.lower()])
