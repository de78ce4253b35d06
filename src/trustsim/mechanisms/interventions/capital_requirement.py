"""A floor on equity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.kernels.layout import Books
from trustsim.mechanisms.interventions.on import FIRST_DAY, on_platform
from trustsim.registry import REGISTRY, parameter
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "capital_requirement", family="regulatory", rows=("F6",), source="F6")
@dataclass(frozen=True)
class CapitalRequirement:
    """Require equity in proportion to claims; owners pay in what is missing.

    Known answer: with equity of 4 % and a ratio of 10 % the owners pay in 6 % of the claims on the first day
    (``test_owners_pay_in_the_missing_capital``).
    """

    neutral: ClassVar[dict[str, Any]] = {"ratio": 0}  # changes nothing but its cost

    platform: str = on_platform()
    ratio: float = parameter(
        0.1, unit="share", source="F6", text="least (assets − claims) / claims on the reported figures"
    )
    cost: float = parameter(
        0.08, unit="share", low=0, high=1, source="assumed", text="yearly cost of capital above that of claims"
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (Term("cost_of_claims", self.ratio * self.cost, "add", self.platform),)

    def act(self, day: Day) -> None:
        """Let the owners pay in on the first day."""
        for p in day.platforms(self.platform):
            first = day.reached(0.0)
            missing = np.maximum(self.ratio - day.gauge("reported_solvency", p), 0.0)
            day.do.move(Books.OWNERS, Books.CASH, p, missing * day.gauge("claims", p), first)

    def span(self) -> float:
        """Return for how many days after its start the lever has anything to do."""
        return FIRST_DAY
