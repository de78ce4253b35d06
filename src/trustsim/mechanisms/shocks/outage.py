"""The platform cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.kernels.times import SAME_TIME
from trustsim.mechanisms.shocks.incident import Course, Floats, Mask, controlled
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("shock", "outage", rows=("C21",), source="C21")
@dataclass(frozen=True)
class Outage(Course):
    """Pay nothing for a while: requests pile up, and silence frightens.

    Known answer: no money leaves the platform during the outage
    (``test_an_outage_blocks_payments_on_its_platform_only``).
    """

    kind: ClassVar[str] = controlled("outage")
    stretches: ClassVar[bool] = True
    neutral: ClassVar[dict[str, Any]] = {"days": 0}  # changes nothing

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="who is out")
    service: float = parameter(
        0.5, unit="log-odds", low=0, high=20, source="assumed", text="trust in service lost by a look"
    )
    fear: float = parameter(0.25, unit="number", low=0, high=20, source="assumed", text="fear of a look")
    days: float = parameter(3.0, unit="duration", low=0, high=365, source="assumed", text="length of the outage")

    def strikes(self, day: Day, platform: int, severity: Floats) -> Mask:
        """Return where it lasts, also where it is to last no time at all."""
        return np.asarray(day.active & (day.age < self.days * severity - SAME_TIME))

    def strike(self, day: Day, platform: int, where: Mask, severity: Floats) -> None:
        """Stop payments for the day."""
        day.do.stop_payments(platform, where)

    def is_told(self, day: Day, platform: int, strikes: Mask, lag: Floats) -> tuple[Mask, Floats]:
        """Return where somebody may try to log in: as long as it lasts."""
        return strikes, np.zeros(len(strikes))

    def news(self, day: Day, platform: int, told: Mask, size: Floats, waited: Floats) -> Iterator[Mapping[str, Any]]:
        """Tell those who try to log in."""
        yield {"reach": 1.0, "is_page": True, "service": -self.service, "fear": self.fear}
