"""A file of YAML 1.2 is read here, and nowhere else is the YAML library known.

A file becomes a tree of :class:`~trustsim.scenario.tree.Node`, every key and value with its line and column. The
library is used as a parser only: what a plain scalar means is decided here by the YAML 1.2 core schema (``off`` and
``yes`` are text), and nesting, size and aliases are limited, so that no file can exhaust the machine.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from trustsim.arguments import is_text
from trustsim.scenario.tree import (
    DEEPEST,
    KEYS,
    LARGEST_INT,
    LONGEST,
    Node,
    Report,
    Scalar,
    Spot,
    clean,
    is_key,
    join,
    measure,
    too_much,
)

LARGEST_FILE = 4_000_000  # bytes
MOST_ALIASES, MOST_REPEATED = 200, 10_000  # in a file; values that aliases repeat
_EXTENDS = "extends: of a file that others share"
_MOSTLY = 0.9
_HAN = re.compile("[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef\u2010-\u203a]")
_ENCODINGS = (("gb18030", "GBK (GB 18030)", _HAN), ("big5", "Big5", _HAN))

_INT = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_OPEN_CALL = re.compile(r"[A-Za-z_]\w*\([^()]*")
_WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def read_file(path: str, report: Report, asked: Spot | None = None) -> Node | None:
    """Return the tree of the file at *path*, or None (and a problem) where it cannot be read.

    ``asked`` is the spot of the ``extends`` that names the file; a problem with opening it is placed there.
    """
    spot, key = (asked, "extends") if asked else (Spot(path), "")
    allowed = "the path of a YAML file" + (", relative to the file that names it" if asked else "")
    if report.is_outside(path):
        report.add(spot, key, f"{path!r}, a file outside of the folder", "a file in the folder that is served")
        return None
    try:
        if os.path.isdir(path):
            report.add(spot, key, f"{path!r}, a directory", allowed)
            return None
        if os.path.exists(path) and not os.path.isfile(path):
            report.add(spot, key, f"{path!r}, a device or a pipe", allowed)
            return None
        with open(path, "rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        missing = isinstance(error, FileNotFoundError)
        report.add(spot, key, f"{path!r}, {'a file that does not exist' if missing else clean(str(error))}", allowed)
        return None
    if len(data) > LARGEST_FILE:
        report.add(spot, key, f"{path!r}, a file of more than {LARGEST_FILE} bytes", f"at most {LARGEST_FILE} bytes")
        return None
    try:
        return read_text(data.decode("utf-8-sig"), path, report)
    except UnicodeDecodeError as error:
        other = _other_encoding(data)
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        given = f"the byte 0x{data[error.start]:02x}, not text" + (
            f" in UTF-8; the file is in {other}" if other else ""
        )
        near = f"the same file, saved in UTF-8 instead of {other}" if other else None
        report.add(Spot(path, line, column), "", given, "a text file in UTF-8", near)
        return None


def _other_encoding(data: bytes) -> str:
    """Return the encoding that a text which is not in UTF-8 seems to be in; '' where none of the usual ones fits."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    for encoding, called, usual in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        strange = [c for c in text if not c.isascii()]
        if strange and sum(usual.match(c) is not None for c in strange) >= _MOSTLY * len(strange):
            return called
    return ""


def read_text(text: str, file: str, report: Report, path: str = "") -> Node | None:
    """Return the tree of a YAML text, or None (and a problem) where its syntax is wrong. ``path``: where it belongs."""
    if "\x00" in text[:2]:
        report.add(Spot(file), path, "text in UTF-16", "a text file in UTF-8", "the same file, saved in UTF-8")
        return None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        report.add(Spot(file, line), path, "a NUL character", "a text file in UTF-8")
        return None
    reader = _Reader(YAML(typ="safe", pure=True).parse(text), file, report, Spot(file))
    try:
        return reader.document(path)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        spot = Spot(file, mark.line + 1, mark.column + 1) if mark else Spot(file)
        report.add(spot, path, str(error.problem or error.context), _syntax_hint(text, spot))
    except ReaderError as error:
        before = text[: error.position]
        spot = Spot(file, before.count("\n") + 1, error.position - before.rfind("\n"))
        report.add(spot, path, f"the character {chr(error.character)!r}", "printable text")
    except (YAMLError, ValueError, OverflowError, AssertionError) as error:  # an escape or a version out of range
        report.add(reader.last, path, f"after this, text that is not YAML ({error})", "YAML 1.2")
    except _Refused:
        pass
    return None


def _syntax_hint(text: str, spot: Spot) -> str:
    lines = text.splitlines()
    line = lines[spot.line - 1] if spot.line <= len(lines) else ""
    before = next((k for k in range(min(spot.line, len(lines)), 0, -1) if "：" in lines[k - 1]), 0)
    if before > spot.line - 2 and before > 0:
        return f"YAML 1.2: in line {before} a plain ': ' in place of '：', which is another character"
    if "\t" in line:
        return "YAML 1.2, indented with spaces: a tab cannot indent"
    if ": " in line.partition(": ")[2]:
        return "YAML 1.2: put text that holds ': ' in quotes"
    return "YAML 1.2"


class _Refused(Exception):
    """The text is YAML, but not such as a scenario may hold; the report says why."""


