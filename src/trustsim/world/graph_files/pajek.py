"""Pajek's .net and .paj, as its reference manual defines them (Mrvar & Batagelj, http://mrvar.fdv.uni-lj.si/pajek/)."""

from __future__ import annotations

import re
from collections.abc import Callable

from trustsim.world.graph_files.links import (
    BOTH_WAYS,
    MOST_PEOPLE,
    ONE_WAY,
    Gathering,
    Links,
    matrix_links,
    quoted,
)

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(?=\s|$)|"([^"]*)"(?=\s|$)|(\S+)')
_SECTION = re.compile(r"\*\s*([A-Za-z]+)\s*(.*)")
_RELATION = re.compile(r':?\s*(\d+)?\s*(?:"([^"]*)")?')
_TIME = re.compile(r"\[[\d\s,*-]*\]?")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_CHARACTER = re.compile(r"&#(\d{1,7});")
_OTHER = ("partition", "vector", "permutation", "cluster", "hierarchy")  # of a project: no networks
SECTIONS = "*Vertices, then *Arcs, *Edges, *Arcslist, *Edgeslist or *Matrix"
_NUMBERED = "a number from 1 to {n}"
_ONE_NETWORK = "a file of one network"


def read(text: str, file: str) -> Links:
    """Return the links of a Pajek file."""
    return _Reader(file).read(text)


