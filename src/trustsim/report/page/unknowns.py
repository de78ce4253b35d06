"""The charts of what nobody knows beforehand: small multiples, an unknown each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trustsim.analysis.compared import Compared
from trustsim.analysis.unknowns import Deciding
from trustsim.report.page.chart import PANEL, PLACE, Chart
from trustsim.report.pictures import unknowns as pictures
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.tables import unknowns as tables
from trustsim.report.words import words
from trustsim.report.words.fragility import EVENTS
from trustsim.report.words.words import quoted


def chapter(result: Compared, seen: Mapping[str, Sequence[Deciding]]) -> tuple[Chart, ...]:
    """Return a chart for every event of which it can be said what decides it."""
    return tuple(_chart(result, event, decided) for event, decided in seen.items() if pictures.names(decided))


def _chart(result: Compared, event: str, decided: Sequence[Deciding]) -> Chart:
    """Chart the share of worlds with an event against each unknown, that first which decides most."""
    table, raw = tables.by_unknown(decided)
    drawn = [one.variant for one in decided if one.curves]
    title = f"Worlds with {EVENTS[event]}, by what nobody knows beforehand"
    baseline = result.comparison.baseline
    lines = [f"{'dashed' if name == baseline else 'line'}: {quoted(name)}" for name in drawn]
    note = (
        f"{words.capital('; '.join(lines))}. Across: how far what was drawn for a world lies from the middle, in"
        " standard deviations. Band: 95 % interval of the curve; dots: five groups of as many worlds. Behind each name:"
        f" what it decides under {quoted(drawn[0])}; ‘not told’: it cannot be told from nothing."
    )
    key, pages = f"u-{event}", []
    for k, unknown in enumerate(pictures.names(decided)):
        sheet = Sheet(*PANEL, place=PLACE)
        pictures.draw(sheet.panel, result, decided, unknown)
        told = "; ".join(": ".join((row[1], row[3], ", ".join(row[5:]))) for row in table.rows if row[0] == unknown)
        pages.append(sheet.written(f"{key}-{k}", f"{title}: {unknown}", told))
    return Chart(
        key, EVENTS[event], title, note, "panels", tuple(pages), table, f"unknowns-{event}.csv", raw, columns=3
    )
