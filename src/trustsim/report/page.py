"""The HTML report: one file that needs nothing else, for screen, phone and paper, in light and dark."""

from __future__ import annotations

import base64
import hashlib
import math
import platform
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from trustsim.analysis.comparison import COST
from trustsim.report import charts, look, reading, story, words
from trustsim.report.answer import LOSS, answer, quoted
from trustsim.report.charts import Chart, Table

if TYPE_CHECKING:
    from trustsim.report.result import Result

#: series that open the chapter on the course of events, the most telling first; others follow, folded
FIRST_SERIES = ("cumulative_outflow", "outflow", "trust", "fear")
_SHOWN = 2  # charts of a chapter that are not folded away
_MOST_FAILURES = 20
_PACKAGES = ("trustsim", "numpy", "numba", "scipy", "mesa", "networkx", "matplotlib")


@dataclass(frozen=True)
class Charts:
    """The charts of one chapter: those shown, and those folded away."""

    shown: tuple[Chart, ...]
    more: tuple[Chart, ...] = ()

    @property
    def titles(self) -> str:
        """What is folded away."""
        return words.listing([chart.title[:1].lower() + chart.title[1:] for chart in self.more])


def write(result: Result, path: str | Path) -> Path:
    """Write the report of *result* as one HTML file and return its path."""
    target = Path(path)
    target.write_text(render(result), encoding="utf-8")
    return target


def render(result: Result) -> str:
    """Return the report as text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("trustsim.report"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["tied"] = _tied
    sheet = environment.get_template("report.css").render()
    c, scenario = result.comparison, result.scenario
    listed = story.assumptions(scenario, c.baseline, c.variants)
    return environment.get_template("report.html.j2").render(
        style=sheet,
        style_hash=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
        scenario=scenario,
        comparison=c,
        answer=answer(result),
        ranking=_ranking(result),
        swatches={name: _swatch(result, name) for name in c.variants},
        everything=_everything(result),
        charts=_chapters(result),
        timeline=story.timeline(scenario),
        packages=story.packages(scenario, c.baseline, c.variants),
        places=story.people_and_places(scenario, c.baseline),
        sourced=[a for a in listed if not a.is_assumed],
        assumed=[a for a in listed if a.is_assumed],
        failures=c.failed[:_MOST_FAILURES],
        repeat=_repeat(result),
        command=_command(result),
        words=words,
    )


def _tied(text: str) -> str:
    """Keep a number and its unit on one line."""
    for unit in ("%", "pp", "million", "thousand", "billion", "days", "worlds"):
        text = text.replace(f" {unit}", f"\u00a0{unit}")
    return text


def _swatch(result: Result, name: str) -> str:
    """Return the name of the page's colour for a variant, that of the charts."""
    others = [v for v in result.comparison.variants if v != result.comparison.baseline]
    return "v0" if name == result.comparison.baseline else f"v{others.index(name) % len(look.COLOURS) + 1}"


def _outcomes(result: Result) -> list[str]:
    """Return the outcomes to draw: what ranks first, then what the scenario asks for, in its order."""
    c = result.comparison
    measured = [name for name in c.measures if reading.is_measured(result, name)]
    asked = [name for name in (c.ranked_by, *result.scenario.outcomes) if name in measured and name is not None]
    return list(dict.fromkeys(asked or measured))


def _chapters(result: Result) -> dict[str, Charts]:
    """Draw the charts of every chapter."""
    if result.comparison.n == 0:
        return {name: Charts(()) for name in ("differences", "course", "runs", "price")}
    outcomes, is_paired = _outcomes(result), len(result.comparison.variants) > 1
    apart = tuple(charts.differences(result, name) for name in outcomes) if is_paired else ()
    runs = tuple(charts.distribution(result, name) for name in outcomes)
    first = [name for name in FIRST_SERIES if name in result.study.series]
    rest = [*first[_SHOWN:], *(name for name in result.study.series if name not in first)]
    kinds = (False, True) if is_paired else (False,)
    course = [charts.fan(result, name, paired=paired) for name in first[:_SHOWN] for paired in kinds]
    has_price = all(reading.is_measured(result, name) for name in (LOSS, COST))
    return {
        "differences": Charts(apart[:_SHOWN], apart[_SHOWN:]),
        "course": Charts(tuple(course), tuple(charts.fan(result, name) for name in rest)),
        "runs": Charts(runs[:_SHOWN], runs[_SHOWN:]),
        "price": Charts((charts.cost_and_loss(result, LOSS, COST),) if has_price else ()),
    }


