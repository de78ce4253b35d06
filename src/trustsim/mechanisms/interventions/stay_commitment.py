"""A public word to stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "stay_commitment", family="platform", rows=("G3", "H11"), source="P-32")
@dataclass(frozen=True)
class StayCommitment:
    """Let clients bind themselves in public to leave their money for some days.

    Who does so, how they are held to it and what co-clients make of it is said by the mechanism ``commitment``: it
    costs the use of the money, so only those who trust do it, and to see it done is good news. Known answer: while it
    binds nobody who is bound asks for money, whatever happens, and everybody may on the day after
    (``test_who_is_bound_stays_until_the_day_and_no_longer``).
    """

    neutral: ClassVar[dict[str, Any]] = {"binds": 0, "cost": 0}  # changes nothing

    platform: str = on_platform()
    binds: float = choice(
        14.0, unit="duration", low=0, high=365, source="assumed", text="days for which a client is bound"
    )
    cost: float = choice(20.0, unit="money", low=0, source="assumed", text="cost per client and year of offering it")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("commitment_days", self.binds, "at_least", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform),
        )
