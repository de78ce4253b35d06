"""A halt at a trigger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.kernels.layout import GATED, Gauges
from trustsim.kernels.times import SAME_TIME
from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.ends import stands
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("intervention", "redemption_gate", family="platform", rows=("G3",), source="G3; P-05; P-06")
@dataclass(frozen=True)
class RedemptionGate:
    """Stop payments for a while, once, when liquidity falls to a trigger.

    It falls only while requests wait. An announced trigger draws a rush as liquidity nears it, until the gate has
    fallen; the halt itself frightens. From the halt to the end of the reopening assets are sold in equal parts, within
    ``sale_limit``, for what the liquid money lacks to pay the queue. Once it is open again what waits is paid in order,
    in equal parts until the end of the reopening, as far as money is there. Until then nothing is in arrears;
    afterwards all that waits falls due. Known answer: no money leaves the platform while the gate is down, and every
    other platform pays on (``test_gate_stops_payments_on_its_platform_only``).
    """

    #: changes nothing
    neutral: ClassVar[dict[str, Any]] = {"trigger": 0, "duration": 0, "reopening": 0, "announced": False}

    platform: str = on_platform()
    trigger: float = choice(0.05, unit="share", source="P-06", text="liquidity / claims at which it falls")
    duration: float = choice(14.0, unit="duration", low=0, high=365, source="assumed", text="days until it opens again")
    reopening: float = choice(
        14.0, unit="duration", low=0, high=365, source="assumed",
        text="days from then on in which all that waits is paid, in equal parts; 0: at once",
    )  # fmt: skip
    announced: bool = choice(True, unit="flag", source="P-06", text="whether clients know the trigger")
    cost: float = choice(
        20_000_000.0, unit="money", low=0, source="assumed", text="cost of one halt: lawyers, hotline, restart"
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("gate_trigger", self.trigger, "at_least", self.platform),
            Term("gate_announced", float(self.announced), "at_least", self.platform),
        )

    def act(self, day: Day) -> None:
        """Watch liquidity; keep the gate down for its time, then pay what waits by a plan."""
        for p in day.platforms(self.platform):
            opens = day.memory.setdefault(p, np.full(len(day.active), np.nan))
            is_low = (day.gauge("liquidity", p) <= self.trigger) & (day.gauge("queue", p) > 0)
            hit = day.active & is_low & np.isnan(opens) & stands(day.state, p) & (self.duration + self.reopening > 0)
            opens[hit] = day.time + self.duration
            has_fallen = day.active & ~np.isnan(opens)
            if not has_fallen.any():
                continue
            gauges = day.state.gauges[:, :, p]
            is_halted = (gauges[Gauges.STATUS] == GATED) & (gauges[Gauges.GATE_SPENT] > 0)  # by another gate
            day.do.spend(p, self.cost / day.scale, hit & ~is_halted & (self.duration + self.reopening > 0))
            day.do.stop_payments(p, has_fallen & (day.time < opens - SAME_TIME))
            left = opens + self.reopening - day.time
            has_plan = has_fallen & (left > SAME_TIME)
            gauges[Gauges.PAY_WITHIN, has_plan] = np.maximum(gauges[Gauges.PAY_WITHIN], left)[has_plan]
            gauges[Gauges.GATE_SPENT, has_fallen] = 1.0
