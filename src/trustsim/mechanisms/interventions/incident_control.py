"""Work that makes incidents rarer, smaller or sooner found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.hazards import CONTROLS
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "incident_control", family="platform", rows=("H1",), source="H1")
@dataclass(frozen=True)
class IncidentControl:
    """Multiply the chance, the severity and the days until discovery of one kind of incident.

    The chance counts where a shock says ``chance:``. The severity of a theft or a misuse is what is taken, of an outage
    its days, of a breach how many are exposed. Of what is hidden, a theft or a misuse, the daily chance to be found by
    others (the mechanism ``discovery``) is divided by the factor on the days. Several levers multiply. Known answer: a
    breach that is found after 6 days is found after 3 with a lag of one half
    (``test_a_control_halves_the_days_until_discovery``).
    """

    neutral: ClassVar[dict[str, Any]] = {"hazard": 1, "severity": 1, "lag": 1}  # changes nothing

    platform: str = on_platform()
    incident: str = choice("data_breach", unit="name", refers="incident", source="H1", text="the kind of incident")
    hazard: float = parameter(0.5, unit="number", low=0, high=10, source="assumed", text="factor on the chance")
    severity: float = parameter(1.0, unit="number", low=0, high=10, source="assumed", text="factor on the severity")
    lag: float = parameter(
        0.5, unit="number", low=0, high=10, source="assumed", text="factor on the days until discovery"
    )
    cost: float = choice(10_000.0, unit="money", low=0, source="assumed", text="cost a day")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        factors = (Term(f"{self.incident}_{what}", getattr(self, what), "multiply", self.platform) for what in CONTROLS)
        return (*factors, Term("cost_per_day", self.cost, "add", self.platform))
