"""In which order variants stand, by which outcome, and which of them the worlds cannot tell apart.

*Told apart* are two variants where the simultaneous 95 % interval of their paired difference excludes zero and the
estimate is at least the smallest difference that matters. Simultaneous: all k (k - 1) / 2 pairs of k variants, in what
ranks and in all headline outcomes, are covered together in 95 % of studies, by Bonferroni's inequality (Dunn 1961,
doi:10.1080/01621459.1961.10482090): each pair gets the interval of :mod:`trustsim.analysis.intervals` with confidence
1 - 0.05 / (pairs · outcomes). We took it because these intervals are made for shares of worlds and for skewed losses;
Tukey's and Hsu's (1996, ISBN 978-0-412-98281-1) want normal errors of one variance, which outcomes of variants do not
have. How many of 1,000 studies of five variants (ten pairs) and one outcome covered all pairs, in per cent (±0.7):

===========================================  =========  ==========  ==========
outcome                                      20 worlds  100 worlds  200 worlds
===========================================  =========  ==========  ==========
0 or 1: 5, 10, 20, 20 and 40 % of the worlds      98.8        96.2        97.6
loss: zero in 70 %, else a share by beta          93.9        95.4        95.8
normal                                            95.2        95.7        95.8
loss: zero in 70 %, else lognormal                93.7        90.2        92.3
===========================================  =========  ==========  ==========

The last row is of losses without a bound, in which the tail decides: run more worlds there. Losses that are shares of
the claims are the second row.

A *group* holds variants that follow one another by their means and of which no two are told apart by the outcome that
ranks; where another headline outcome tells two of them apart, it parts them. So variants of one group are equal as far
as anybody can see, in losses too, and of those without harm, as of those with it, one that is told apart as the better
stands in an earlier group than the other. Where some worlds have no value, a pair is held apart by the worlds that both
have, and the order is that of the differences to the baseline; where these contradict each other, nothing is told.
Two of different groups need not be told apart: a good mean that is unsure stands before a worse one that is sure. So in
a group those come first that are told from the baseline as better; else the order, that of the means, says nothing.

*Harm*: a variant that is worse than the baseline in a headline outcome, by its own 95 % interval and at least by what
matters. It is looked for with the interval of one comparison, for to miss harm is worse than to name one too many.
Variants without harm come first, then those that buy what they gain with it, then those whose harm is not known
(:mod:`trustsim.analysis.unmeasured`). Last, behind the baseline too, are those that are another world and no remedy
(:mod:`trustsim.analysis.other_worlds`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trustsim.analysis import intervals
from trustsim.analysis.headlines import least_to_rank, measured_headlines
from trustsim.analysis.intervals import Interval, Sample
from trustsim.analysis.measures import Better, Difference, Measure

Groups = tuple[tuple[str, ...], ...]
Harms = Mapping[str, tuple[str, ...]]  # by variant, the outcomes in which it is worse than the baseline


@dataclass(frozen=True)
class Field:
    """The variants that are to be ordered, and what is known of them.

    ``values`` by outcome float64 (worlds, variants), as means count them; ``differences`` to the baseline by variant
    and outcome; ``matters`` by outcome, the smallest difference that does.
    """

    variants: tuple[str, ...]
    baseline: str
    measures: Mapping[str, Measure]
    values: Mapping[str, Sample]
    differences: Mapping[str, Mapping[str, Difference]]
    matters: Mapping[str, float]

    def ahead(self, outcome: str, ours: str, theirs: str, ranked_by: str | None = None) -> int:
        """Return 1 where *ours* is told from *theirs* as the better one, -1 as the worse one, 0 where it is not told.

        By an outcome, all pairs of variants taken together, in the headline outcomes and in what ranks: the outcome
        itself, or *ranked_by*. Where some worlds have no value, the worlds of the pair may say the reverse of what
        those that each has with the baseline say: then it is not told.
        """
        one, other = (self.values[outcome][:, self.variants.index(name)] for name in (ours, theirs))
        n_outcomes = len(ranking_keys(ranked_by or outcome, self.measures))
        gap = self.measures[outcome].paired(one, other, simultaneous(len(self.variants), n_outcomes))
        least = least_to_rank(outcome, self.measures[outcome].unit, self.matters)
        side = side_of(gap, self.measures[outcome].better, least)
        return side if side * (self._badness(outcome, theirs) - self._badness(outcome, ours)) > 0 else 0

    def _badness(self, outcome: str, name: str) -> float:
        """Return by how much a variant is worse than the baseline on average; NaN where no world has both."""
        sign = 1 if self.measures[outcome].better == "lower" else -1
        return sign * self.differences[name][outcome].mean if name in self.differences else 0.0

    def is_measured(self, outcome: str) -> bool:
        """Whether any variant can be held against the baseline by an outcome, in any world; true of one alone."""
        return not self.differences or any(self._is_placed(outcome, name) for name in self.differences)

    def is_told_better(self, outcome: str, name: str) -> bool:
        """Whether a variant is told from the baseline as the better one by an outcome, all pairs taken together."""
        return name != self.baseline and self.ahead(outcome, name, self.baseline) > 0

    def harms(self) -> Harms:
        """Return by variant the headline outcomes in which it is worse than the baseline; no entry for no harm."""
        found = {
            variant: tuple(name for name in measured_headlines(self.measures) if self._is_worse(row[name], name))
            for variant, row in self.differences.items()
        }
        return {variant: names for variant, names in found.items() if names}

    def _is_worse(self, difference: Difference, outcome: str) -> bool:
        return side_of(difference, self.measures[outcome].better, self.matters.get(outcome, 0.0)) < 0

    def ordered(self, outcome: str, names: Iterable[str]) -> list[str]:
        """Return variants by their mean difference in an outcome, best first; ties by the headline outcomes."""
        keys = ranking_keys(outcome, self.measures)

        def badness(variant: str) -> tuple[float, ...]:
            found = (self._badness(name, variant) for name in keys)
            return tuple(math.inf if math.isnan(x) else x for x in found)

        return sorted(names, key=badness)

    def groups(self, outcome: str, names: Iterable[str]) -> Groups:
        """Return variants in groups, best first; last those that cannot be placed, for no world is defined in both.

        In a group those stand first that are told from the baseline as better.
        """
        ordered = self.ordered(outcome, names)
        placed = [name for name in ordered if self._is_placed(outcome, name)]
        found = self._parted(outcome, ranking_keys(outcome, self.measures), placed)
        is_sure = {name: self.is_told_better(outcome, name) for group in found if len(group) > 1 for name in group}
        inside = [sorted(group, key=lambda name: (not is_sure.get(name), ordered.index(name))) for group in found]
        lost = tuple(name for name in ordered if name not in placed)
        return (*map(tuple, inside), *([lost] if lost else []))

    def _is_placed(self, outcome: str, name: str) -> bool:
        return name not in self.differences or not math.isnan(self.differences[name][outcome].mean)

    def _parted(self, ranked_by: str, keys: Sequence[str], names: Sequence[str]) -> list[list[str]]:
        """Part variants by the first of *keys*, and each part by the next.

        A part ends before the first variant that is told from any in it.
        """
        if len(names) < 2 or not keys:
            return [list(names)] if names else []
        if not all(self._is_placed(keys[0], name) for name in names):
            return self._parted(ranked_by, keys[1:], names)
        parts: list[list[str]] = [[]]
        for name in self.ordered(keys[0], names):
            if any(self.ahead(keys[0], other, name, ranked_by) for other in parts[-1]):
                parts.append([])
            parts[-1].append(name)
        return [group for part in parts for group in self._parted(ranked_by, keys[1:], part)]


@dataclass(frozen=True)
class Ranking:
    """What ranks the variants, what was passed over for it, and their groups; None and no groups where nothing can."""

    ranked_by: str | None
    passed_over: tuple[str, ...]
    groups: Groups


def simultaneous(n_variants: int, n_outcomes: int = 1) -> float:
    """Return the confidence of the interval of one pair, for those of all pairs and outcomes to hold in 95 %."""
    return 1 - (1 - intervals.LEVEL) / max(math.comb(n_variants, 2) * n_outcomes, 1)


def is_clear(mean: float, low: float, high: float, matters: float) -> bool:
    """Whether a difference is one: its interval excludes zero, and it is at least what matters."""
    return bool((low > 0 or high < 0) and abs(mean) >= matters)


def side_of(found: Difference | Interval, better: Better, matters: float) -> int:
    """Return 1 where a difference is a clear one to the better side, -1 to the worse, 0 where it is not clear."""
    if not is_clear(found.mean, found.low, found.high, matters):
        return 0
    return 1 if (found.mean < 0) == (better == "lower") else -1


def ranking_keys(ranked_by: str, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """Return the outcomes that order the variants: the one that ranks, then those that decide where it is equal."""
    return (ranked_by, *(name for name in measured_headlines(measures) if name != ranked_by))


def parted_by(field: Field, ranking: Ranking) -> tuple[str, ...]:
    """Return of each group and the next the outcome that tells two of them apart; '' where harm or no number does."""
    by = ranking.ranked_by
    keys = ranking_keys(by, field.measures) if by is not None else ()
    return tuple(
        next((key for key in keys if any(field.ahead(key, a, b, by) > 0 for a in ours for b in theirs)), "")
        for ours, theirs in itertools.pairwise(ranking.groups)
    )


def ranking_of(
    field: Field, names: Sequence[str], harms: Harms, unknown: Harms, others: Harms, wanted: str | None
) -> Ranking:
    """Rank by *wanted*, else by the first of *names* that can tell.

    It can where any variant without harm is told apart from the baseline as the better one; where none can, the first
    that tells any two variants apart ranks; else the first of all. Nothing ranks that has no value under any variant
    and the baseline in one world. ``unknown``: what is not known of the harm of variants, which come behind;
    ``others``: what makes variants other worlds, which come last and do not say what ranks where anything else does.
    """
    known = [name for name in ((wanted,) if wanted is not None else names) if field.is_measured(name)]
    if not known:
        return Ranking(None, (), ())
    apart = [name for name in field.variants if name in others]
    rest = [name for name in field.variants if name not in others]
    hidden = [name for name in rest if name in unknown]
    unhurt = [name for name in rest if name not in harms and name not in unknown]
    hurt = [name for name in rest if name in harms and name not in unknown]
    by = next((by for by in known if any(field.is_told_better(by, name) for name in unhurt)), None)
    for those in (rest, field.variants) if by is None else ():
        pairs = list(itertools.combinations(those, 2))
        by = by or next((by for by in known if any(field.ahead(by, *pair) for pair in pairs)), None)
    by = by or known[0]
    passed_over = tuple(itertools.takewhile(lambda name: name != by, names)) if wanted is None else ()
    return Ranking(by, passed_over, tuple(g for part in (unhurt, hurt, hidden, apart) for g in field.groups(by, part)))
