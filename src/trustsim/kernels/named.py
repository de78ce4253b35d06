"""Rows by name: an enumeration of the rows of an array, and how a name finds its row."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from typing import Any

from trustsim.errors import ModelError, nearest, one_of
from trustsim.registry import file_of as file_of  # errors about rows ask for it here


class Rows(IntEnum):
    """Rows of an array, counted from 0."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[Any]) -> int:
        return count


@cache
def names_of(rows: type[Rows]) -> tuple[str, ...]:
    """Return the names of rows as mechanisms, levers and series write them."""
    return tuple(row.name.lower() for row in rows)


def row_of(rows: type[Rows], name: str) -> int:
    """Return the row of a name; raises ModelError where there is none."""
    try:
        return rows[name.upper()]
    except KeyError:
        raise no_row(rows.__name__.lower(), name, names_of(rows)) from None


def no_row(kind: str, name: str, allowed: Sequence[str], by: object = None) -> ModelError:
    """Return the error that says that there is no such row, with the file of the thing that asks for it."""
    hint = nearest(name, allowed)
    near = f"; did you mean {hint}?" if hint else ""
    file = "" if by is None else f" in {file_of(by)}"
    return ModelError(f"{kind}: given {name!r}{file}; allowed: {one_of(allowed)}{near}")
