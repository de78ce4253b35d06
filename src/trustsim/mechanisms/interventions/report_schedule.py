"""How often and how fresh."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "report_schedule", family="communication", rows=("E2",), source="E2")
@dataclass(frozen=True)
class ReportSchedule:
    """Report more often and with fresher figures.

    Known answer: with an interval of 7 d and a lag of 0 the report of day 7 shows the risk measured on day 6
    (``test_report_schedule_sets_interval_and_lag``).
    """

    neutral: ClassVar[dict[str, Any]] = {"interval": 30, "lag": 15}  # changes nothing

    platform: str = on_platform()
    interval: float = choice(7.0, unit="duration", low=0, high=3650, source="E2", text="days between reports; 0: none")
    lag: float = choice(2.0, unit="duration", low=0, high=3650, source="E2", text="age of the figures")
    cost: float = choice(200_000.0, unit="money", low=0, source="assumed", text="cost of one report more")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("report_interval", self.interval or math.inf, "set", self.platform),
            Term("report_lag", self.lag, "at_most", self.platform),
            Term("cost_per_day", self.cost, "add", self.platform, of="report_interval"),
        )
