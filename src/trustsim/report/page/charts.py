"""The report's charts: each with its pictures, a text alternative, a table of its numbers and a download of them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import pareto
from trustsim.experiment.tables import rows_as_csv
from trustsim.report.pictures import fans, look, spreads, vector
from trustsim.report.pictures.look import NARROW, WIDE
from trustsim.report.pictures.tradeoff import tradeoff
from trustsim.report.words import reading, words
from trustsim.report.words.reading import Measure
from trustsim.units import MINOR_PER_MAJOR, Unit

PANEL = (2.85, 2.05)  # inches
MOST_PANELS = 12  # of a series
_PANEL_PLACE = (0.225, 0.225, 0.715, 0.665)  # fixed, so that panels line up (and a layout need not be solved for each)
_TABLE_ROWS = 13  # days shown in a fan's table; the download holds them all
_MOST_DAYS = 100  # rows of a fan's download
_MOST_WORLDS = 1000  # rows of a distribution's download

Rows = tuple[tuple[str, ...], ...]
Draw = Callable[[Axes], object]


@dataclass(frozen=True)
class Table:
    """Numbers as text: column heads and rows; the first column names the row."""

    head: tuple[str, ...]
    rows: Rows
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """One figure of the report; ``name`` says in a word or two what it is of.

    ``pictures`` are SVG elements: some panels where ``kind`` is 'panels', ``columns`` of them side by side where
    that is not 0, of these variants (``panels``); a wide and a narrow one where 'single'.
    """

    key: str
    name: str
    title: str
    note: str
    kind: str
    pictures: tuple[str, ...]
    table: Table
    file: str
    download: str
    columns: int = 0
    panels: tuple[str, ...] = ()


def download(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table as the address of a CSV file inside the page."""
    text = rows_as_csv((head, *rows))
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"


def _axes(width: float, height: float) -> Axes:
    with look.style():
        return Figure(figsize=(width, height), layout="constrained").add_subplot()


def _figure(ax: Axes) -> Figure:
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def twice(key: str, title: str, description: str, make: Callable[[bool], Figure]) -> tuple[str, ...]:
    """Return a chart's pictures: wide, and narrow for phones (*make* is told whether wide); the page shows one."""
    return tuple(
        vector.to_svg(make(is_wide), f"{key}-{'w' if is_wide else 'n'}", title, description)
        for is_wide in (True, False)
    )


def _both(key: str, title: str, description: str, heights: tuple[float, float], draw: Draw) -> tuple[str, ...]:
    """Draw a chart of one panel twice, in these heights (inches)."""

    def make(is_wide: bool) -> Figure:
        ax = _axes(*(WIDE, heights[0]) if is_wide else (NARROW, heights[1]))
        draw(ax)
        return _figure(ax)

    return twice(key, title, description, make)


def num(value: float, unit: Unit = "number") -> str:
    """Write a number of a download; money, which is computed in hundredths, in units of the currency."""
    shown = value / MINOR_PER_MAJOR if unit == "money" else value
    return f"{shown:.6g}" if np.isfinite(shown) else ""


def _note(result: Compared, text: str) -> str:
    """Return a chart's note, and that it does not draw every variant where that is so."""
    return f"{text} {reading.not_drawn(result)}".strip()


def differences(result: Compared, outcome: str) -> Chart:
    """Chart the paired differences of an outcome to the baseline."""
    measure, currency, c = reading.outcome(result, outcome), result.scenario.currency, result.comparison
    rows, raw = [], []
    for name in c.variants:
        if name == c.baseline:
            rows.append((f"{name} (baseline)", "0", words.NO_NUMBER, words.NO_NUMBER, words.NO_NUMBER))
            continue
        d = reading.difference(result, outcome, name)
        span = words.interval(d.low, d.high, measure.unit, currency, signed=True)
        judged = words.verdict(d.low, d.high, measure.better).replace("unclear", "no clear difference")
        change = words.change(d.mean, measure.unit, currency)
        rows.append((name, change, span, words.quantity(d.better_share, "share"), judged))
        ends = [num(x, measure.unit) for x in (d.mean, d.low, d.high)]
        raw.append([name, *ends, *map(num, (d.better_share, d.tie_share, d.variance_reduction)), d.n])
    told = "; ".join(f"{row[0]} {row[1]} ({row[2]})" for row in rows if row[0] in c.differences)
    title = f"Difference in {measure.label} to {words.quoted(c.baseline)}"
    shown = reading.drawn(result)
    n = len(shown)
    heights = (0.9 + 0.36 * n, 0.9 + 0.5 * n)
    told = f"Paired differences with 95 % intervals: {told}."
    pictures = _both(f"d-{outcome}", title, told, heights, lambda ax: spreads.differences(result, outcome, ax, shown))
    head = ("variant", "difference", "low", "high", "better_share", "tie_share", "variance_reduction", "worlds")
    return Chart(
        f"d-{outcome}", measure.label, title, _note(result, words.sentence(measure.text)), "single", pictures,
        Table(("variant", "difference", "95 % interval", "better in", "verdict"), tuple(rows)),
        f"difference-{outcome}.csv",
        download(head, raw),
    )  # fmt: skip


