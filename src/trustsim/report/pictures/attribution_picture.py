"""The picture of an attribution: what pushed the withdrawals of each variant, and what falls away without a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from trustsim.report.pictures import causes, figures, look
from trustsim.report.pictures.axes import OnAxes
from trustsim.report.words import words
from trustsim.world.leaning import CHANNELS

if TYPE_CHECKING:
    from trustsim.analysis.attribution import Attribution


def attribution(found: Attribution) -> figures.Panels:
    """Draw two panels with a row a variant: the parts of what was withdrawn, stacked, and the effects of replays."""
    with figures.style():
        n = len(found.variants)
        figure = figures.Picture(figsize=(9.0, 1.4 + 0.55 * n), layout="constrained")
        panels = np.empty(2, dtype=object).view(figures.Panels)
        for k in range(2):
            share = panels[0] if k else None
            panels[k] = figure.add_subplot(1, 2, k + 1, axes_class=figures.ShownAxes, sharey=share)
        frame, rows = 100 * found.to_frame(), look.rows_of(found.variants)
        causes.draw(OnAxes(panels[0]), found, rows)
        panels[0].set_title("what pushed it")
        _replays(panels[1], frame, rows)
        panels[0].set_yticks(list(rows.values()), [words.shortened(name, 28) for name in rows])
        panels[0].set_ylim(-0.6, n - 0.4)
        panels[1].tick_params(labelleft=False)
        handles = [panels[0].barh([0], [0], color=causes.COLOURS[c], label=words.label(c)) for c in CHANNELS]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(CHANNELS), frameon=False, fontsize=8.5)
        return panels


def _replays(ax: Axes, frame: pd.DataFrame, rows: dict[str, float]) -> None:
    figures.quiet(ax, grid="x")
    for k, channel in enumerate(CHANNELS):
        part = frame.xs(channel, level="channel").loc[list(rows)]
        at = np.array(list(rows.values())) + 0.13 * ((len(CHANNELS) - 1) / 2 - k)
        ends = np.abs(part[["replay_low", "replay_high"]].to_numpy().T - part["replay"].to_numpy())
        ax.errorbar(part["replay"], at, xerr=ends, fmt="o", ms=4, lw=1.2, color=causes.COLOURS[channel])
    ax.axvline(0, color=look.INK, linewidth=0.8)
    ax.set_title("what falls away with the channel off")
    ax.set_xlabel("% of the claims of day 0, 95 % intervals")
