"""A floor on equity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.kernels.layout import Books
from trustsim.kernels.times import DAYS_A_YEAR, of_step
from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.ends import stands

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "capital_requirement", family="regulatory", rows=("F6",), source="F6")
@dataclass(frozen=True)
class CapitalRequirement:
    """Require equity in proportion to claims; owners pay in what is missing.

    Known answer: with equity of 4 % and a ratio of 10 % the owners pay in 6 % of the claims on the first day
    (``test_owners_pay_in_the_missing_capital``).
    """

    neutral: ClassVar[dict[str, Any]] = {"ratio": 0}  # changes nothing

    platform: str = on_platform()
    ratio: float = choice(
        0.1, unit="share", source="F6", text="least (assets − claims) / claims on the reported figures"
    )
    cost: float = choice(
        0.08,
        unit="share",
        low=0,
        high=1,
        source="assumed",
        text="yearly cost to the owners of the capital that they pay in, above that of claims",
    )

    def act(self, day: Day) -> None:
        """Let the owners pay in on the first day, and bear what that capital costs them from then on."""
        books, owned = day.state.books, day.state.owned()
        for p in day.platforms(self.platform):
            paid_in = day.memory.setdefault(p, np.zeros(len(day.active), np.int64))
            binds = day.active & stands(day.state, p)
            claims = books[Books.CLAIMS, :, p]
            equity = owned[:, p] + books[Books.MISREPORTED, :, p] - claims  # as reported, with what came in today
            missing = np.maximum(self.ratio * claims - equity, 0.0)
            paid_in += day.do.move(Books.OWNERS, Books.CASH, p, missing, binds & day.reached(0.0))
            cost = of_step(paid_in * self.cost / DAYS_A_YEAR, day.step, day.dt)
            day.do.spend(p, cost, binds, by="owners")
