"""Platforms must publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "disclosure_mandate", family="regulatory", rows=("F5",), source="F5; P-15")
@dataclass(frozen=True)
class DisclosureMandate:
    """Set a floor on scope and frequency of reports and a cap on their bias.

    Known answer: a platform that already does more changes nothing
    (``test_disclosure_mandate_is_a_floor``).
    """

    neutral: ClassVar[dict[str, Any]] = {"scope": 0, "interval": 3650, "bias": 10}  # changes nothing

    platform: str = on_platform()
    scope: float = choice(0.8, unit="share", source="F5", text="least scope of a report")
    interval: float = choice(30.0, unit="duration", low=0.01, high=3650, source="F5", text="most days between reports")
    bias: float = choice(0.2, unit="log-odds", low=0, high=10, source="F5", text="most bias that checks let pass")
    cost: float = choice(400.0, unit="money", low=0, source="assumed", text="cost per client and year")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("report_scope", self.scope, "at_least", self.platform),
            Term("report_interval", self.interval, "at_most", self.platform),
            Term("report_bias", self.bias, "at_most", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform),
        )
