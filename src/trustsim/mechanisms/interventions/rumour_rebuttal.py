"""Answering a rumour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "rumour_rebuttal", family="communication", rows=("E8",), source="E-11; E-57; P-41")
@dataclass(frozen=True)
class RumourRebuttal:
    """Answer rumours with facts, some time after they start.

    From ``lag`` after the start of a rumour each believer is put right with chance ``reach`` · ``credibility`` a day
    and stops telling, those of the day included. A rebuttal of a true rumour doubles the loss of integrity when the
    truth shows, for the share whom it has put right by then. Known answer: reach and credibility 1 leave no believer on
    the day after the lag (``test_a_perfect_rebuttal_leaves_no_believer``).
    """

    neutral: ClassVar[dict[str, Any]] = {"reach": 0}  # changes nothing

    platform: str = on_platform()
    lag: float = choice(
        14 / 24, unit="duration", low=0, high=365, source="E-57", text="time from the start of the rumour to the answer"
    )
    reach: float = choice(
        0.6, unit="share", source="assumed", text="share of the believers whom the answer reaches in a day"
    )
    credibility: float = parameter(
        0.7, unit="share", source="assumed", text="chance that a believer who is reached believes the answer"
    )
    cost: float = choice(20_000.0, unit="money", low=0, source="assumed", text="cost of readiness, a day")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        convinced = self.reach * self.credibility
        if convinced == 0:
            return ()
        return (
            Term("rebuttal", convinced, "at_least", self.platform),
            Term("rebuttal_lag", self.lag, "at_most", self.platform),
            Term("cost_per_day", self.cost, "add", self.platform),
        )
