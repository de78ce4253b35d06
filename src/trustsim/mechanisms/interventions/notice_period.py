"""Time between asking and being paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from trustsim.mechanisms.audience import audience
from trustsim.mechanisms.interventions.on import FIRST_DAY, announce, on_platform
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "notice_period", family="platform", rows=("G3",), source="G3; T-46")
@dataclass(frozen=True)
class NoticePeriod:
    """Pay requests only after a notice period.

    Known answer: with 7 d of notice nothing that was asked for today is paid before the seventh day
    (``test_notice_delays_payment``).
    """

    neutral: ClassVar[dict[str, Any]] = {"notice": 0, "fear": 0}  # changes nothing

    platform: str = on_platform()
    notice: float = choice(
        7.0, unit="duration", low=0, high=365, source="assumed", text="days from request to payment at least"
    )
    fear: float = parameter(0.1, unit="number", low=0, high=20, source="assumed", text="fear when it is announced")
    cost: float = choice(5_000_000.0, unit="money", low=0, source="assumed", text="cost of bringing the rule in, once")
    to: str = audience()

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (Term("payout_lag", self.notice, "at_least", self.platform, once=self.cost),)

    def act(self, day: Day) -> None:
        """Announce the notice period."""
        announce(day, self.platform, self.to, self.fear)

    def span(self) -> float:
        """Return for how many days after its start the lever has anything to do."""
        return FIRST_DAY
