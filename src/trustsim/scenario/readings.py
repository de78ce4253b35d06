"""Reading what an entry of ``expect`` measures: a term, and those that are added to it, taken from it or divide it.

A term that stands under ``plus``, ``less`` or ``per`` says only in what it differs from the one that holds it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from trustsim.errors import UnitError, choice, nearest, one_of
from trustsim.registry import Entry, Parameter
from trustsim.scenario.entries import REFUSED, Reader, quantity
from trustsim.scenario.expected import OVER, Combined, Reading, Term
from trustsim.scenario.layout import TERM, broken_keys
from trustsim.scenario.merge import extended
from trustsim.scenario.sections import names_in
from trustsim.scenario.tree import Node, Report, join, kind_of, plain
from trustsim.scenario.yaml_file import read_file
from trustsim.units import Unit

MEASURED = ("outcome", "difference", "ratio", "sum", "series")
OPERATORS = ("plus", "less", "per")
_PAIRED = ("difference", "ratio")
_OF_SERIES = ("day", "over")
_WHERE = ("platform", "group")
_FILE = Parameter("file", "text", "", None, None, "", "another scenario file", refers="file")
_DAY = Parameter("day", "duration", 0.0, 0.0, None, "", "")
Keys = Mapping[str, Node]


@dataclass
class TermReader:
    """Reads terms; what is known of other files is looked up once."""

    reader: Reader
    others: dict[str, Mapping[str, list[str]]] = field(default_factory=dict)

    def read(self, keys: Keys, spot: Node, path: str) -> Term | None:
        """Return what an entry measures, or None where something is wrong (and reported)."""
        what = self._what(keys, spot, path)
        if what is None:
            return None
        base = self._pair(what, keys, path)
        beside = {name: self._terms(name, keys, path) for name in OPERATORS if name in keys}
        if base is None or any(terms is None for terms in beside.values()):
            return None
        term = Combined(base, **{name: terms or () for name, terms in beside.items()}) if beside else base
        return term if self._fit(term, keys, path) else None

    def _what(self, keys: Keys, spot: Node, path: str) -> str | None:
        measured = [key for key in MEASURED if key in keys]
        if len(measured) == 1:
            return measured[0]
        given = " and ".join(measured) or "nothing that is measured"
        self.reader.report.add(spot.spot, path, given, one_of(MEASURED))
        return None

    def _terms(self, name: str, keys: Keys, path: str) -> tuple[Term, ...] | None:
        """Return the terms under an operator, laid over what the entry says itself."""
        node, inherited = keys[name], {key: each for key, each in keys.items() if key in TERM and key not in OPERATORS}
        several = node.items if node.items is not None else (node,)
        found = []
        for k, item in enumerate(several):
            where = join(path, name) if node.items is None else join(join(path, name), k)
            if broken_keys(item, TERM, where, self.reader.report) or item.mapping is None:
                return None
            found.append(self.read(_over(inherited, item.mapping), item, where))
        return None if None in found else tuple(term for term in found if term is not None)

    def _pair(self, what: str, keys: Keys, path: str) -> Term | None:
        """Return the reading of a term, or of a difference or a ratio the two of them."""
        one = self._reading(what, keys, keys.get("variant"), "variant", path)
        for key, fitting in (("against", _PAIRED), ("day", ("series",)), ("over", ("series",))):
            if key in keys and what not in fitting:
                given = f"{key!r} beside {what!r}"
                self.reader.report.add(keys[key].spot, join(path, key), given, f"beside {one_of(fitting)}")
                return None
        if one is None or what not in _PAIRED:
            return one
        other = self._reading(what, keys, keys.get("against"), "against", path)
        return other and Combined(one, **{"less" if what == "difference" else "per": (other,)})

    def _reading(self, what: str, keys: Keys, variant: Node | None, key: str, path: str) -> Reading | None:
        reader, file = self.reader, ""
        if "file" in keys:
            file = quantity(_FILE, keys["file"], join(path, "file"), reader)
            if file is REFUSED:
                return None
            reader = replace(reader, names=self._names(file))
        if variant is not None:
            known_variant(variant, join(path, key), reader)
        name = self._name(what, keys, path, reader)
        days, over = self._days(keys, path)
        platform = str(keys["platform"].value) if what == "series" and "platform" in keys else ""
        if name is None or days is None:
            return None
        return Reading(name, what == "series", str(variant.value) if variant else "", file, platform, days, over)

    def _names(self, file: str) -> Mapping[str, list[str]]:
        """Return the names of another file; its own errors are told where it is read."""
        if file not in self.others:
            report = Report(inside=self.reader.report.inside)
            tree = read_file(file, report)
            whole = tree and extended(tree, os.path.dirname(file), report, (os.path.realpath(file),))
            mapping = whole.mapping if whole else None
            self.others[file] = names_in(mapping, self.reader.registry) if mapping else {}
        return self.others[file]

    def _name(self, what: str, keys: Keys, path: str, reader: Reader) -> str | None:
        """Return the name of a series, or of an outcome with its group, where there is such a thing."""
        group = "series" if what == "series" else "outcome"
        name, known = keys[what], reader.group(group)
        stem, _, behind = str(name.value).partition("[") if group == "outcome" else (str(name.value), "", "")
        if stem not in known:
            given = f"the {group} {name.value!r}, which does not exist"
            listed = f"trustsim catalog {group}"
            reader.report.add(name.spot, join(path, what), given, *choice(name.value, known, listed))
            return None
        places = [key for key in _WHERE if key in keys]
        if group == "series":
            return stem if _is_at(keys, path, reader) else None
        if behind and not places:
            groups, told = groups_of(known[stem], reader), behind.removesuffix("]")
            return _checked(stem, told, groups, name, join(path, what), reader)
        return self._grouped(known[stem], places, keys, path, reader)

    def _grouped(self, entry: Entry, places: list[str], keys: Keys, path: str, reader: Reader) -> str | None:
        groups = groups_of(entry, reader)
        if len(places) > 1 or (places == ["platform"] and entry.by and "platform" not in entry.by):
            given, allowed = " and ".join(places), "'group'" if len(places) == 1 else "one of platform, group"
            reader.report.add(keys["platform"].spot, path, f"{given} beside {entry.name!r}", allowed)
            return None
        if not places and groups is not None:
            at = next(keys[key] for key in MEASURED if key in keys)
            told = f"{entry.name!r}, which has a number for each {entry.by[0]}"
            reader.report.add(at.spot, path, told, f"one of them: {_key(entry)}: {one_of(groups)}")
            return None
        if not places:
            return entry.name
        (key,) = places
        return _checked(entry.name, str(keys[key].value), groups, keys[key], join(path, key), reader)

    def _days(self, keys: Keys, path: str) -> tuple[tuple[float, ...] | None, str]:
        node, over = keys.get("day"), keys.get("over")
        days = [] if node is None else list(node.items) if node.items is not None else [node]
        found = [quantity(_DAY, day, join(path, "day"), self.reader) for day in days]
        report, is_span = self.reader.report, node is not None and node.items is not None
        if any(day is REFUSED for day in found):
            return None, ""
        if is_span and (len(found) != 2 or not found[0] < found[1]):
            report.add(days[0].spot if days else node.spot, join(path, "day"), "no span of days", "[first, last]")  # type: ignore[union-attr]
            return None, ""
        if is_span != (over is not None):
            at = over or node
            assert at is not None
            given = "a span of days alone" if over is None else "'over' without a span of days"
            report.add(at.spot, path, given, f"day: [first, last] with over: {one_of(OVER)}")
            return None, ""
        return tuple(map(float, found)), "" if over is None else str(over.value)

    def _fit(self, term: Term, keys: Keys, path: str) -> bool:
        """Whether what is added up is in one unit; reported where it is not."""
        try:
            unit_of(term, self.reader)
        except UnitError as error:
            at = next(keys[key] for key in OPERATORS if key in keys)
            self.reader.report.add(at.spot, path, error.given, error.allowed)
            return False
        return True


def _over(below: Keys, above: Keys) -> dict[str, Node]:
    """Return a term's keys laid over those of the one that holds it; another thing measured starts afresh."""
    dropped: set[str] = set()
    if new := [key for key in MEASURED if key in above]:
        dropped |= {*MEASURED, *_WHERE, *_OF_SERIES} | ({"against"} if new[0] not in _PAIRED else set())
    if any(key in above for key in _WHERE):
        dropped |= set(_WHERE)
    if "day" in above and above["day"].items is None:
        dropped.add("over")
    return {**{key: node for key, node in below.items() if key not in dropped}, **above}


