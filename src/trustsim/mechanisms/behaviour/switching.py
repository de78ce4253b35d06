"""Where money that has fled goes: the safe account or another platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.coefficients import Dials
from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "switching", rows=("A12", "D21"), source="P-44; E-34")
@dataclass(frozen=True)
class Switching:
    """Send the money of those who have fled to the best of the safe account and the other platforms that they consider.

    Utility of a platform: ``appeal`` + ``trust`` · (fund safety + integrity) − ``risk`` · (risk view − ``base`` of
    ``health``) + ``pays_yield`` · spread − entry friction − ``fear`` · fear + a logistic draw; of the safe account: 0.
    What is taken out down to the limit of a guarantee goes to the best platform that covers some of it, if any.
    Who leaves in the ordinary way needs the money, and has it in the safe account. That uninsured money shuns
    risk: doi:10.1257/aer.20150342; how much, and that all does, is assumed. Known answer: with all weights and
    entry friction at 0 half of the money of investors who consider one other platform goes there
    (``test_half_switch_when_nothing_speaks_for_either``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("emergence", "adaptation", "objectives")

    appeal: float = parameter(
        1.0, unit="log-odds", low=-50, high=50, source="P-44; assumed",
        text="appeal of another platform against the safe account",
    )  # fmt: skip
    trust: float = parameter(
        0.5, unit="number", low=0, high=20, source="assumed", text="log-odds per log-odds of trust"
    )
    risk: float = parameter(
        1.0, unit="number", low=0, high=20, source="assumed",
        text="log-odds against, per log-odds of perceived risk",
    )  # fmt: skip
    pays_yield: float = parameter(
        13.0, unit="number", low=0, high=1000, source="doi:10.1093/qje/qjx019",
        text="log-odds per unit of yearly yield over the safe account",
    )  # fmt: skip
    fear: float = parameter(
        0.5, unit="number", low=0, high=20, source="assumed", text="log-odds against, per unit of fear"
    )

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.SWITCH_APPEAL: self.appeal, Dials.SWITCH_TRUST: self.trust, Dials.SWITCH_RISK: self.risk,
            Dials.SWITCH_YIELD: self.pays_yield, Dials.SWITCH_FEAR: self.fear,
        }  # fmt: skip