def distribution(result: Compared, outcome: str) -> Chart:
    """Chart an outcome in every run."""
    measure, currency, names = reading.outcome(result, outcome), result.scenario.currency, result.study.variants
    columns = {name: reading.values(result, outcome, name) for name in names}
    rows, told = [], []
    for name, values in columns.items():
        known, level = values[np.isfinite(values)], reading.level(result, outcome, name)
        marks = np.quantile(known, (0.0, 0.1, 0.5, 0.9, 1.0)) if len(known) else [np.nan] * 5
        span = words.interval(level.low, level.high, measure.unit, currency)
        mean = words.quantity(level.mean, measure.unit, currency)
        shown = [words.quantity(float(x), measure.unit, currency) for x in marks]
        rows.append((name, str(len(known)), mean, span, *shown))
        told.append(f"{name} mean {mean} ({span}), from {shown[0]} to {shown[-1]}")
    title = f"{words.capital(measure.label)} in every run"
    note = words.sentence(measure.text)
    if (every := spreads.runs_per_dot(result)) > 1:
        note += f" A dot stands for {every} runs of about this size."
    drawn = reading.drawn(result)
    n = len(drawn)
    heights = (0.7 + 0.44 * n, 0.7 + 0.66 * n)
    text = f"Every run as a dot: {'; '.join(told)}."
    pictures = _both(f"o-{outcome}", title, text, heights, lambda ax: spreads.distribution(result, outcome, ax, drawn))
    head = ("variant", "runs", "mean", "95 % interval", "smallest", "10 % below", "median", "90 % below", "largest")
    table = np.column_stack(list(columns.values()))
    worlds = zip(result.study.replications[:_MOST_WORLDS], table, strict=False)
    runs = [[int(k), *(num(x, measure.unit) for x in row)] for k, row in worlds]
    more = f"The download holds the first {_MOST_WORLDS} worlds; outcomes.csv of the run folder holds them all."
    numbers = Table(head, tuple(rows), more if len(table) > _MOST_WORLDS else "")
    return Chart(f"o-{outcome}", measure.label, title, _note(result, note), "single", pictures, numbers,
                 f"runs-{outcome}.csv", download(("replication", *names), runs))  # fmt: skip


