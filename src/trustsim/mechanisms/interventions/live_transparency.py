"""Figures that all can watch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "live_transparency", family="communication", rows=("E4",), source="E4; P-34")
@dataclass(frozen=True)
class LiveTransparency:
    """Let investors watch cash, flows and queue day by day.

    Of the published risk a share ``strength`` is that of the day before, the rest that of the last report; readers take
    it in every day, with that weight and with less noise, and see as much of an unpaid queue: calm while the cash
    holds, a signal to all at once when it falls. Live figures also show what is hidden (the mechanism ``discovery``).
    Effect and cost grow with the strength. Known answer: strength 0 changes no number
    (``test_live_transparency_of_nothing_changes_nothing``).
    """

    neutral: ClassVar[dict[str, Any]] = {"strength": 0}  # changes nothing

    platform: str = on_platform()
    strength: float = choice(1.0, unit="share", source="E4", text="share of the figures that are live")
    cost: float = choice(300.0, unit="money", low=0, source="assumed", text="cost per client and year at full strength")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("transparency", self.strength, "at_least", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform, of="transparency"),
        )
