"""The supervisor closes early."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.ends import stands

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "early_action", family="regulatory", rows=("F18",), source="F18")
@dataclass(frozen=True)
class EarlyAction:
    """Step in before failure: freeze the platform and wind it down in an orderly way.

    When liquidity or reported solvency falls below its trigger the platform is frozen; all claims fall due, assets run
    off without fire sale, what comes in is shared pro rata. Known answer: while winding down nothing is sold
    (``test_winding_down_sells_nothing``).
    """

    neutral: ClassVar[dict[str, Any]] = {"liquidity": 0, "solvency": -1}  # changes nothing

    platform: str = on_platform()
    liquidity: float = choice(
        0.03, unit="share", source="assumed", text="liquidity below which the supervisor steps in"
    )
    solvency: float = choice(
        -0.02, unit="share", low=-1, high=1, source="assumed",
        text="reported (assets − claims) / claims below which it does",
    )  # fmt: skip
    cost: float = choice(
        0.01,
        unit="share",
        low=0,
        high=1,
        source="assumed",
        text="cost of the procedure to the public purse / claims at its start",
    )

    def act(self, day: Day) -> None:
        """Watch the indicators; wind down where they breach."""
        for p in day.platforms(self.platform):
            breach = (day.gauge("liquidity", p) < self.liquidity) | (day.gauge("reported_solvency", p) < self.solvency)
            starts = day.active & breach & stands(day.state, p)
            if starts.any():
                day.do.spend(p, self.cost * day.gauge("claims", p), starts, by="public")
                day.do.wind_down(p, starts)
