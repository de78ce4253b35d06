"""A scenario as a tree of values that remember where they were written, and the report of what is wrong with it."""

from __future__ import annotations

import numbers
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from trustsim.arguments import is_text
from trustsim.errors import Place, Problem, ScenarioError
from trustsim.units import plain as plain_form

Scalar: TypeAlias = str | int | float | bool | None

DEEPEST = 40  # levels of nesting
LARGEST = 100_000  # values in one scenario, aliases expanded
MOST_PROBLEMS = 100  # that are told at once
LONGEST = 300  # characters of one message, and of one quantity
MOST_ALLOWED = 1000  # characters of what is allowed, which may be many names
LARGEST_INT = 10**300
KEYS = f"keys that are plain text of at most {LONGEST} characters"


@dataclass(frozen=True, slots=True)
class Spot:
    """1-based line and column in a file."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Node:
    """A value where it was written; ``key`` is the spot of its key in the mapping that holds it."""

    value: Scalar | tuple[Node, ...] | dict[str, Node]
    spot: Spot
    key: Spot | None = None

    @property
    def mapping(self) -> dict[str, Node] | None:
        return self.value if isinstance(self.value, dict) else None

    @property
    def items(self) -> tuple[Node, ...] | None:
        return self.value if isinstance(self.value, tuple) else None

    def at(self, key: Spot | None) -> Node:
        """Return the same value under a key at another spot."""
        return replace(self, key=key)


@dataclass
class Report:
    """Every problem found so far.

    ``is_whole`` turns false when part of the scenario could not be read: what then seems to be missing may well
    stand in that part, so :meth:`absent` keeps quiet. ``inside``: the folder that every file must lie in; '' for none.
    ``most_values``: in one file, aliases expanded.
    ``probe`` is the spot of a value of which it is asked as what it is read; ``probed``: the parameters that it was.
    """

    problems: dict[Problem, None] = field(default_factory=dict)
    is_whole: bool = True
    inside: str = ""
    most_values: int = LARGEST
    probe: Spot | None = None
    probed: list[Any] = field(default_factory=list)

    def add(self, spot: Spot, path: str, given: str, allowed: str, near: str | None = None) -> None:
        """Note a problem; text that a terminal would act on is shown escaped, long text is cut.

        Raises ScenarioError with all problems where there are MOST_PROBLEMS already.
        """
        place = Place(clean(spot.file), spot.line, spot.column, clean(path))
        if len(self.problems) >= MOST_PROBLEMS:
            given = f"more than {MOST_PROBLEMS} problems: here reading stopped"
            rest = Problem(place, given, "a scenario without them; what follows is read when these are mended")
            raise ScenarioError([*self.problems, rest])
        near = look_alike(given) if near is None else near
        near = None if near is None else clean(near)
        self.problems[Problem(place, clean(given), clean(allowed, MOST_ALLOWED), near)] = None

    def absent(self, spot: Spot, path: str, given: str, allowed: str, near: str | None = None) -> None:
        """Note that something is not there, unless a part of the scenario could not be read."""
        if self.is_whole:
            self.add(spot, path, given, allowed, near)

    def stop_if_any(self) -> None:
        """Raise ScenarioError with all problems, if there are any."""
        if self.problems:
            raise ScenarioError(self.problems)

    def is_outside(self, path: str) -> bool:
        """Whether a file lies outside of ``inside``, links followed."""
        if not self.inside:
            return False
        try:
            top, real = os.path.realpath(self.inside), os.path.realpath(path)
            return os.path.commonpath((top, real)) != top
        except ValueError:  # a NUL in the path, or another drive
            return True


def join(path: str, key: object) -> str:
    """Return the full path of *key* under *path*."""
    return f"{path}.{key}" if path else str(key)


def clean(text: str, most: int = LONGEST) -> str:
    """Return *text* on one line, without control characters, cut where it has more than *most* characters."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