def unit_of(term: Term, reader: Reader) -> Unit:
    """Return the unit of a term. Raises UnitError where it adds up what is in two."""
    if isinstance(term, Reading):
        group = "series" if term.is_series else "outcome"
        return reader.group(group)[term.name.partition("[")[0]].unit
    unit = unit_of(term.of, reader)
    for other in (unit_of(each, reader) for each in (*term.plus, *term.less)):
        if other != unit:
            raise UnitError(f"a {other} beside a {unit}", "what is in one unit")
    per = {unit_of(each, reader) for each in term.per}
    if len(per) > 1:
        raise UnitError("a sum of unlike units in 'per'", "what is in one unit")
    return "number" if per else unit


def groups_of(entry: Entry, reader: Reader) -> list[str] | None:
    """Return the groups that an outcome has a number for in this scenario, where its entry says so."""
    if not entry.by:
        return None
    found: list[str] = []
    for kind in entry.by:
        found += reader.names.get("grouping", ()) if kind == "segment" else ()
        found += reader.names.get("platform", ()) if kind == "platform" else ()
        found += [kind] if kind not in ("platform", "segment") else []
    return found


def _key(entry: Entry) -> str:
    return "platform" if "platform" in entry.by else "group"


def _checked(stem: str, told: str, groups: list[str] | None, node: Node, path: str, reader: Reader) -> str | None:
    """Return ``stem[told]`` where there may be such a group; reported where not."""
    if groups is not None and told not in groups:
        given = f"{told!r}, for which {stem!r} has no number"
        reader.report.add(node.spot, path, given, one_of(groups), nearest(told, groups))
        return None
    return f"{stem}[{told}]"


