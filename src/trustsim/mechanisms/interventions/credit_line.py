"""Cash that can be called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "credit_line", family="platform", rows=("G10",), source="G10; P-09")
@dataclass(frozen=True)
class CreditLine:
    """Arrange cash that can be borrowed when payments need it.

    Drawn before assets are sold, paid back from spare cash, senior in the estate. Known answer: a line of 10 % of the
    claims pays a queue of 10 % without a sale (``test_a_credit_line_is_drawn_before_assets_are_sold``).
    """

    neutral: ClassVar[dict[str, Any]] = {"size": 0}  # changes nothing

    platform: str = on_platform()
    size: float = choice(
        0.1, unit="share", low=0, high=5, source="assumed", text="most that can be owed / claims at day 0"
    )
    cost: float = choice(
        0.01, unit="share", low=0, high=1, source="assumed", text="yearly commitment fee to the lenders / size"
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("credit_line", self.size, "add", self.platform),
            Term("line_fee", self.cost, "add", self.platform, of="credit_line"),
        )
