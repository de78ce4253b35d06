"""A pause between asking and being paid, in which one may think again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.layout import WINDING, Gauges
from trustsim.kernels.times import SAME_TIME
from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, parameter
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "cooling_off", family="ux", rows=("G3", "D12"), source="T-46")
@dataclass(frozen=True)
class CoolingOff:
    """Pay a request only when it is confirmed after a pause; some change their mind on the way and stay.

    Minds change at the rate ``second_thoughts``, so that a share exp(−second_thoughts · delay) of the requests is
    confirmed and paid ``delay`` later, however long a step is: of one in which the pause ends its part counts. Who has
    changed the mind asks no more in this run, and has waited until then. What a wind-down has called nobody takes back.
    Known answer: half are paid where the product is ln 2
    (``test_half_of_the_requests_are_confirmed_after_the_half_life``).
    """

    neutral: ClassVar[dict[str, Any]] = {"delay": 0}  # changes nothing

    platform: str = on_platform()
    delay: float = parameter(
        7.0, unit="duration", low=0, high=365, source="assumed", text="days from request to confirmation"
    )
    second_thoughts: float = parameter(
        0.05, unit="per_day", low=0, high=100, source="assumed", text="rate at which minds change meanwhile"
    )
    cost: float = parameter(50.0, unit="money", low=0, source="assumed", text="cost per client and year of building it")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("payout_lag", self.delay, "add", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform),
        )

    def act(self, day: Day) -> None:
        """Let those who wait think again."""
        for p in day.platforms(self.platform):
            for world in day.worlds:
                luck = day.uniforms(world, purposes.SECOND_THOUGHTS, p)[0]
                for v in (v for v in world.lanes if day.active[v] and day.state.gauges[Gauges.STATUS, v, p] < WINDING):
                    waits = waiting(day, v, p)
                    thinks = np.where(waits > 0, np.clip(self.delay + SAME_TIME - waits + day.dt, 0.0, day.dt), 0.0)
                    day.kernels.take_back(v, p, luck < -np.expm1(-self.second_thoughts * thinks))


def waiting(day: Day, lane: int, platform: int) -> NDArray[np.float64]:
    """Return float64 (accounts of the platform,): days since the request that is not yet paid; −1 without one."""
    mine = day.accounts(lane, platform)
    days = (day.step - day.state.asked_day[lane, mine]) * day.dt
    return np.where(day.state.requested[lane, mine] > 0, days, -1.0)
