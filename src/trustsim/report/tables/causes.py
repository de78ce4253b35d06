"""The table of what pushed the withdrawals of each variant."""

from __future__ import annotations

from typing import Any, cast

from trustsim.analysis.attribution import Attribution
from trustsim.report.tables.plain import Table, download, num
from trustsim.report.words import words
from trustsim.world.leaning import CHANNELS


def pushed(found: Attribution, baseline: str) -> tuple[Table, str, tuple[str, ...]]:
    """Return the parts of what was withdrawn under every variant, the download, and the parts told in words."""
    frame = found.to_frame()
    rows, raw, told = [], [], []
    for name in found.variants:
        parts: dict[str, dict[str, float]] = cast(Any, frame.loc[name].T.to_dict())
        total = words.quantity(found.total(name).mean, "share")
        cells = [_cell(parts[channel]) for channel in CHANNELS]
        rows.append((f"{name} (baseline)" if name == baseline else name, total, *cells))
        raw += [
            [name, channel, *(num(parts[channel][key]) for key in ("direct", "direct_low", "direct_high", "share"))]
            for channel in CHANNELS
        ]
        listed = [f"{words.label(c)} {words.quantity(parts[c]['direct'], 'share')}" for c in CHANNELS]
        told.append(f"{words.quoted(name)}: {total} in all, {words.listing(listed)}")
    head = ("variant", "in all", *(words.label(c) for c in CHANNELS))
    heads = ("variant", "channel", "share_of_claims", "low", "high", "share_of_withdrawn")
    table = Table(head, tuple(rows), "Shares of the claims of day 0; in brackets shares of all that was withdrawn.")
    return table, download(heads, raw), tuple(told)


def _cell(part: dict[str, float]) -> str:
    return f"{words.quantity(part['direct'], 'share')} ({words.quantity(part['share'], 'share')})"
