"""Sweeps and sensitivity for terminals: 80 columns, and the same as plain data for ``--json``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from trustsim.analysis.fragility import Fragility, fragilities
from trustsim.experiment.points import short_value
from trustsim.report.pictures.design_pictures import title_of
from trustsim.report.tables.prose import Prose
from trustsim.report.words import fragility as fragility_words
from trustsim.report.words import standing, words
from trustsim.units import name_of

if TYPE_CHECKING:
    from trustsim.analysis.boxes import Box
    from trustsim.analysis.robust import Robust
    from trustsim.analysis.sensitivity import Sensitivity

_MOST_BOXES = 2


def print_robust(found: Robust, console: Console | None = None) -> None:
    """Print the variants as they rank, their regret, the share of points where each is best or harms, and where."""
    table = _table(("variant", "mean", "regret: mean", "90 %", "max", "best in", "better in", "harms in"))
    ends = [group[-1] for group in found.comparison.groups]
    for name, row in found.table().iterrows():
        marks = standing.MARK if row["harms"] else standing.ELSEWHERE if name in found.comparison.other_worlds else ""
        marks += " *" if row["pareto"] else ""
        told = ("best_share",) if name == found.baseline else ("best_share", "better_share", "harm_share")
        table.add_row(
            Text(f"{name}{marks}"),
            _level(found, row["mean"]),
            *(_change(found, row[key]) for key in ("regret_mean", "regret_p90", "regret_max")),
            *(words.quantity(row[key], "share") for key in told),
            end_section=name in ends[:-1],
        )
    n = len(found.values)
    head = f"{words.label(found.outcome)} over {words.plural(n, 'point')} of the sweep ({found.sweep.design.kind})."
    (console or Console()).print(Group(Prose(head), table, Prose("\n".join(_robust_notes(found)))))


def _robust_notes(found: Robust) -> list[str]:
    base = found.baseline
    more = (
        standing.passed_over(found.comparison),
        standing.apart(found.comparison),
        standing.matters(found.comparison),
    )
    notes = [
        *_harms(found),
        *(f"{standing.UNKNOWN} {line}." for line in standing.unmeasured(found.comparison)),
        *(f"{standing.ELSEWHERE} {line}." for line in standing.other_worlds(found.comparison)),
        f"Best in: share of points where it is in the first group; where {base} is, {base} alone. Better in, harms in:"
        f" where it is better than {base} without harm, where it is worse in a headline outcome.",
        "* no other variant is at least as good in every headline outcome, every one asked for and the cost, and better"
        " in one.",
        *(f"{line}." for line in more if line),
        *fragility_words.told(fragilities(found.sweep)),
    ]
    fails = {f"{name} is worse than {base} or harms": places for name, places in found.fails.items()}
    for what, places in {f"{found.leader} is beaten": found.beaten, **fails}.items():
        notes += [f"Where {what}: {_box(place)}" for place in places[:_MOST_BOXES]]
    lost = sum(len(study.replications) == 0 for study in found.sweep.studies)
    if lost:
        notes.append(f"{words.plural(lost, 'point')} without a finished run; left out.")
    failed = sum(len(study.failed) for study in found.sweep.studies)
    if failed:
        notes.append(f"{words.plural(failed, 'run')} failed and left out.")
    return notes


def _harms(found: Robust) -> list[str]:
    """Return a line on each variant that harms: in what, by how much over all points, and at how many of them."""
    c, share = found.comparison, found.table()["harm_share"]
    return [
        f"{standing.MARK} {name}: worse than {words.quoted(c.baseline)} over all points in {standing.harm(c, name)};"
        f" harms in {words.quantity(share[name], 'share')} of them."
        for name in c.ranking
        if name in c.harms
    ]


def _box(place: Box) -> str:
    where = " and ".join(place.conditions) or "everywhere"
    return (
        f"{where} ({words.quantity(place.support, 'share')} of points; true in "
        f"{words.quantity(place.precision, 'share')} of them; {words.quantity(place.coverage, 'share')} of such points)"
    )


def print_sensitivity(found: Sensitivity, console: Console | None = None) -> None:
    """Print every parameter with its indices and their 95 % intervals, the most important first."""
    frame = found.to_frame()
    short = dict(zip(found.sweep.design.paths, found.sweep.design.names, strict=True))
    has_interval = {index.name: f"{index.name}_low" in frame for index in found.indices}
    heads = [head for name, has in has_interval.items() for head in ((name, "95 %") if has else (name,))]
    table = _table(("parameter", "range", *heads))
    for path, row in frame.iterrows():
        cells = [f"{short_value(row['from'])} … {short_value(row['to'])}"]
        for name, has in has_interval.items():
            cells.append(_number(row[name]))
            if has:
                cells.append(f"[{_number(row[f'{name}_low'])}, {_number(row[f'{name}_high'])}]")
        table.add_row(Text(short[str(path)]), *cells)
    n = len(found.values)
    text = f"{found.method}: what {title_of(found)} depends on ({words.plural(n, 'point')})."
    notes = [] if found.n_left_out == 0 else [f"{words.plural(found.n_left_out, 'point')} left out: runs failed there."]
    (console or Console()).print(Group(Prose(text), table, Prose("\n".join(notes))))


def robust_json(found: Robust) -> dict[str, Any]:
    """Return a sweep's comparison as plain data, format 2."""
    table, c = found.table(), found.comparison
    return {
        "format": 2,
        "outcome": found.outcome,
        "passed_over": list(c.passed_over),
        "unit": name_of(found.unit, found.sweep.scenario.currency),
        "points": len(found.values),
        "design": {"kind": found.sweep.design.kind, "paths": list(found.sweep.design.paths)},
        "baseline": found.baseline,
        "ranking": list(c.ranking),
        "groups": [list(group) for group in c.groups],
        "matters": dict(c.matters),
        "harms": {name: list(outcomes) for name, outcomes in c.harms.items()},
        "other_worlds": {name: list(facts) for name, facts in c.other_worlds.items()},
        "variants": {str(name): _plain(row) for name, row in table.iterrows()},
        "leader": {"name": found.leader, "beaten": [vars(place) for place in found.beaten]},
        "fails": {name: [vars(place) for place in places] for name, places in found.fails.items()},
        "fragility": [_curve(each) for each in fragilities(found.sweep)],
        "failed_runs": sum(len(study.failed) for study in found.sweep.studies),
        "interrupted": found.sweep.interrupted,
        "seconds": found.sweep.seconds,
    }


