"""A limit on what one account may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "holding_cap", family="regulatory", rows=("G3",), source="assumed")
@dataclass(frozen=True)
class HoldingCap:
    """Let no account be paid in above a cap; what is there already stays, and earns its interest.

    Who joins pays in up to the cap. Money from another platform goes to a platform only where all of it may come in,
    else to the next best place. Known answer: with a cap of 100 who would bring 250 brings 100, and of who has 250
    nothing is taken (``test_a_cap_on_what_is_held_lets_in_no_more``).
    """

    neutral: ClassVar[dict[str, Any]] = {"cap": 1000000000000.0, "cost": 0}  # changes nothing

    platform: str = on_platform()
    cap: float = choice(1_000_000.0, unit="money", low=0, source="assumed", text="most that an account may hold")
    cost: float = choice(5_000_000.0, unit="money", low=0, source="assumed", text="cost of bringing the rule in, once")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (Term("holding_cap", self.cap, "at_most", self.platform, once=self.cost),)
