"""Unpaid requests become news."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.kernels.layout import GATED, Gauges
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

_IN_FUND = 2  # assumed: what fund safety loses by a failure, per unit of fear


@REGISTRY.enter("mechanism", "queue_news", rows=("C15", "G3"), source="doi:10.1257/aer.102.4.1414")
@dataclass(frozen=True)
class QueueNews:
    """Post bad news every day that payments are overdue, as far as outsiders can see the queue.

    What a rule holds back, such as a gate or a ceiling, is not overdue.

    With o = min(overdue / claims of day 0, 1) · visibility (of custody or of live figures, the larger), those who look
    lose ``fund`` · o of trust in fund safety and gain ``fear`` · o. The press adds ``gate_fear`` on the day that
    payments are stopped, and ``failure_fear`` of fear and twice that off fund safety on the day after a failure.
    Known answer: no message while nothing is overdue (``test_a_platform_that_pays_makes_no_queue_news``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("emergence", "sensing")

    fund: float = parameter(
        1.5, unit="log-odds", low=0, high=20, source="assumed",
        text="fund safety lost by a look when all claims are overdue and seen",
    )  # fmt: skip
    fear: float = parameter(
        2.0, unit="number", low=0, high=20, source="assumed", text="fear of a look when all claims are overdue and seen"
    )
    gate_fear: float = parameter(
        0.6, unit="number", low=0, high=20, source="P-07", text="fear on the day that payments are stopped"
    )
    failure_fear: float = parameter(
        1.0, unit="number", low=0, high=20, source="K1",
        text="fear on the day after a failure; twice that is lost of fund safety",
    )  # fmt: skip

    @staticmethod
    def each_day(day: Day, settings: Settings[QueueNews]) -> None:
        """Post yesterday's overdue payments, today's stops and yesterday's failures."""
        if day.is_quiet:
            return
        overdue = day.gauge("overdue")
        stopped = (day.state.gauges[Gauges.STATUS] == GATED) & (day.gauge("status") != GATED)  # today, not yesterday
        failed = day.gauge("failure_day") == day.step - 1
        for p in range(overdue.shape[1]):
            if (overdue[:, p] > 0).any():
                visible = np.maximum(day.term("visibility", p), day.term("transparency", p))
                seen = np.minimum(overdue[:, p], 1.0) * visible
                day.do.tell(p, fund=-settings["fund"] * seen, fear=settings["fear"] * seen)
            day.do.post(p, stopped[:, p], fear=settings["gate_fear"])
            day.do.post(p, failed[:, p], fear=settings["failure_fear"], fund=-_IN_FUND * settings["failure_fear"])
