"""A pause between asking and being paid, in which one may think again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.layout import BACK, COHORT, FREE, LEAVING, Books, Gauges
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
    confirmed and paid ``delay`` later. Who has changed the mind asks no more in this run. Known answer: half are paid
    where the product is ln 2 (``test_half_of_the_requests_are_confirmed_after_the_half_life``).
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
        chance = -np.expm1(-self.second_thoughts * day.dt)
        for p in day.platforms(self.platform):
            for world in day.worlds:
                changes = day.uniforms(world, purposes.SECOND_THOUGHTS, p)[0] < chance
                for v in (v for v in world.lanes if day.active[v]):
                    waits = waiting(day, v, p)
                    take_back(day, v, p, changes & (waits > 0) & (waits <= self.delay + SAME_TIME))


def waiting(day: Day, lane: int, platform: int) -> NDArray[np.float64]:
    """Return float64 (accounts of the platform,): days since the request that is not yet paid; −1 without one."""
    mine = day.accounts(lane, platform)
    days = (day.step - day.state.asked_day[lane, mine]) * day.dt
    return np.where(day.state.requested[lane, mine] > 0, days, -1.0)


def take_back(day: Day, lane: int, platform: int, who: NDArray[np.bool_]) -> None:
    """Let the accounts *who*, bool (accounts of the platform,), take back what they asked for, and ask no more."""
    state, mine = day.state, day.accounts(lane, platform)
    requested = state.requested[lane, mine]
    taken = who & (requested > 0)
    state.books[Books.QUEUED, lane, platform] -= requested[taken].sum()
    since_day_0 = taken & ((state.flags[lane, mine] & np.uint8(COHORT | BACK)) == COHORT)
    state.gauges[Gauges.COHORT_ASKED, lane, platform] -= requested[since_day_0].sum()
    state.gauges[Gauges.COHORT_LEFT, lane, platform] -= since_day_0.sum()
    state.asked_day[lane, mine][taken] = -1
    requested[taken] = 0
    state.flags[lane, mine][taken] &= np.uint8(255 - FREE - LEAVING)
    n = int(state.queue_n[lane, platform])
    queue = state.queue[lane, mine.start : mine.start + n]
    kept = queue[~taken[queue - mine.start]]
    queue[: len(kept)] = kept
    state.queue_n[lane, platform] = len(kept)
