"""Whether reports are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "report_accuracy", family="communication", rows=("E3",), source="E3")
@dataclass(frozen=True)
class ReportAccuracy:
    """Report without exaggeration.

    Known answer: a bias of 0 publishes the risk that the reported figures imply
    (``test_report_accuracy_caps_the_bias``).
    """

    neutral: ClassVar[dict[str, Any]] = {"bias": 10}  # changes nothing

    platform: str = on_platform()
    bias: float = choice(
        0.0, unit="log-odds", low=0, high=10, source="E3", text="most risk that a report may talk away"
    )
    cost: float = choice(30_000.0, unit="money", low=0, source="assumed", text="cost of checking, a day")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("report_bias", self.bias, "at_most", self.platform),
            Term("cost_per_day", self.cost, "add", self.platform, by_set=("report_bias",)),
        )