def _is_at(keys: Keys, path: str, reader: Reader) -> bool:
    """Whether a series is asked for at a platform that there is; reported where it is not."""
    if "group" in keys:
        reader.report.add(keys["group"].spot, join(path, "group"), "'group' beside 'series'", "'platform'")
        return False
    if "platform" not in keys:
        return True
    node, platforms = keys["platform"], reader.names.get("platform", ())
    if node.value not in platforms:
        given = f"the platform {node.value!r}, which does not exist"
        near = nearest(str(node.value), list(platforms))
        reader.report.add(node.spot, join(path, "platform"), given, one_of(platforms), near)
    return node.value in platforms


def known_variant(node: Node, path: str, reader: Reader) -> None:
    """Report a name that is no variant of this scenario."""
    names = list(reader.names.get("variant", ()))
    if "variant" in reader.names and node.value not in names:
        given = f"the variant {kind_of(node)}, which does not exist"
        reader.report.add(node.spot, path, given, one_of(names), nearest(node.value, names))


def as_written(node: Node) -> Any:
    """Return the entries of ``expect`` as plain data, other files by their absolute paths."""
    if node.items is not None:
        return [as_written(each) for each in node.items]
    if node.mapping is None:
        return plain(node)
    told = {key: as_written(each) for key, each in node.mapping.items()}
    if isinstance(told.get("file"), str):
        told["file"] = os.path.abspath(os.path.join(os.path.dirname(node.mapping["file"].spot.file), told["file"]))
    return told
