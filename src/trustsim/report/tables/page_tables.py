"""The report's tables: the ranking, every outcome of every variant, the runs on platforms, and what failed."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trustsim.analysis.compared import Compared
from trustsim.analysis.headlines import measured_headlines
from trustsim.measures.runs import TRIGGERS, LiquidityRun
from trustsim.report.tables.plain import Table
from trustsim.report.words import reading, standing, words
from trustsim.report.words.reading import Measure

_TENTHS = 10.0  # a column of days up to this shows tenths
_MOST_BESIDE = 2  # headline outcomes beside the one that ranks
_GROUPS = "Variants of one group cannot be told apart by any headline outcome, all pairs taken together"
_MOST_NUMBERS = 12  # replications listed of those that failed alike


@dataclass(frozen=True)
class Cell:
    """One number of a variant; ``verdict`` colours it: better, worse, unclear or nothing."""

    text: str
    verdict: str = ""


@dataclass(frozen=True)
class ByVariant:
    """One row a variant, best first: heads of the columns with their units, the cells of each variant, a remark."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    note: str = ""


def ranking(result: Compared) -> ByVariant:
    """Rank the variants: group, level, difference, how often better, pairing gain, other headline outcomes, cost.

    A column's unit stands in its head, so that the table fits a page and its numbers compare at a glance.
    """
    c, currency = result.comparison, result.scenario.currency
    if c.ranked_by is None or c.n == 0:
        return ByVariant((), ())
    measure = reading.outcome(result, c.ranked_by)
    others = [name for name in measured_headlines(c.measures) if name != measure.name][:_MOST_BESIDE]
    beside = [reading.outcome(result, name) for name in others]
    size, dearest = _size(result, measure), _largest(c.costs.values())
    rows = []
    for name in c.ranking:
        level = Cell(words.bare(reading.level(result, measure.name, name).mean, measure.unit, size))
        cells = [
            Cell(f"{'' if name in c.other_worlds else c.group_of(name)} {standing.marks(c, name)}".strip()),
            level,
            *_difference(result, measure, name, size),
        ]
        cells += [_difference(result, other, name, _size(result, other))[0] for other in beside]
        rows.append((name, (*cells, Cell(words.bare(c.costs[name], "money", dearest)))))
    apart = _unit(measure.as_difference(), currency, size)
    head = (
        "variant", "group", _headed(measure.label, _unit(measure, currency, size)), _headed("difference", apart),
        _headed("95 % interval", apart), "better in", "pairing gain",
        *(_headed(f"{m.label} changes by", _unit(m.as_difference(), currency, _size(result, m))) for m in beside),
        _headed("cost", words.axis("money", currency, dearest)[1]),
    )  # fmt: skip
    harm = f"{standing.MARK} {'; '.join(standing.harms(c))}" if c.harms else ""
    moved = f"{standing.SHIFTED} {'; '.join(standing.shifts(c))}" if c.shifts else ""
    unknown = f"{standing.UNKNOWN} {'; '.join(standing.unmeasured(c))}" if c.unmeasured else ""
    other = f"{standing.ELSEWHERE} {'; '.join(standing.other_worlds(c))}" if c.other_worlds else ""
    about = (standing.passed_over(c), _GROUPS, harm, moved, unknown, other, standing.matters(c), standing.censored(c))
    notes = filter(None, (*about, reading.same_everywhere(c), reading.ties(c)))
    return ByVariant(head, tuple(rows), " ".join(map(words.sentence, notes)))


def _difference(result: Compared, measure: Measure, name: str, size: float) -> list[Cell]:
    """Return the cells of a paired difference: mean, interval, how often better, what the pairing gained."""
    if name == result.comparison.baseline:
        return [Cell("baseline"), Cell(""), Cell(""), Cell("")]
    d = reading.difference(result, measure.name, name)
    verdict = standing.verdict(result.comparison, measure.name, d)
    mean, low, high = (words.bare(x, measure.unit, size, signed=True) for x in (d.mean, d.low, d.high))
    span = words.NO_NUMBER if words.NO_NUMBER in (low, high) else f"{low} to {high}"
    span = standing.SAME if standing.is_same(result.comparison, measure.name, d) else span
    gain = f"{words.tick(round(d.variance_reduction, 1))}×" if not math.isnan(d.variance_reduction) else words.NO_NUMBER
    return [Cell(mean, verdict), Cell(span, verdict), Cell(words.quantity(d.better_share, "share")), Cell(gain)]


def _unit(measure: Measure, currency: str, size: float) -> str:
    if measure.is_difference and measure.unit == "share":
        return "pp"
    return words.axis(measure.unit, currency, size)[1]


