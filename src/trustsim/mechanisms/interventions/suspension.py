"""Paying early claims up to a known share, and no further."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "suspension", family="platform", rows=("G3",), source="doi:10.1086/261155; P-05")
@dataclass(frozen=True)
class Suspension:
    """Suspend convertibility once a share of the claims of day 0 has been paid.

    Requests beyond it wait, and do not make the platform fail, until the lever ends. Who reckons how many will leave
    (the mechanism ``best_response``) knows it. Known answer: no more than the share is ever paid
    (``test_no_more_than_the_share_is_paid_before_a_suspension_ends``).
    """

    neutral: ClassVar[None] = None  # it binds at its largest, where newcomers pay in and leave

    platform: str = on_platform()
    after: float = choice(
        0.25, unit="share", source="doi:10.1086/261155", text="share of the claims of day 0 that is paid at most"
    )
    cost: float = choice(0.0, unit="money", low=0, source="assumed", text="cost per client and year")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("suspend_after", self.after, "at_most", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform),
        )
