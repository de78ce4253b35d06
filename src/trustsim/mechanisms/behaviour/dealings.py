"""Trust as the record of one's own dealings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.layout import OPEN, Gauges
from trustsim.registry import REGISTRY, parameter
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

DEALINGS = memory("dealings", text="int64 (lanes, good and bad, accounts)")


@REGISTRY.enter("mechanism", "dealings", rows=("D1", "D2"), source="T-45")
@dataclass(frozen=True)
class Dealings:
    """Let clients deal with their platform and count: trust in fund safety is the mean of a Beta distribution.

    A dealing is bad while payments are stopped or overdue and good otherwise. After s good and f bad ones trust is
    (good + s) / (good + s + bad + weight · f), in whatever order they came: Bayes' rule with a Beta(``good``, ``bad``)
    prior for a ``weight`` of 1. Known answer: nine good and one bad from a prior of (1, 1) make 10/12, with a weight of
    3 10/14 (``test_trust_is_the_share_of_good_dealings_in_any_order``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("learning",)
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 30  # nanoseconds an account and step, measured

    rate: float = parameter(1.0, unit="share", source="assumed", text="chance of a dealing in a day")
    good: float = parameter(
        1.0, unit="number", low=1e-6, high=1e9, source="T-45", text="good dealings that the prior is worth"
    )
    bad: float = parameter(
        1.0, unit="number", low=1e-6, high=1e9, source="T-45", text="bad dealings that the prior is worth"
    )
    weight: float = parameter(
        1.0, unit="number", low=0, high=1000, source="E-59", text="weight of a bad dealing against a good one"
    )

    def trust(self, good: NDArray[np.int64], bad: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return float64 (n,): the trust that a record, int64 (n,) both, amounts to."""
        worth = self.good + good
        return np.asarray(worth / (worth + self.bad + self.weight * bad), np.float64)

    @staticmethod
    def decide(day: Day, settings: Settings[Dealings]) -> None:
        """Let today's dealings happen; the record is the trust."""
        state = day.state
        n_lanes, n_accounts = state.balance.shape
        record = day.keep(DEALINGS, lambda: np.zeros((n_lanes, 2, n_accounts), np.int64))
        is_bad = (state.gauges[Gauges.STATUS] != OPEN) | (day.gauge("overdue") > 0)
        for world in day.worlds:
            for p in range(state.n_platforms):
                luck, mine = day.uniforms(world, purposes.DEALING, p)[0], world.mine(p)
                for v, rule in settings.on(world.lanes):
                    deals = (luck < 1 - (1 - rule.rate) ** day.dt) & day.holds(v, p)
                    record[v, int(is_bad[v, p]), mine] += deals
                    day.do.set_trust(v, p, rule.trust(*record[v, :, mine]))
