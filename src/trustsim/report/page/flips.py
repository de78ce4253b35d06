"""When the ranking flips: by another outcome, in the worst worlds, with and without a run, and by the price of loss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.figure import Figure

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import COST
from trustsim.analysis.intervals import Interval
from trustsim.report.page import charts, pricing
from trustsim.report.page.charts import Chart, Table, num
from trustsim.report.pictures import look, spreads
from trustsim.report.words import reading, words
from trustsim.report.words.reading import LOSS
from trustsim.report.words.words import quoted

RUN = "run_probability"
FEWEST = 20  # worlds below which a part of the study is named and not judged
_TAIL = 10  # the worst one in so many worlds

State = Literal["leads", "close", "behind", ""]


@dataclass(frozen=True)
class View:
    """One way to look at a study: an outcome, in all its worlds or some of them, and how the variants stand in it.

    ``against`` is the variant that leads by default: in the ranking, or for a part of the worlds in all of them.
    ``gap`` is the paired difference of the leader to it, None where they are one or the same in every world.
    ``states``: 'close' is not clearly behind the leader, '' not known or not judged. ``n``: worlds.
    """

    label: str
    outcome: str
    is_part: bool
    n: int
    leader: str
    against: str
    gap: Interval | None
    states: dict[str, State]

    @property
    def is_judged(self) -> bool:
        return self.n >= FEWEST

    @property
    def is_level(self) -> bool:
        """Whether all variants are the same in every world."""
        return set(self.states.values()) == {"leads"}

    @property
    def verdict(self) -> str:
        """How the leader stands to the variant that leads by default."""
        if not self.is_judged:
            return f"only {words.plural(self.n, 'world')}, not judged"
        if self.is_level:
            return "all the same"
        if self.gap is None:
            return "no flip"
        return "flips" if words.is_clear(self.gap.low, self.gap.high) else "no clear flip"


def views(result: Compared) -> tuple[View, ...]:
    """Return every outcome with a better side that is asked for, then parts of the worlds by one of them.

    Parts are judged by the outcome that ranks; where that is only yes or no, by the loss, or the first outcome asked
    for where nobody loses. They are the tenth of worlds in which the baseline does worst in it, and the worlds with and
    without a run under the baseline. Nothing where the outcome that ranks applies in no world.
    """
    c = result.comparison
    if c.ranked_by is None or len(c.variants) < 2 or c.n == 0 or not reading.is_compared(result, c.ranked_by):
        return ()
    found = _whole(result, c.ranking[0])
    names = [view.outcome for view in found]
    judged = _judged(result, c.ranked_by, names)
    if judged is None:
        return tuple(found)
    if judged not in names:
        found.append(_view(result, words.label(judged), judged, np.ones(c.n, dtype=bool), c.ranking[0]))
    usual = next(view.leader for view in found if view.outcome == judged)
    parts = _parts(result, judged)
    return (*found, *(_view(result, label, judged, part, usual, is_part=True) for label, part in parts.items()))


def _whole(result: Compared, against: str) -> list[View]:
    """Return every outcome with a better side that is asked for, in all worlds."""
    c = result.comparison
    names = [name for name in reading.asked(result) if c.measures[name].better and reading.is_compared(result, name)]
    return [_view(result, words.label(name), name, np.ones(c.n, dtype=bool), against) for name in names]


def _judged(result: Compared, ranked_by: str, names: Sequence[str]) -> str | None:
    """Return the outcome that parts of the worlds are judged by: not yes or no, and not the same for all variants."""
    for name in dict.fromkeys((ranked_by, LOSS, *names)):
        if name == COST or not reading.is_measured(result, name) or result.comparison.measures[name].binary:
            continue
        table = result.study.outcomes[name]
        if not np.array_equal(table, np.repeat(table[:, :1], table.shape[1], axis=1), equal_nan=True):
            return name
    return None


def _parts(result: Compared, judged: str) -> dict[str, np.ndarray]:
    """Return the parts of the worlds to look at, bool (worlds,), by name."""
    c, n = result.comparison, result.comparison.n
    label = words.label(judged)
    bad = reading.values(result, judged, c.baseline) * _sign(result, judged)
    tenth = np.zeros(n, dtype=bool)
    tenth[np.argsort(-np.nan_to_num(bad, nan=-np.inf), kind="stable")[: -(-n // _TAIL)]] = True
    parts = {f"{label}, worst tenth": tenth}
    if reading.is_measured(result, RUN):
        has_run = reading.values(result, RUN, c.baseline) == 1
        parts |= {f"{label}, with a run": has_run, f"{label}, without a run": ~has_run}
    return {name: part for name, part in parts.items() if part.any() and not part.all()}


def _sign(result: Compared, outcome: str) -> int:
    return 1 if reading.outcome(result, outcome).better == "lower" else -1


def _view(
    result: Compared, label: str, outcome: str, worlds: np.ndarray, against: str, *, is_part: bool = False
) -> View:
    c = result.comparison
    gaps = {name: reading.versus(result, outcome, name, c.baseline, worlds) for name in c.ranking}
    means = {name: _sign(result, outcome) * gap.mean for name, gap in gaps.items() if np.isfinite(gap.mean)}
    leader = min(means, key=lambda name: means[name], default=c.ranking[0])
    n = int(np.isfinite(reading.values(result, outcome, leader)[worlds]).sum())
    states: dict[str, State] = dict.fromkeys(c.variants, "")
    if n >= FEWEST:
        states |= {name: _state(result, outcome, leader, name, worlds) for name in means}
    gap = reading.versus(result, outcome, leader, against, worlds)
    is_same = leader == against or (gap.mean == 0 and _state(result, outcome, leader, against, worlds) == "leads")
    return View(label, outcome, is_part, n, leader, against, None if is_same else gap, states)


def _state(result: Compared, outcome: str, leader: str, name: str, worlds: np.ndarray) -> State:
    """Say how a variant stands to the leader; one that is the same in every world leads with it."""
    ours, theirs = (reading.values(result, outcome, which)[worlds] for which in (leader, name))
    if name == leader or np.array_equal(ours, theirs, equal_nan=True):
        return "leads"
    gap = reading.versus(result, outcome, leader, name, worlds)
    return "behind" if words.is_clear(gap.low, gap.high) else "close"


def chapter(result: Compared, claims: float) -> tuple[Chart, ...]:
    """Return the charts of when the ranking flips; none where there is nothing to rank.

    ``claims``: what platforms owe on day 0, minor units; NaN where it is not known.
    """
    seen = views(result)
    if not seen:
        return ()
    prices = pricing.stretches(result) if pricing.is_priced(result) else ()
    return (leaders(result, seen), *((pricing.chart(result, prices, claims),) if len(prices) > 1 else ()))


def told(result: Compared, claims: float) -> tuple[str, ...]:
    """Say, point by point, what flips the ranking and what does not; ``claims`` as in :func:`chapter`."""
    seen = views(result)
    if not seen:
        return ()
    points = _by_outcome(result, [view for view in seen if not view.is_part and view.outcome != COST])
    points += [_in_part(result, view) for view in seen if view.is_part and view.is_judged]
    few = [f"{view.label} ({words.plural(view.n, 'world')})" for view in seen if not view.is_judged]
    points += [f"Too few worlds to judge: {words.listing(few)}."] if few else []
    if pricing.is_priced(result):
        points.append(pricing.told(result, pricing.stretches(result), claims))
    return tuple(points)


def in_short(result: Compared, claims: float) -> str:
    """Say which variant is ahead of the best one by another outcome, and where at another price of loss.

    Cost alone is left out: there doing nothing leads. ``claims`` as in :func:`chapter`.
    """
    best = next(name for name in result.comparison.ranking if name != result.comparison.baseline)
    ahead = _ahead(view for view in _whole(result, best) if view.outcome != COST)
    text = f"No: no variant is clearly better than {quoted(best)} in any other outcome but cost."
    if ahead:
        text = f"Clearly ahead of {quoted(best)}: {ahead}."
    if not pricing.is_priced(result):
        return text
    return f"{text} {pricing.in_short(result, pricing.stretches(result), claims)}".rstrip()


def _ahead(seen: Iterable[View]) -> str:
    """Name the variants that are clearly ahead of the first in rank, each with the outcomes: ``'‘a’ by x and y'``."""
    flipped: dict[str, list[str]] = {}
    for view in seen:
        if view.verdict == "flips":
            flipped.setdefault(view.leader, []).append(view.label)
    return "; ".join(f"{quoted(name)} by {words.listing(labels)}" for name, labels in flipped.items())


def _by_outcome(result: Compared, seen: Sequence[View]) -> list[str]:
    c = result.comparison
    best, first = quoted(c.ranking[0]), next(view for view in seen if view.outcome == c.ranked_by)
    kept = [v.label for v in seen if v.verdict in ("no flip", "no clear flip") and v.outcome != c.ranked_by]
    same = [quoted(name) for name, state in first.states.items() if state == "leads" and name != first.leader]
    points = [f"By {first.label} {best} is first{', with ' if same else ''}{words.listing(same)}."]
    if ahead := _ahead(seen):
        points.append(f"Clearly ahead of {best}: {ahead}.")
    return [*points, *([f"No variant is clearly ahead of {best} by {words.listing(kept, 'or')}."] if kept else [])]


def _in_part(result: Compared, view: View) -> str:
    c = result.comparison
    base, label = quoted(c.baseline), words.label(view.outcome)
    where = {
        "worst tenth": f"In the tenth of worlds where {base} does worst by {label}",
        "with a run": f"In worlds with a run under {base}",
        "without a run": f"In worlds without a run under {base}",
    }[view.label.rpartition(", ")[2]]
    where += f" ({view.n} of {c.n})"
    if view.verdict == "all the same":
        return f"{where} all variants are the same by {label}."
    if view.verdict == "no flip":
        return f"{where} {quoted(view.leader)} still leads by {label}."
    measure = reading.outcome(result, view.outcome)
    assert view.gap is not None
    change = words.change(view.gap.mean, measure.unit, result.scenario.currency)
    span = words.interval(view.gap.low, view.gap.high, measure.unit, result.scenario.currency, signed=True)
    how = "clearly" if view.verdict == "flips" else "not clearly"
    text = f"{where} {quoted(view.leader)} is {how} ahead of {quoted(view.against)} by {label}"
    return f"{text} ({change}, 95 % interval {span})."


def leaders(result: Compared, seen: Sequence[View]) -> Chart:
    """Chart how every variant stands in every view: ahead, too close to tell, or clearly behind."""
    rows, raw = [], []
    currency = result.scenario.currency
    for view in seen:
        unit = reading.outcome(result, view.outcome).unit
        same = [quoted(n) for n, state in view.states.items() if state == "leads" and n != view.leader]
        close = [quoted(n) for n, state in view.states.items() if state == "close"]
        lead = f"{view.leader}, the same as {words.listing(same)}" if same else view.leader
        gap = view.gap if view.is_judged else None
        shown = [words.NO_NUMBER] * 2
        if gap is not None:
            span = words.interval(gap.low, gap.high, unit, currency, signed=True)
            shown = [f"{words.change(gap.mean, unit, currency)} against {quoted(view.against)}", span]
        has_leader = view.is_judged and not view.is_level
        rows.append((view.label, str(view.n), lead if has_leader else words.NO_NUMBER,
                     words.listing(close) or words.NO_NUMBER, *shown, view.verdict))  # fmt: skip
        ends = (gap.mean, gap.low, gap.high) if gap is not None else (np.nan,) * 3
        raw.append([view.label, view.n, view.leader, view.against, *(num(x, unit) for x in ends), view.verdict])
    title = "Who leads, by what is looked at"
    note = (
        "Filled: leads, by the mean over its worlds. Hollow: these worlds cannot tell it from the leader. Dot: clearly"
    )
    note += " behind. Dash: not known, or all the same."
    if any(view.is_part for view in seen):
        part = next(view for view in seen if view.is_part)
        note += f" Right of the line: parts of the worlds, told by the baseline, judged by {words.label(part.outcome)}."
    if few := [view.label for view in seen if not view.is_judged]:
        note += f" Fewer than {FEWEST} worlds, not judged: {words.listing(few)}."
    text = "; ".join(f"{row[0]} ({row[1]} worlds): {row[2]}, {row[6]}" for row in rows)
    pictures = charts.twice("flips-leaders", title, f"{note} {text}.", lambda is_wide: _drawn(result, seen, is_wide))
    head = ("looked at", "worlds", "leads", "too close to tell", "difference", "95 % interval", "verdict")
    heads = ("looked_at", "worlds", "leader", "against", "difference", "low", "high", "verdict")
    return Chart("flips-leaders", "who leads", title, note, "single", pictures, Table(head, tuple(rows)),
                 "who-leads.csv", charts.download(heads, raw))  # fmt: skip


def _drawn(result: Compared, seen: Sequence[View], is_wide: bool) -> Figure:
    c = result.comparison
    inks, shapes = look.colours(c.variants, c.baseline), look.markers(c.variants, c.baseline)
    names = reading.drawn(result, [view.leader for view in seen])
    rows = look.rows_of(names)
    size = (look.WIDE, 1.7 + 0.3 * len(rows)) if is_wide else (look.NARROW, 2.1 + 0.46 * len(rows))
    with look.style():
        figure = Figure(figsize=size, layout="constrained")
        ax = figure.add_subplot()
        for x, view in enumerate(seen):
            for name, row in rows.items():
                ink, state = inks[name], "" if view.is_level else view.states[name]
                if state in ("leads", "close"):
                    face = ink if state == "leads" else look.PAPER
                    ax.plot([x], [row], shapes[name], color=ink, markersize=8, mfc=face, mew=1.5, zorder=4)
                else:
                    ax.plot([x], [row], "." if state else "_", color=look.MUTED, markersize=5, mew=0.8, zorder=3)
        spreads.name_rows(ax, names, c.baseline, {})
        look.quiet(ax, grid="x")
        ax.set_xlim(-0.5, len(seen) - 0.5)
        n_outcomes = sum(not view.is_part for view in seen)
        if n_outcomes < len(seen):
            ax.axvline(n_outcomes - 0.5, color=look.MUTED, linewidth=0.9)
        labels = [view.label if view.is_judged else f"{view.label} ({view.n})" for view in seen]
        turn = {"rotation": 38, "ha": "right", "rotation_mode": "anchor"} if is_wide else {"rotation": 90}
        ax.set_xticks(range(len(seen)), labels, **turn)
        return figure