def _ranking(result: Result) -> Table:
    """Make the ranked table: level, paired difference, how often better, what the pairing gained, cost, verdict.

    A column's unit stands in its head, so that the table fits a page and its numbers compare at a glance.
    """
    c, currency = result.comparison, result.scenario.currency
    if c.ranked_by is None:
        return Table((), ())
    measure = reading.outcome(result, c.ranked_by)
    levels = {name: reading.level(result, measure.name, name).mean for name in c.ranking}
    largest = _largest(levels.values())
    dearest = _largest(c.costs.values())
    rows = []
    for name in c.ranking:
        level, cost = words.bare(levels[name], measure.unit, largest), words.bare(c.costs[name], "money", dearest)
        if name == c.baseline:
            rows.append((name, level, "baseline", "", "", "", cost, "unclear"))
            continue
        d = reading.difference(result, measure.name, name)
        ends = [words.bare(x, measure.unit, largest, signed=True) for x in (d.low, d.high)]
        rows.append((
            name, level, words.bare(d.mean, measure.unit, largest, signed=True),
            words.NO_NUMBER if words.NO_NUMBER in ends else " to ".join(ends), words.quantity(d.better_share, "share"),
            f"{words.tick(round(d.variance_reduction, 1))}×" if d.variance_reduction < 1e6 else words.NO_NUMBER, cost,
            words.verdict(d.low, d.high, measure.better),
        ))  # fmt: skip
    unit = words.axis(measure.unit, currency, largest)[1]
    apart = "pp" if measure.unit == "share" else unit
    head = (
        "variant", _headed(measure.label, unit), _headed("difference", apart), _headed("95 % interval", apart),
        "better in", "pairing gain", _headed("cost", words.axis("money", currency, dearest)[1]),
    )  # fmt: skip
    return Table(head, tuple(rows))


def _largest(values: Iterable[float]) -> float:
    return max((abs(x) for x in values if math.isfinite(x)), default=0.0)


def _headed(name: str, unit: str) -> str:
    return f"{name}, {unit}" if unit else name


def _everything(result: Result) -> Table:
    """Make the table of every outcome under every variant: level, and the difference with its interval."""
    c, currency = result.comparison, result.scenario.currency
    rows = []
    for name in c.ranking:
        cells = [name]
        for outcome in c.measures:
            measure, level = reading.outcome(result, outcome), reading.level(result, outcome, name)
            text = words.quantity(level.mean, measure.unit, currency)
            if name != c.baseline:
                d = reading.difference(result, outcome, name)
                text += f" ({words.interval(d.low, d.high, measure.unit, currency, signed=True)})"
            cells.append(text)
        rows.append(tuple(cells))
    heads = tuple(words.label(name) for name in c.measures)
    return Table(
        ("variant", *heads),
        tuple(rows),
        f"Mean, and in brackets the 95 % interval of the difference to {quoted(c.baseline)}.",
    )


def _repeat(result: Result) -> tuple[tuple[str, str], ...]:
    versions = [f"{name} {metadata.version(name)}" for name in _PACKAGES]
    return (
        ("Scenario digest", result.scenario.digest),
        ("Seed", str(result.scenario.seed)),
        ("Replications", str(result.comparison.n)),
        ("Versions", ", ".join([f"Python {platform.python_version()}", *versions])),
        ("Computed in", f"{words.tick(round(result.comparison.seconds, 1))} seconds"),
    )


def _command(result: Result) -> str:
    """Return the command that repeats this study."""
    n = result.comparison.n + result.comparison.n_incomplete
    words_of = ["trustsim", "compare", result.scenario.source or "scenario.yaml", "--replications", str(n)]
    words_of += ["--seed", str(result.scenario.seed)]
    if len(result.comparison.variants) < len(result.scenario.variants):
        words_of += ["--variants", ",".join(result.comparison.variants)]
    return shlex.join(words_of)
