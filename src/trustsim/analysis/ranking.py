"""In which order variants stand, by which outcome, and which of them the worlds cannot tell apart.

*Told apart* are two variants where the simultaneous 95 % interval of their paired difference excludes zero and the
estimate is at least the smallest difference that matters. Simultaneous: all k (k - 1) / 2 pairs of k variants, in what
ranks and in all headline outcomes, are covered together in 95 % of studies, by Bonferroni's inequality (Dunn 1961,
doi:10.1080/01621459.1961.10482090): each pair gets the interval of :mod:`trustsim.analysis.intervals` with confidence
1 - 0.05 / (pairs · outcomes). We took it because these intervals are made for shares of worlds and for skewed losses;
Tukey's and Hsu's (1996, ISBN 978-0-412-98281-1) want normal errors of one variance, which outcomes of variants do not
have. How many of 1,000 studies of five variants (ten pairs) and one outcome covered all pairs, in per cent (±0.7):

===========================================  ==========  ==========
outcome                                      100 worlds  200 worlds
===========================================  ==========  ==========
0 or 1: 5, 10, 20, 20 and 40 % of the worlds       96.1        96.4
loss: zero in 70 %, else a share by beta           95.8        96.8
normal                                             95.8        94.6
loss: zero in 70 %, else lognormal                 83.5        89.0
===========================================  ==========  ==========

The last row is of losses without a bound, in which the tail decides: run more worlds there. Losses that are shares of
the claims are the second row.

A *group* holds the best variant that is left and those that cannot be told from it by the outcome that ranks; where
another headline outcome tells them apart, it parts them. So variants of one group are equal as far as anybody can see,
in losses too. Within it the order, that of the means, says nothing.

*Harm*: a variant that is worse than the baseline in a headline outcome, by its own 95 % interval and at least by what
matters. It is looked for with the interval of one comparison, for to miss harm is worse than to name one too many.
Variants without harm come first, then those that buy what they gain with it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trustsim.analysis import intervals
from trustsim.analysis.headlines import measured_headlines
from trustsim.analysis.intervals import Sample
from trustsim.analysis.measures import Difference, Measure

Groups = tuple[tuple[str, ...], ...]


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

    def apart(self, outcome: str, ours: str, theirs: str) -> bool:
        """Whether two variants are told apart by an outcome, all pairs of variants taken together."""
        one, other = (self.values[outcome][:, self.variants.index(name)] for name in (ours, theirs))
        n_outcomes = len(ranking_keys(outcome, self.measures))
        gap = self.measures[outcome].paired(one, other, simultaneous(len(self.variants), n_outcomes))
        return is_clear(gap.mean, gap.low, gap.high, self.matters.get(outcome, 0.0))

    def harms(self) -> dict[str, tuple[str, ...]]:
        """Return by variant the headline outcomes in which it is worse than the baseline; no entry for no harm."""
        found = {
            variant: tuple(name for name in measured_headlines(self.measures) if self._is_worse(row[name], name))
            for variant, row in self.differences.items()
        }
        return {variant: names for variant, names in found.items() if names}

    def _is_worse(self, difference: Difference, outcome: str) -> bool:
        is_up = difference.mean > 0
        is_bad = is_up if self.measures[outcome].better == "lower" else not is_up
        return is_bad and is_clear(difference.mean, difference.low, difference.high, self.matters.get(outcome, 0.0))

    def ordered(self, outcome: str, names: Iterable[str]) -> list[str]:
        """Return variants by their mean difference in an outcome, best first; ties by the headline outcomes."""
        keys = ranking_keys(outcome, self.measures)
        signs = [1 if self.measures[name].better == "lower" else -1 for name in keys]

        def badness(variant: str) -> tuple[float, ...]:
            if variant not in self.differences:
                return (0.0,) * len(keys)
            signed = (s * self.differences[variant][name].mean for s, name in zip(signs, keys, strict=True))
            return tuple(math.inf if math.isnan(x) else x for x in signed)

        return sorted(names, key=badness)

    def tells(self, outcome: str, names: Iterable[str], others: Iterable[str]) -> bool:
        """Whether an outcome tells the best of *names* from any of *others*."""
        best = self.ordered(outcome, names)[0]
        return any(self.apart(outcome, best, other) for other in others if other != best)

    def groups(self, outcome: str, names: Iterable[str]) -> Groups:
        """Return variants in groups, best first; last those that cannot be placed, for no world is defined in both."""
        ordered = self.ordered(outcome, names)
        placed = [name for name in ordered if self._is_placed(outcome, name)]
        found = self._parted(ranking_keys(outcome, self.measures), placed)
        lost = tuple(name for name in ordered if name not in placed)
        return (*(tuple(self.ordered(outcome, group)) for group in found), *([lost] if lost else []))

    def _is_placed(self, outcome: str, name: str) -> bool:
        return name not in self.differences or not math.isnan(self.differences[name][outcome].mean)

    def _parted(self, keys: Sequence[str], names: Sequence[str]) -> list[Sequence[str]]:
        """Part variants by the first of *keys*, and each part by the next."""
        if len(names) < 2 or not keys:
            return [names] if names else []
        if not all(self._is_placed(keys[0], name) for name in names):
            return self._parted(keys[1:], names)
        left, found = self.ordered(keys[0], names), []
        while left:
            best, *others = left
            same = [best, *(name for name in others if not self.apart(keys[0], best, name))]
            found += self._parted(keys[1:], same)
            left = [name for name in others if name not in same]
        return found


@dataclass(frozen=True)
class Ranking:
    """What ranks the variants (None: nothing, then file order), what was passed over for it, and their groups."""

    ranked_by: str | None
    passed_over: tuple[str, ...]
    groups: Groups


def simultaneous(n_variants: int, n_outcomes: int = 1) -> float:
    """Return the confidence of the interval of one pair, for those of all pairs and outcomes to hold in 95 %."""
    return 1 - (1 - intervals.LEVEL) / max(math.comb(n_variants, 2) * n_outcomes, 1)


def is_clear(mean: float, low: float, high: float, matters: float) -> bool:
    """Whether a difference is one: its interval excludes zero, and it is at least what matters."""
    return bool((low > 0 or high < 0) and abs(mean) >= matters)


def ranking_keys(ranked_by: str, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """Return the outcomes that order the variants: the one that ranks, then those that decide where it is equal."""
    return (ranked_by, *(name for name in measured_headlines(measures) if name != ranked_by))


def ranking_of(field: Field, names: Sequence[str], harms: Mapping[str, tuple[str, ...]], wanted: str | None) -> Ranking:
    """Rank by *wanted*, else by the first of *names* that can tell.

    It can where a variant without harm is told apart from the baseline as the better one; where none can, the first
    that tells any two variants apart ranks; else the first of all.
    """
    if wanted is None and not names:
        return Ranking(None, (), tuple((name,) for name in field.variants))
    unhurt = [name for name in field.variants if name not in harms]
    hurt = [name for name in field.variants if name in harms]
    by = wanted or (
        next((name for name in names if field.tells(name, unhurt, (field.baseline,))), None)
        or next((name for name in names if field.tells(name, field.variants, field.variants)), names[0])
    )
    passed_over = tuple(itertools.takewhile(lambda name: name != by, names)) if wanted is None else ()
    return Ranking(by, passed_over, (*field.groups(by, unhurt), *field.groups(by, hurt)))
