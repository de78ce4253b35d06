"""Ways to look at a study, by another outcome or in a part of its worlds, and how the variants stand in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.headlines import COST, measured_headlines
from trustsim.analysis.intervals import Interval
from trustsim.report.words import reading, standing, words
from trustsim.report.words.prices import BILL
from trustsim.report.words.reading import LOSS

RUN = "run_probability"
FEWEST = 20  # worlds below which a part of the study is named and not judged
MOST_DRAWN = 20  # views in a picture: names of more lie over each other
_TAIL = 10  # the worst one in so many worlds

State = Literal["leads", "close", "behind", ""]


@dataclass(frozen=True)
class View:
    """One way to look at a study: an outcome, in all its worlds or some of them, and how the variants stand in it.

    ``against`` is the variant that leads by default: in the ranking, or for a part of the worlds in all of them.
    ``gap`` is the paired difference of the leader to it, None where they are one or the same in every world;
    ``is_clear``: whether it is a clear one, and not too small to matter.
    ``states``: 'close' is not clearly behind the leader, '' not known or not judged. ``n``: worlds.
    """

    label: str
    outcome: str
    is_part: bool
    n: int
    leader: str
    against: str
    gap: Interval | None
    is_clear: bool
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
        return "flips" if self.is_clear else "no clear flip"


def views(result: Compared) -> tuple[View, ...]:
    """Return every outcome with a better side that is asked for, then parts of the worlds by one of them.

    Parts are judged by the outcome that ranks; where that is only yes or no, by the loss, or the first outcome asked
    for where nobody loses. They are the tenth of worlds in which the baseline does worst in it, and the worlds with and
    without a run under the baseline. Nothing where the outcome that ranks applies in no world.
    """
    c = result.comparison
    if c.ranked_by is None or len(c.variants) < 2 or c.n == 0 or not reading.is_compared(result, c.ranked_by):
        return ()
    found = whole(result, c.ranking[0])
    names = [view.outcome for view in found]
    judged = _judged(result, c.ranked_by, names)
    if judged is None:
        return tuple(found)
    if judged not in names:
        found.append(_view(result, words.label(judged), judged, np.ones(c.n, dtype=bool), c.ranking[0]))
    usual = next(view.leader for view in found if view.outcome == judged)
    parts = _parts(result, judged)
    return (*found, *(_view(result, label, judged, part, usual, is_part=True) for label, part in parts.items()))


def drawn(result: Compared, seen: Sequence[View]) -> tuple[View, ...]:
    """Return the views of which a picture has names that can be read, MOST_DRAWN of them, in their order.

    Parts of the worlds and what ranks are never left out; then come headline outcomes, those in which another variant
    leads clearly, and the others as they stand, last those in which all are the same or not judged.
    """
    headlines = measured_headlines(result.comparison.measures)

    def place(k: int) -> tuple[bool, ...]:
        view = seen[k]
        is_first = view.is_part or view.outcome == result.comparison.ranked_by
        return not is_first, view.outcome not in headlines, view.verdict != "flips", view.is_level or not view.is_judged

    kept = sorted(sorted(range(len(seen)), key=place)[:MOST_DRAWN])
    return tuple(seen[k] for k in kept)


def whole(result: Compared, against: str) -> list[View]:
    """Return every outcome with a better side that is asked for, in all worlds."""
    c = result.comparison
    names = [name for name in reading.asked(result) if c.measures[name].better and reading.is_compared(result, name)]
    return [_view(result, words.label(name), name, np.ones(c.n, dtype=bool), against) for name in names]


def _judged(result: Compared, ranked_by: str, names: Sequence[str]) -> str | None:
    """Return the outcome that parts of the worlds are judged by: not yes or no, and not the same for all variants."""
    for name in dict.fromkeys((ranked_by, LOSS, *names)):
        if name in (COST, BILL) or not reading.is_measured(result, name) or result.comparison.measures[name].binary:
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
    gaps = {name: reading.versus(result, outcome, name, c.baseline, worlds) for name in (c.baseline, *c.remedies)}
    means = {name: _sign(result, outcome) * gap.mean for name, gap in gaps.items() if np.isfinite(gap.mean)}
    leader = min(means, key=lambda name: means[name], default=c.ranking[0])
    n = int(np.isfinite(reading.values(result, outcome, leader)[worlds]).sum())
    states: dict[str, State] = dict.fromkeys(c.variants, "")
    if n >= FEWEST:
        states |= {name: _state(result, outcome, leader, name, worlds) for name in means}
    gap = reading.versus(result, outcome, leader, against, worlds)
    is_same = leader == against or (gap.mean == 0 and _state(result, outcome, leader, against, worlds) == "leads")
    is_clear = standing.tells_apart(c, outcome, gap)
    return View(label, outcome, is_part, n, leader, against, None if is_same else gap, is_clear, states)


def _state(result: Compared, outcome: str, leader: str, name: str, worlds: np.ndarray) -> State:
    """Say how a variant stands to the leader; one that is the same in every world leads with it."""
    ours, theirs = (reading.values(result, outcome, which)[worlds] for which in (leader, name))
    if name == leader or np.array_equal(ours, theirs, equal_nan=True):
        return "leads"
    gap = reading.versus(result, outcome, leader, name, worlds)
    return "behind" if standing.tells_apart(result.comparison, outcome, gap) else "close"
