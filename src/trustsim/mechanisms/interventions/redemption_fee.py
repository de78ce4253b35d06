"""A price on leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from trustsim.mechanisms.audience import audience
from trustsim.mechanisms.interventions.on import FIRST_DAY, announce, on_platform
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "redemption_fee", family="platform", rows=("G3",), source="P-11")
@dataclass(frozen=True)
class RedemptionFee:
    """Let leavers pay a fee that stays with the platform.

    Known answer: a fee of 2 % on a payment of 100 leaves 2 with the platform (``test_a_fee_stays_with_the_platform``).
    """

    neutral: ClassVar[dict[str, Any]] = {"fee": 0, "fear": 0}  # changes nothing

    platform: str = on_platform()
    fee: float = choice(0.01, unit="share", source="P-11", text="fee / payment")
    fear: float = parameter(0.05, unit="number", low=0, high=20, source="assumed", text="fear when it is announced")
    cost: float = choice(5_000_000.0, unit="money", low=0, source="assumed", text="cost of bringing the rule in, once")
    to: str = audience()

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (Term("exit_fee", self.fee, "at_least", self.platform, once=self.cost),)

    def act(self, day: Day) -> None:
        """Announce the fee."""
        announce(day, self.platform, self.to, self.fear)

    def span(self) -> float:
        """Return for how many days after its start the lever has anything to do."""
        return FIRST_DAY
