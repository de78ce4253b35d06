"""When a study knows enough: worlds are added until the asked intervals are as narrow as the scenario wants.

The intervals are those of the table (:mod:`trustsim.analysis.intervals`). After 100 worlds, and then whenever there
are a quarter more, all of them are looked at; once each is narrow enough, *one more quarter is run* and the study ends
there whatever it shows. So the last interval does not rest on the luck that stopped the study: stopping at the first
look that is narrow enough (Chow and Robbins 1965, doi:10.1214/aoms/1177700156) ends too soon exactly where the sample
happens to vary too little, and covers too seldom. Coverage of a nominal 95 % when the study has ended, 3,000 studies
each (±0.8 points), targets that need about 200 and about 800 worlds; beside it the same without the last quarter (1,500
studies, ±1.1 points, looks from 50 worlds):

===================================  ===================  =========================
what is measured                     with (200, 800)      without (200, 800)
===================================  ===================  =========================
share of 2 % of worlds               97.3, 94.7           96.9, 94.5
share of 10 %                        95.4, 95.5           93.6, 95.7
share of 50 %                        94.3, 94.6           94.1, 95.3
paired difference, 10 % against 2 %  95.4, 95.5           94.7, 95.1
lognormal(0, 1)                      93.1, 93.6           90.9, 94.3
zero in 70 %, else lognormal(0, 1)   93.5, 93.4           90.8, 92.3
normal                               94.5, 94.6           94.0, 94.8
===================================  ===================  =========================

No rule helps where the tail was not seen in the first hundred worlds: an event of one world in a thousand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trustsim.analysis.comparison import Difference, compare
from trustsim.analysis.intervals import Interval
from trustsim.experiment.study import Study
from trustsim.registry import Registry
from trustsim.scenario.resolved import Precision

FIRST, GROWTH = 100, 1.25


@dataclass(frozen=True)
class Asked:
    """One interval that is asked for. ``half_width`` as it is; ``n`` worlds behind it.

    ``n_unpaired``: worlds that each of the two variants would need for the same width if they did not share theirs: the
    variance of a difference of independent means is (Var a + Var b)/m, that of a paired one Var(a − b)/n, so m is n
    times the variance reduction. NaN for a level, infinite where the difference is the same in every world.
    """

    variant: str
    half_width: float
    n: int
    n_unpaired: float


@dataclass(frozen=True)
class Rule:
    """The rule for one study, as :func:`trustsim.experiment.study.run_study` takes it: which intervals, how narrow."""

    precision: Precision
    registry: Registry

    def looks(self, budget: int) -> Iterator[int]:
        """Yield the numbers of replications at which to look, the budget last."""
        n = FIRST
        while n < budget:
            yield n
            n = math.ceil(n * GROWTH)
        yield budget

    def is_enough(self, study: Study) -> bool:
        """Return whether every asked interval is narrow enough."""
        return all(each.half_width <= self.precision.half_width for each in self.asked(study))

    def asked(self, study: Study) -> tuple[Asked, ...]:
        """Return the intervals that are asked for, as *study* gives them; infinitely wide where not defined."""
        of, comparison = self.precision.of, compare(study, self.registry)
        if of not in comparison.measures:
            return (Asked(self.precision.variant, math.inf, 0, math.nan),)
        numbers = comparison.differences if self.precision.paired else comparison.levels
        wanted = [name for name in numbers if self.precision.variant in ("", name)]
        return tuple(_asked(name, numbers[name][of]) for name in wanted)


def _asked(variant: str, interval: Interval | Difference) -> Asked:
    half = (interval.high - interval.low) / 2
    unpaired = interval.n * interval.variance_reduction if isinstance(interval, Difference) else math.nan
    return Asked(variant, half if math.isfinite(half) else math.inf, interval.n, unpaired)


def to_json(rule: Rule, study: Study) -> dict[str, Any]:
    """Return what was asked for and what was reached, as plain data; what is not finite is None."""
    intervals = {
        each.variant: {"half_width": _finite(each.half_width), "n": each.n, "n_unpaired": _finite(each.n_unpaired)}
        for each in rule.asked(study)
    }
    wanted = {"half_width": rule.precision.half_width, "of": rule.precision.of, "paired": rule.precision.paired}
    return {**wanted, "reached": rule.is_enough(study), "worlds": len(study.replications), "intervals": intervals}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def told(rule: Rule, study: Study) -> str:
    """Say in a sentence whether the precision was reached, and with how many worlds."""
    answers = rule.asked(study)
    n = len(study.replications)
    state = "reached" if rule.is_enough(study) else "not reached"
    widest = max(answers, key=lambda each: each.half_width)
    text = f"Precision {state} with {n} worlds"
    if math.isfinite(widest.half_width):
        text += f" (widest: {widest.variant})"
    many = [each.n_unpaired for each in answers if math.isfinite(each.n_unpaired)]
    if many:
        text += f"; without shared worlds it would have taken about {math.ceil(max(many)):,} for each variant"
    return text + "."
