"""Unpaid requests become news."""

from __future__ import annotations

from dataclasses import dataclass

from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "queue_news", rows=("C15", "G3"), source="doi:10.1257/aer.102.4.1414")
@dataclass(frozen=True)
class QueueNews:
    """Post bad news every day that payments are overdue, as far as outsiders can see the queue.

    Known answer: no message while nothing is overdue (``test_a_platform_that_pays_makes_no_queue_news``).
    """

    fund: float = parameter(1.5, unit="log-odds", low=0, high=20, source="assumed", text="fund safety lost a day when all claims are overdue and seen")
    fear: float = parameter(2.0, unit="number", low=0, high=20, source="assumed", text="fear a day when all claims are overdue and seen")
    gate_fear: float = parameter(0.6, unit="number", low=0, high=20, source="P-07", text="fear on the day that payments are stopped")
    failure_fear: float = parameter(1.0, unit="number", low=0, high=20, source="K1", text="fear and loss of trust, times two, on the day of a failure")
