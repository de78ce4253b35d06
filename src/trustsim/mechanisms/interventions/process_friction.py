"""How much effort the exit button takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.terms import Term


@REGISTRY.enter("intervention", "process_friction", family="ux", rows=("G2",), source="G2; P-38; P-39")
@dataclass(frozen=True)
class ProcessFriction:
    """Make leaving or joining easier or harder.

    Log-odds added to the effort, separately for exit and entry; negative makes it easier. Known answer: more exit
    friction never makes the same person leave (``test_friction_never_makes_the_same_person_leave``).
    """

    neutral: ClassVar[dict[str, Any]] = {"exit": 0, "entry": 0, "delay": 0}  # changes nothing

    platform: str = on_platform()
    exit: float = choice(0.5, unit="log-odds", low=-5, high=10, source="assumed", text="effort added to leaving")
    entry: float = choice(0.0, unit="log-odds", low=-5, high=10, source="assumed", text="effort added to joining")
    delay: float = choice(
        0.0, unit="duration", low=0, high=60, source="P-39", text="days added between request and payment"
    )
    cost: float = choice(50.0, unit="money", low=0, source="assumed", text="cost per client and year of building it")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("exit_friction", self.exit, "add", self.platform),
            Term("entry_friction", self.entry, "add", self.platform),
            Term("payout_lag", self.delay, "add", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform, by_set=("exit_friction", "entry_friction")),
        )
