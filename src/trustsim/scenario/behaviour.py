"""How people behave: the defaults of a file's rules, one set of values in their place, or a set for every world.

A *member* is one set of values of parameters of mechanisms that history matching has not ruled out; the *ensemble* is
all of them. They are data, made by ``docs/behaviour.py``. What a file, a preset or a variant says always wins.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from trustsim.errors import UnitError, one_of
from trustsim.registry import Parameter, Registry
from trustsim.scenario.entries import REFUSED, Reader, quantity
from trustsim.scenario.layout import BEHAVIOURS
from trustsim.scenario.resolved import Members, World
from trustsim.scenario.tree import Node, Report, kind_of, tree_of

POINT, ENSEMBLE = "point", "ensemble"
SHIPPED = Path(__file__).with_name("behaviour.json")
FORMAT = 1
_SAID = re.compile(r"(?:(point)|(ensemble|member ([1-9]\d*))(?: from (\S.*))?)")
_SECTION = "mechanisms"

Values = Mapping[str, Any]  # by dotted path, as a file says them


@dataclass(frozen=True)
class Said:
    """What a file says of behaviour: ``number`` of a member, from 1, None for all; ``file`` of the members, '' none."""

    number: int | None = None
    file: str = ""

    @property
    def text(self) -> str:
        """As a file says it, its file by its whole path."""
        if not self.file:
            return POINT
        way = ENSEMBLE if self.number is None else f"member {self.number}"
        return way if self.file == str(SHIPPED) else f"{way} from {self.file}"


def parts_of(text: str) -> tuple[str, str]:
    """Return in two what is said of behaviour: the way, ``'member 7'``, and the file of members, '' for none."""
    way, _, file = text.partition(" from ")
    return way, file


@dataclass(frozen=True)
class Sets:
    """The members in one file: ``values`` of each by path, as a scenario file holds them; ``made``: how they were."""

    paths: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    made: Mapping[str, Any]


def usual(registry: Registry) -> str:
    """Return what holds where a file does not say: the ensemble; the point with a registry that lacks a rule of it."""
    try:
        members_that_ship(registry)
    except UnitError:
        return POINT
    return ENSEMBLE


def said_of(node: Node | None, registry: Registry) -> Said:
    """Return what the key says, by default what is usual; a file is named relative to the scenario's.

    Raises UnitError for anything else.
    """
    text = usual(registry) if node is None or node.value is None else node.value
    match = _SAID.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise UnitError(repr(text) if node is None else kind_of(node), BEHAVIOURS)
    point, _, number, file = match.groups()
    if point:
        return Said()
    start = "" if node is None else os.path.dirname(node.spot.file)
    path = str(SHIPPED) if file is None else os.path.abspath(os.path.join(start, file))
    return Said(None if number is None else int(number), path)


def read_sets(file: str | os.PathLike[str]) -> Sets:
    """Return the members in a file. Raises UnitError where it cannot be read, or holds none."""
    allowed = "a file of members, such as docs/behaviour.py writes"
    try:
        text = Path(file).read_text(encoding="utf-8")
        document = json.loads(text)
        if document["behaviour"] != FORMAT:
            raise ValueError(f"format {document['behaviour']!r}")
        paths = tuple(document["parameters"])
        values = tuple(tuple(member[path] for path in paths) for member in document["members"])
    except OSError as e:
        raise UnitError(f"{os.fspath(file)!r}, which cannot be read ({e.strerror})", allowed) from e
    except (ValueError, KeyError, TypeError) as e:
        raise UnitError(f"{os.fspath(file)!r}, which holds no members ({type(e).__name__}: {e})", allowed) from e
    if not values:
        raise UnitError(f"{os.fspath(file)!r}, which holds no members", allowed)
    return Sets(paths, values, document["made"])


def behaving(world: World, tree: Node, reader: Reader) -> World | None:
    """Return *world* as its people behave, where neither the file nor its presets, *tree*, say otherwise.

    None where something is wrong (and reported).
    """
    node = (tree.mapping or {}).get("behaviour")
    try:
        said = said_of(node, reader.registry)
        if not said.file:
            return world
        if said.file != str(SHIPPED) and reader.report.is_outside(said.file):
            raise UnitError(f"{said.file!r}, a file outside of the folder", "a file in the folder that is served")
        members = _members(said.file, reader.registry)
        if said.number is not None and said.number > len(members.values):
            raise UnitError(f"member {said.number}", f"member 1 to member {len(members.values)}")
        free = members.only(_free(members.paths, world, tree))
        if free is None:
            return world
        behaviours = [free.laid(world, k) for k in range(len(free.values))]  # each is tried before anything runs
        return replace(world, members=free) if said.number is None else behaviours[said.number - 1]
    except UnitError as error:
        spot = tree.spot if node is None else node.spot
        reader.report.add(spot, "behaviour", error.given, error.allowed, error.nearest)
        return None


def left_free(tree: Node, reader: Reader) -> list[str]:
    """Return the dotted paths at which a member may lay values, for the file says nothing there.

    A document leaves them out: written down they would look as if the file had said them.
    """
    said = said_of((tree.mapping or {}).get("behaviour"), reader.registry)
    if not said.file:
        return []
    members = _members(said.file, reader.registry)
    return [".".join((_SECTION, *path)) for path in members.paths if not _is_said(path, tree)]


def members_file(text: str) -> Path | None:
    """Return the file of the members that a document names, None where it names none: ``point``."""
    match = _SAID.fullmatch(text)
    return None if match is None or match[1] else Path(match[4] or SHIPPED)


def from_file(text: str, file: str) -> str:
    """Return what a document says of behaviour, of the members in *file*."""
    return f"{text.partition(' from ')[0]} from {file}"


def content(text: str) -> str:
    """Return what a document says of behaviour with the members by their content."""
    file = members_file(text)
    return text if file is None else from_file(text, "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest())


def _free(paths: Sequence[tuple[str, str]], world: World, tree: Node) -> Iterator[tuple[str, str]]:
    """Yield where neither file nor presets say anything, of rules that are on."""
    for rule, name in paths:
        if world.mechanisms.get(rule) is not None and not _is_said((rule, name), tree):
            yield rule, name


def _is_said(path: tuple[str, str], tree: Node) -> bool:
    node: Node | None = tree
    for key in (_SECTION, *path):
        node = None if node is None or node.mapping is None else node.mapping.get(key)
    return node is not None


def members_that_ship(registry: Registry) -> Members:
    """Return the members that ship, in computed units."""
    return _members(str(SHIPPED), registry)


def _members(file: str, registry: Registry) -> Members:
    """Return the members in a file in computed units. Raises UnitError for what no member can hold."""
    try:
        stat = os.stat(file)
    except OSError as e:
        raise UnitError(f"{file!r}, which cannot be read ({e.strerror})", "the path of a file of members") from e
    return _read(file, (stat.st_mtime_ns, stat.st_size), registry)


@lru_cache(maxsize=16)
def _read(file: str, _: tuple[int, int], registry: Registry) -> Members:
    sets, report = read_sets(file), Report()
    reader = Reader(registry, report)
    parameters = [_parameter(path, file, registry) for path in sets.paths]
    values = []
    for k, member in enumerate(sets.values, start=1):
        row = []
        for path, parameter, value in zip(sets.paths, parameters, member, strict=True):
            read = quantity(parameter, tree_of(value, file, path, report), path, reader)
            if read is REFUSED or isinstance(read, bool) or not isinstance(read, int | float):
                told = [f"{p.given}; allowed: {p.allowed}" for p in report.problems] or [f"{value!r}"]
                raise UnitError(f"{path} of member {k} in {file!r}: {told[0]}", "a number that the parameter can have")
            row.append(read)
        values.append(tuple(row))
    where = [path.split(".") for path in sets.paths]
    return Members(tuple((rule, name) for _, rule, name in where), tuple(values))


def _parameter(path: str, file: str, registry: Registry) -> Parameter:
    """Return the parameter at a path: a number of a mechanism, in no currency."""
    section, _, rest = path.partition(".")
    rule, _, name = rest.partition(".")
    entry = registry.group("mechanism").get(rule) if section == _SECTION else None
    known = {p.name: p for p in entry.parameters if p.unit not in ("text", "name", "money")} if entry else {}
    if name not in known:
        allowed = one_of(known) if known else f"{_SECTION}.RULE.PARAMETER"
        raise UnitError(f"the parameter {path!r} in {file!r}", allowed)
    return known[name]
