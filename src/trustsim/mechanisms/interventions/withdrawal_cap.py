"""A limit per person and day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from trustsim.mechanisms.audience import audience
from trustsim.mechanisms.interventions.on import FIRST_DAY, announce, on_platform
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "withdrawal_cap", family="platform", rows=("G3",), source="G3; P-07")
@dataclass(frozen=True)
class WithdrawalCap:
    """Pay each account no more than a cap a day.

    The announcement frightens. Known answer: with a cap of 100 a request of 250 is paid in three days
    (``test_a_cap_pays_in_instalments``).
    """

    neutral: ClassVar[dict[str, Any]] = {"cap": 1000000000000.0, "fear": 0, "cost": 0}  # changes nothing

    platform: str = on_platform()
    cap: float = choice(500_000.0, unit="money", low=0, source="assumed", text="most that an account is paid a day")
    fear: float = parameter(0.3, unit="number", low=0, high=20, source="P-07", text="fear when it is announced")
    cost: float = choice(5_000_000.0, unit="money", low=0, source="assumed", text="cost of bringing the rule in, once")
    to: str = audience()

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (Term("account_cap", self.cap, "at_most", self.platform, once=self.cost),)

    def act(self, day: Day) -> None:
        """Announce the cap."""
        announce(day, self.platform, self.to, self.fear)

    def span(self) -> float:
        """Return for how many days after its start the lever has anything to do."""
        return FIRST_DAY
