"""Doing what the neighbours do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "herding", rows=("D6", "A10"), source="doi:10.1257/aer.102.4.1414; E-54")
@dataclass(frozen=True)
class Herding:
    """Add ``weight`` · (share of neighbours seen leaving − ``normal``) to the log-odds of a run.

    The term is multiplied by the investor's trait herding, by 1 − literacy / 2 and by 1 + ``fear`` · f in fear f. A
    departure counts ``observed`` with every neighbour on the day it happens and fades by ``fading`` a day.
    Known answer: with a weight of 2 and all neighbours just gone the log-odds rise by 2 · (1 − normal)
    (``test_herding_adds_its_weight``).
    """

    without: ClassVar[dict[str, dict[str, float] | None]] = {"herding": None}  # with a channel off: not at all
    taught: ClassVar[str] = "weight"  # the number that a class moves first
    concepts: ClassVar[tuple[str, ...]] = ("emergence", "sensing", "interaction")
    paced: ClassVar[tuple[str, ...]] = ("fading",)  # a step is short beside them

    weight: float = parameter(
        4.0, unit="log-odds", low=0, high=100, source="E-54", text="log-odds for all neighbours leaving"
    )
    normal: float = parameter(
        0.03, unit="share", source="E-34", text="remembered share of neighbours that leave in calm"
    )
    fading: float = parameter(
        0.15, unit="per_day", low=0, high=1, source="assumed", text="share of the memory lost in a day"
    )
    fear: float = parameter(
        0.5, unit="number", low=0, high=10, source="D7", text="how much one unit of fear raises herding"
    )
    observed: float = parameter(
        1.0, unit="share", source="assumed", text="share of a departure that neighbours can see"
    )

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass; the fading for a step of *dt* days."""
        return {
            Weights.HERDING: self.weight, Weights.NORMAL_SHARE: self.normal, Weights.HERDING_FEAR: self.fear,
            Weights.SEEN_KEEP: (1 - self.fading) ** dt,
        }  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.OBSERVED: self.observed,
        }  # fmt: skip
