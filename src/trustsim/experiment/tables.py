"""Tables as CSV that a spreadsheet does not run, and back.

A text that begins with one of ``= + - @``, their wide forms or an apostrophe gets an apostrophe before it: a
spreadsheet shows such a cell as text and runs nothing. That is so for heads of columns too; numbers are left alone.
Files are UTF-8 without a mark, as pandas and R read them; :func:`read_csv` takes the apostrophes off again.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from trustsim.later import later

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")


#: what a spreadsheet takes for the start of a formula, and what is put before it
_STARTS = tuple("=+-@＝＋－＠'")
_GUARD = "'"
_NUMBER = re.compile(r"[+-](\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)  # no name: see names.py
#: columns that hold names or words, whatever they look like
_TEXTS = ("variant", "platform", "segment", "trigger", "outcome", "channel", "parameter", "path", "best", "name")


def guarded(value: Any) -> Any:
    """Return a cell as it stands in a file: a text that a spreadsheet would run has an apostrophe before it."""
    is_run = isinstance(value, str) and value.startswith(_STARTS) and _NUMBER.fullmatch(value) is None
    return _GUARD + value if is_run else value


def plain(text: str) -> str:
    """Return what :func:`guarded` was given."""
    return text.removeprefix(_GUARD)


def write_csv(
    frame: pd.DataFrame, target: str | os.PathLike[str] | IO[str], *, index: bool = True, header: bool = True,
    index_label: str | None = None,
) -> None:  # fmt: skip
    """Write a frame as CSV, names guarded; the rest as for :meth:`pandas.DataFrame.to_csv`."""
    whole = frame.reset_index(names=index_label) if index else frame
    columns = [_guarded_column(values) for _, values in whole.items()]
    safe = pd.concat(columns, axis=1) if columns else whole
    safe.rename(columns=guarded).to_csv(target, index=False, header=header)


def _guarded_column(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.rename_categories([guarded(each) for each in values.cat.categories])
    return values if pd.api.types.is_numeric_dtype(values.dtype) else values.astype(object).map(guarded)


def read_csv(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return a table that trustsim wrote: names as they are in the scenario, numbers as numbers.

    Also from ``.csv.gz``. An empty cell of a column of numbers is NaN.
    """
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    frame.columns = [plain(str(head)) for head in frame.columns]
    for column in frame:
        values = None if column in _TEXTS else pd.to_numeric(frame[column].replace("", "nan"), errors="coerce")
        is_number = values is not None and not (values.isna() & ~frame[column].isin(("", "nan"))).any()
        frame[column] = values if is_number else frame[column].map(plain)
    return frame


def rows_as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Return rows of cells as the text of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()
