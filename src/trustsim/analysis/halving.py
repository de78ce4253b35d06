"""Which outcomes move where the step is halved: whether a step is short enough, measured and not guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from trustsim.analysis.headlines import measured_headlines, what_matters
from trustsim.analysis.intervals import Interval, Sample
from trustsim.analysis.measures import Measure, measure_of
from trustsim.analysis.ranking import is_clear
from trustsim.errors import TrustsimError
from trustsim.experiment.plan import choose_variants, with_step
from trustsim.experiment.study import run_study
from trustsim.registry import Registry
from trustsim.scenario.resolved import Scenario
from trustsim.units import name_of

WORLDS = 20
Verdict = Literal["moves", "holds", "unclear"]


@dataclass(frozen=True)
class Moved:
    """A headline outcome of a variant at a step and at half of it: its means, and half less whole world by world.

    All are over the worlds that have it at both steps, ``change.n`` of them. ``matters`` is the smallest difference
    that does; all in the unit of the outcome.
    """

    outcome: str
    measure: Measure
    variant: str
    whole: float
    half: float
    change: Interval
    matters: float

    @property
    def verdict(self) -> Verdict:
        """Say whether it moves, clearly and by what matters; holds, its whole interval within that; or neither."""
        if is_clear(self.change.mean, self.change.low, self.change.high, self.matters):
            return "moves"
        return "holds" if -self.matters <= self.change.low and self.change.high <= self.matters else "unclear"

    def to_json(self, currency: str) -> dict[str, Any]:
        """Return as plain data."""
        change = {"mean": self.change.mean, "low": self.change.low, "high": self.change.high, "worlds": self.change.n}
        unit, means = name_of(self.measure.unit, currency), {"whole": self.whole, "half": self.half}
        said = {"matters": self.matters, "verdict": self.verdict}
        return {"outcome": self.outcome, "variant": self.variant, "unit": unit, **means, "change": change, **said}


@dataclass(frozen=True)
class Halved:
    """What a scenario gives at its step (``step``, days) and at half of it, in so many worlds each."""

    step: float
    worlds: int
    currency: str
    moved: tuple[Moved, ...]

    @property
    def half(self) -> float:
        """Half the step, days."""
        return self.step / 2

    def of(self, verdict: Verdict) -> tuple[Moved, ...]:
        """Return what has this verdict."""
        return tuple(each for each in self.moved if each.verdict == verdict)

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``trustsim halve --json``, format 1, steps in days."""
        rows = [each.to_json(self.currency) for each in self.moved]
        return {"format": 1, "step": self.step, "half": self.half, "replications": self.worlds, "moved": rows}


def halved(
    scenario: Scenario,
    registry: Registry,
    *,
    variants: str | Iterable[str] | None = None,
    replications: int = WORLDS,
    **options: Any,
) -> Halved:
    """Run worlds of a scenario at its step and at half of it, and hold the headline outcomes against each other.

    A world is the same people and network at both steps, other draws of each step: its pair is one of independent
    ones, and the interval that of a paired difference.

    Parameters
    ----------
    options : of :func:`trustsim.experiment.study.run_study`: workers, progress, pool, timeout, room, simulate, groups.

    Raises
    ------
    TrustsimError : for a step that has no half, an unknown variant, and where no world finished at both steps.
    """
    chosen = choose_variants(scenario, variants)
    steps = (scenario, with_step(scenario, scenario.step / 2))
    whole, half = (run_study(each, variants=chosen, replications=replications, **options) for each in steps)
    both = [k for k, world in enumerate(whole.replications) if world in half.replications]
    at = [int((half.replications == whole.replications[k]).argmax()) for k in both]
    if not both:
        raise TrustsimError("halve: given no world that finished at both steps; allowed: at least one")
    every = {name: measure_of(registry.outcome(name), scenario.horizon) for name in whole.outcomes}
    names = measured_headlines(every)
    matters = what_matters({name: every[name] for name in names}, scenario.matters, scenario.horizon)
    found = []
    for name in names:
        ones, halves = whole.outcomes[name][both], half.outcomes[name][at]
        for k, variant in enumerate(chosen):
            found.append(moved(name, every[name], variant, ones[:, k], halves[:, k], matters[name]))
    return Halved(scenario.step, len(both), scenario.currency, tuple(found))


def moved(name: str, measure: Measure, variant: str, whole: Sample, half: Sample, matters: float) -> Moved:
    """Hold an outcome of worlds at a step against that at half of it, where they have it at both.

    ``whole``, ``half``: float64 (worlds,), NaN where a world has none; ``matters``: the smallest difference that does.
    """
    is_pair = np.isfinite(whole) & np.isfinite(half)
    whole, half = whole[is_pair], half[is_pair]
    at_whole, at_half = (measure.level(values).mean for values in (whole, half))
    return Moved(name, measure, variant, at_whole, at_half, measure.paired(half, whole), matters)
