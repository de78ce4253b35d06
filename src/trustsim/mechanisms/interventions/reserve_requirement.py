"""A floor on cash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "reserve_requirement", family="regulatory", rows=("F6",), source="F6; P-35")
@dataclass(frozen=True)
class ReserveRequirement:
    """Require liquid reserves in proportion to claims.

    The platform lends less until it holds them; what they do not earn is the cost. Known answer: with a ratio of 30 %
    no cash above 12 % is lent out until liquidity passes 30 % (``test_reserve_requirement_stops_lending_below_it``).
    """

    neutral: ClassVar[dict[str, Any]] = {"ratio": 0}  # changes nothing

    platform: str = on_platform()
    ratio: float = choice(0.25, unit="share", source="F6", text="least liquidity / claims")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (Term("reserve", self.ratio, "at_least", self.platform),)