@dataclass
class _Reader:
    """Builds the tree from the parser's events; recursion is bounded by DEEPEST."""

    events: Iterator[Any]
    file: str
    report: Report
    last: Spot
    n_values: int = 0
    n_aliases: int = 0
    n_repeated: int = 0
    anchors: dict[str, Node] = field(default_factory=dict)

    def document(self, path: str) -> Node:
        next(self.events)  # start of the stream
        if type(next(self.events)).__name__ == "StreamEndEvent":
            return Node(None, Spot(self.file))
        node = self.value(next(self.events), path, 0)
        next(self.events)  # end of the document
        after = next(self.events)
        if type(after).__name__ != "StreamEndEvent":
            self.refuse(after, path, "a second document after '---'", "one document a file")
        return node

    def value(self, event: Any, path: str, depth: int) -> Node:
        self.n_values += 1
        self.last = self.spot(event)
        if depth > DEEPEST or self.n_values > self.report.most_values:
            self.refuse(event, path, *too_much(depth, self.report.most_values))
        if type(event).__name__ == "AliasEvent":
            return self.alias(event, path, depth)
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            self.refuse(event, path, f"the tag {str(tag)!r}", "plain YAML without tags")
        match type(event).__name__:
            case "ScalarEvent":
                if not is_text(event.value):
                    self.refuse(event, path, f"{event.value!r}, half a character", "text")
                node = Node(event.value if event.style or tag else scalar(event.value), self.spot(event))
            case "SequenceStartEvent":
                node = Node(self.sequence(path, depth, event.flow_style), self.spot(event))
            case _:
                node = Node(self.mapping(path, depth, event.flow_style), self.spot(event))
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def sequence(self, path: str, depth: int, is_flow: bool) -> tuple[Node, ...]:
        children: list[Node] = []
        is_open = False
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            if is_open and _is_plain(event):
                children[-1] = _continued(children[-1], event)
            else:
                children.append(self.value(event, join(path, len(children)), depth + 1))
            is_open = is_flow and _is_plain(event) and _is_open_call(children[-1])
        return tuple(children)

    def mapping(self, path: str, depth: int, is_flow: bool) -> dict[str, Node]:
        children: dict[str, Node] = {}
        open_key = None
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            value = next(self.events)
            if open_key is not None and _is_plain(event) and _is_plain(value) and not value.value:
                children[open_key] = _continued(children[open_key], event)
                open_key = open_key if _is_open_call(children[open_key]) else None
                continue
            if type(event).__name__ != "ScalarEvent" or not is_key(event.value):
                self.refuse(event, path, "a key that is empty, too long, or no text", KEYS)
            key, spot = str(event.value), self.spot(event)
            if key == "<<" and not event.style:
                allowed = f"YAML 1.2, which has none: the keys themselves, or {_EXTENDS}"
                self.refuse(event, path, "the merge key '<<' of YAML 1.1", allowed)
            child = self.value(value, join(path, key), depth + 1).at(spot)
            if _is_plain(value) and not value.value:
                child = replace(child, spot=spot)  # the parser places an empty value after the next line break
            if key in children:
                self.duplicate(key, path, spot, children[key].key)
            else:
                children[key] = child
            open_key = key if is_flow and _is_plain(value) and _is_open_call(children[key]) else None
        return children

    def duplicate(self, key: str, path: str, spot: Spot, first: Spot | None) -> None:
        line = first.line if first else 1
        if path == "variants":
            self.report.add(
                spot, join(path, key), f"two variants named {key!r} (the first on line {line})", "one variant a name"
            )
        else:
            self.report.add(
                spot, join(path, key), f"the key {key!r} twice (first on line {line})", "each key once in a mapping"
            )

    def alias(self, event: Any, path: str, depth: int) -> Node:
        if event.anchor not in self.anchors:
            self.refuse(
                event, path, f"the alias *{event.anchor}", "an alias of an anchor (&name) that is complete before it"
            )
        node = self.anchors[event.anchor]
        size, height = measure(node)
        self.n_values += size
        self.n_aliases += 1
        self.n_repeated += size
        if self.n_aliases > MOST_ALIASES or self.n_repeated > MOST_REPEATED:
            given = f"more than {MOST_ALIASES} aliases (*name), or {MOST_REPEATED} values by aliases"
            self.refuse(event, path, given, f"fewer; in place of many, a base file and {_EXTENDS}")
        if depth + height > DEEPEST + 1 or self.n_values > self.report.most_values:
            self.refuse(event, path, *too_much(depth + height - 1, self.report.most_values))
        return node

    def spot(self, event: Any) -> Spot:
        return Spot(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse(self, event: Any, path: str, given: str, allowed: str) -> NoReturn:
        self.report.add(self.spot(event), path, given, allowed)
        raise _Refused


def _is_plain(event: Any) -> bool:
    return type(event).__name__ == "ScalarEvent" and not event.style and not event.tag and not event.anchor


def _is_open_call(node: Node) -> bool:
    """Whether a value is ``beta(2``: YAML splits ``{literacy: beta(2, 5)}`` at the comma, and the rest comes next."""
    return isinstance(node.value, str) and len(node.value) <= LONGEST and _OPEN_CALL.fullmatch(node.value) is not None


def _continued(node: Node, event: Any) -> Node:
    return replace(node, value=f"{node.value}, {event.value}")


def scalar(text: str) -> Scalar:
    """Return what an unquoted scalar means in the YAML 1.2 core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) <= len(str(LARGEST_INT)) - 1:
        return int(text)
    if _OTHER_BASE.fullmatch(text) and len(text) < 100:
        return int(text, 0)
    if _FLOAT.fullmatch(text) and not _INT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text
