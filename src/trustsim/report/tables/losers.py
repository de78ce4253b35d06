"""Tables of who loses: by segment, early against late, untouched and worst hit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import Difference
from trustsim.report.tables.plain import Table, download, num
from trustsim.report.words import reading, standing, words
from trustsim.report.words.losers import HEADS, segments
from trustsim.report.words.reading import LATE


def by_segment(result: Compared) -> tuple[Table, str]:
    """Return what each segment loses under every variant and its difference to the baseline, and the download."""
    c = result.comparison
    rows, raw = [], []
    for variant in c.variants:
        for segment, name in segments(result).items():
            level = reading.level(result, name, variant)
            change = None if variant == c.baseline else reading.difference(result, name, variant)
            rows.append((_named(result, variant), segment, words.quantity(level.mean, "share"),
                         words.interval(level.low, level.high, "share"), *_changed(result, name, change)))  # fmt: skip
            ends = (level.mean, level.low, level.high)
            gaps = (change.mean, change.low, change.high) if change else (np.nan,) * 3
            raw.append([variant, segment, *map(num, (*ends, *gaps))])
    head = ("variant", "segment", "loss", "95 % interval", "difference", "95 % interval", "verdict")
    heads = ("variant", "segment", "loss", "low", "high", "difference", "difference_low", "difference_high")
    return Table(head, tuple(rows)), download(heads, raw)


def ends(result: Compared, shown: Sequence[str]) -> tuple[Table, str]:
    """Return late over early, who is untouched and the worst hit under every variant, and the download."""
    c = result.comparison
    rows, raw = [], []
    for variant in c.variants:
        row, line = [_named(result, variant)], [variant]
        for name in shown:
            level, measure = reading.level(result, name, variant), reading.outcome(result, name)
            row += [words.quantity(level.mean, measure.unit), words.interval(level.low, level.high, measure.unit)]
            row += [f"{level.n} of {c.n}"] if name == LATE else []
            line += [*map(num, (level.mean, level.low, level.high)), str(level.n)]
        rows.append(tuple(row))
        raw.append(line)
    head = ["variant"]
    for name in shown:
        head += [HEADS[name], "95 % interval", *(["worlds where defined"] if name == LATE else [])]
    heads = ["variant", *(f"{name}{part}" for name in shown for part in ("", "_low", "_high", "_worlds"))]
    return Table(tuple(head), tuple(rows)), download(heads, raw)


def _named(result: Compared, variant: str) -> str:
    return f"{variant} (baseline)" if variant == result.comparison.baseline else variant


def _changed(result: Compared, outcome: str, found: Difference | None) -> tuple[str, str, str]:
    """Return a difference of losses, its interval and its verdict, as the table writes them."""
    if found is None:
        return "0", words.NO_NUMBER, words.NO_NUMBER
    span = words.interval(found.low, found.high, "share", signed=True)
    return words.change(found.mean, "share"), span, standing.judged(result.comparison, outcome, found)
