"""The charts of outcomes: paired differences, every run, and loss against cost."""

from __future__ import annotations

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import pareto
from trustsim.report.page.chart import Chart, both, noted
from trustsim.report.pictures import spreads, tradeoff
from trustsim.report.tables.plain import Table, download, num
from trustsim.report.words import reading, words

_MOST_WORLDS = 1000  # rows of a distribution's download


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
    pictures = both(
        f"d-{outcome}", title, told, heights, lambda on: spreads.draw_differences(on, result, outcome, shown)
    )
    head = ("variant", "difference", "low", "high", "better_share", "tie_share", "variance_reduction", "worlds")
    return Chart(
        f"d-{outcome}", measure.label, title, noted(result, words.sentence(measure.text)), "single", pictures,
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
    pictures = both(f"o-{outcome}", title, text, heights, lambda on: spreads.draw_runs(on, result, outcome, drawn))
    head = ("variant", "runs", "mean", "95 % interval", "smallest", "10 % below", "median", "90 % below", "largest")
    table = np.column_stack(list(columns.values()))
    worlds = zip(result.study.replications[:_MOST_WORLDS], table, strict=False)
    runs = [[int(k), *(num(x, measure.unit) for x in row)] for k, row in worlds]
    more = f"The download holds the first {_MOST_WORLDS} worlds; outcomes.csv of the run folder holds them all."
    numbers = Table(head, tuple(rows), more if len(table) > _MOST_WORLDS else "")
    return Chart(f"o-{outcome}", measure.label, title, noted(result, note), "single", pictures, numbers,
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
    pictures = both(
        "cost", title, f"{told}. {note}", (4.3, 4.0), lambda on: tradeoff.draw(on, result, loss, cost, drawn)
    )
    raw = [
        [n, *(num(z, at.unit) for at, level in ((paid, x), (lost, y)) for z in (level.mean, level.low, level.high))]
        for n, (x, y) in zip(names, levels, strict=True)
    ]
    heads = ("variant", *(f"{side}{part}" for side in (cost, loss) for part in ("", "_low", "_high")))
    head = ("variant", paid.label, "95 % interval", lost.label, "95 % interval", "unbeaten")
    table = Table(head, rows)
    return Chart("cost", "cost", title, noted(result, note), "single", pictures, table, "loss-and-cost.csv",
                 download(heads, raw))  # fmt: skip
