"""Tables: a link a line, two columns or more with or without a header; or a square matrix."""

from __future__ import annotations

import ast
import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trustsim.world.graph_files.links import WEIGHT_NAMES, Gathering, Links, quoted
from trustsim.world.graph_files.matrix import matrix_of

# Names of the two columns: who is seen, who sees.
ENDS = (
    ("source", "target"), ("from", "to"), ("src", "dst"), ("sender", "recipient"), ("sender", "receiver"),
    ("caller", "callee"), ("alter", "ego"), ("node_1", "node_2"), ("node1", "node2"), ("user_a", "user_b"),
    ("fromnodeid", "tonodeid"), ("id_1", "id_2"), ("id1", "id2"), ("followee", "follower"),
    ("源", "目标"), ("来源", "目标"),
)  # fmt: skip
TWO_COLUMNS = "two columns: one link a line"
NAMED_COLUMNS = "two columns, a third with weights, or a header that names source, target and weight"
_WORD = re.compile(r'"(?:[^"]|"")*"(?=\s|$)|\S+')
_ATTRIBUTES = re.compile(r"(\S+)\s+(\S+)\s+(\{.*\})\s*")  # as networkx writes an edge list
_SAMPLE = 30  # lines that tell the separator


@dataclass(frozen=True)
class _Lines:
    """Lines that are not empty and no comments, with their places; ``above``: the comment before the first."""

    numbers: list[int]
    texts: list[str]
    above: str


def read(text: str, file: str, *, is_spaced: bool = False) -> Links:
    """Return the links of a table; ``is_spaced``: nothing but white space parts its columns."""
    gathering = Gathering(file)
    lines = _lines(text)
    if not lines.texts:
        raise gathering.refuse(1, "no links", TWO_COLUMNS)
    if _ATTRIBUTES.fullmatch(lines.texts[0]):
        return _with_attributes(lines, gathering)
    try:
        separator = None if is_spaced else _separator(lines.texts[:_SAMPLE])
        top = [row for _, row in _rows(_Lines(lines.numbers[:2], lines.texts[:2], ""), separator)]
        if _has_known_names(top[0]):
            return _list(lines, separator, top, gathering)
        matrix = matrix_of(lambda: _rows(lines, separator), top, len(lines.texts), gathering)
        return matrix or _list(lines, separator, top, gathering)
    except csv.Error as error:
        raise gathering.refuse(lines.numbers[0], f"a table that breaks off ({error})", TWO_COLUMNS) from error


def _lines(text: str) -> _Lines:
    numbers, texts, above = [], [], ""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.lstrip()
        if bare and bare[0] not in "#%":
            numbers.append(number)
            texts.append(line)
        elif bare and not texts:
            above = bare.lstrip("#% ")
    return _Lines(numbers, texts, above)


def _separator(sample: Sequence[str]) -> str | None:
    """Return what parts the columns: the mark that gives all lines the same number of them, None for white space."""
    body = sample[1:] or sample  # the first may lack the name of a column
    for mark in "\t;,":
        widths = {len(next(csv.reader([line], delimiter=mark, skipinitialspace=True), [])) for line in body}
        if mark in sample[0] and len(widths) == 1 and widths != {1}:
            return mark
    if len({len(_WORD.findall(line)) for line in body}) == 1 and len(_WORD.findall(body[0])) > 1:
        return None
    return next((mark for mark in ",\t;" if mark in sample[0]), None)


def _rows(lines: _Lines, separator: str | None) -> Iterator[tuple[int, list[str]]]:
    """Yield place and fields of every row."""
    if separator is None:
        for number, text in zip(lines.numbers, lines.texts, strict=True):
            yield number, [_bare(word) for word in _WORD.findall(text)]
        return
    reader = csv.reader(lines.texts, delimiter=separator, skipinitialspace=True)
    begun = 0
    for row in reader:  # a quoted name may run over lines
        yield lines.numbers[begun], [field.strip() for field in row]
        begun = reader.line_num


def _bare(word: str) -> str:
    return word[1:-1].replace('""', '"') if len(word) > 1 and word[0] == word[-1] == '"' else word


@dataclass(frozen=True)
class _Columns:
    """Which columns hold who is seen, who sees, and the weight."""

    seen: int = 0
    sees: int = 1
    weight: int | None = None
    has_header: bool = True
    left: tuple[str, ...] = ()


def _has_known_names(row: Sequence[str]) -> bool:
    return _columns(row) is not None or any(name.lower() in WEIGHT_NAMES for name in row)


def _columns(names: Sequence[str], *, may_be_unknown: bool = False) -> _Columns | None:
    """Return the columns that a header names; ends of unknown names are the only two, where they may be."""
    lower = [name.lower() for name in names]
    weight = next((lower.index(name) for name in WEIGHT_NAMES if name in lower), None)
    ends = next(((lower.index(a), lower.index(b)) for a, b in ENDS if a in lower and b in lower), None)
    if ends is None:
        if not may_be_unknown:
            return None
        others = [k for k in range(len(names)) if k != weight]
        if len(others) != 2:
            return None
        ends = (others[0], others[1])
    left = [name for k, name in enumerate(names) if k not in (*ends, weight)]
    return _Columns(*ends, weight, True, tuple(left))


