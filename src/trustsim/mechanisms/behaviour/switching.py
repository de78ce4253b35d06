"""Where withdrawn money goes: the safe account or another platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.coefficients import Dials
from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "switching", rows=("A12", "D21"), source="E-34")
@dataclass(frozen=True)
class Switching:
    """Send paid-out money to the best of the safe account and the other platforms that the investor considers.

    Utility of a platform: ``appeal`` + ``trust`` · (fund safety + integrity) + ``pays_yield`` · spread − entry friction
    − ``fear`` · fear + a logistic draw; of the safe account: 0. What is taken out down to the limit of a guarantee goes
    to the best platform that covers some of it, if there is one. Known answer: with all weights and entry friction at 0
    half of the money of investors who consider one other platform goes there
    (``test_half_switch_when_nothing_speaks_for_either``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("emergence", "adaptation", "objectives")

    appeal: float = parameter(
        -2.5, unit="log-odds", low=-50, high=50, source="assumed",
        text="appeal of another platform against the safe account",
    )  # fmt: skip
    trust: float = parameter(
        0.5, unit="number", low=0, high=20, source="assumed", text="log-odds per log-odds of trust"
    )
    pays_yield: float = parameter(
        10.0, unit="number", low=0, high=1000, source="E-45",
        text="log-odds per unit of yearly yield over the safe account",
    )  # fmt: skip
    fear: float = parameter(
        0.5, unit="number", low=0, high=20, source="assumed", text="log-odds against, per unit of fear"
    )

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.SWITCH_APPEAL: self.appeal, Dials.SWITCH_TRUST: self.trust, Dials.SWITCH_YIELD: self.pays_yield,
            Dials.SWITCH_FEAR: self.fear,
        }  # fmt: skip
