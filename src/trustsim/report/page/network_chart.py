"""The chart of a run that spreads over the network: the baseline above, the best variant below, moment by moment."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trustsim.analysis.compared import Compared
from trustsim.report.page.charts import Chart, Table, download
from trustsim.report.pictures import graph, look, vector
from trustsim.report.pictures.spread import ALARMED, AWAY, CALM, N_MOMENTS, RAN, STATES, Spread
from trustsim.report.words import words

_CODES = dict(zip((AWAY, CALM, ALARMED, RAN), ("away", "calm", "alarmed", "ran"), strict=True))  # in the download
_SIZE = (2.3, 2.75)  # inches
_AROUND = 0.03  # room around the dots, as a share of what they take
_PLACE = (0.02, 0.13, 0.96, 0.71)
_INK = {AWAY: look.GRID, CALM: look.BASELINE, ALARMED: look.COLOURS[4], RAN: look.COLOURS[0]}
_DOT = {AWAY: 0.7, CALM: 1.0, ALARMED: 1.5, RAN: 1.9}  # so that colour is not the only difference


def spreading(result: Compared, spread: Spread) -> Chart:
    """Chart one world at four moments: every dot an investor, at the same place in each picture."""
    places = graph.places_of(len(spread.shown), spread.links)
    with look.style():
        ax = Figure(figsize=_SIZE).add_axes(_PLACE)
    pictures = []
    for v, name in enumerate(spread.variants):
        for m, moment in enumerate(spread.moments):
            draw_moment(ax, spread, places, v, m)
            told = f"{words.capital(name)}, {_when(spread, m)}: {_told(spread, v, m)}."
            key = f"network-{v}-{m}"
            title = f"{name}, day {words.tick(round(moment.day, 2))}"
            figure = ax.get_figure(root=True)
            assert isinstance(figure, Figure)
            pictures.append(vector.to_svg(figure, key, title, told))
    cells = [
        [words.quantity(spread.share(v, m, state), "share") for state in (CALM, ALARMED, RAN, AWAY)]
        for v in range(len(spread.variants))
        for m in range(len(spread.moments))
    ]
    at = [(name, _when(spread, m)) for name in spread.variants for m in range(len(spread.moments))]
    head = ("variant", "moment", *(STATES[state] for state in (CALM, ALARMED, RAN, AWAY)))
    rows = tuple((*where, *row) for where, row in zip(at, cells, strict=True))
    title = "One world at four moments" if len(spread.moments) == N_MOMENTS else "One world, day by day"
    return Chart(
        "moments", "network", title,
        note(result, spread), "panels", tuple(pictures),
        Table(head, rows, "Shares of those who held money on day 0."), "network.csv", download(*_investors(spread)),
        len(spread.moments),
    )  # fmt: skip


def note(result: Compared, spread: Spread) -> str:
    """Say which world it is, whom the picture shows, and how to read it."""
    n, shown = spread.n_investors, len(spread.shown)
    which = f"World {spread.replication}, the median one of {spread.n_alike}"
    which += " with a run" if spread.has_run and spread.n_alike < result.comparison.n else ""
    text = f"{which} under {words.quoted(spread.variants[0])}"
    if result.comparison.ranked_by is not None:
        text += f", by {words.label(result.comparison.ranked_by)}"
    text += ". " if spread.has_run else "; no run breaks out in it. "
    text += "Every dot is an investor, lines are links. Small and grey: calm; medium and orange: alarmed; large and "
    text += "blue: has run; faint: without money here, or left in the ordinary way."
    if shown < n:
        text += f" Drawn are {shown} of {n} investors, those nearest by links to one of the first to run."
    text += f" The numbers below each picture are shares of {'all' if spread.held.all() else 'the'}"
    text += f" {words.plural(int(spread.held.sum()), 'investor')} who held money on day 0."
    if spread.every > 1:
        text += f" One of {spread.every} links is drawn."
    return text


def _when(spread: Spread, m: int) -> str:
    moment = spread.moments[m]
    return f"day {words.tick(round(moment.day, 2))}, {moment.name}"


def _told(spread: Spread, v: int, m: int) -> str:
    alarmed, ran = (words.quantity(spread.share(v, m, state), "share") for state in (ALARMED, RAN))
    return f"{alarmed} alarmed, {ran} ran"


def draw_moment(ax: Axes, spread: Spread, places: np.ndarray, v: int, m: int) -> None:
    """Draw one variant at one moment, in place of what is on *ax*; ``places`` float64 (shown, 2)."""
    with look.style():
        ax.clear()
        ax.set_axis_off()
        ends = places[spread.links[:: spread.every]]
        gaps = np.full((len(ends), 1, 2), np.nan)
        x, y = np.concatenate((ends, gaps), axis=1).reshape(-1, 2).T
        faint = float(np.clip(250 / max(1, len(ends)), 0.12, 0.5))
        ax.plot(x, y, color=look.MUTED, linewidth=0.4, alpha=faint, zorder=1)
        state = spread.states[v, m, spread.shown]
        larger = float(np.clip(np.sqrt(600 / max(1, len(state))), 1, 3))
        for each, ink in _INK.items():
            some = places[state == each]
            ax.plot(some[:, 0], some[:, 1], "o", color=ink, markersize=2 * _DOT[each] * larger, mew=0, zorder=2 + each)
        low, high = (part(places, axis=0, initial=0.0) for part in (np.min, np.max))
        pad = _AROUND * np.maximum(high - low, _AROUND)
        ax.set_xlim(low[0] - pad[0], high[0] + pad[0])
        ax.set_ylim(low[1] - pad[1], high[1] + pad[1])
        ax.set_title(f"{words.shortened(spread.variants[v], 26)}\n{_when(spread, m)}", loc="left", fontsize=9.5)
        ax.text(0, -0.03, _told(spread, v, m), transform=ax.transAxes, va="top", fontsize=9, color=look.INK)


def _investors(spread: Spread) -> tuple[list[str], list[list[object]]]:
    """Return the download: the state of every investor at every moment."""
    head = [
        "investor",
        *(f"{name}, {_when(spread, m)}" for name in spread.variants for m in range(len(spread.moments))),
    ]
    table = spread.states.reshape(-1, spread.n_investors).T
    return head, [[k, *(_CODES[s] for s in row)] for k, row in enumerate(table)]
