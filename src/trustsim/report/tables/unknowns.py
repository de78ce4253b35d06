"""The table of what nobody knows beforehand: how much each decides, and the share of worlds by what was drawn."""

from __future__ import annotations

from collections.abc import Sequence

from trustsim.analysis.unknowns import AT, Deciding
from trustsim.report.tables.plain import Table, download, num
from trustsim.report.words import words
from trustsim.report.words.unknowns import share

_SHOWN = (-1.0, 0.0, 1.0)  # standard deviations, in the table; the download holds the whole curve


def by_unknown(decided: Sequence[Deciding]) -> tuple[Table, str]:
    """Return what each unknown decides under every variant, with the share of worlds at three places, and the curves
    to download."""
    rows, raw = [], []
    for one in decided:
        for curve in one.curves:
            decides = (curve.decides.mean, curve.decides.low, curve.decides.high)
            at = [curve.share(x) for x in _SHOWN]
            cells = [share((each.mean, each.low, each.high)) for each in at]
            rows.append((
                curve.unknown.text, one.variant, words.quantity(curve.spread, curve.unit), share(decides),
                "yes" if curve.is_told else "no", *cells,
            ))  # fmt: skip
            slope = (curve.slope.mean, curve.slope.low, curve.slope.high)
            for x, *shares in zip(AT, curve.mean, curve.low, curve.high, strict=True):
                raw.append([curve.unknown.spread, one.variant, *map(num, (*decides, *slope, x, *shares))])
    head = (
        "unknown",
        "variant",
        "1 s.d. is",
        "decides",
        "told from nothing",
        "worlds at −1 s.d.",
        "at 0",
        "at +1 s.d.",
    )
    heads = (
        "unknown", "variant", "decides", "decides_low", "decides_high", "slope", "slope_low", "slope_high", "at",
        "share", "low", "high",
    )  # fmt: skip
    note = "Shares of worlds with 95 % intervals. Slopes of the download: log-odds per standard deviation."
    return Table(head, tuple(rows), note), download(heads, raw)
