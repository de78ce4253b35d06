"""Cash for bad days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.kernels.layout import Books
from trustsim.mechanisms.interventions.on import FIRST_DAY, on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.ends import stands
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "liquidity_buffer", family="platform", rows=("G10",), source="G10; P-35")
@dataclass(frozen=True)
class LiquidityBuffer:
    """Aim for a larger share of cash.

    The target is reached by lending less; with ``at_once`` on the first day, by selling assets to the owners at par.
    Known answer: with ``at_once`` liquidity is at the target after the first day
    (``test_a_buffer_at_once_is_there_at_once``).
    """

    neutral: ClassVar[dict[str, Any]] = {"target": 0}  # changes nothing

    platform: str = on_platform()
    target: float = choice(0.25, unit="share", source="assumed", text="liquidity / claims aimed for")
    at_once: bool = choice(
        True, unit="flag", source="assumed", text="whether owners buy assets at par on the first day to fill it"
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (Term("liquid_share", self.target, "at_least", self.platform),)

    def act(self, day: Day) -> None:
        """Fill the buffer on the first day, where that is asked for."""
        if self.at_once:
            books = day.state.books
            for p in day.platforms(self.platform):
                cash, custody, claims = (books[row, :, p] for row in (Books.CASH, Books.CUSTODY, Books.CLAIMS))
                missing = np.maximum(self.target * claims - cash - custody, 0.0)
                day.do.sell_to_owners(p, missing, day.reached(0.0) & stands(day.state, p))

    def span(self) -> float:
        """Return for how many days after its start the lever has anything to do."""
        return FIRST_DAY