def _size(result: Compared, measure: Measure) -> float:
    return _largest(reading.level(result, measure.name, name).mean for name in result.comparison.variants)


def _largest(values: Iterable[float]) -> float:
    return max((abs(x) for x in values if math.isfinite(x)), default=0.0)


def _headed(name: str, unit: str) -> str:
    return f"{name}, {unit}" if unit else name


def everything(result: Compared) -> Table:
    """Make the table of the outcomes asked for under every variant: level, and the difference with its interval."""
    c, currency = result.comparison, result.scenario.currency
    rows = []
    for name in c.ranking:
        cells = [name]
        for outcome in c.asked:
            measure, level = reading.outcome(result, outcome), reading.level(result, outcome, name)
            text = words.quantity(level.mean, measure.unit, currency)
            text += f", {happened}" if (happened := standing.happened(c, name, outcome)) else ""
            if name != c.baseline:
                d = reading.difference(result, outcome, name)
                text += f" ({standing.span(c, outcome, d)})"
            cells.append(text)
        rows.append(tuple(cells))
    heads = tuple(words.label(name) for name in c.asked)
    return Table(
        ("variant", *heads),
        tuple(rows),
        f"Mean, and in brackets the 95 % interval of the difference to {words.quoted(c.baseline)}.",
    )


def runs(result: Compared) -> ByVariant:
    """Make the table of the runs on platforms: how many worlds had one, when, how long, what set them off, how much."""
    c, found = result.comparison, {name: reading.runs(result, name) for name in result.comparison.ranking}
    if not any(found.values()):
        return ByVariant((), ())
    head = (
        "variant", f"worlds with a run, of {c.n}", "runs", "began on day", "peak on day", "length, days",
        *(f"trigger {trigger}, %" for trigger in TRIGGERS), "runners acted on", "withdrawn, %",
    )  # fmt: skip
    rule = result.scenario.counted.run
    least, days = words.quantity(rule.share, "share"), words.quantity(rule.within, "duration")
    note = (
        f"A run: within {days} at least {least} of the {rule.of} of a platform flow out beyond what flows out in calm; "
        "a world can have several. Days, length and what was withdrawn in it are medians over the runs; withdrawn is "
        "from the day it begins to the last at its pace, without slower days around, so it can be less. The trigger "
        "says what set a run off. Fundamental: the platform was insolvent on that day or the one before; spill-over: "
        "it was not, and another had a run or became insolvent in the week before, or a larger one began with it; "
        "belief: people ran all the same. "
        "What runners acted on is what pushed most of those who ran on the first day of it, in most of the runs."
    )
    rows = [(name, _run_cells(found[name], result.scenario.step)) for name in c.ranking]
    return ByVariant(head, tuple(rows), note)


def _run_cells(runs: Sequence[LiquidityRun], step: float) -> tuple[Cell, ...]:
    n = Cell(str(len({run.replication for run in runs})))
    if not runs:
        return (n, Cell("0"), *[Cell(words.NO_NUMBER)] * (5 + len(TRIGGERS)))
    days = ([run.onset for run in runs], [run.peak for run in runs], [run.end - run.onset + step for run in runs])
    medians = [words.bare(statistics.median(of), "duration", _TENTHS) for of in days]
    why = [sum(run.trigger == trigger for run in runs) / len(runs) for trigger in TRIGGERS]
    ran = statistics.median(run.withdrawn for run in runs)
    acted_on, times = Counter(run.acted_on for run in runs).most_common(1)[0]
    most = Cell(f"{words.label(acted_on)}, {words.bare(times / len(runs), 'share')} %")
    shares = (Cell(words.bare(x, "share")) for x in why)
    return (n, Cell(str(len(runs))), *map(Cell, medians), *shares, most, Cell(words.bare(ran, "share")))


def failures(result: Compared) -> Table:
    """Make the table of failures, those alike in one row."""
    grouped: dict[tuple[str, str, str], list[int]] = {}
    for run in result.comparison.failed:
        key = (run.stage, f"{run.type}: {run.message}", ", ".join(run.variants))
        grouped.setdefault(key, []).append(run.replication)
    rows = []
    for (stage, raised, variants), numbers in grouped.items():
        more = f" and {len(numbers) - _MOST_NUMBERS} more" if len(numbers) > _MOST_NUMBERS else ""
        listed = ", ".join(str(k) for k in numbers[:_MOST_NUMBERS])
        rows.append((raised, stage, words.plural(len(numbers), "run"), f"{listed}{more}", variants))
    return Table(("what was raised", "stage", "how often", "replications", "variants"), tuple(rows))
