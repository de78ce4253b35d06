"""Teaching before or during a crisis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "user_education", family="ux", rows=("G5",), source="G5; E-60; P-37")
@dataclass(frozen=True)
class UserEducation:
    """Teach investors: less noise, less herding on hearsay, fewer rumours believed.

    Makes up ``coverage`` · ``effect`` of the literacy that an investor lacks, while it runs, and fading afterwards (the
    mechanism ``learning``). Known answer: full
    coverage and effect make everyone fully literate (``test_education_fills_the_missing_literacy``).
    """

    neutral: ClassVar[dict[str, Any]] = {"coverage": 0}  # changes nothing

    platform: str = on_platform()
    coverage: float = choice(0.6, unit="share", source="assumed", text="share of the investors that are taught")
    effect: float = parameter(
        0.4, unit="share", source="E-60", text="share of the missing literacy that teaching makes up"
    )
    cost: float = choice(2000.0, unit="money", low=0, source="assumed", text="cost per client taught and year")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("education", self.coverage * self.effect, "at_least", self.platform),
            Term("cost_per_client", self.cost * self.coverage, "add", self.platform),
        )
