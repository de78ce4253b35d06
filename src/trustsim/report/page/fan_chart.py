"""The charts of series: small multiples of fans, a variant each."""

from __future__ import annotations

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.report.page.chart import PANEL, PLACE, Chart
from trustsim.report.pictures import fans
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.tables.fans import band_download, band_table
from trustsim.report.words import reading, words
from trustsim.report.words.reading import Measure

MOST_PANELS = 12  # of a series


def fan(result: Compared, series: str, *, paired: bool = False) -> Chart:
    """Chart a series of every variant as small multiples, or with ``paired`` its differences to the baseline.

    A picture that nobody could tell from another is drawn once, and of very many variants those that lead: the note
    says so, and table and download hold them all.
    """
    measure, baseline, currency = reading.series(series), result.comparison.baseline, result.scenario.currency
    shown = measure.as_difference() if paired else measure
    names = [name for name in result.study.variants if not paired or name != baseline]
    bands = {name: fans.band(result, series, name, paired=paired) for name in names}
    key = f"{'p' if paired else 's'}-{series}"
    title = words.capital(measure.label) + (f", difference to {words.quoted(baseline)}" if paired else "")
    largest = reading.largest(result, series)
    _, unit = shown.scale(currency, largest)
    drawn, note = _apart(result, bands)
    note = f"{note} {_ends(bands)}".strip()
    draw, ends, pictures = fans.draw_difference if paired else fans.draw, fans.limits(bands, shown), []
    for k, name in enumerate(drawn):
        sheet = Sheet(*PANEL, place=PLACE)
        draw(sheet.panel, result, shown, bands, name, largest)
        sheet.panel.title(words.shortened(f"{name} (baseline)" if name == baseline else name, 28), size=11)
        sheet.panel.axes["y"].label = unit or shown.label
        sheet.panel.limit("y", *ends)
        told = _told(bands[name], shown, currency)
        pictures.append(sheet.written(f"{key}-{k}", f"{title}: {words.quoted(name)}", told))
    return Chart(
        key, measure.label, title, f"{words.sentence(measure.text)} {note}".strip(), "panels", tuple(pictures),
        band_table(bands, shown, currency), f"{'difference-' if paired else ''}{series}.csv",
        band_download(bands), panels=tuple(drawn),
    )  # fmt: skip


def _ends(bands: dict[str, fans.Band]) -> str:
    """Say what is drawn of platforms that have ended, where a fan has days without a number."""
    has_ended = any(shape.values.shape[1] and not np.isfinite(shape.values[2]).all() for shape in bands.values())
    return "Over the worlds whose platforms have not ended; where all have, the line ends." if has_ended else ""


def _apart(result: Compared, bands: dict[str, fans.Band]) -> tuple[list[str], str]:
    """Return the variants whose fan is drawn, in the order of the file, and a note on those whose is not."""
    first: dict[bytes, str] = {}
    alike: dict[str, list[str]] = {}
    for name in sorted(bands, key=reading.lead(result).index):
        drawn = first.setdefault(bands[name].values.tobytes(), name)
        if drawn != name:
            alike.setdefault(drawn, []).append(name)
    chosen = list(first.values())[:MOST_PANELS]
    notes = [
        f"The same as {words.quoted(name)} on every day: {words.listing(list(map(words.quoted, others)))}."
        for name, others in alike.items()
        if name in chosen and len(others) <= MOST_PANELS
    ]
    if left := len(bands) - len(chosen) - sum(len(others) for name, others in alike.items() if name in chosen):
        notes.append(f"Not drawn: {words.plural(left, 'variant')} that come later in rank; the table holds all.")
    return [name for name in bands if name in chosen], " ".join(notes)


def _told(shape: fans.Band, measure: Measure, currency: str) -> str:
    median = shape.values[2]
    if not np.isfinite(median).any():
        return "No values."
    write = words.change if measure.is_difference else words.quantity
    peak = int(np.nanargmax(np.abs(median - median[0])))
    low, middle, high = (write(float(shape.values[k, -1]), measure.unit, currency) for k in (0, 2, 4))
    furthest = write(float(median[peak]), measure.unit, currency)
    start = write(float(median[0]), measure.unit, currency)
    return (
        f"The median starts at {start}, is furthest from it on day {words.tick(shape.days[peak])} at {furthest}, "
        f"and ends at {middle}; 90 % of worlds end between {low} and {high}."
    )
