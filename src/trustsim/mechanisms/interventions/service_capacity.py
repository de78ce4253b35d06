"""More hands at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "service_capacity", family="ux", rows=("G4",), source="G4")
@dataclass(frozen=True)
class ServiceCapacity:
    """Staff the desk for the rush.

    Known answer: with a capacity of twice the contacts no backlog builds up (``test_an_idle_desk_is_silent``).
    """

    neutral: ClassVar[dict[str, Any]] = {"capacity": 0}  # changes nothing

    platform: str = on_platform()
    capacity: float = choice(
        0.2, unit="per_day", low=0, high=10, source="assumed",
        text="contacts that the desk can answer in a day / clients",
    )  # fmt: skip
    cost: float = choice(
        3000.0, unit="money", low=0, source="assumed", text="cost per client and year of 0.1 more capacity"
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("service_capacity", self.capacity, "at_least", self.platform),
            Term("cost_per_client", self.cost * 10, "add", self.platform, of="service_capacity"),
        )
