"""The platform cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("shock", "outage", rows=("C21",), source="C21")
@dataclass(frozen=True)
class Outage:
    """Pay nothing for a while; requests pile up; silence frightens, and those who trust less run first.

    Known answer: no money leaves the platform during the outage
    (``test_an_outage_blocks_payments_on_its_platform_only``).
    """

    neutral: ClassVar[dict[str, Any]] = {"days": 0}  # changes nothing

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="who is out")
    service: float = parameter(0.5, unit="log-odds", low=0, high=20, source="assumed", text="trust in service lost by a look")
    fear: float = parameter(0.25, unit="number", low=0, high=20, source="assumed", text="fear of a look")
    days: float = parameter(3.0, unit="duration", low=0, high=365, source="assumed", text="length of the outage")

    def span(self) -> float:
        """Return for how many days after its start the shock has anything to do."""
        return self.days

    def act(self, day: Day) -> None:
        """Stop payments for the day; tell those who try to log in."""
        out = day.active & (day.age < self.days - 1e-9)
        for p in day.platforms(self.platform):
            day.do.stop_payments(p, out)
            day.do.post(p, out, reach=1.0, is_page=True, service=-self.service, fear=self.fear)
