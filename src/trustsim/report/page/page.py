"""The HTML report: one file that needs nothing else, for screen, phone and paper, in light and dark."""

from __future__ import annotations

import base64
import hashlib
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import jinja2
import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import Comparison
from trustsim.errors import TrustsimError
from trustsim.experiment.address import addresses, engine
from trustsim.experiment.simulate import simulate
from trustsim.experiment.work import Progress
from trustsim.report.page import charts, flips, holding, losers, network_chart, unknowns, why
from trustsim.report.page.again import NETWORK, WHY, Again
from trustsim.report.page.chart import Chart
from trustsim.report.page.fan_chart import fan
from trustsim.report.pictures import look
from trustsim.report.pictures.svg import Mark
from trustsim.report.tables import page_tables, people
from trustsim.report.words import flips as words_of_flips
from trustsim.report.words import holding as words_of_holding
from trustsim.report.words import losers as words_of_losers
from trustsim.report.words import reading, sources, standing, story, words
from trustsim.report.words import unknowns as words_of_unknowns
from trustsim.report.words.answer import answer
from trustsim.report.words.causes import summary
from trustsim.report.words.command import command
from trustsim.report.words.people import ASKED
from trustsim.report.words.prices import BILL, CLIENTS

#: the series that are drawn where a study has them, the most telling first; at least a few of any study
SERIES = ("cumulative_outflow", "outflow", "claims", "trust", "queue", "fear", "liquidity", "price")
_FEWEST = 4  # series drawn of a study that has none of the usual ones
_SHOWN = 2  # charts of a chapter that are not folded away
_PACKAGES = ("trustsim", "numpy", "numba", "scipy", "mesa", "networkx", "matplotlib")


