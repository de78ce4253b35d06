"""An attribution for terminals: 80 columns, and the same as plain data for ``--json``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from trustsim.report.tables.prose import Prose
from trustsim.report.words import words
from trustsim.world.leaning import CHANNELS

if TYPE_CHECKING:
    from pandas import Series

    from trustsim.analysis.attribution import Attribution

_SMALL = 0.001  # share of the claims: what is less is not worth a word
_NOTES = (
    "fundamentals: by reports; first move: with the queue; ordinary: needs, a better"
    " yield, and who would run on a calm day too.",
    "pushed: requests shared out by what pushed their owners over the line.",
    "falls away: what is not withdrawn in the same worlds with the channel off; some of it through others.",
)


def print_attribution(found: Attribution, console: Console | None = None) -> None:
    """Print each variant with what was withdrawn, and what each channel pushed and makes in all."""
    n = len(found.withdrawn)
    head = f"Withdrawn, by what pushed it; % of the claims of day 0, {words.plural(n, 'world')}."
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    for k, title in enumerate(("", "pushed", "falls away\n[95 % interval]", "of which through others")):
        table.add_column(Text(title), justify="right" if 0 < k < 3 else "left", max_width=None if k else 14)
    frame = found.to_frame()
    for k, variant in enumerate(found.variants):
        if k:
            table.add_section()
        total = words.bare(found.total(variant).mean, "share")
        table.add_row(Text(variant, style="bold"), Text(total, style="bold"))
        for channel, row in frame.loc[variant].iterrows():
            table.add_row(Text(f"  {words.label(str(channel))}"), *_cells(row))
    notes = [*_NOTES]
    if ((frame["replay"] == 0) & (frame["replay_low"] < 0)).any():
        notes.append(f"an interval around 0: what {words.plural(n, 'world')} cannot rule out where nothing changed.")
    if found.study.failed:
        notes.append(f"{words.plural(len(found.study.failed), 'run')} failed; their worlds are left out.")
    (console or Console()).print(Group(Prose(head), table, Prose(" ".join(notes))))


def _cells(row: Series[float]) -> tuple[str, str, str]:
    interval = f"[{words.bare(row['replay_low'], 'share')}, {words.bare(row['replay_high'], 'share')}]"
    return (
        words.bare(row["direct"], "share"),
        f"{words.bare(row['replay'], 'share')} {interval}",
        through(row),
    )


def through(row: Series[float], most: int = 2) -> str:
    """Say through which other channels one acts, the largest first: ``'ordinary −5.7, fear +3.2'``."""
    parts = sorted(((row[f"via_{name}"], name) for name in CHANNELS), key=lambda part: -abs(part[0]))
    told = [
        f"{words.label(name)} {words.bare(value, 'share', signed=True)}"
        for value, name in parts
        if abs(value) >= _SMALL
    ]
    return ", ".join(told[:most])


def attribution_json(found: Attribution) -> dict[str, Any]:
    """Return an attribution as plain data, format 1; shares of the claims of day 0."""
    rows: dict[tuple[str, str], dict[str, float]] = dict(found.to_frame().to_dict("index"))  # type: ignore[arg-type]
    return {
        "format": 1,
        "replications": len(found.withdrawn),
        "channels": list(CHANNELS),
        "variants": {
            name: {
                "withdrawn": _finite(vars(found.total(name))),
                "channels": {c: _finite(rows[name, c]) for c in CHANNELS},
            }
            for name in found.variants
        },
        "failed_runs": len(found.study.failed),
        "interrupted": found.study.interrupted,
        "seconds": found.study.seconds,
    }


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value if math.isfinite(value) else None for name, value in row.items()}
