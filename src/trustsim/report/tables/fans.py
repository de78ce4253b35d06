"""The tables of fan charts."""

from __future__ import annotations

import numpy as np

from trustsim.report.pictures import fans
from trustsim.report.tables.plain import Table, download
from trustsim.report.words import words
from trustsim.report.words.reading import Measure

_TABLE_ROWS = 13  # days shown in a fan's table; the download holds them all
_MOST_DAYS = 100  # rows of a fan's download


def band_table(bands: dict[str, fans.Band], measure: Measure, currency: str) -> Table:
    """Make the table of some fans: a row a day, the median and the range of 90 % of the worlds of each variant."""
    write = words.change if measure.is_difference else words.quantity
    days = next(iter(bands.values())).days
    picked = np.unique(np.linspace(0, len(days) - 1, min(_TABLE_ROWS, len(days))).round().astype(int))
    rows = []
    for d in picked:
        cells = []
        for shape in bands.values():
            low, _, middle, _, high = (float(x) for x in shape.values[:, d])
            span = words.interval(low, high, measure.unit, currency, signed=measure.is_difference)
            cells.append(f"{write(middle, measure.unit, currency)} ({span})")
        rows.append((words.tick(days[d]), *cells))
    note = "Median, and in brackets the range of 90 % of the worlds. The download holds more days."
    return Table(("day", *bands), tuple(rows), note)


def band_download(bands: dict[str, fans.Band]) -> str:
    """Return the download of some fans: a row a day, all quantiles of each variant."""
    days = next(iter(bands.values())).days
    head = ["day", *(f"{name}: {q:.0%}" for name in bands for q in fans.QUANTILES)]
    every = -(-len(days) // _MOST_DAYS)
    rows = [
        [f"{days[d]:g}", *(f"{x:.4g}" for shape in bands.values() for x in shape.values[:, d])]
        for d in range(0, len(days), every)
    ]
    return download(head, rows)