@dataclass(frozen=True)
class Charts:
    """The charts of one chapter: those shown, and those folded away; ``told`` is said above them, point by point."""

    shown: tuple[Chart, ...]
    more: tuple[Chart, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def names(self) -> str:
        """What is folded away."""
        return words.listing([chart.name for chart in self.more])


def write(result: Compared, path: str | Path, again: Again, progress: Progress | None = None) -> Path:
    """Write the report of *result*, and of what was run again for it, as one HTML file and return its path."""
    target = Path(path)
    target.write_text(render(result, again, progress), encoding="utf-8")
    return target


def render(result: Compared, again: Again, progress: Progress | None = None) -> str:
    """Return the report as text; ``progress`` is told how many of its charts are drawn."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("trustsim.report.page"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["tied"] = _tied
    sheet = environment.get_template("report.css").render()
    c, scenario = result.comparison, result.scenario
    figures = [a for a in story.assumptions(scenario, c.baseline, c.variants) if a.is_figure]
    return environment.get_template("report.html.j2").render(
        style=sheet,
        style_hash=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
        scenario=scenario,
        comparison=c,
        answer=answer(result),
        ranking=page_tables.ranking(result),
        swatches=_swatches(c),
        everything=page_tables.everything(result),
        charts=_chapters(result, again, progress),
        not_drawn=words.listing([words.label(name) for name in _series(result)[1]]),
        timeline=story.timeline(scenario),
        packages=story.packages(scenario, c.baseline, c.variants),
        places=story.people_and_places(scenario, c.baseline),
        scope=sources.SCOPE,
        assumed=[a for a in figures if a.is_assumed],
        constructs=[a for a in figures if a.is_construct],
        sourced=[a for a in figures if not a.is_assumed and not a.is_construct],
        runs=page_tables.runs(result),
        labels=people.labels(result),
        sizes=people.sizes(result),
        stuck=people.stuck(result),
        failures=page_tables.failures(result),
        repeat=_repeat(result),
        command=command(result, result.scenario.source or "scenario.yaml"),
        standing=standing,
        words=words,
        filled=reading.FILLED,
    )


def _tied(text: str) -> str:
    """Keep a number and its unit on one line."""
    for unit in ("%", "pp", "million", "thousand", "billion", "days", "worlds"):
        text = text.replace(f" {unit}", f"\u00a0{unit}")
    return text


def _swatches(c: Comparison) -> dict[str, str]:
    """Return by variant the mark that stands for it in the charts, in a box of 10 by 10."""
    inks, shapes = look.colours(c.variants, c.baseline), look.markers(c.variants, c.baseline)
    return {name: Mark(shapes[name], 8.0, inks[name], "", 0.0, 1.0).at(np.array([[5.0, 5.0]])) for name in c.variants}


def _series(result: Compared) -> tuple[list[str], list[str]]:
    """Return the series to draw and those to leave to the run folder."""
    moving = [name for name in result.study.series if not reading.stands_still(result, name)]
    order = sorted(moving, key=lambda name: SERIES.index(name) if name in SERIES else len(SERIES))
    n = max(_FEWEST, sum(name in SERIES for name in order))
    return order[:n], order[n:]


def _chapters(result: Compared, again: Again, progress: Progress | None) -> dict[str, Charts]:
    """Draw the charts of every chapter."""
    if result.comparison.n == 0:
        empty = {
            name: Charts(())
            for name in ("differences", "course", "runs", "losers", "price", "unknowns", "flips", "held")
        }
        return {**empty, **{name: Charts((), told=(told,)) for name, told in again.missing.items()}}
    outcomes, is_paired = reading.asked(result), len(result.comparison.variants) > 1
    compared = [name for name in outcomes if reading.is_compared(result, name)]
    moved = [name for name in compared if reading.moves(result, name)]
    varied = [name for name in outcomes if reading.varies(result, name)]
    drawn, _ = _series(result)
    kinds = (False, True) if is_paired else (False,)
    paths = [(name, paired) for name in drawn[:_SHOWN] for paired in kinds] + [(name, False) for name in drawn[_SHOWN:]]
    times = [name for name in varied if reading.happens(result, name)]
    counted = _counted(progress, len(moved) + len(varied) + len(times) + len(paths))
    apart = tuple(counted(charts.differences(result, name)) for name in moved)
    runs = tuple(counted(charts.distribution(result, name)) for name in varied)
    survived = tuple(counted(charts.survived(result, name)) for name in times)
    course = tuple(counted(fan(result, name, paired=paired)) for name, paired in paths)
    has_price = all(reading.is_measured(result, name) and reading.moves(result, name) for name in (BILL, CLIENTS))
    unknown = words_of_unknowns.every(result)
    n_course = len(kinds) * len(drawn[:_SHOWN])
    return {
        "differences": Charts(
            apart[:_SHOWN], apart[_SHOWN:], _left_out("The same under every variant, in every world", compared, moved)
        ),
        "course": Charts(course[:n_course], course[n_course:], _still(result)),
        "runs": Charts(
            runs[:_SHOWN], (*runs[_SHOWN:], *survived), _left_out("One number in all worlds", outcomes, varied)
        ),
        "losers": Charts(losers.chapter(result), told=words_of_losers.told(result)),
        "price": Charts((charts.cost_and_loss(result, CLIENTS, BILL),) if has_price else ()),
        WHY: _why(result, again),
        "unknowns": Charts(unknowns.chapter(result, unknown), told=words_of_unknowns.told(unknown)),
        "flips": Charts(flips.chapter(result), told=words_of_flips.told(result)),
        "held": Charts(holding.chapter(result), told=tuple(words_of_holding.told(result))),
        NETWORK: _network(result, again),
    }


def _still(result: Compared) -> tuple[str, ...]:
    """Say which of the usual series have no chart, as they are one number on every day of every world."""
    usual = [name for name in SERIES if name in result.study.series]
    still = [words.label(name) for name in usual if reading.stands_still(result, name)]
    return (f"One number on all days, in all worlds, so not drawn: {words.listing(still)}.",) if still else ()


def _left_out(why: str, names: Sequence[str], drawn: Sequence[str]) -> tuple[str, ...]:
    """Say which outcomes have no chart, as there is nothing to see in one."""
    left = [words.label(name) for name in names if name not in drawn]
    return (f"{why}, so not drawn: {words.listing(left)}.",) if left else ()


def _counted(progress: Progress | None, total: int) -> Callable[[Chart], Chart]:
    """Return what passes a chart on and says that one more is drawn."""
    began, done = time.monotonic(), 0

    def one_more(chart: Chart) -> Chart:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total, time.monotonic() - began)
        return chart

    return one_more


def _why(result: Compared, again: Again) -> Charts:
    if again.attribution is None:
        return Charts((), told=(again.missing[WHY],))
    c = result.comparison
    told = summary(again.attribution, c.baseline, c.matters.get(ASKED, 0.0))
    return Charts((why.withdrawals(again.attribution, result),), told=(told,))


def _network(result: Compared, again: Again) -> Charts:
    if again.spread is None:
        return Charts((), told=(again.missing[NETWORK],))
    return Charts((network_chart.spreading(result, again.spread),))


def _repeat(result: Compared) -> tuple[tuple[str, str], ...]:
    seconds = result.comparison.seconds
    versions = [f"{name} {metadata.version(name)}" for name in _PACKAGES]
    return (
        ("Scenario digest", result.scenario.digest),
        *_hashes(result),
        ("Seed", str(result.scenario.seed)),
        ("Replications", str(result.comparison.n)),
        ("Versions", ", ".join([f"Python {platform.python_version()}", *versions])),
        *([("Computed in", f"{words.tick(round(seconds, 1))} seconds")] if seconds > 0 else []),  # 0: it was kept
    )


def _hashes(result: Compared) -> list[tuple[str, str]]:
    """Return the hash of the engine, and the address of each variant's runs in a run store."""
    if result.simulate is not simulate:
        return []
    try:
        where = addresses(result.scenario, result.study.variants, simulate)
    except TrustsimError as e:  # code of the user's own that no run store can keep apart
        where = dict.fromkeys(result.study.variants, f"none: {e}")
    return [("Hash of the engine", engine()), *((f"Address of {words.quoted(name)}", at) for name, at in where.items())]
