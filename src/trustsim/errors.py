"""One tree of errors; every message says where, what was given, what is allowed, the nearest right thing.

A single problem is a :class:`Problem`; whoever checks input collects all of them and raises one
:class:`ScenarioError`, so that a user mends a file in one go.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class TrustsimError(Exception):
    """Root of every error that trustsim raises on purpose."""


class UnitError(TrustsimError, ValueError):
    """A quantity that cannot be read, or that lies outside its bounds.

    ``given`` and ``allowed`` are sentences fit for a user; the loader adds the place.
    """

    def __init__(self, given: str, allowed: str, nearest: str | None = None) -> None:
        self.given, self.allowed, self.nearest = given, allowed, nearest
        super().__init__(f"{given}; {allowed}" + (f"; did you mean {nearest}?" if nearest else ""))

    def __reduce__(self) -> tuple[type[UnitError], tuple[str, str, str | None]]:
        return type(self), (self.given, self.allowed, self.nearest)  # or it could not leave the process of a pool


class ModelError(TrustsimError, RuntimeError):
    """The world was asked for something impossible; a defect of a mechanism, not of a scenario."""


class PoolLost(TrustsimError):
    """Where a study ran is gone, a cluster say; what finished is kept, and the study can go on."""


@dataclass(frozen=True, order=True)
class Place:
    """Where in a file: 1-based line and column; ``path`` is the key's full path."""

    file: str
    line: int
    column: int
    path: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return f"{where}: {self.path}" if self.path else where


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input: where, what was given, what is allowed, the nearest right thing."""

    place: Place
    given: str
    allowed: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f"\n    did you mean {self.nearest}?" if self.nearest else ""
        return f"{self.place}\n    given: {self.given}\n    allowed: {self.allowed}{hint}"


@dataclass(frozen=True)
class Misfit:
    """What does not fit together in a world: the key's path under what says so, and the rest of a :class:`Problem`.

    A section, a network kind or a mechanism whose settings must agree with the rest of the world says so in a method
    ``misfits(world)``; the loader adds the place.
    """

    path: str
    given: str
    allowed: str
    nearest: str | None = None


class ScenarioError(TrustsimError, ValueError):
    """Everything wrong with a scenario, sorted by place; ``str`` shows all of it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda p: p.place))
        n = len(self.problems)
        head = f"{n} problem{'s' if n != 1 else ''} in the scenario"
        super().__init__("\n".join([head, *map(str, self.problems)]))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)  # or it could not leave the process of a pool


def nearest(name: object, allowed: Sequence[str]) -> str | None:
    """Return the allowed name most like *name*, or None where nothing is close."""
    found = difflib.get_close_matches(str(name), [str(a) for a in allowed], n=1, cutoff=0.6)
    return found[0] if found else None


def unknown(what: str, given: str, allowed: Iterable[str]) -> TrustsimError:
    """Return the error for a name that is none of *allowed*, with the nearest of them where there is one."""
    names = tuple(allowed)
    near = nearest(given, names)
    hint = f"; did you mean {near!r}?" if near else ""
    return TrustsimError(f"{what}: given {given!r}; allowed: {one_of(names)}{hint}")


def a(noun: str) -> str:
    """Put the article before a noun: ``a platform``, ``an incident``."""
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"


def one_of(allowed: Iterable[str]) -> str:
    """Say a closed set of names as a phrase: ``one of a, b, c``."""
    return "one of " + ", ".join(str(a) for a in allowed)