def fragility_frame(curves: Sequence[Fragility]) -> pd.DataFrame:
    """Return one row an event, a variant and a value of what is swept: the share of worlds, its interval, and the
    fitted share."""
    parts = []
    for curve in curves:
        part = curve.to_frame().assign(fitted=curve.expected(curve.at))
        part.insert(0, "variant", curve.variant)
        part.insert(0, "outcome", curve.outcome)
        parts.append(part)
    return pd.concat(parts).set_index("outcome")


def _curve(curve: Fragility) -> dict[str, Any]:
    """Return the middle and the width of a curve as plain data; null where there is none, or no upper end."""
    numbers = {
        "middle": curve.middle, "width": curve.width.mean, "width_low": curve.width.low, "width_high": curve.width.high,
    }  # fmt: skip
    known = {name: x if math.isfinite(x) else None for name, x in numbers.items()}
    return {"outcome": curve.outcome, "variant": curve.variant, "path": curve.path, "unit": curve.unit, **known}


def sensitivity_json(found: Sensitivity) -> dict[str, Any]:
    """Return indices as plain data, format 2."""
    return {
        "format": 2,
        "method": found.method,
        "outcome": found.measured.outcome,
        "unit": name_of(found.measured.unit, found.sweep.scenario.currency),
        "variant": found.measured.variant,
        "against": found.measured.against,
        "points": len(found.values),
        "left_out": found.n_left_out,
        "parameters": {str(path): _plain(row) for path, row in found.to_frame().iterrows()},
        "failed_runs": sum(len(study.failed) for study in found.sweep.studies),
        "interrupted": found.sweep.interrupted,
        "seconds": found.sweep.seconds,
    }


def _plain(row: Any) -> dict[str, Any]:
    return {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in row.to_dict().items()}


def _table(heads: tuple[str, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    for k, head in enumerate(heads):
        table.add_column(Text(head), justify="right" if k else "left", overflow="fold")
    return table


def _level(found: Robust, value: float) -> str:
    return words.quantity(value, found.unit, found.sweep.scenario.currency)


def _change(found: Robust, value: float) -> str:
    return words.change(value, found.unit, found.sweep.scenario.currency).removeprefix("+")


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", words.MINUS) if abs(value) < 10 else words.quantity(value)
