"""Rows that mechanisms declare: state of platforms, terms that levers move, purses of money.

What exists in the world is declared once, in the file of the mechanism that owns it, with name, unit, bounds, start and
source. It stands behind the engine's own rows (kernels/layout.py) of the same array, so arrays, history, forks, series,
triggers, the money identity, the scenario file, its schema and the reference pages follow from the declaration.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Literal

from trustsim.errors import ModelError
from trustsim.kernels.layout import Books, Gauges, Terms
from trustsim.kernels.named import Rows, names_of, no_row
from trustsim.registry import REGISTRY, Parameter, bounds_of
from trustsim.units import Unit
from trustsim.world.sections import Platform
from trustsim.world.series import Series, belongs_to

Kind = Literal["stock", "term", "purse", "column", "actor_stock", "actor_purse"]
Of = Literal["platform", "actor"]
_BEHIND: dict[str, type[Rows]] = {"stock": Gauges, "term": Terms, "purse": Books}


@dataclass(frozen=True)
class Row:
    """One declared row: ``start`` is where it stands on day 0, or, of a term, where no lever moves it."""

    kind: Kind
    name: str
    unit: Unit
    start: float
    low: float | None
    high: float | None
    source: str
    text: str
    module: str

    def __post_init__(self) -> None:
        belongs_to(self, self.module, self.name, self.text)

    @property
    def index(self) -> int:
        """The row of its array."""
        return index_of(self.kind, self.name)


def stock(
    name: str, *, start: float, unit: Unit, source: str, text: str, low: float | None = None,
    high: float | None = None, of: Of = "platform",
) -> Row:  # fmt: skip
    """Declare state of a platform that lasts: recorded, forked, watched by triggers, set in a file by its name.

    Its series over all platforms is the mean, weighed by the claims of day 0. State of an actor is recorded and forked.
    """
    if of == "actor":
        return _declare(Row("actor_stock", name, unit, start, *bounds_of(unit, low, high), source, text, _caller()))
    if name in {field.name for field in fields(Platform)}:
        raise ModelError(f"the stock {name!r} of {_caller()} is a setting of platforms; allowed: another name")
    row = Row("stock", name, unit, start, *bounds_of(unit, low, high), source, text, _caller())
    _measured(row, over="claims_at_start")
    at_first = Parameter(name, unit, start, row.low, row.high, source, f"{text}, on day 0")
    REGISTRY.extend("section", "platform", at_first)
    return row


def column(
    name: str, *, start: float, unit: Unit, source: str, text: str, low: float | None = None, high: float | None = None
) -> Row:
    """Declare a number that each account has; it moves by the law of kernels/columns.py, as its mechanism says.

    It takes memory only where a mechanism of the same file is on. Its mean over the holders is recorded as a series and
    watched by triggers under its name.
    """
    row = _declare(Row("column", name, unit, start, *bounds_of(unit, low, high), source, text, _caller()))
    _measured(replace(row, kind="stock", text=f"mean over the holders of: {text}"), over="holders")
    return row


def term(
    name: str, *, neutral: float = 0.0, unit: Unit, source: str, text: str, low: float | None = None,
    high: float | None = None, module: str = "",
) -> Row:  # fmt: skip
    """Declare a term of platforms that levers move; ``neutral`` where none does.

    ``module``: the file that declares it, where that is not the one that calls this.
    """
    return _declare(Row("term", name, unit, neutral, *bounds_of(unit, low, high), source, text, module or _caller()))


def purse(name: str, *, source: str, text: str, of: Of = "platform") -> Row:
    """Declare an account that money can be moved to and from: of the books of each platform, or of each actor's own.

    It begins empty.
    """
    return _declare(
        Row("actor_purse" if of == "actor" else "purse", name, "money", 0.0, None, None, source, text, _caller())
    )


def _declare(row: Row) -> Row:
    if row.kind in _BEHIND and row.name.upper() in _BEHIND[row.kind].__members__:
        raise ModelError(f"the {row.kind} {row.name!r} of {row.module} is one of the engine's; allowed: another name")
    REGISTRY.enter(row.kind, row.name, source=row.source, unit=row.unit, low=row.low, high=row.high)(row)
    return row


def _measured(row: Row, over: str) -> None:
    """Declare a stock with its series, over all platforms the mean weighed by the gauge *over*, and its indicator."""
    _declare(row)
    series = Series(row.name, row.unit, row.text, "", over, row.low, row.high, is_watched=True, module=row.module)
    series.enter(row.name)


def _caller() -> str:
    return str(sys._getframe(2).f_globals.get("__name__", ""))


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
