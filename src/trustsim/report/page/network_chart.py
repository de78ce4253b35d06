"""The chart of a run that spreads over the network: the baseline above, the best variant below, moment by moment."""

from __future__ import annotations

from trustsim.analysis.compared import Compared
from trustsim.report.page.chart import Chart
from trustsim.report.pictures import network
from trustsim.report.pictures.places import places_of
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.pictures.spread import N_MOMENTS, Spread
from trustsim.report.tables import network as tables
from trustsim.report.words import words

_SIZE = (2.3, 2.75)  # inches
_PLACE = (0.02, 0.13, 0.96, 0.71)


def spreading(result: Compared, spread: Spread) -> Chart:
    """Chart one world at four moments: every dot an investor, at the same place in each picture."""
    places = places_of(len(spread.shown), spread.links)
    pictures = []
    for v, name in enumerate(spread.variants):
        for m, moment in enumerate(spread.moments):
            sheet = Sheet(*_SIZE, place=_PLACE)
            network.draw(sheet.panel, spread, places, v, m)
            told = f"{words.quoted(name)}, {network.when(spread, m)}: {network.told(spread, v, m)}."
            key = f"network-{v}-{m}"
            title = f"{words.quoted(name)}, day {words.tick(round(moment.day, 2))}"
            pictures.append(sheet.written(key, title, told))
    table, raw = tables.moments(spread)
    title = "One world at four moments" if len(spread.moments) == N_MOMENTS else "One world, day by day"
    return Chart(
        "moments", "network", title,
        note(result, spread), "panels", tuple(pictures),
        table, "network.csv", raw,
        len(spread.moments),
    )  # fmt: skip


def note(result: Compared, spread: Spread) -> str:
    """Say which world it is, whom the picture shows, and how to read it."""
    n, shown = spread.n_investors, len(spread.shown)
    which = f"World {spread.replication}, the median one of {spread.n_alike}"
    which += " with a run" if spread.has_run and spread.n_alike < result.comparison.n else ""
    text = f"{which} under {words.quoted(spread.variants[0])}"
    text += f", by {words.label(spread.by)}" if spread.by else ""
    text += ". " if spread.has_run else "; no run breaks out in it. "
    if len(spread.variants) > 1:
        text += f"The moments are those of {words.quoted(spread.variants[0])}, for both. "
    text += "Every dot is an investor, lines are links. Small and grey: calm; medium and tan: alarmed; large and "
    text += "violet: has run; faint: without money here, or left without running, for ordinary needs or for less trust "
    text += "in service or in what becomes of data."
    if shown < n:
        text += (
            f" Drawn are {shown} of {words.plural(n, 'investor')}, those nearest by links to one of the first to run."
        )
    text += f" The numbers below each picture are shares of {'all' if spread.held.all() else 'the'}"
    text += f" {words.plural(int(spread.held.sum()), 'investor')} who held money on day 0."
    if spread.every > 1:
        text += f" One of {spread.every} links is drawn."
    return text
