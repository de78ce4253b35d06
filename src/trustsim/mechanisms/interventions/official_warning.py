"""The authority speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from trustsim.mechanisms.audience import audience, drawing
from trustsim.mechanisms.interventions.on import FIRST_DAY, comes_in, on_platform
from trustsim.registry import REGISTRY, choice, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day

_IN_FUND = 0.5  # assumed: of the risk that is told, what fund safety loses


@REGISTRY.enter("intervention", "official_warning", family="regulatory", rows=("F13",), source="F13")
@dataclass(frozen=True)
class OfficialWarning:
    """Warn the public about a platform.

    It tells of a risk of ``strength``, and those who hear it trust fund safety less by half of that, so new money stays
    away: a warning may itself start a run. Known answer: a strength of 0 changes no number
    (``test_a_warning_of_nothing_changes_nothing``).
    """

    neutral: ClassVar[dict[str, Any]] = {"strength": 0, "attention": 0}  # changes nothing

    platform: str = on_platform()
    strength: float = choice(
        1.0, unit="log-odds", low=0, high=20, source="assumed", text="risk that it tells, which counts as evidence"
    )
    reach: float = choice(0.5, unit="share", source="assumed", text="share of the investors that hear it in a day")
    fading: float = parameter(
        0.5, unit="share", low=0.01, source="assumed", text="share of its weight that it loses in a day"
    )
    cost: float = choice(
        50_000.0, unit="money", low=0, source="assumed", text="cost of one warning, to the public purse"
    )
    attention: float = drawing()
    to: str = audience()

    def act(self, day: Day) -> None:
        """Warn on the first day; the message fades by itself."""
        for p in day.platforms(self.platform):
            first = comes_in(day, p)
            reach = 1 - (1 - self.reach) ** day.dt
            day.do.post(
                p, first, reach=reach, fading=self.fading, to=self.to, risk=self.strength,
                fund=-_IN_FUND * self.strength, attention=self.attention,
            )  # fmt: skip
            day.do.spend(p, self.cost / day.scale, first & (self.strength + self.attention > 0), by="public")

    def span(self) -> float:
        """Return for how many days after its start the lever has anything to do."""
        return FIRST_DAY
