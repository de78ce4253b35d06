"""Whether the order of the variants holds under other sets of assumptions, on what that hangs, and where it tips.

*In a set* stands a variant ahead of another by the mean over its few worlds of what ranks. Luck is taken out in two
steps. Of each of these worlds the study says what it gave under the assumptions of the file, so what it gave there
beyond the mean of all is taken off, times the slope that the worlds within sets show (a control variate: Glynn and
Szechtman 2002, doi:10.1007/978-3-642-56046-0_3). What still differs between the worlds of a set is luck; deviations
from the mean over the sets are shrunk so that their variance is that between sets without it (Louis 1984,
doi:10.1080/01621459.1984.10478062). The order of the first with the others *holds* in a set where none of them is
ahead. The share of such sets has Wilson's interval.
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
from trustsim.analysis.hanging import FEWEST, Hang, ends, hangs_of
from trustsim.analysis.intervals import Interval, proportion
from trustsim.analysis.other_sets import WORLDS, OtherSets
from trustsim.experiment.study import Study

_EQUAL = 1e-12  # difference that is none

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Holding:
    """In how many other sets of assumptions the order holds, where it flips, and on what it hangs.

    Attributes
    ----------
    outcome : what ranks. leader, second : the first in rank, and the next that is told from it.
    rivals : all that the first is held against: the others without harm, outside its group where there are any.
    is_close : whether the study cannot tell the first from any of its rivals.
    n : sets that are judged; of n_asked, n_failed had a run that failed.
    n_level : of the n, those in which the first is level with every rival; the order holds there, but says nothing.
    holds : the share of sets in which no rival is ahead of the first, with its 95 % interval.
    order : the same of the whole order: of all pairs of different groups without harm.
    ahead : by rival, the share of sets in which it is ahead of the first; only those that ever are.
    clearly : the share of sets in which a rival is ahead by at least what matters.
    margin : float64 (n,), by how much the first is ahead of the best rival in each set; negative where it flips.
    of_two : float64 (n,), the difference of the first less the second in each set, in the unit of the outcome.
    found : the same difference in the study.
    hangs : the factors on which it hangs, that with the largest effect over its range first; ``explained``: the share
        of its variance over the sets, luck included, that they explain together.
    boxes : where the order flips most, if anywhere.
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
    holds: Interval
    order: Interval
    ahead: Mapping[str, float]
    clearly: float
    margin: Floats
    of_two: Floats
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
    def is_enough(self) -> bool:
        """Whether there are sets enough to say on what the order hangs."""
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
            "worlds_per_set": WORLDS,
            "spread": SPREAD,
            "first_holds": ends(self.holds),
            "order_holds": ends(self.order),
            "ahead": dict(self.ahead),
            "flips_by_what_matters": self.clearly,
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
    gaps = np.stack([pairs.advantage(leader, rival) for rival in rivals], axis=1)
    flips: Flags = np.asarray((gaps < -_EQUAL).any(axis=1))
    margin, level = gaps.min(axis=1), (np.abs(gaps) <= _EQUAL).all(axis=1)
    frame = _frame(others, is_there)
    with_luck = pairs.by_world(leader, rivals[0]).mean(axis=1)
    found = comparison.measures[by].paired(pairs.study(leader), pairs.study(rivals[0]))
    hangs, explained = hangs_of(others, is_there, with_luck, found)
    return Holding(
        outcome=by,
        leader=leader,
        second=rivals[0],
        rivals=rivals,
        is_close=comparison.group_of(leader) == comparison.group_of(rivals[0]),
        n_asked=len(others.planned.settings),
        n_failed=others.n_failed,
        n_level=int(level.sum()),
        holds=proportion((~flips).astype(np.float64)),
        order=proportion(_whole_order(comparison, pairs, by).astype(np.float64)),
        ahead={rival: float(n) for rival, n in zip(rivals, (gaps < -_EQUAL).mean(axis=0), strict=True) if n > 0},
        clearly=float((margin <= -max(comparison.matters.get(by, 0.0), _EQUAL)).mean()),
        margin=margin,
        of_two=pairs.difference(leader, rivals[0]),
        found=found,
        hangs=hangs,
        explained=explained,
        boxes=boxes(_told_columns(frame, hangs), flips) if 0 < flips.sum() < len(flips) else (),
        interrupted=others.interrupted,
        seconds=others.seconds,
        frame=frame.assign(**{"margin": margin, "holds": ~flips}),
    )  # fmt: skip


def rivals_of(c: Comparison) -> tuple[str, ...]:
    """Return whom the first in rank is held against, as they rank: the others whose harm is known to be none.

    Those in other groups, where there are any: within its group the study tells no order.
    """
    if c.ranked_by is None:
        return ()
    leader = c.ranking[0]
    others = [name for name in c.ranking[1:] if c.is_known(name)]
    return tuple([name for name in others if c.group_of(name) != c.group_of(leader)] or others)


def _whole_order(c: Comparison, pairs: _Pairs, by: str) -> Flags:
    """Return bool (sets,): where no two of different groups without harm have changed places by what ranks."""
    known = [name for name in c.ranking if c.is_known(name)]
    kept = np.ones(int(pairs.is_there.sum()), np.bool_)
    for ours, theirs in itertools.combinations(known, 2):
        if c.group_of(ours) != c.group_of(theirs) and pairs.is_ahead(ours, theirs):
            kept &= pairs.advantage(ours, theirs) >= -_EQUAL
    return kept


class _Pairs:
    """Differences of two variants in the sets, with as little luck in them as can be: see the head of this module."""

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

    def advantage(self, ours: str, theirs: str) -> Floats:
        """Return by how much a variant is better than another in every set, float64 (sets,)."""
        return np.asarray(-self._sign * self.difference(ours, theirs))

    def difference(self, ours: str, theirs: str) -> Floats:
        """Return a variant less another in every set that is judged, float64 (sets,), deviations shrunk."""
        return _without_luck(self.by_world(ours, theirs))

    def by_world(self, ours: str, theirs: str) -> Floats:
        """Return a variant less another in every world of every set that is judged, float64 (sets, worlds), less what
        the study says of the world."""
        a, b = self._names.index(ours), self._names.index(theirs)
        there, usual = (
            (self._values[..., a] - self._values[..., b])[self.is_there],
            self._usual[:, a] - self._usual[:, b],
        )
        beyond = (usual[self._rows] - np.nanmean(usual))[self.is_there]
        inside, spread = (x - x.mean(axis=1, keepdims=True) for x in (there, beyond))
        total = float((spread**2).sum())
        slope = float((inside * spread).sum()) / total if total > _EQUAL else 0.0
        return np.asarray(there - slope * beyond)


def _without_luck(values: Floats) -> Floats:
    """Return the means of sets, float64 (sets,), from those of their worlds, float64 (sets, worlds), shrunk."""
    n, m = values.shape
    means = np.asarray(values.mean(axis=1))
    if n < 2 or m < 2:
        return means
    luck, all_in_all = float(values.var(axis=1, ddof=1).mean()) / m, float(means.var(ddof=1))
    if all_in_all <= 0:
        return means
    shrink = math.sqrt(max(1 - luck / all_in_all, 0.0))
    return np.asarray(means.mean() + shrink * (means - means.mean()))


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


def _told_columns(frame: pd.DataFrame, hangs: Sequence[Hang]) -> pd.DataFrame:
    """Return the columns by which it may be said where the order flips: those on which it hangs, else all."""
    names = dict.fromkeys(hang.name if hang.number else hang.name.partition(": ")[0] for hang in hangs)
    return frame[list(names)] if names else frame
