"""Everyone in the queue gets the same share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trustsim.mechanisms.audience import audience
from trustsim.mechanisms.interventions.on import FIRST_DAY, announce, on_platform
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "pro_rata_payout", family="platform", rows=("G3",), source="G3")
@dataclass(frozen=True)
class ProRataPayout:
    """Share the cash of a day among all due requests instead of first come, first served.

    Known answer: with cash for half of what is due every due request gets half
    (``test_pro_rata_pays_every_request_the_same_share``).
    """

    neutral: ClassVar[None] = None  # a rule without a size

    platform: str = on_platform()
    fear: float = parameter(
        0.1, unit="number", low=0, high=20, source="assumed", text="fear when the rule is announced"
    )
    cost: float = choice(5_000_000.0, unit="money", low=0, source="assumed", text="cost of bringing the rule in, once")
    to: str = audience()

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (Term("pro_rata", 1.0, "set", self.platform, once=self.cost),)

    def act(self, day: Day) -> None:
        """Announce the rule."""
        announce(day, self.platform, self.to, self.fear)

    def span(self) -> float:
        """Return for how many days after its start the lever has anything to do."""
        return FIRST_DAY
