"""Rows that mechanisms declare: state of platforms, terms that levers move, purses of money.

What exists in the world is declared once, in the file of the mechanism that owns it, with name, unit, bounds, start and
source. It stands behind the engine's own rows (kernels/layout.py) of the same array, so arrays, history, forks, series,
triggers, the money identity, the scenario file, its schema and the reference pages follow from the declaration.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import cache
from typing import Literal, get_args

from trustsim.errors import ModelError, one_of
from trustsim.kernels.layout import Books, Gauges, Terms
from trustsim.kernels.named import Rows, names_of, no_row
from trustsim.registry import REGISTRY, Parameter, bounds_of, check_name, file_of
from trustsim.units import Unit, check_declared
from trustsim.world.declaring import Spot, check_once, spot
from trustsim.world.sections import Platform
from trustsim.world.series import Series, belongs_to

Kind = Literal["stock", "term", "purse", "column", "actor_stock", "actor_purse"]
Of = Literal["platform", "actor", "sector"]
_HOLDERS: tuple[Of, ...] = ("platform", "actor")  # of purses: money is somebody's
_BEHIND: dict[str, type[Rows]] = {"stock": Gauges, "term": Terms, "purse": Books}
_CALLED: dict[Kind, tuple[str, str]] = {  # what a row of a kind is called, and what takes it
    "stock": ("a stock of platforms", "day.stock"), "term": ("a term", "day.term, by its name"),
    "purse": ("a purse of platforms", "day.do.move"), "column": ("a column of accounts", "Law and day.state.column"),
    "actor_stock": ("a stock of actors", "me.stock"), "actor_purse": ("a purse of actors", "me.collect and me.pay"),
}  # fmt: skip
_SPOTS: dict[tuple[Kind, str], Spot] = {}


@dataclass(frozen=True)
class Row:
    """One declared row: ``start`` is where it stands on day 0, or, of a term, where no lever moves it.

    ``of``: whose a stock is.
    """

    kind: Kind
    name: str
    unit: Unit
    start: float
    low: float | None
    high: float | None
    source: str
    text: str
    module: str
    of: Of = "platform"

    def __post_init__(self) -> None:
        belongs_to(self, self.module, self.name, self.text)

    @property
    def index(self) -> int:
        """The row of its array."""
        return index_of(self.kind, self.name)

    @property
    def bounds(self) -> tuple[float, float]:
        """What it lies between; infinite where nothing bounds it."""
        return -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high


def stock(
    name: str, *, start: float, unit: Unit, source: str, text: str, low: float | None = None,
    high: float | None = None, of: Of = "platform", chosen: bool = False,
) -> Row:  # fmt: skip
    """Declare state of a platform that lasts: recorded, forked, watched by triggers, set in a file by its name.

    Its series over all platforms is the mean, weighed by the claims of day 0. State of an actor is recorded and forked.
    State of the sector, one number for all platforms, is recorded, forked and watched under its name. ``chosen``:
    whether somebody can choose where it stands on day 0 (:class:`~trustsim.parameters.Parameter`).
    Raises ModelError, as all declarations do, where the name is taken or none, the unit unknown, or *start* no number
    within the bounds; then nothing is declared.
    """
    kind, bounds, now = _kind("stock", of, name), bounds_of(unit, low, high), spot(1)
    row = Row(kind, name, unit, start, *bounds, source, text, now.module, of)
    _declare(row, now, None if of == "actor" else _measured(row, over="claims_at_start"))
    if of == "platform":
        at_first = Parameter(name, unit, start, row.low, row.high, source, f"{text}, on day 0", chosen=chosen)
        REGISTRY.extend("section", "platform", at_first)
    return row


def column(
    name: str, *, start: float, unit: Unit, source: str, text: str, low: float | None = None, high: float | None = None
) -> Row:
    """Declare a number that each account has; it moves by the law of kernels/columns.py, as its mechanism says.

    It takes memory only where a mechanism of the same file is on. Its mean over the holders is recorded as a series and
    watched by triggers under its name.
    """
    row = Row("column", name, unit, start, *bounds_of(unit, low, high), source, text, spot(1).module)
    mean = replace(row, kind="stock", text=f"mean over the holders of: {text}")
    _declare(row, spot(1), _measured(mean, over="holders"))
    _enter(mean)
    return row


def term(
    name: str, *, neutral: float = 0.0, unit: Unit, source: str, text: str, low: float | None = None,
    high: float | None = None, module: str = "",
) -> Row:  # fmt: skip
    """Declare a term of platforms that levers move; ``neutral`` where none does, infinite where that means no limit.

    Whatever levers propose together, it stays within its bounds. ``module``: the file that declares it, where that is
    not the one that calls this.
    """
    whose = module or spot(1).module
    return _declare(Row("term", name, unit, neutral, *bounds_of(unit, low, high), source, text, whose), spot(1))


def purse(name: str, *, source: str, text: str, of: Of = "platform") -> Row:
    """Declare an account that money can be moved to and from: of the books of each platform, or of each actor's own.

    It begins empty.
    """
    kind = _kind("purse", of, name)
    return _declare(Row(kind, name, "money", 0.0, None, None, source, text, spot(1).module), spot(1))


def _kind(what: Literal["stock", "purse"], of: str, name: str) -> Kind:
    """Return the kind of a row of platforms, of actors or of the sector."""
    allowed = get_args(Of) if what == "stock" else _HOLDERS
    if of not in allowed:
        raise ModelError(f"{what} {name!r} in {spot(2).file}: given of={of!r}; allowed: {one_of(allowed)}")
    if what == "stock":
        return "actor_stock" if of == "actor" else "stock"
    return "actor_purse" if of == "actor" else "purse"


def _measured(row: Row, over: str) -> Series:
    """Return the series of a stock: over all platforms the mean weighed by the gauge *over*."""
    return Series(row.name, row.unit, row.text, "", over, row.low, row.high, is_watched=True, module=row.module)


def _declare(row: Row, now: Spot, series: Series | None = None) -> Row:
    """Enter a row, with its series and its indicator where it has them, or nothing where anything is wrong."""
    what = f"{row.kind} {row.name!r}"
    known = REGISTRY[row.kind, row.name].make if (row.kind, row.name) in REGISTRY else None
    _check(row)
    for group in (row.kind, *(() if series is None else ("stock", "series", "indicator"))):
        REGISTRY.check_free(group, row.name, row)
    there = next((kind for kind in ("column", "stock") if (kind, row.name) in REGISTRY), row.kind)
    if series is not None and there != row.kind:
        raise ModelError(f"{what} in {file_of(row)}: given the name of a {there}; allowed: another name")
    check_once(what, _SPOTS.get((row.kind, row.name)), now, is_same=known == row)
    _SPOTS[row.kind, row.name] = now
    _enter(row)
    if series is not None:
        series.enter(row.name)
    return row


def _enter(row: Row) -> None:
    REGISTRY.enter(row.kind, row.name, source=row.source, unit=row.unit, low=row.low, high=row.high)(row)


def _check(row: Row) -> None:
    """Raise ModelError where a row has no name of its own, or stands where it cannot."""
    where = f"{row.kind} {row.name!r} in {file_of(row)}"
    check_name(row.kind, row.name, row)
    is_seen = row.kind in ("stock", "column")  # by its name, as a gauge and in a platform's settings
    core = _BEHIND.get("stock" if is_seen else row.kind)
    if core is not None and row.name.upper() in core.__members__:
        raise ModelError(f"{where}: given a name that is one of the engine's; allowed: another name")
    if is_seen and _is_setting(row):
        raise ModelError(f"{where}: given a name that is a setting of platforms; allowed: another name")
    check_declared(where, row.unit, row.low, row.high, row.start)
    if row.unit in ("text", "name"):
        raise ModelError(f"{where}: given the unit {row.unit!r}; allowed: a unit of numbers")
    if row.kind != "term" and math.isinf(row.start):
        raise ModelError(f"{where}: given {row.start:g}; allowed: a finite number")


def _is_setting(row: Row) -> bool:
    """Whether a platform has something else of this name: a field, a method, what another declaration set there."""
    if row.name in {field.name for field in fields(Platform)} or hasattr(Platform, row.name):
        return True
    beside = {parameter.name for parameter in REGISTRY["section", "platform"].parameters}
    return row.name in beside and ("stock", row.name) not in REGISTRY


def of_kind(row: object, kind: Kind, by: str) -> Row:
    """Return a row of this *kind*; raises ModelError for whatever else it is. ``by``: what asks for it."""
    if isinstance(row, Row) and row.kind == kind:
        return row
    what, _ = _CALLED[kind]
    hint = f"; it is for {_CALLED[row.kind][1]}" if isinstance(row, Row) else ""
    raise ModelError(f"{by}: given {called(row)}; allowed: {what}{hint}")


def called(row: object) -> str:
    """Say what a row is: its name, its kind and its file, or of the engine's rows the enumeration."""
    if isinstance(row, Row):
        return f"{row.name!r}, {_CALLED[row.kind][0]} in {file_of(row)}"
    return f"{type(row).__name__}.{row.name}" if isinstance(row, Enum) else repr(row)