#: signs that keyboards for Chinese and word processors write in place of those that stand for something here
_LOOK_ALIKE = {"：": ":", "，": ",", "；": ";", "％": "%", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "－": "-"}
_WIDE_DIGITS = re.compile("[０-９]+")


def look_alike(text: str) -> str | None:
    """Say which sign in *text* is not the one that it looks like, and which one is meant; None where there is none."""
    digits = _WIDE_DIGITS.search(text)
    if digits is not None:
        return f"{plain_form(digits[0])} in place of {digits[0]} (full width)"
    found = next((c for c in text if c in _LOOK_ALIKE), None)
    return None if found is None else f"{_LOOK_ALIKE[found]} in place of {found} (another character)"


def is_key(key: object) -> bool:
    """Whether *key* can be the key of a mapping in a scenario: see KEYS."""
    return isinstance(key, str) and 0 < len(key) <= LONGEST and is_text(key)


def kind_of(node: Node) -> str:
    """Say what a node holds: ``a mapping``, ``a list``, or the value itself."""
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, tuple):
        return "a list"
    return "nothing" if node.value is None else repr(node.value)


def plain(node: Node) -> Any:
    """Return the tree as plain dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(child) for child in node.value]
    return node.value


def measure(node: Node) -> tuple[int, int]:
    """Return the number of values in a tree and its height."""
    children = tuple(node.value.values()) if isinstance(node.value, dict) else node.items or ()
    measured = [measure(child) for child in children]
    return 1 + sum(size for size, _ in measured), 1 + max((height for _, height in measured), default=0)


def tree_of(value: object, file: str, path: str, report: Report) -> Node:
    """Return plain Python data as a tree; what a scenario file could not hold is reported and becomes None."""
    return _Grower(Spot(file), report).grow(value, path, 0)


@dataclass
class _Grower:
    spot: Spot
    report: Report
    n_values: int = 0

    def grow(self, value: object, path: str, depth: int) -> Node:
        self.n_values += 1
        if depth > DEEPEST or self.n_values > LARGEST:
            self.report.add(self.spot, path, *too_much(depth, LARGEST))
            return Node(None, self.spot)
        if isinstance(value, Mapping):
            return Node(
                {k: self.grow(v, join(path, k), depth + 1).at(self.spot) for k, v in self._named(value, path)},
                self.spot,
            )
        if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
            return Node(tuple(self.grow(v, join(path, i), depth + 1) for i, v in self._first(value)), self.spot)
        return Node(self._scalar(value, path), self.spot)

    def _first(self, value: Sequence[object]) -> list[tuple[int, object]]:
        return list(enumerate(value[: LARGEST + 1]))

    def _named(self, value: Mapping[object, object], path: str) -> list[tuple[str, object]]:
        for key in value:
            if not is_key(key):
                self.report.add(self.spot, path, f"the key {clean(repr(key))}", KEYS)
        return [(str(key), child) for key, child in value.items() if is_key(key)]

    def _scalar(self, value: object, path: str) -> Scalar:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            if is_text(value):
                return value
            self.report.add(self.spot, path, f"{value!r}, half a character", "text")
        elif isinstance(value, numbers.Integral):
            if abs(int(value)) < LARGEST_INT:
                return int(value)
            self.report.add(self.spot, path, "a whole number of more than 300 digits", "a smaller number")
        elif isinstance(value, numbers.Real):
            return float(value)
        else:
            self.report.add(
                self.spot, path, f"a {type(value).__name__}", "text, a number, true or false, a list, a mapping"
            )
        return None


def too_much(depth: int, most_values: int) -> tuple[str, str]:
    """Say which of the two limits on size was passed: (given, allowed)."""
    if depth > DEEPEST:
        return f"nesting deeper than {DEEPEST} levels", "a scenario, which needs few levels"
    return f"more than {most_values} values (aliases expanded)", f"at most {most_values} values in one scenario"
