"""Joining of one's own accord, and because others have joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.kernels import purposes
from trustsim.kernels.layout import Traits
from trustsim.mechanisms.behaviour.neighbours import share_out
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings


@REGISTRY.enter("mechanism", "adoption", rows=("D13", "A10"), source="doi:10.1287/mnsc.15.5.215")
@dataclass(frozen=True)
class Adoption:
    """Let who holds nothing join at the rate ``innovation`` + ``imitation`` · share of neighbours in (Bass).

    In a short step dt the chance is 1 − exp(−rate · dt). On a large complete network that begins empty the share in is
    F(t) = (1 − e^(−(p + q) t)) / (1 + (q / p) e^(−(p + q) t)), and most join at ln(q / p) / (p + q).
    Known answer: without imitation the share that is still out falls exponentially
    (``test_who_imitates_nobody_joins_at_a_constant_rate``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation",)
    paced: ClassVar[tuple[str, ...]] = ("innovation", "imitation")  # a step is short beside them
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 50  # nanoseconds an account and step, measured
    remembers: ClassVar[str] = "who is out"

    innovation: float = parameter(
        0.03, unit="per_day", low=0, high=1000, source="doi:10.1287/mnsc.15.5.215",
        text="p: rate of joining of one's own accord",
    )  # fmt: skip
    imitation: float = parameter(
        0.38, unit="per_day", low=0, high=1000, source="doi:10.1287/mnsc.15.5.215",
        text="q: what all neighbours who are in add to it",
    )  # fmt: skip

    @staticmethod
    def decide(day: Day, settings: Settings[Adoption]) -> None:
        """Let those who adopt today join."""
        for w, world in enumerate(day.worlds):
            for p in range(day.state.n_platforms):
                luck = day.uniforms(world, purposes.ADOPTION, p)[0]
                links = day.state.traits[Traits.LINKS, w, world.mine(p)]
                for v, rule in settings.on(world.lanes):
                    rate = rule.innovation + rule.imitation * (1 - share_out(day, v, p, links))
                    day.do.join(v, p, luck < -np.expm1(-rate * day.dt))
