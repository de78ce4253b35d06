"""One tree of errors; every message says where, what was given, what is allowed, the nearest right thing.

A single problem is a :class:`Problem`; whoever checks input collects all of them and raises one
:class:`ScenarioError`, so that a user mends a file in one go.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_NAMED = 12  # in a message that lists what is allowed
_MOST_CLOSE, _ALIKE, _LEAST_HELD = 5, 0.6, 3  # names, of difflib's ratio, letters


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
    """Where in a file, or in an option such as ``--set``: 1-based line and column; ``path`` is the key's full path."""

    file: str
    line: int
    column: int
    path: str

    def __str__(self) -> str:
        where = self.file if self.file.startswith("--") else f"{self.file}:{self.line}:{self.column}"
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


def unknown(what: str, given: str, allowed: Iterable[str], listed: str = "") -> TrustsimError:
    """Return the error for a name that is none of *allowed*, with the nearest of them where there is one.

    ``listed``: as of :func:`one_of`.
    """
    told, near = choice(given, allowed, listed)
    hint = f"; did you mean {near!r}?" if near else ""
    return TrustsimError(f"{what}: given {given!r}; allowed: {told}{hint}")


def a(noun: str) -> str:
    """Put the article before a noun: ``a platform``, ``an incident``."""
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"


def choice(given: object, allowed: Iterable[str], listed: str = "") -> tuple[str, str | None]:
    """Return what is allowed in place of a name, in words, and the nearest of that; ``listed`` as of :func:`one_of`."""
    names = tuple(allowed)
    return one_of(names, listed, like=given), nearest(given, names)


def one_of(allowed: Iterable[str], listed: str = "", *, like: object = None) -> str:
    """Say a closed set of names as a phrase: ``one of a, b, c``.

    Of more than :data:`MOST_NAMED` only those that are close to *like*, what was given, and where the others stand:
    ``listed`` is a command, as ``trustsim catalog outcome``. Where nothing lists them the first of them stand.
    """
    names = [str(name) for name in allowed]
    if len(names) <= MOST_NAMED:
        return f"one of {', '.join(names)}"
    if not listed:
        return f"one of {', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
    close = ", ".join(close_to(like, names))
    return f"one of {len(names)}, listed by `{listed}`{f', such as {close}' if close else ''}"


def close_to(given: object, names: Sequence[str]) -> list[str]:
    """Return names that are alike or hold what was given, the most alike first; a few at most."""
    text = str(given)
    alike = difflib.get_close_matches(text, names, n=_MOST_CLOSE, cutoff=_ALIKE)
    holding = [name for name in names if len(text) >= _LEAST_HELD and text in name]
    return list(dict.fromkeys([*alike, *holding]))[:_MOST_CLOSE]
