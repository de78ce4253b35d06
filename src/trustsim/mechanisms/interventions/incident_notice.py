"""When clients are told of an incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "incident_notice", family="communication", rows=("E5",), source="E5")
@dataclass(frozen=True)
class IncidentNotice:
    """Tell clients of an incident within a fixed delay of knowing of it.

    Known answer: with a delay of 0 clients are told on the day of discovery
    (``test_incident_notice_moves_the_day_of_telling``).
    """

    neutral: ClassVar[dict[str, Any]] = {"delay": 365, "cost": 0}  # changes nothing

    platform: str = on_platform()
    delay: float = choice(0.0, unit="duration", low=0, high=365, source="E5", text="days from knowing to telling")
    cost: float = choice(10_000.0, unit="money", low=0, source="assumed", text="cost of readiness, a day")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("notice_delay", self.delay, "at_most", self.platform),
            Term("cost_per_day", self.cost, "add", self.platform),
        )