class _Reader:
    def __init__(self, file: str) -> None:
        self.gathering = Gathering(file)
        self.n = -1
        self.labels: dict[int, str] = {}
        self.relations: dict[str, str] = {}
        self.matrix: list[tuple[int, list[float]]] = []
        self.section: Callable[[int, list[str]], None] = self.nothing

    def read(self, text: str) -> Links:
        lines = text.split("\n")
        place = 0
        while place < len(lines):
            parts, place, first = [lines[place].strip()], place + 1, place + 1
            while parts[-1].endswith("&") and place < len(lines):  # goes on
                parts[-1:] = [parts[-1][:-1], lines[place].strip()]
                place += 1
            line = " ".join(parts)
            if not line or line.startswith(("%", "/*")):
                continue
            if line.startswith("*"):
                self.begin(first, line)
            else:
                self.section(first, self.tokens(first, line))
        self.end_matrix()
        if self.n < 0:
            raise self.gathering.refuse(1, f"{quoted(lines[0])}, and no *Vertices in the file", SECTIONS)
        if len(self.relations) > 1:
            relations = ", ".join(name or number for number, name in self.relations.items())
            self.gathering.leave(f"{len(self.relations)} relations taken together: {relations}")
        names = {k: self.labels.get(k, str(k + 1)) for k in range(self.n)}
        if len(set(names.values())) < self.n:
            self.gathering.leave("names that stand twice: numbers taken in their place")
        return self.gathering.done(names, usual_weight=1.0)

    def tokens(self, place: int, line: str) -> list[str]:
        found: list[str] = []
        for match in _TOKEN.finditer(line):
            escaped, plain, word = match.groups()
            if word is not None and word.startswith('"'):
                raise self.gathering.refuse(place, f"a quote inside of a name: {quoted(line)}", "names without quotes")
            if word is not None and found and _TIME.fullmatch(word):
                raise self.gathering.refuse(place, f"the time {quoted(word)}", "a network that stays as it is")
            text = escaped.replace('\\"', '"').replace("\\\\", "\\") if escaped is not None else plain
            found.append(word if word is not None else _CHARACTER.sub(lambda m: _character(m[1]), text))
        return found

    # -- sections ------------------------------------------------------------------------------------------------------

    def begin(self, place: int, line: str) -> None:
        self.end_matrix()
        match = _SECTION.match(line)
        name, rest = (match[1].lower(), match[2]) if match else ("", "")
        lists = {
            "arcs": self.arc, "edges": self.edge, "arcslist": self.arcs, "edgeslist": self.edges, "matrix": self.row,
        }  # fmt: skip
        if name in _OTHER:
            self.gathering.leave(f"*{name.capitalize()} not read")
            self.section = self.skip
        elif self.section == self.skip and name != "network":
            return
        elif name == "network":
            if self.n >= 0:
                raise self.gathering.refuse(place, "a second network", _ONE_NETWORK)
            self.section = self.nothing
        elif name == "vertices":
            self.vertices(place, rest.split())
        elif name in lists:
            if self.n < 0:
                raise self.gathering.refuse(place, f"{quoted(line)} before *Vertices", SECTIONS)
            relation = _RELATION.match(rest)
            if relation and (relation[1] or relation[2]):
                self.relations.setdefault(relation[1] or relation[2], relation[2] or "")
            self.section = lists[name]
        else:
            raise self.gathering.refuse(place, quoted(line), SECTIONS)

    def vertices(self, place: int, counts: list[str]) -> None:
        if self.n >= 0:
            raise self.gathering.refuse(place, "*Vertices a second time", _ONE_NETWORK)
        if not counts or not counts[0].isdecimal():
            raise self.gathering.refuse(place, f"*Vertices {' '.join(counts)}".strip(), "*Vertices and how many")
        if len(counts) > 1 and counts[1] != counts[0]:
            given = f"*Vertices {quoted(' '.join(counts))}, a network of two kinds of nodes (2-mode)"
            raise self.gathering.refuse(place, given, "*Vertices and one number: links among people (1-mode)")
        n = int(counts[0][:20])
        if n > MOST_PEOPLE:
            raise self.gathering.refuse(place, f"{n} vertices", f"at most {MOST_PEOPLE}")
        self.n = n
        for k in range(n):
            self.gathering.declare(str(k + 1), place)
        self.section = self.vertex

    def nothing(self, place: int, tokens: list[str]) -> None:
        raise self.gathering.refuse(place, f"{quoted(' '.join(tokens))} before *Vertices", SECTIONS)

    def skip(self, place: int, tokens: list[str]) -> None:
        """Pass by what belongs to no network."""

    def vertex(self, place: int, tokens: list[str]) -> None:
        number = self.number(place, tokens[0])
        if number in self.labels:
            raise self.gathering.refuse(place, f"vertex {number + 1} a second time", "each vertex once")
        self.labels[number] = tokens[1] if len(tokens) > 1 and tokens[1] else str(number + 1)

    def arc(self, place: int, tokens: list[str], way: int = ONE_WAY) -> None:
        if tokens[0].endswith(":") and tokens[0][:-1].isdecimal():
            self.relations.setdefault(tokens.pop(0)[:-1], "")
        if len(tokens) < 2:
            raise self.gathering.refuse(place, quoted(" ".join(tokens)), "two numbers of vertices, and a weight if any")
        weight = tokens[2] if len(tokens) > 2 and _NUMBER.fullmatch(tokens[2]) else None
        if len(tokens) > 2 and weight is None and not tokens[2][:1].isalpha():
            weight = tokens[2]  # refused as one
        self.gathering.link(self.number(place, tokens[0]), self.number(place, tokens[1]), place, weight, way)

    def edge(self, place: int, tokens: list[str]) -> None:
        self.arc(place, tokens, BOTH_WAYS)

    def arcs(self, place: int, tokens: list[str], way: int = ONE_WAY) -> None:
        a, *others = [self.number(place, token) for token in tokens]
        for b in others:
            self.gathering.link(a, b, place, None, way)

    def edges(self, place: int, tokens: list[str]) -> None:
        self.arcs(place, tokens, BOTH_WAYS)

    def row(self, place: int, tokens: list[str]) -> None:
        wrong = next((token for token in tokens if not _NUMBER.fullmatch(token) or float(token) < 0), None)
        if wrong is not None:
            raise self.gathering.refuse(place, f"{quoted(wrong)} in *Matrix", "numbers that are not below 0")
        self.matrix.append((place, [float(token) for token in tokens]))

    def end_matrix(self) -> None:
        """Take down the links of the matrix that ends here, whose rows may run over lines."""
        if self.section != self.row:
            return
        values = [value for _, row in self.matrix for value in row]
        if len(values) != self.n**2:
            place, row = next(((p, row) for p, row in self.matrix if len(row) != self.n), (0, []))
            given = f"{len(row)} numbers" if place else f"{len(self.matrix)} rows of *Matrix"
            raise self.gathering.refuse(place, given, f"{self.n} rows of {self.n} numbers, as there are vertices")
        place = self.matrix[0][0] if self.matrix else 0
        is_whole = all(len(row) == self.n for _, row in self.matrix)
        rows = self.matrix if is_whole else [(place, values[k : k + self.n]) for k in range(0, len(values), self.n)]
        matrix_links(self.gathering, range(self.n), rows)
        self.matrix = []

    def number(self, place: int, token: str) -> int:
        number = int(token) if token.isdecimal() and len(token) < 20 else 0
        if not 1 <= number <= self.n:
            raise self.gathering.refuse(place, f"the vertex {quoted(token)}", _NUMBERED.format(n=self.n))
        return number - 1


def _character(code: str) -> str:
    return chr(int(code)) if int(code) < 0x110000 else f"&#{code};"
