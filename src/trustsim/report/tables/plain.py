"""Tables of the page as plain data, and their downloads."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trustsim.experiment.tables import rows_as_csv

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """Numbers as text: column heads and rows; the first column names the row."""

    head: tuple[str, ...]
    rows: Rows
    note: str = ""


def download(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table as the address of a CSV file inside the page."""
    text = rows_as_csv((head, *rows))
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"


def num(value: float) -> str:
    """Write a number of a download."""
    return f"{value:.6g}" if np.isfinite(value) else ""
