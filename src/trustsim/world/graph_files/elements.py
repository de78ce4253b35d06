"""XML as a run of elements with their lines, one at a time: GraphML and GEXF read it. Entities are never expanded."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

from trustsim.world.graph_files.links import Gathering, quoted

_DEEPEST = 100
_PIECE = 1 << 16


@dataclass
class Element:
    """An element: its name and attributes without addresses, its line, its text, and the elements inside it."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def of(self, tag: str) -> Iterator[Element]:
        """Yield the elements of a name right inside this one."""
        return (each for each in self.inside if each.tag == tag)


def elements(
    text: str, gathering: Gathering, root: str, whole: Set[str]
) -> Iterator[tuple[Element, tuple[Element, ...]]]:
    """Yield every element named in ``whole`` as it ends, with those around it; it is not held beyond that.

    The outermost element must be ``root``.
    """
    walk = _Walk(gathering, root, whole)
    data = text.encode("utf-8", "surrogatepass")
    for start in range(0, max(len(data), 1), _PIECE):
        walk.feed(data[start : start + _PIECE], start + _PIECE >= len(data))
        yield from walk.ended
        walk.ended.clear()


class _Walk:
    def __init__(self, gathering: Gathering, root: str, whole: Set[str]) -> None:
        self.gathering, self.root, self.whole = gathering, root, whole
        self.path: list[Element] = []
        self.ended: list[tuple[Element, tuple[Element, ...]]] = []
        self.parser = expat.ParserCreate("utf-8")  # whatever the file declares: it is decoded
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.entity

    def feed(self, piece: bytes, is_last: bool) -> None:
        try:
            self.parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            given = f"text that is no XML from here on ({expat.errors.messages[error.code]})"
            raise self.gathering.refuse(error.lineno, given, f"a whole <{self.root}>") from error

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        line = self.parser.CurrentLineNumber
        if not self.path and tag != self.root:
            raise self.gathering.refuse(line, f"<{quoted(tag)[1:-1]}>", f"<{self.root}> around everything")
        if len(self.path) > _DEEPEST:
            raise self.gathering.refuse(
                line, f"elements nested deeper than {_DEEPEST}", f"a <{self.root}> of one graph"
            )
        self.path.append(Element(tag, {_local(key): value for key, value in attributes.items()}, line))

    def end(self, name: str) -> None:
        element = self.path.pop()
        if element.tag in self.whole:
            self.ended.append((element, tuple(self.path)))
        elif self.path:
            self.path[-1].inside.append(element)

    def characters(self, text: str) -> None:
        self.path[-1].text += text

    def entity(self, name: str, *_: Any) -> NoReturn:
        line = self.parser.CurrentLineNumber
        raise self.gathering.refuse(
            line, f"the declaration of an entity, {quoted(name)}", "XML without entities of its own"
        )


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def needed(element: Element, attribute: str, gathering: Gathering) -> str:
    """Return an attribute that an element must have."""
    value = element.attributes.get(attribute)
    if value is None or not value.strip():
        raise gathering.refuse(element.line, f"<{element.tag}> without {attribute}", f'<{element.tag} {attribute}="…">')
    return value.strip()
