"""Attention, apart from tone: what is told may make people look, whatever it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.coefficients import Weights
from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "publicity", rows=("D20", "E9"), source="P-27")
@dataclass(frozen=True)
class Publicity:
    """Let what is told draw attention, good, bad or neutral; it fades, and meanwhile those who heard it look more.

    A message may carry an ``attention`` beside what it says of trust, risk and fear. Who hears it has that much more of
    A, float32 (lanes, accounts), which fades by ``fading`` a day, from 0 to 100. The rate at which one looks is
    multiplied by 1 + ``weight`` · A + what prompts add: who would look with chance a in a day does so with 1 − (1 −
    a)^(1 + ``weight`` · A). Who looks more takes more of pages and reports in and acts sooner on what is known, good or
    bad; A itself is no reason to run, to leave or to join, and counts to no channel. Fear multiplies the chance after
    that. News that draws attention to one platform draws none to others like it, and how far a messenger is believed
    changes nothing of it. It costs time only once something draws attention to the platform. Known answer: of people
    who look with a chance of one half, those who hear a message with an attention of 1 look with 3/4 on that day, and
    at a fading of one half with 1 − ½^1.5 on the next (``test_a_message_of_any_tone_makes_those_who_hear_it_look``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("sensing",)
    taught: ClassVar[str] = "fading"  # the number that a class moves first
    paced: ClassVar[tuple[str, ...]] = ("fading",)  # a step is short beside it

    weight: float = parameter(
        1.0, unit="number", low=0, high=100, source="P-27",
        text="by how much a unit of attention raises the rate at which one looks; 1 doubles it",
    )  # fmt: skip
    fading: float = parameter(
        0.3, unit="per_day", low=0, high=1, source="assumed", text="share of the attention that is gone a day later"
    )

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass, for a step of *dt* days."""
        return {Weights.ATTENTION: self.weight, Weights.ATTENTION_KEEP: (1 - self.fading) ** dt}