def _list(lines: _Lines, separator: str | None, top: Sequence[list[str]], gathering: Gathering) -> Links:
    """Read a link a line."""
    columns = _list_columns(lines, separator, top, gathering)
    width = max(2, len(top[0]))
    numbers = gathering.numbers
    for k, (place, row) in enumerate(_rows(lines, separator)):
        if len(row) != width:
            raise gathering.refuse(place, _width_of(row), f"{width} columns in every line")
        seen, sees = row[columns.seen], row[columns.sees]
        if not (seen and sees):
            raise gathering.refuse(place, "an empty name", "a name or number at both ends of a link")
        if k == 0 and columns.has_header:
            continue
        weight = None if columns.weight is None else row[columns.weight]
        a, b = numbers.get(seen), numbers.get(sees)
        if a is None:
            a = gathering.person(_digits(seen), place)
        if b is None:
            b = gathering.person(_digits(sees), place)
        gathering.link(a, b, place, weight)
    if not gathering.source:
        raise gathering.refuse(lines.numbers[0], "a header and no links", TWO_COLUMNS)
    if columns.left:
        gathering.leave(f"columns not read: {', '.join(columns.left)}")
    _doubt_first_line(gathering, columns, top[0])
    return gathering.done()


def _width_of(row: Sequence[str]) -> str:
    given = f"{len(row)} column{'' if len(row) == 1 else 's'}"
    wide = next((mark for mark in "，；、" if any(mark in field for field in row)), None)
    return f"{given}, and {wide!r}, which parts none (full width)" if len(row) == 1 and wide else given


def _digits(name: str) -> str:
    """Return a name of digits of any script, such as those of full width, as one of plain digits."""
    if name.isascii() or not name.isdecimal():
        return name
    return "".join(str(unicodedata.decimal(digit)) for digit in name)


def _list_columns(lines: _Lines, separator: str | None, top: Sequence[list[str]], gathering: Gathering) -> _Columns:
    is_whole = [all(field.lstrip("-").isdigit() for field in row[:2]) for row in top]
    is_header = is_whole == [False, True] and not any(map(_is_number, top[0]))
    if is_header or _has_known_names(top[0]):
        known = _columns(top[0], may_be_unknown=True)
        if known is None:
            given = f"a header that names no ends of links: {quoted(', '.join(top[0]))}"
            raise gathering.refuse(lines.numbers[0], given, NAMED_COLUMNS)
        if not _has_known_names(top[0]):
            gathering.leave(f"the first line ({', '.join(top[0])}) is taken for a header")
        return known
    above = next(iter(_rows(_Lines([0], [lines.above], ""), separator)), (0, []))[1]
    if len(above) == len(top[0]) > 1:
        commented = _columns(above)
        if commented:
            return _Columns(commented.seen, commented.sees, commented.weight, False, commented.left)
    width = len(top[0])
    if width > 3:
        raise gathering.refuse(lines.numbers[0], f"{width} columns without known names", NAMED_COLUMNS)
    if width == 3:
        _doubt_third_column(lines, separator, top[0], gathering)
    return _Columns(0, 1, 2 if width == 3 else None, False)


def _is_moment(field: str) -> bool:
    """Whether a field looks like seconds or milliseconds since 1970."""
    return len(field) in (10, 13) and field[0] == "1" and field.isdigit()


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _doubt_third_column(lines: _Lines, separator: str | None, first: Sequence[str], gathering: Gathering) -> None:
    """Refuse a third column without a name that is no number, or that looks like points in time."""
    if not _is_number(first[2].partition("/")[0]):
        given = f"{quoted(first[2])} in a third column without a name"
        raise gathering.refuse(lines.numbers[0], given, NAMED_COLUMNS)
    sample = [row for _, row in _rows(_Lines(lines.numbers[:_SAMPLE], lines.texts[:_SAMPLE], ""), separator)]
    if all(len(row) == 3 and _is_moment(row[2]) for row in sample):
        given = f"{quoted(first[2])} in a third column without a name, as of points in time"
        raise gathering.refuse(lines.numbers[0], given, NAMED_COLUMNS)


def _doubt_first_line(gathering: Gathering, columns: _Columns, first: Sequence[str]) -> None:
    """Say where the first line was taken for a link though its names stand nowhere else: it may be a header."""
    if columns.has_header or len(gathering.source) < 3:
        return
    ends = {gathering.source[0], gathering.target[0]}
    rest = (*gathering.source[1:], *gathering.target[1:])
    if not any(first[k].isdigit() for k in (columns.seen, columns.sees)) and ends.isdisjoint(rest):
        gathering.leave(
            f"the first line ({first[columns.seen]}, {first[columns.sees]}) is taken for a link;"
            " name the columns source and target if it is a header"
        )


def _with_attributes(lines: _Lines, gathering: Gathering) -> Links:
    """Read an edge list as networkx writes it: two names and a mapping of attributes."""
    left: dict[str, None] = {}
    for place, text in zip(lines.numbers, lines.texts, strict=True):
        parts = _ATTRIBUTES.fullmatch(text)
        try:
            attributes = ast.literal_eval(parts[3]) if parts else None
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            attributes = None
        if parts is None or not isinstance(attributes, dict):
            raise gathering.refuse(place, quoted(text), "two names and {…}, as in the first line")
        a, b = (gathering.person(_digits(name), place) for name in parts.groups()[:2])
        gathering.link(a, b, place, attributes.get("weight"))
        left |= dict.fromkeys(str(name) for name in attributes if name != "weight")
    if left:
        gathering.leave(f"attributes of links not read: {', '.join(left)}")
    return gathering.done()
