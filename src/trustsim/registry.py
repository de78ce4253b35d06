"""What can be written in a scenario: entries, their parameters, and the registry that holds them.

A mechanism, shock, intervention, platform kind or network kind is a frozen dataclass whose fields are declared with
:func:`parameter`; a decorator from :class:`Registry` enters it. The scenario loader, the JSON Schema, the catalogue
and the docs are all made from the same entries, so a lever is declared once.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar, get_args

from trustsim.errors import ModelError, nearest, one_of
from trustsim.parameters import REQUIRED, Parameter, bounds_of, choice, parameter, parameters_of
from trustsim.units import Unit, check_declared, major

__all__ = [
    "GROUPS", "REGISTRY", "REQUIRED", "Entry", "Family", "Group", "Parameter", "Registry", "bounds_of", "check_name",
    "choice", "file_of", "parameter", "parameters_of",
]  # fmt: skip

#: what an entry belongs to; who declares presets or actors adds a group of their name
Group: TypeAlias = str
GROUPS: tuple[Group, ...] = (
    "mechanism", "shock", "intervention", "platform_kind", "network_kind", "custody", "outcome", "section", "indicator",
    "series", "stock", "term", "purse", "column", "presets", "actor", "actor_stock", "actor_purse",
    "incident",
)  # fmt: skip
Family = Literal["regulatory", "ux", "communication", "platform", "sector", ""]
T = TypeVar("T")

_NAME = re.compile("[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Entry:
    """A registered thing: its group and name, how it is made, and what its documentation says.

    ``better``, ``unit``, ``binary``, ``low``, ``high`` and ``may_not_apply`` describe outcomes and series. ``binary``
    says that a run gives 0 or 1, so that the mean over runs is a proportion and gets the interval of one; ``low`` and
    ``high`` that no run gives less or more (None: nothing does); ``may_not_apply`` that a run may give NaN, which says
    that there is nothing to measure. A run that gives anything else has failed. ``censored_at_horizon``: of an outcome
    that is the day of an event, counted from day 0, where NaN says that there was none by the horizon: means count such
    a run with the horizon, and the share of runs with the event is said beside. ``beside``: parameters that are no
    fields of the class, as mechanisms declare them for platforms. ``plural``: of an actor, the key of its list. ``by``:
    what an outcome has a number for, 'platform', 'segment' or names of groups; () where it has one number, or where
    nobody can say before it is measured.
    """

    group: Group
    name: str
    make: Any
    parameters: tuple[Parameter, ...]
    rows: tuple[str, ...]
    source: str
    family: Family = ""
    better: Literal["lower", "higher", ""] = ""
    unit: Unit = "number"
    binary: bool = False
    low: float | None = None
    high: float | None = None
    may_not_apply: bool = False
    censored_at_horizon: bool = False
    beside: tuple[str, ...] = ()
    plural: str = ""
    by: tuple[str, ...] = ()

    def build(self, **values: Any) -> Any:
        """Return an instance with these values; those of parameters that others declared stand in ``declared``."""
        declared = tuple((p.name, values.pop(p.name, p.default)) for p in self.parameters if p.name in self.beside)
        return self.make(**values, **({"declared": declared} if declared else {}))

    @property
    def bounds(self) -> tuple[float, float]:
        """What every run lies between, money in units of the currency; infinite where nothing bounds it."""
        if self.binary:
            return 0.0, 1.0
        low, high = -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high
        return major(low, self.unit), major(high, self.unit)

    @property
    def file(self) -> str:
        """The file that declares it, or its module where there is no file."""
        return getattr(sys.modules.get(self.make.__module__), "__file__", None) or str(self.make.__module__)

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return (inspect.getdoc(self.make) or "").split("\n", 1)[0]

    @property
    def text(self) -> str:
        """The whole docstring."""
        return inspect.getdoc(self.make) or ""


def _place(thing: Any) -> tuple[str, str]:
    """Return where a class or function is defined: module and name."""
    return thing.__module__, thing.__qualname__


def file_of(thing: object) -> str:
    """Return the file in which a class, a function, the class of a thing, or a declared row is written.

    It is the name of the module where there is no file.
    """
    return getattr(sys.modules.get(thing.__module__), "__file__", None) or thing.__module__


def check_name(group: Group, name: str, thing: object) -> None:
    """Raise ModelError where a name is no identifier in lower case: it is a key of files and the name of a series."""
    if not _NAME.fullmatch(name):
        allowed = "lower-case letters, digits and _, a letter first"
        raise ModelError(f"{group} in {file_of(thing)}: given the name {name!r}; allowed: {allowed}")


class Registry:
    """All entries, by group and name; a name is used once in a group. ``groups``: all that there are, in order."""

    def __init__(self) -> None:
        self.groups: tuple[Group, ...] = GROUPS
        self._entries: dict[tuple[Group, str], Entry] = {}
        self._places: dict[Group, dict[str, int]] = {}  # in the order in which names were entered
        self._checks: dict[Group, Callable[[Entry], None]] = {}

    def enter(
        self,
        group: Group,
        name: str,
        *,
        rows: tuple[str, ...] = (),
        source: str,
        family: Family = "",
        better: Literal["lower", "higher", ""] = "",
        unit: Unit = "number",
        binary: bool = False,
        low: float | None = None,
        high: float | None = None,
        may_not_apply: bool = False,
        censored_at_horizon: bool = False,
        plural: str = "",
        by: tuple[str, ...] = (),
    ) -> Callable[[T], T]:
        """Decorate a dataclass (or, for outcomes, a function) to enter it under *group* and *name*.

        What can be said of an outcome is explained at :class:`Entry`. The same thing defined again, as where a
        notebook's cell is run twice, takes the place of the first. Raises ModelError, and enters nothing, where *name*
        is no name or stands for another one, a parameter cannot be, nobody declared the group, or a :meth:`check` of
        the group refuses it.
        """
        if group not in self.groups:
            hint = nearest(group, self.groups)
            near = f"; did you mean {hint}?" if hint else ""
            raise ModelError(f"group of {name!r}: given {group!r}; allowed: {one_of(self.groups)}{near}")
        if family not in get_args(Family):
            raise ModelError(f"{group} {name!r}: given the family {family!r}; allowed: {one_of(get_args(Family))}")
        if (group == "actor") != bool(plural):
            allowed = "a plural, the key of its list in a scenario file" if group == "actor" else "a plural of actors"
            raise ModelError(f"{group} {name!r}: given the plural {plural!r}; allowed: {allowed}")
        if censored_at_horizon and not (unit == "duration" and may_not_apply):
            allowed = "a duration that may not apply, the time to an event"
            raise ModelError(f"{group} {name!r}: given censored_at_horizon; allowed: {allowed}")

        def decorate(thing: T) -> T:
            check_name(group, name, thing)
            self.check_free(group, name, thing)
            declared = parameters_of(thing) if isinstance(thing, type) and dataclasses.is_dataclass(thing) else ()
            where = f"{group} {name!r} in {file_of(thing)}"
            check_declared(where, unit, low, high, None)
            for p in declared:
                check_declared(f"parameter {p.name!r} of {where}", p.unit, p.low, p.high, p.default)
            about = (rows, source, family, better, unit, binary, low, high, may_not_apply, censored_at_horizon)
            entry = Entry(group, name, thing, declared, *about, plural=plural, by=by)
            if group in self._checks:
                self._checks[group](entry)
            self.take(entry)
            return thing

        return decorate

    def check_free(self, group: Group, name: str, thing: Any) -> None:
        """Raise ModelError with both files where *name* stands for something that is defined elsewhere than *thing*."""
        known = self._entries.get((group, name))
        if known is not None and _place(known.make) != _place(thing):
            where = f"{'.'.join(_place(known.make))} in {file_of(known.make)}"
            given = f"a name that is registered twice: it stands for {where}"
            raise ModelError(f"{group} {name!r} in {file_of(thing)}: given {given}; allowed: another name")

    def take(self, entry: Entry) -> None:
        """Hold an entry, in place of one of that group and name."""
        self._entries[entry.group, entry.name] = entry
        self.add_group(entry.group)
        places = self._places.setdefault(entry.group, {})
        places.setdefault(entry.name, len(places))

    def add_group(self, group: Group) -> None:
        """Let there be a group, behind those that there are."""
        self.groups = tuple(dict.fromkeys((*self.groups, group)))

    def check(self, group: Group, check: Callable[[Entry], None]) -> None:
        """Let *check* look at each entry of a group before it is entered, and now at those that are there.

        It raises ModelError where one cannot be.
        """
        self._checks[group] = check
        for entry in self.group(group).values():
            check(entry)

    def of_item(self, kind: str) -> Group:
        """Return what an item of a variant is: a shock where only a shock has its kind, else an intervention."""
        return "shock" if ("shock", kind) in self and ("intervention", kind) not in self else "intervention"

    def extend(self, group: Group, name: str, parameter: Parameter) -> None:
        """Let an entry have one parameter more, that is no field of its class.

        Raises ModelError where it has one of that name that refers to something else.
        """
        entry = self._entries[group, name]
        for known in entry.parameters:
            if known.name == parameter.name and known.refers != parameter.refers:
                given = f"{name} with {parameter.name!r} ({parameter.text})"
                raise ModelError(f"{given}: it has one already ({known.text}); allowed: another name")
        others = tuple(known for known in entry.parameters if known.name != parameter.name)
        beside = (*(known for known in entry.beside if known != parameter.name), parameter.name)
        self._entries[group, name] = dataclasses.replace(entry, parameters=(*others, parameter), beside=beside)

    def names(self, group: Group) -> list[str]:
        """Return the names of one group in the order in which they were entered."""
        return list(self._places.get(group, {}))

    def place_of(self, group: Group, name: str) -> int | None:
        """Return the place of a name in :meth:`names`, None where there is no such name."""
        return self._places.get(group, {}).get(name)

    def group(self, group: Group) -> dict[str, Entry]:
        """Return the entries of one group by name, sorted."""
        return {name: e for (g, name), e in sorted(self._entries.items()) if g == group}

    def allowed(self, parameter: Parameter) -> tuple[str, ...]:
        """Return the names that a parameter may have: its choices, or those of the group it refers to; else none.

        An empty default stands first among the names of a group.
        """
        names = tuple(name for group, name in sorted(self._entries) if group == parameter.refers)
        return parameter.choices or (("",) * (bool(names) and parameter.default == "") + names)

    def outcome(self, name: str) -> Entry:
        """Return the entry of an outcome; of one by group, ``name[group]``, that of the name."""
        return self["outcome", name.partition("[")[0]]

    def __contains__(self, key: tuple[Group, str]) -> bool:
        return key in self._entries

    def __getitem__(self, key: tuple[Group, str]) -> Entry:
        return self._entries[key]

    def __iter__(self) -> Iterator[Entry]:
        return iter(e for _, e in sorted(self._entries.items()))

    def __len__(self) -> int:
        return len(self._entries)


#: the one registry; importing ``trustsim.mechanisms`` fills it
REGISTRY = Registry()
LISTED = "trustsim catalog outcome"  # the command that lists the outcomes
