"""Listening only to those who think alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.mechanisms.behaviour.thoughts import OPINION, spread_evenly, trust_as_thought
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings


@REGISTRY.enter("mechanism", "bounded_confidence", rows=("D1", "A10"), source="doi:10.1142/S0219525900000078")
@dataclass(frozen=True)
class BoundedConfidence:
    """Let pairs of neighbours meet and move towards each other where their opinions differ by less than ``confidence``.

    An opinion is the trust in fund safety as a probability, the same on all platforms, at first uniform between 0 and
    1. Both move by a share ``speed`` of the difference (Deffuant and others). On a complete network one opinion is left
    above a confidence of a half, about ⌊1 / (2 · confidence)⌋ below. Known answer: the mean of all opinions never
    changes (``test_meetings_keep_the_mean_opinion``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("learning", "interaction")
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 110  # nanoseconds an account and step, measured

    confidence: float = parameter(
        0.3, unit="share", source="doi:10.1142/S0219525900000078",
        text="largest difference at which people listen to each other",
    )  # fmt: skip
    speed: float = parameter(
        0.5, unit="share", low=0, high=0.5, source="doi:10.1142/S0219525900000078",
        text="share of the difference by which both move",
    )  # fmt: skip
    meetings: float = parameter(
        1.0, unit="per_day", low=0, high=1000, source="assumed", text="meetings of a person in a day, on average"
    )

    @staticmethod
    def decide(day: Day, settings: Settings[BoundedConfidence]) -> None:
        """Let the day's pairs meet; what they think by now is their trust."""
        shape = (day.state.n_lanes, day.worlds[0].population.n_investors)
        thoughts = day.keep(OPINION, lambda: np.full(shape, np.nan))
        for world in day.worlds:
            for v, rule in settings.on(world.lanes):
                thought = thoughts[v]
                if np.isnan(thought).any():
                    thought[:] = spread_evenly(day, world)
                before, now = (round(0.5 * rule.meetings * day.dt * k * len(thought)) for k in (day.step - 1, day.step))
                day.kernels.meet(world, thought, confidence=rule.confidence, speed=rule.speed, n_meetings=now - before)
                trust_as_thought(day, world, v, thought)
