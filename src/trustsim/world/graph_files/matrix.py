"""A square matrix told from a list of links: with or without names at its columns and rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from trustsim.world.graph_files.links import Gathering, Links, matrix_links, quoted

A_MATRIX = "as many rows as columns of numbers that are not below 0 (a matrix)"
NAMES_OR_MATRIX = f"{A_MATRIX}, or links under a header that names source and target"
SMALLEST = 3  # people; of two columns each line is a link, which for two people says the same
LARGEST = 20_000  # people: 4 · 10**8 fields

Rows = Iterable[tuple[int, list[str]]]


def matrix_of(rows: Callable[[], Rows], top: Sequence[list[str]], n_rows: int, gathering: Gathering) -> Links | None:
    """Return the links of a table that is a matrix, None where it is a list of links.

    ``top``: the fields of the first two rows; ``n_rows``: how many there are, a row of names included.
    """
    first, second = top[0], top[-1]
    width = len(second)
    if width < SMALLEST or not width <= n_rows <= width + 1 or n_rows > LARGEST:
        if _is_numeric(first) and len(first) > SMALLEST:
            given = f"{n_rows} rows, of {len(first)} numbers in the first, without a header"
            raise gathering.refuse(0, given, NAMES_OR_MATRIX)
        return None
    if n_rows == width == len(first) and _is_numeric(first):
        return _told(list(rows()), None, gathering)
    if n_rows == width and first[1:] == [row[0] for _, row in rows()][1:]:
        return _told([(place, row[1:]) for place, row in rows()][1:], first[1:], gathering)
    if n_rows == width and len(first) == width - 1 and first == [row[0] for _, row in rows()][1:]:
        return _told([(place, row[1:]) for place, row in rows()][1:], first, gathering)
    if n_rows == width + 1 and len(first) == width and not _is_numeric(first) and _is_numeric(second):
        body = list(rows())[1:]
        return _told(body, first, gathering) if _looks_like_matrix(body) else None
    return None


def _is_numeric(row: Sequence[str]) -> bool:
    return all(not math.isnan(_number(field)) for field in row)


def _number(field: str) -> float:
    """Return the number that a field holds, NaN where it holds none."""
    try:
        number = float(field)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _told(rows: list[tuple[int, list[str]]], names: Sequence[str] | None, gathering: Gathering) -> Links | None:
    """Return the links of square rows, None where they may as well be links of two ends and a weight and look it."""
    table = [(place, [_number(field) for field in row]) for place, row in rows]
    if len(rows) == SMALLEST and _looks_like_links(table):
        return None
    for (place, fields), (_, row) in zip(rows, table, strict=True):
        if len(row) != len(table):
            raise gathering.refuse(place, f"{len(row)} numbers", f"{len(table)} in every row of this matrix")
        wrong = next((k for k, value in enumerate(row) if not value >= 0), None)
        if wrong is not None:
            raise gathering.refuse(place, f"{quoted(fields[wrong])} in a matrix", "numbers that are not below 0")
    labels = names or [str(k + 1) for k in range(len(table))]
    people = [gathering.declare(label, rows[0][0]) for label in labels]
    matrix_links(gathering, people, table)
    return gathering.done()


def _looks_like_matrix(body: Sequence[tuple[int, Sequence[str]]]) -> bool:
    """Whether rows under names of their columns alone are a matrix: many, or of 0 and 1, or without a diagonal."""
    rows = [row for _, row in body]
    return (
        len(rows) > SMALLEST + 1
        or all(field in ("0", "1") for row in rows for field in row)
        or all(_number(row[k]) == 0 for k, row in enumerate(rows) if k < len(row))
    )


def _looks_like_links(table: Sequence[tuple[int, Sequence[float]]]) -> bool:
    """Whether three rows of three numbers are three links with weights: no weight of 0, and no matrix's symmetry."""
    rows = [row for _, row in table]
    if any(len(row) != SMALLEST or not row[2] > 0 for row in rows):
        return False
    return any(rows[i][j] != rows[j][i] for i in range(SMALLEST) for j in range(i))