def declared(kind: Kind) -> tuple[Row, ...]:
    """Return the rows of a kind in the order of their array."""
    return tuple(REGISTRY[kind, name].make for name in REGISTRY.names(kind))


def columns_of(kinds: Iterable[type]) -> tuple[Row, ...]:
    """Return the columns that are declared in the files of these classes."""
    return of_file("column", *(kind.__module__ for kind in kinds))


def of_file(kind: Kind, *modules: str) -> tuple[Row, ...]:
    """Return the rows of a kind that the files of these *modules* declare."""
    return tuple(row for row in declared(kind) if row.module in modules)


def count(kind: Kind) -> int:
    """Return how many rows an array has: the engine's and the declared ones."""
    return len(_BEHIND.get(kind, ())) + len(REGISTRY.names(kind))


def index_of(kind: Kind, name: str, by: object = None) -> int:
    """Return the row of a gauge or stock, a term, an entry of the books; raises ModelError where there is none.

    ``by``: who asks; the error names its file.
    """
    core = _core_rows(kind)
    if name in core:
        return core[name]
    place = REGISTRY.place_of(kind, name)
    if place is None:
        raise no_row(kind, name, [*core, *REGISTRY.names(kind)], by)
    return len(core) + place


@cache
def _core_rows(kind: Kind) -> dict[str, int]:
    """Return the engine's rows of a kind by name."""
    core = _BEHIND.get(kind, Rows)
    return dict(zip(names_of(core), map(int, core), strict=True))


def gauge_row(name: str) -> int:
    """Return the row of a gauge or a stock."""
    return index_of("stock", name)
