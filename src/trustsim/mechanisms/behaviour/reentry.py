"""Coming back some time after leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trustsim.kernels.times import SAME_TIME
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings


@REGISTRY.enter("mechanism", "reentry", rows=("D14", "J5"), source="T-22")
@dataclass(frozen=True)
class Reentry:
    """Let who has asked for the money come back ``after`` days, with as much as the investor would pay in.

    Where all who hear of a rumour leave at once and G(t) have heard, G(t) − G(t − after) are out. Known answer: nobody
    is back before the time and all are at it (``test_who_left_is_back_after_the_time``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation",)
    default_on: ClassVar[bool] = False

    after: float = parameter(
        30.0, unit="duration", low=0, high=3650, source="assumed", text="days from the request to the return"
    )

    @staticmethod
    def decide(day: Day, settings: Settings[Reentry]) -> None:
        """Let those whose time is over join."""
        for world in day.worlds:
            for p in range(day.state.n_platforms):
                for v, rule in settings.on(world.lanes):
                    asked = day.state.asked_day[v, world.mine(p)]
                    day.do.join(v, p, (asked >= 0) & ((day.step - asked) * day.dt >= rule.after - SAME_TIME))
