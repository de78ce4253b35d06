"""What a network file holds, whatever its format: people by name, links with direction and weight, and what is left.

Nothing heavy is imported here: :mod:`trustsim.world.network` makes rows of neighbours of it.
"""

from __future__ import annotations

import itertools
import math
import operator
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trustsim.errors import UnitError

MOST_PEOPLE = 10_000_000  # as many as a scenario may have
SMALLEST_WEIGHT, LARGEST_WEIGHT = 1e-100, 1e100  # sums of any number of them are finite
WEIGHT_NAMES = ("weight", "weights", "edge weight", "edge_weight", "edgeweight", "权重")
A_WEIGHT = f"a number above 0 and at most {LARGEST_WEIGHT:g}, or a quotient as 1/3"
BOTH_WAYS, ONE_WAY, UNSAID = 0, 1, 2  # what a file says of a link's direction

_WHOLE = re.compile(r"-?[0-9]{1,300}")
_QUOTIENT = re.compile(r"\s*[0-9]{1,100}\s*/\s*[0-9]{1,100}\s*")
_LONGEST = 60  # characters of a file that a message quotes


def quoted(text: object) -> str:
    """Return what stands in a file as a message shows it: in quotes, escaped, not too long."""
    shown = str(text)
    return repr(shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…")


def unreadable(file: str, place: str, given: str, allowed: str, nearest: str | None = None) -> UnitError:
    """Return the error for what stands at a place of a file, such as ``line 7``."""
    return UnitError(f"{file}, {place}: {given}" if place else f"{file}: {given}", allowed, nearest)


@dataclass(frozen=True, eq=False)
class Links:
    """Links by the numbers of their ends, which are places in ``names``.

    ``source``, ``target``: int64 (links,); ``weights``: float64 (links,), None where the file has none; ``ways``: one
    byte a link, BOTH_WAYS, ONE_WAY or UNSAID; ``left``: what else the file holds that plays no part, in words.
    """

    names: tuple[str, ...]
    source: array[int]
    target: array[int]
    weights: array[float] | None
    ways: bytes
    left: tuple[str, ...] = ()

    @property
    def n_nodes(self) -> int:
        return len(self.names)

    def described(self, name: str, is_directed: bool) -> Described:
        """Return what a network of these links has, with directions kept or not, under a name."""
        n, ends = self.n_nodes, list(zip(self.source, self.target, strict=True))
        both_ways = [a != b for (a, b), way in zip(ends, self.ways, strict=True) if way == BOTH_WAYS]
        if is_directed:
            pairs = {a * n + b for a, b in ends if a != b}
            pairs |= {b * n + a for (a, b), way in zip(ends, self.ways, strict=True) if a != b and way == BOTH_WAYS}
        else:
            pairs = {a * n + b if a < b else b * n + a for a, b in ends if a != b}
        linked = {a for a, b in ends if a != b} | {b for a, b in ends if a != b}
        loops = sum(map(operator.eq, self.source, self.target))
        written = len(ends) - loops + sum(both_ways) * is_directed
        return Described(
            name=name,
            n_nodes=n,
            n_links=len(pairs),
            is_directed=is_directed,
            is_weighted=self.weights is not None,
            n_without_links=n - len(linked),
            n_self_loops=loops,
            n_repeats=written - len(pairs),
            left=(*self._unkept(is_directed), *self.left),
        )

    def _unkept(self, is_directed: bool) -> list[str]:
        """Say what becomes of the directions that the file gives, where the scenario wants it otherwise."""
        if not is_directed and ONE_WAY in self.ways:
            return ["directions not kept (directed: true keeps them)"]
        if is_directed and self.ways and set(self.ways) == {BOTH_WAYS}:
            return ["the file's links have no direction, so each goes both ways"]
        return []


@dataclass(frozen=True)
class Described:
    """What a file brings, in numbers; ``str`` says it in words. ``left``: what the file holds and the network not."""

    name: str
    n_nodes: int
    n_links: int
    is_directed: bool
    is_weighted: bool
    n_without_links: int
    n_self_loops: int = 0
    n_repeats: int = 0
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [
            _counted(self.n_nodes, "investor"),
            f"{_counted(self.n_links, 'link')} {'with directions' if self.is_directed else 'both ways'}",
            "with weights" if self.is_weighted else "without weights",
            f"{self.n_without_links or 'none'} without links",
        ]
        if self.n_repeats:
            said.append(f"{_counted(self.n_repeats, 'repeat')} {'added up' if self.is_weighted else 'counted once'}")
        if self.n_self_loops:
            loops = "a link" if self.n_self_loops == 1 else f"{self.n_self_loops} links"
            said.append(f"{loops} to oneself {'kept for opinions' if self.is_weighted else 'dropped'}")
        return f"{self.name}: " + "; ".join([", ".join(said), *self.left])


def _counted(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"


def fit(name: str, n_nodes: int, is_weighted: bool, count: int | None, n_newcomers: int) -> None:
    """Raise UnitError where a scenario has another number of investors than a network, or newcomers without weights."""
    if count is not None and count != n_nodes:
        raise another_count(name, n_nodes, count)
    if n_newcomers and is_weighted:
        raise weights_and_newcomers(n_newcomers)


def another_count(name: str, n_nodes: int, count: int) -> UnitError:
    """Return the error for a network that brings another number of nodes than ``investors.count``."""
    return UnitError(
        f"{name} has {n_nodes} nodes while investors.count is {count}", f"investors.count: {n_nodes}, or no count"
    )


def weights_and_newcomers(n_newcomers: int) -> UnitError:
    """Return the error for newcomers, whose links would have no weights where others have them."""
    given = f"{n_newcomers} newcomers to a network with weights"
    return UnitError(given, "no newcomers, or a network without weights")


class Gathering:
    """Takes down people and links in the order of a file, and gives them sorted by name.

    ``unit`` names what a place is counted in: ``line``, or ``link`` where a format has no lines.
    """

    def __init__(self, file: str, unit: str = "line") -> None:
        self.file, self.unit = file, unit
        self.numbers: dict[str, int] = {}  # of a person, by the identity that the file uses
        self.mentions = array("q")  # place where each was first named
        self.declared = bytearray()
        self.source, self.target = array("q"), array("q")
        self.weights, self.ways = array("d"), bytearray()
        self.without_weight = 0  # place of the first link without one
        self.left: dict[str, None] = {}

    def refuse(self, place: int, given: str, allowed: str, nearest: str | None = None) -> UnitError:
        """Return the error for what stands at a place."""
        return unreadable(self.file, f"{self.unit} {place}" if place else "", given, allowed, nearest)

    def person(self, identity: str, place: int) -> int:
        """Return the number of a person who is named at a place, a new one where nobody is known by that identity."""
        number = self.numbers.get(identity)
        if number is None:
            number = self.numbers[identity] = len(self.numbers)
            self.mentions.append(place)
            self.declared.append(False)
            if number >= MOST_PEOPLE:
                raise self.refuse(place, f"more than {MOST_PEOPLE} people", f"at most {MOST_PEOPLE} people")
        return number

    def declare(self, identity: str, place: int) -> int:
        """Return the number of a person whom the file lists, which it may do once."""
        number = self.person(identity, place)
        if self.declared[number]:
            raise self.refuse(place, f"{quoted(identity)} a second time", "each person once")
        self.declared[number] = True
        return number

    def link(self, a: int, b: int, place: int, weight: object = None, way: int = UNSAID) -> None:
        """Take down a link between the people of two numbers."""
        self.source.append(a)
        self.target.append(b)
        self.ways.append(way)
        if weight is None:
            self.without_weight = self.without_weight or place
            self.weights.append(math.nan)
        else:
            self.weights.append(self.weight(weight, place))

    def weight(self, given: object, place: int) -> float:
        """Return a weight: a positive number, or a quotient of two."""
        number = math.nan
        if not isinstance(given, bool):
            try:
                if not (isinstance(given, str) and "_" in given):  # which Python alone takes for a part of a number
                    number = float(given)  # type: ignore[arg-type]
            except (ValueError, TypeError, OverflowError):
                if isinstance(given, str) and _QUOTIENT.fullmatch(given) and int(given.partition("/")[2]):
                    number = float(Fraction("".join(given.split())))
        if not SMALLEST_WEIGHT <= number <= LARGEST_WEIGHT:
            raise self.refuse(place, f"the weight {quoted(given)}", A_WEIGHT)
        return number

    def leave(self, what: str) -> None:
        """Note that the file holds something that plays no part."""
        self.left[what] = None

    def done(
        self,
        names: Mapping[int, str] | None = None,
        *,
        is_listed: bool = False,
        usual_weight: float | None = None,
    ) -> Links:
        """Return everything, people in sorted order: as numbers where all are whole numbers, else as text.

        ``names``: of people by number, where they have others than their identities; left aside where two are alike.
        ``is_listed``: who is at an end of a link must have been declared. ``usual_weight``: of a link that has none
        where others have one; None: then it is an error.
        """
        if is_listed and not all(self.declared):
            number = self.declared.index(False)
            given = f"a link of {quoted(list(self.numbers)[number])}, who is not among the people of the file"
            raise self.refuse(self.mentions[number], given, "links between people that the file lists")
        if not self.numbers:
            raise self.refuse(0, "nobody", "a network of at least one person")
        labels = list(self.numbers)
        if names is not None and len(names) == len(labels) == len(set(names.values())) and all(names.values()):
            labels = [names[number] for number in range(len(labels))]
        order = self._order(labels)
        rank = array("q", bytes(8 * len(order)))
        for place, number in enumerate(order):
            rank[number] = place
        return Links(
            names=tuple(labels[number] for number in order),
            source=array("q", [rank[a] for a in self.source]),
            target=array("q", [rank[b] for b in self.target]),
            weights=self._all_weights(usual_weight),
            ways=bytes(self.ways),
            left=tuple(self.left),
        )

    def _order(self, labels: Sequence[str]) -> list[int]:
        if not all(_WHOLE.fullmatch(label) for label in labels):
            return sorted(range(len(labels)), key=labels.__getitem__)
        values = [int(label) for label in labels]
        order = sorted(range(len(labels)), key=values.__getitem__)
        for a, b in itertools.pairwise(order):
            if values[a] == values[b]:
                given = f"the names {labels[a]} and {labels[b]}, which are one number"
                raise self.refuse(max(self.mentions[a], self.mentions[b]), given, "one way to write a number")
        return order

    def _all_weights(self, usual: float | None) -> array[float] | None:
        """Return the weight of every link; None where the file has none, or all are 1 and nothing adds up."""
        if all(map(math.isnan, self.weights)):
            return None
        if self.without_weight and usual is None:
            raise self.refuse(self.without_weight, "a link without a weight, while others have one", A_WEIGHT)
        weights = array("d", [usual if usual is not None and math.isnan(w) else w for w in self.weights])
        if all(weight == 1 for weight in weights):
            pairs = {(min(a, b), max(a, b)) for a, b in zip(self.source, self.target, strict=True) if a != b}
            if len(pairs) == len(weights):
                return None
        return weights


def matrix_links(gathering: Gathering, people: Sequence[int], rows: Iterable[tuple[int, Sequence[float]]]) -> None:
    """Take down the links of a square matrix, rows with their places: from the person of the row to that of the column.

    A matrix that equals its transpose has links without direction, each once. Numbers other than 0 and 1 are weights.
    """
    table = list(rows)
    is_symmetric = all(row[j] == table[j][1][i] for i, (_, row) in enumerate(table) for j in range(i))
    is_weighted = any(value not in (0, 1) for _, row in table for value in row)
    for i, (place, row) in enumerate(table):
        for j in range(i if is_symmetric else 0, len(row)):
            if row[j]:
                way = BOTH_WAYS if is_symmetric else ONE_WAY
                gathering.link(people[i], people[j], place, row[j] if is_weighted else None, way)
