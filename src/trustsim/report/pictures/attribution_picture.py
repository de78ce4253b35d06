"""The picture of an attribution: what pushed the withdrawals of each variant, and what falls away without a channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from trustsim.analysis.causes import CHANNELS
from trustsim.report.pictures import look, spreads
from trustsim.report.words import words

if TYPE_CHECKING:
    from trustsim.analysis.attribution import Attribution

_COLOURS = dict(zip(CHANNELS, (*look.COLOURS[: len(CHANNELS) - 1], look.BASELINE), strict=True))
_ALPHA = 0.8


def attribution(found: Attribution) -> look.Panels:
    """Draw two panels with a row a variant: the parts of what was withdrawn, stacked, and the effects of replays."""
    with look.style():
        n = len(found.variants)
        figure = look.Picture(figsize=(9.0, 1.4 + 0.55 * n), layout="constrained")
        panels = np.empty(2, dtype=object).view(look.Panels)
        for k in range(2):
            share = panels[0] if k else None
            panels[k] = figure.add_subplot(1, 2, k + 1, axes_class=look.ShownAxes, sharey=share)
        frame, rows = 100 * found.to_frame(), look.rows_of(found.variants)
        _pushed(panels[0], frame, rows)
        panels[0].set_title("what pushed it")
        _replays(panels[1], frame, rows)
        panels[0].set_yticks(list(rows.values()), [words.shortened(name, 28) for name in rows])
        panels[0].set_ylim(-0.6, n - 0.4)
        panels[1].tick_params(labelleft=False)
        handles = [panels[0].barh([0], [0], color=_COLOURS[c], label=words.label(c)) for c in CHANNELS]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(CHANNELS), frameon=False, fontsize=8.5)
        return panels


def pushed(found: Attribution, names: Sequence[str], baseline: str, width: float, height: float) -> Figure:
    """Draw what pushed the withdrawals alone, a row for each of *names*, on a figure of this size (inches)."""
    with look.style():
        figure = look.Picture(figsize=(width, height), layout="constrained")
        ax = figure.add_subplot()
        _pushed(ax, 100 * found.to_frame(), look.rows_of(names), depth=0.62 if width > look.NARROW else 0.42)
        spreads.name_rows(ax, names, baseline, {})
        handles = [Patch(color=_COLOURS[c], alpha=_ALPHA, label=words.label(c)) for c in CHANNELS]
        columns = len(CHANNELS) if width > look.NARROW else 2
        figure.legend(handles=handles, loc="outside upper left", ncols=columns, frameon=False, fontsize=8.5)
        return figure


def _pushed(ax: Axes, frame: pd.DataFrame, rows: dict[str, float], depth: float = 0.62) -> None:
    look.quiet(ax, grid="x")
    pushed = dict(zip(frame.index, frame["direct"], strict=True))
    for name, row in rows.items():
        ends = {True: 0.0, False: 0.0}  # what pulls back stands left of zero
        for channel in CHANNELS:
            value = pushed[(name, channel)]
            ax.barh(
                row, value, depth, left=ends[value >= 0], color=_COLOURS[channel], alpha=_ALPHA, edgecolor=look.PAPER
            )
            ends[value >= 0] += value
    ax.set_xlabel("withdrawn, % of the claims of day 0")


def _replays(ax: Axes, frame: pd.DataFrame, rows: dict[str, float]) -> None:
    look.quiet(ax, grid="x")
    for k, channel in enumerate(CHANNELS):
        part = frame.xs(channel, level="channel").loc[list(rows)]
        at = np.array(list(rows.values())) + 0.13 * ((len(CHANNELS) - 1) / 2 - k)
        ends = np.abs(part[["replay_low", "replay_high"]].to_numpy().T - part["replay"].to_numpy())
        ax.errorbar(part["replay"], at, xerr=ends, fmt="o", ms=4, lw=1.2, color=_COLOURS[channel])
    ax.axvline(0, color=look.INK, linewidth=0.8)
    ax.set_title("what falls away with the channel off")
    ax.set_xlabel("% of the claims of day 0, 95 % intervals")
