"""Tables of outcomes behind the charts: paired differences, every world, and loss against cost."""

from __future__ import annotations

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.report.tables.plain import Table, download, num
from trustsim.report.words import prices, reading, standing, words

_MOST_WORLDS = 1000  # rows of a distribution's download


def differences(result: Compared, outcome: str) -> tuple[Table, str]:
    """Return the paired difference of every variant to the baseline, and the download."""
    measure, currency, c = reading.outcome(result, outcome), result.scenario.currency, result.comparison
    rows, raw = [], []
    for name in c.variants:
        if name == c.baseline:
            rows.append((f"{name} (baseline)", "0", words.NO_NUMBER, words.NO_NUMBER, words.NO_NUMBER))
            continue
        d = reading.difference(result, outcome, name)
        span = standing.span(c, outcome, d)
        change = words.change(d.mean, measure.unit, currency)
        rows.append((name, change, span, words.quantity(d.better_share, "share"), standing.judged(c, outcome, d)))
        ends = [num(x) for x in (d.mean, d.low, d.high)]
        raw.append([name, *ends, *map(num, (d.better_share, d.tie_share, d.variance_reduction)), d.n])
    head = ("variant", "difference", "95 % interval", "better in", "verdict")
    heads = ("variant", "difference", "low", "high", "better_share", "tie_share", "variance_reduction", "worlds")
    return Table(head, tuple(rows)), download(heads, raw)


def runs(result: Compared, outcome: str) -> tuple[Table, str]:
    """Return how an outcome spreads over the worlds of every variant, and the download: a row a world."""
    measure, currency, names = reading.outcome(result, outcome), result.scenario.currency, result.study.variants
    columns = {name: reading.values(result, outcome, name) for name in names}
    rows = []
    for name, values in columns.items():
        known, level = values[np.isfinite(values)], reading.level(result, outcome, name)
        marks = np.quantile(known, (0.0, 0.1, 0.5, 0.9, 1.0)) if len(known) else [np.nan] * 5
        span = words.interval(level.low, level.high, measure.unit, currency)
        mean = words.quantity(level.mean, measure.unit, currency)
        rows.append((name, str(len(known)), mean, span, *(words.quantity(x, measure.unit, currency) for x in marks)))
    head = ("variant", "worlds", "mean", "95 % interval", "smallest", "10 % below", "median", "90 % below", "largest")
    table = np.column_stack(list(columns.values()))
    worlds = zip(result.study.replications[:_MOST_WORLDS], table, strict=False)
    raw = [[int(k), *(num(x) for x in row)] for k, row in worlds]
    more = f"The download holds the first {_MOST_WORLDS} worlds; outcomes.csv of the run folder holds them all."
    return Table(head, tuple(rows), more if len(table) > _MOST_WORLDS else ""), download(("replication", *names), raw)


def survival(result: Compared, outcome: str) -> tuple[Table, str]:
    """Return in how many worlds an event happened under every variant, and the download: its survival curves."""
    c, rows, raw = result.comparison, [], []
    for name in c.variants:
        days, share = reading.survival(result, outcome, name)
        rows.append((name, words.quantity(1 - share[-1], "share"), words.quantity(_half(days, share), "duration")))
        raw += [[name, num(day), num(left)] for day, left in zip(days, share, strict=True)]
    return Table(("variant", "happened in", "in half of the worlds by"), tuple(rows)), download(
        ("variant", "day", "share_without"), raw
    )


def _half(days: np.ndarray, share: np.ndarray) -> float:
    """Return the day by which the event has happened in half of the worlds, NaN where it never did."""
    return float(days[np.argmax(share <= 0.5)]) if share[-1] <= 0.5 else np.nan


def cost_and_loss(result: Compared, loss: str, cost: str) -> tuple[Table, str]:
    """Return cost and loss of every variant and whether nothing beats it in both, and the download."""
    currency, names = result.scenario.currency, result.study.variants
    lost, paid = reading.outcome(result, loss), reading.outcome(result, cost)
    levels = [(reading.level(result, cost, name), reading.level(result, loss, name)) for name in names]
    best = prices.unbeaten(result, (cost, loss), names)
    rows = tuple(
        (
            name, words.quantity(x.mean, paid.unit, currency), words.interval(x.low, x.high, paid.unit, currency),
            words.quantity(y.mean, lost.unit, currency), words.interval(y.low, y.high, lost.unit, currency),
            "yes" if unbeaten else "no",
        )
        for name, (x, y), unbeaten in zip(names, levels, best, strict=True)
    )  # fmt: skip
    raw = [
        [n, *(num(z) for level in (x, y) for z in (level.mean, level.low, level.high))]
        for n, (x, y) in zip(names, levels, strict=True)
    ]
    head = ("variant", paid.label, "95 % interval", lost.label, "95 % interval", "unbeaten")
    heads = ("variant", *(f"{side}{part}" for side in (cost, loss) for part in ("", "_low", "_high")))
    return Table(head, rows), download(heads, raw)
