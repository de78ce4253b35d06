"""Showing who keeps the money, and who takes it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "stayers_shown", family="communication", rows=("E4", "D6"), source="P-31; E-49")
@dataclass(frozen=True)
class StayersShown:
    """Show whoever looks at the account which share of the clients kept their money lately, or took it out.

    It is the true share; what it does to people is said by the mechanism ``stayers``: it reassures while few leave, and
    no longer once most do. What is ``shown`` may also be the withdrawals alone: that only alarms, the more the more
    leave. Known answer: with nobody gone, the share shown to all takes the weight of the mechanism off the log-odds of
    running, and withdrawals alone take nothing off (``test_who_stays_is_good_news_until_most_leave``).
    """

    neutral: ClassVar[dict[str, Any]] = {"strength": 0}  # changes nothing

    platform: str = on_platform()
    shown: str = choice(
        "stayers", unit="text", choices=("stayers", "withdrawals"), source="P-31",
        text="the share that kept the money, or what was taken out alone",
    )  # fmt: skip
    strength: float = choice(
        1.0, unit="share", source="assumed", text="how plainly it is shown; 1: nobody who looks can miss it"
    )
    cost: float = choice(
        20.0, unit="money", low=0, source="assumed", text="cost per client and year of showing it in full"
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        term = f"{self.shown}_shown"
        return (
            Term(term, self.strength, "at_least", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform, of=term),
        )
