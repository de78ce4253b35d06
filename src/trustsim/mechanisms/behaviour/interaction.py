"""Choosing again and again under the pull of what the neighbours chose: a logit with social interactions."""

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


@REGISTRY.enter("mechanism", "interaction", rows=("D6", "A10"), source="doi:10.1111/1467-937X.00168")
@dataclass(frozen=True)
class Interaction:
    """Let everyone choose anew whether to hold an account, pulled by the neighbours (Brock and Durlauf).

    With m the mean of the neighbours, +1 for one who is out and −1 for one who is in, out is chosen with chance 1 / (1
    + exp(−2 · intensity · (pull + conformity · m))), by one draw a day for all variants. In a large complete network m
    settles where m = tanh(β (h + J m)): one place for β J ≤ 1, for h = 0 two beyond. Known answer: without neighbours
    and pull, half of all are out (``test_who_follows_nobody_tosses_a_coin``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("emergence", "adaptation", "interaction")
    paced: ClassVar[tuple[str, ...]] = ("revised",)  # a step is short beside them
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 80  # nanoseconds an account and step, measured
    remembers: ClassVar[str] = "who is out"

    intensity: float = parameter(
        1.0, unit="number", low=0, high=100, source="doi:10.1111/1467-937X.00168",
        text="β: how sharply the better is chosen",
    )  # fmt: skip
    pull: float = parameter(
        0.0, unit="number", low=-10, high=10, source="doi:10.1111/1467-937X.00168",
        text="h: own reason to be out, against in",
    )  # fmt: skip
    conformity: float = parameter(
        1.0, unit="number", low=-10, high=10, source="doi:10.1111/1467-937X.00168",
        text="J: weight of the mean of the neighbours",
    )  # fmt: skip
    revised: float = parameter(
        1.0, unit="per_day", low=0, high=1, source="assumed", text="chance to choose anew in a day"
    )

    @staticmethod
    def decide(day: Day, settings: Settings[Interaction]) -> None:
        """Let those who choose today leave or join."""
        for w, world in enumerate(day.worlds):
            for p in range(day.state.n_platforms):
                luck, turn, _, _ = day.uniforms(world, purposes.INTERACTION, p)
                links = day.state.traits[Traits.LINKS, w, world.mine(p)]
                for v, rule in settings.on(world.lanes):
                    mean = np.where(links > 0, 2 * share_out(day, v, p, links) - 1, 0.0)
                    is_out = luck < 1 / (1 + np.exp(-2 * rule.intensity * (rule.pull + rule.conformity * mean)))
                    chooses = turn < 1 - (1 - rule.revised) ** day.dt
                    day.do.leave(v, p, chooses & is_out)
                    day.do.join(v, p, chooses & ~is_out)
