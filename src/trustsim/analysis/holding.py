"""Whether the order of the variants holds under other sets of assumptions, on what that hangs, and where it tips.

*In a set* stands a variant ahead of another by the mean over its worlds of what ranks, luck taken out
(:mod:`trustsim.analysis.luck`). The order of the first with the others *holds* in a set where none of them is ahead.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trustsim.analysis.boxes import Box, boxes
from trustsim.analysis.choices import SPREAD
from trustsim.analysis.comparison import Comparison
from trustsim.analysis.hanging import Hang, ends, hangs_of
from trustsim.analysis.intervals import Interval
from trustsim.analysis.luck import EQUAL, FEWEST, Seen, told
from trustsim.analysis.other_sets import OtherSets
from trustsim.experiment.study import Study

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Holding:
    """In how many other sets of assumptions the order holds, where it flips, and on what it hangs.

    Attributes
    ----------
    outcome : what ranks. leader : the first in rank. second : the rival that is ahead of it in most sets; where none
        is, or luck leaves that untold, the next in rank that is told from it.
    rivals : all that the first is held against: the others without harm, outside its group where there are any.
    is_close : whether the study cannot tell the first from any of its rivals.
    n : sets that are judged; of n_asked, n_failed had a run that failed.
    n_level : of the n, those in which the first is level with every rival; the order holds there, but says nothing.
    n_worlds : of each set.
    holds : the share of sets in which no rival is ahead of the first, with its 95 % interval; its mean is NaN where
        luck, or too few sets, leave it untold.
    order : the same of the whole order: of all pairs of different groups without harm; None where there is one group
        only, and so no order.
    luck : the luck in the mean of a set over the spread between sets, of the rival of whom it is largest; infinite
        where no spread is left.
    ahead : by rival, the share of sets in which it is ahead of the first; only those that ever are, none where untold.
    clearly : the share of sets in which a rival is ahead by at least what matters; NaN where untold.
    margin : float64 (n,), by how much the first is ahead of the best rival in each set; negative where it flips. With
        its luck where untold.
    found : the difference of the first to the second in the study.
    hangs : the factors on which that hangs, that with the largest effect over its range first; ``explained``: the share
        of its variance over the sets, luck included, that they explain together.
    boxes : where the order flips most: together they hold at least half of the flips; none where none do.
    is_enough : whether there are sets enough to say on what it hangs.
    """

    outcome: str
    leader: str
    second: str
    rivals: tuple[str, ...]
    is_close: bool
    n_asked: int
    n_failed: int
    n_level: int
    n_worlds: int
    holds: Interval
    order: Interval | None
    luck: float
    ahead: Mapping[str, float]
    clearly: float
    margin: Floats
    found: Interval
    hangs: tuple[Hang, ...]
    explained: float
    boxes: tuple[Box, ...]
    interrupted: bool
    seconds: float
    frame: pd.DataFrame

    @property
    def n(self) -> int:
        """Sets that are judged."""
        return self.holds.n

    @property
    def n_flips(self) -> int:
        """Sets in which a rival is ahead of the first."""
        return int((~self.frame["holds"].to_numpy(np.bool_)).sum())

    @property
    def is_told(self) -> bool:
        """Whether the share of the sets in which the first stays first can be told: from luck, and of so many sets."""
        return math.isfinite(self.holds.mean)

    @property
    def is_order_told(self) -> bool:
        """Whether there is a whole order, and its share can be told."""
        return self.order is not None and math.isfinite(self.order.mean)

    @property
    def is_enough(self) -> bool:
        """Whether there are sets enough to say in which share of them the order holds, and on what it hangs."""
        return self.n >= FEWEST

    def to_json(self) -> dict[str, Any]:
        """Return as plain data: shares in [0, 1], differences in the unit of the outcome, money in the currency's."""
        return {
            "outcome": self.outcome,
            "first": self.leader,
            "second": self.second,
            "rivals": list(self.rivals),
            "is_close": self.is_close,
            "sets": self.n,
            "asked": self.n_asked,
            "failed": self.n_failed,
            "level": self.n_level,
            "worlds_per_set": self.n_worlds,
            "spread": SPREAD,
            "told": self.is_told,
            "first_holds": ends(self.holds),
            "order_told": self.is_order_told,
            "order_holds": None if self.order is None else ends(self.order),
            "luck": self.luck if math.isfinite(self.luck) else None,
            "ahead": dict(self.ahead),
            "flips_by_what_matters": self.clearly if self.is_told else None,
            "difference": ends(self.found),
            "hangs_on": [hang.to_json() for hang in self.hangs],
            "explained": self.explained,
            "flips_where": [
                {"conditions": list(b.conditions), "share": b.support, "flips": b.precision, "of_flips": b.coverage}
                for b in self.boxes
            ],
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class Held:
    """What a robustness study found, or the sentence that says why there is nothing (``missing``).

    ``interrupted``: it was stopped before all sets were tried, and goes on where the study is resumed. ``others``: the
    runs behind it.
    """

    found: Holding | None
    missing: str = ""
    interrupted: bool = False
    others: OtherSets | None = None

    def to_json(self) -> dict[str, Any]:
        """Return as plain data; ``missing`` says why there is nothing else."""
        found = {} if self.found is None else self.found.to_json()
        return {"missing": self.missing or None, "interrupted": self.interrupted, **found}


def holding(study: Study, comparison: Comparison, others: OtherSets) -> Holding | None:
    """Hold the order of a study against what its variants gave under other sets of assumptions.

    None where nothing ranks the variants, there is nobody to be held against, or no set is finished.
    """
    by, rivals = comparison.ranked_by, rivals_of(comparison)
    if by is None or not rivals or by not in others.outcomes or not others.is_done.any():
        return None
    leader, pairs = comparison.ranking[0], _Pairs(study, comparison, others, by)
    is_there = pairs.is_there
    if not is_there.any():
        return None
    seen = [pairs.seen(leader, rival) for rival in rivals]
    first, level = told(seen), np.logical_and.reduce([each.is_level for each in seen])
    gaps, is_told = first.gains, first.is_told
    is_behind = np.asarray(gaps < -EQUAL)
    flips, margin = np.asarray(is_behind.any(axis=1)), gaps.min(axis=1)
    k = int(is_behind.sum(axis=0).argmax()) if is_told else 0  # the next in rank where none is ahead more often
    frame = _frame(others, is_there)
    found = comparison.measures[by].paired(pairs.study(leader), pairs.study(rivals[k]))
    hangs, explained = hangs_of(others, is_there, pairs.less(seen[k]), found, is_behind[:, k] & is_told)
    return Holding(
        outcome=by,
        leader=leader,
        second=rivals[k],
        rivals=rivals,
        is_close=comparison.group_of(leader) == comparison.group_of(rivals[0]),
        n_asked=len(others.planned.settings),
        n_failed=others.n_failed,
        n_level=int(level.sum()),
        n_worlds=others.planned.worlds.shape[1],
        holds=first.share,
        order=_whole_order(comparison, pairs),
        luck=first.luck,
        ahead=_ahead(rivals, gaps) if is_told else {},
        clearly=_clearly(margin, comparison.matters.get(by, 0.0)) if is_told else math.nan,
        margin=margin,
        found=found,
        hangs=hangs,
        explained=explained,
        boxes=_boxes(_told_columns(frame, hangs), flips) if is_told else (),
        interrupted=others.interrupted,
        seconds=others.seconds,
        frame=frame.assign(**{"margin": margin, "holds": ~flips}),
    )


def _ahead(rivals: Sequence[str], gaps: Floats) -> dict[str, float]:
    shares = zip(rivals, (gaps < -EQUAL).mean(axis=0).tolist(), strict=True)
    return {rival: share for rival, share in shares if share > 0}


def _clearly(margin: Floats, matters: float) -> float:
    return float((margin <= -max(matters, EQUAL)).mean())


def rivals_of(c: Comparison) -> tuple[str, ...]:
    """Return whom the first in rank is held against, as they rank: the others whose harm is known to be none.

    Those in other groups, where there are any: within its group the study tells no order.
    """
    if c.ranked_by is None:
        return ()
    leader = c.ranking[0]
    others = [name for name in c.ranking[1:] if c.is_known(name)]
    return tuple([name for name in others if c.group_of(name) != c.group_of(leader)] or others)


def _whole_order(c: Comparison, pairs: _Pairs) -> Interval | None:
    """Return in which share of the sets no two of different groups without harm have changed places by what ranks; None
    where there are no two."""
    known = [name for name in c.ranking if c.is_known(name)]
    each = [
        pairs.seen(ours, theirs)
        for ours, theirs in itertools.combinations(known, 2)
        if c.group_of(ours) != c.group_of(theirs) and pairs.is_ahead(ours, theirs)
    ]
    return told(each).share if each else None


class _Pairs:
    """What the worlds of the sets show of two variants, and what the study says of the same worlds."""

    def __init__(self, study: Study, comparison: Comparison, others: OtherSets, by: str) -> None:
        measure, horizon = comparison.measures[by], study.scenario.horizon
        self._names = study.variants
        self._sign = 1.0 if measure.better == "lower" else -1.0
        self._usual = measure.counted(study.outcomes[by], horizon)
        self._values = measure.counted(others.outcomes[by], horizon)
        self._rows = np.searchsorted(study.replications, others.planned.worlds)
        usual_there = self._usual[self._rows]
        self.is_there = others.is_done & np.isfinite(self._values + usual_there).all(axis=(1, 2))

    def study(self, name: str) -> Floats:
        """Return what the study found of a variant, float64 (worlds,)."""
        return self._usual[:, self._names.index(name)]

    def is_ahead(self, ours: str, theirs: str) -> bool:
        """Whether a variant is ahead of another in the mean over the worlds of the study."""
        return bool(self._sign * np.nanmean(self.study(theirs) - self.study(ours)) > 0)

    def seen(self, ours: str, theirs: str) -> Seen:
        """Return by how much a variant is better than another in every world of every set that is judged."""
        a, b = self._names.index(ours), self._names.index(theirs)
        gains = self._sign * (self._values[..., b] - self._values[..., a])
        usual = self._sign * (self._usual[:, b] - self._usual[:, a])
        return Seen(gains[self.is_there], (usual[self._rows] - np.nanmean(usual))[self.is_there])

    def less(self, seen: Seen) -> Floats:
        """Return the first of two less the other in every set, luck that is not known in it, float64 (sets,)."""
        return np.asarray(-self._sign * seen.by_world().mean(axis=1))


# -- the sets as a table ----------------------------------------------------------------------------------------------


def _frame(others: OtherSets, is_there: Flags) -> pd.DataFrame:
    """Return one row a set that is judged: every number in its computed unit, of each choice its level."""
    settings = {k: s for k, s in enumerate(others.planned.settings) if is_there[k]}
    factors = others.planned.factors
    columns: dict[str, list[float] | list[str]] = {
        number.name: [number.at(s.moves.get(number.path, 0.0)) for s in settings.values()] for number in factors.numbers
    }
    columns |= {c.name: [s.choices.get(c.name, "as in the file") for s in settings.values()] for c in factors.choices}
    return pd.DataFrame(columns, index=pd.Index(list(settings), name="set"))


def _boxes(frame: pd.DataFrame, flips: Flags) -> tuple[Box, ...]:
    """Return where most of the flips are; no boxes that hold less than half of them, which some always do."""
    found = boxes(frame, flips) if 0 < flips.sum() < len(flips) else ()
    return found if sum(box.coverage for box in found) >= 0.5 else ()


def _told_columns(frame: pd.DataFrame, hangs: Sequence[Hang]) -> pd.DataFrame:
    """Return the columns by which it may be said where the order flips: those on which it hangs, else all."""
    names = dict.fromkeys(hang.name if hang.number else hang.name.partition(": ")[0] for hang in hangs)
    return frame[list(names)] if names else frame
