"""The charts of who loses."""

from __future__ import annotations

from collections.abc import Sequence

from trustsim.analysis.compared import Compared
from trustsim.report.page.chart import Chart, twice
from trustsim.report.pictures import losers as pictures
from trustsim.report.tables import losers as tables
from trustsim.report.words import reading, words
from trustsim.report.words.losers import HEADS, anyone_loses, defined, segments
from trustsim.report.words.reading import LATE
from trustsim.report.words.words import quoted


def chapter(result: Compared) -> tuple[Chart, ...]:
    """Return the charts of who loses; none where nobody loses anything in any run."""
    if not anyone_loses(result):
        return ()
    shown = [name for name in HEADS if reading.is_measured(result, name)]
    found = [by_segment(result)] if len(segments(result)) > 1 else []
    return (*found, ends(result, shown)) if shown else tuple(found)


def by_segment(result: Compared) -> Chart:
    """Chart what each segment loses under every variant, and the paired difference of that to the baseline."""
    table, raw = tables.by_segment(result)
    text = "; ".join(
        f"{row[0]}, {row[1]}: {row[2]}" + (f", {row[4]}" if row[5] != words.NO_NUMBER else "") for row in table.rows
    )
    title = "Loss by segment"
    note = (
        "What a segment lost by the end, as a share of what it held at day 0, with 95 % intervals; beside it the paired"
        f" difference to {quoted(result.comparison.baseline)}. {reading.FILLED}"
    )
    drawn = twice(
        "losers-segments", title, f"{note} {text}.", lambda is_wide: pictures.by_segment(result, is_wide=is_wide)
    )
    return Chart("losers-segments", "segments", title, note, "single", drawn, table, "loss-by-segment.csv", raw)


def ends(result: Compared, shown: Sequence[str]) -> Chart:
    """Chart early against late leavers, who is untouched, and the worst hit, under every variant."""
    table, raw = tables.ends(result, shown)
    text = "; ".join(
        ", ".join([row[0], *(f"{h} {x}" for h, x in zip(table.head[1:], row[1:], strict=True) if x)])
        for row in table.rows
    )
    title = "Early and late, untouched and worst hit"
    note = f"Means with 95 % intervals; the dashed line is {quoted(result.comparison.baseline)}. {reading.FILLED}"
    if LATE in shown:
        note += f" {defined(result)}"
    drawn = twice(
        "losers-ends", title, f"{note} {text}.", lambda is_wide: pictures.ends(result, shown, is_wide=is_wide)
    )
    return Chart("losers-ends", "early, late and worst hit", title, note, "single", drawn, table, "who-loses.csv", raw)
