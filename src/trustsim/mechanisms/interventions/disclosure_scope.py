"""How much a report holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "disclosure_scope", family="communication", rows=("E1",), source="E1; P-13")
@dataclass(frozen=True)
class DisclosureScope:
    """Publish more (or less) of what matters in every report.

    A wider scope cuts the noise with which readers take the report in, and gives it more weight. Known answer: scope 1
    leaves no noise (``test_disclosure_scope_sets_the_scope``).
    """

    neutral: ClassVar[dict[str, Any]] = {"scope": 0.5}  # changes nothing

    platform: str = on_platform()
    scope: float = choice(0.9, unit="share", source="E1", text="share of the relevant items that a report holds")
    cost: float = choice(
        200.0, unit="money", low=0, source="assumed", text="cost per client and year of full scope against none"
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("report_scope", self.scope, "set", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform, of="report_scope"),
        )