def cost_and_loss(result: Compared, loss: str, cost: str) -> Chart:
    """Chart the loss of every variant against its cost."""
    currency, names = result.scenario.currency, result.study.variants
    lost, paid = reading.outcome(result, loss), reading.outcome(result, cost)
    levels = [(reading.level(result, cost, name), reading.level(result, loss, name)) for name in names]
    best = pareto(np.array([(x.mean, y.mean) for x, y in levels]))
    rows = tuple(
        (
            name, words.quantity(x.mean, paid.unit, currency), words.interval(x.low, x.high, paid.unit, currency),
            words.quantity(y.mean, lost.unit, currency), words.interval(y.low, y.high, lost.unit, currency),
            "yes" if unbeaten else "no",
        )
        for name, (x, y), unbeaten in zip(names, levels, best, strict=True)
    )  # fmt: skip
    told = "; ".join(f"{row[0]} costs {row[1]} and loses {row[3]}" for row in rows)
    unbeaten = words.listing([words.quoted(name) for name, is_best in zip(names, best, strict=True) if is_best])
    note = f"Down and to the left is better. By the means, no variant is both cheaper and safer than {unbeaten}."
    title = f"{words.capital(lost.label)} against {paid.label}"
    drawn = reading.drawn(result)
    pictures = _both("cost", title, f"{told}. {note}", (4.3, 4.0), lambda ax: tradeoff(result, loss, cost, ax, drawn))
    raw = [
        [n, *(num(z, at.unit) for at, level in ((paid, x), (lost, y)) for z in (level.mean, level.low, level.high))]
        for n, (x, y) in zip(names, levels, strict=True)
    ]
    heads = ("variant", *(f"{side}{part}" for side in (cost, loss) for part in ("", "_low", "_high")))
    head = ("variant", paid.label, "95 % interval", lost.label, "95 % interval", "unbeaten")
    table = Table(head, rows)
    return Chart("cost", "cost", title, _note(result, note), "single", pictures, table, "loss-and-cost.csv",
                 download(heads, raw))  # fmt: skip


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
    with look.style():
        ax = Figure(figsize=PANEL).add_axes(_PANEL_PLACE)
    _, unit = shown.scale(currency, reading.largest(result, series))
    drawn, note = _apart(result, bands)
    pictures = []
    for k, name in enumerate(drawn):
        _panel(ax, result, series, name, paired)
        ax.set_ylabel(unit or shown.label)
        ax.set_ylim(_limits(bands, shown))
        told = _told(bands[name], shown, currency)
        pictures.append(vector.to_svg(_figure(ax), f"{key}-{k}", f"{title}: {name}", told))
    return Chart(
        key, measure.label, title, f"{words.sentence(measure.text)} {note}".strip(), "panels", tuple(pictures),
        _band_table(bands, shown, currency), f"{'difference-' if paired else ''}{series}.csv",
        _band_download(bands, shown.unit), panels=tuple(drawn),
    )  # fmt: skip


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


def _panel(ax: Axes, result: Compared, series: str, name: str, paired: bool) -> None:
    """Draw one variant; the axes are those of the variant before it, which is twice as fast as making new ones."""
    for artist in (*ax.lines, *ax.collections):
        artist.remove()
    if paired:
        fans.difference_fan(result, series, name, ax)
    else:
        fans.fan(result, series, name, ax=ax)
    title = f"{name} (baseline)" if name == result.comparison.baseline else name
    ax.set_title(words.shortened(title, 28), loc="left")


def _limits(bands: dict[str, fans.Band], measure: Measure) -> tuple[float, float]:
    """Return the ends of the vertical axis that all panels share."""
    values = np.concatenate([shape.values.ravel() for shape in bands.values()])
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    pad = 0.05 * ((high - low) or abs(high) or 1.0)
    return 0.0 if low >= 0 and not measure.is_difference else low - pad, high + pad


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


def _band_table(bands: dict[str, fans.Band], measure: Measure, currency: str) -> Table:
    write = words.change if measure.is_difference else words.quantity
    days = next(iter(bands.values())).days
    picked = np.unique(np.linspace(0, len(days) - 1, min(_TABLE_ROWS, len(days))).round().astype(int))
    rows = []
    for d in picked:
        cells = []
        for shape in bands.values():
            low, _, middle, _, high = (float(x) for x in shape.values[:, d])
            span = words.interval(low, high, measure.unit, currency, signed=measure.is_difference)
            cells.append(f"{write(middle, measure.unit, currency)} ({span})")
        rows.append((words.tick(days[d]), *cells))
    note = "Median, and in brackets the range of 90 % of the worlds. The download holds more days."
    return Table(("day", *bands), tuple(rows), note)


def _band_download(bands: dict[str, fans.Band], unit: Unit) -> str:
    days = next(iter(bands.values())).days
    head = ["day", *(f"{name}: {q:.0%}" for name in bands for q in fans.QUANTILES)]
    every, scale = -(-len(days) // _MOST_DAYS), MINOR_PER_MAJOR if unit == "money" else 1
    rows = [
        [f"{days[d]:g}", *(f"{x / scale:.4g}" for shape in bands.values() for x in shape.values[:, d])]
        for d in range(0, len(days), every)
    ]
    return download(head, rows)
