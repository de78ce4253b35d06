"""Client money must be kept apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, parameter
from trustsim.world.terms import Term


@REGISTRY.enter(
    "intervention", "custody_mandate", family="regulatory", rows=("F4", "B2", "B3"), source="F4; E-31; P-17"
)
@dataclass(frozen=True)
class CustodyMandate:
    """Require a custody regime and a segregated share.

    Works on what can be taken, on what comes back at failure and on how fast it is paid; trust gains only the name of
    the keeper. Known answer: with a segregated share of 1 all client money stands in custody from the next day on
    (``test_custody_mandate_moves_client_money_into_custody``).
    """

    #: changes nothing
    neutral: ClassVar[dict[str, Any]] = {"custody": "payment_firm", "segregated_share": 0}

    platform: str = on_platform()
    custody: str = parameter("bank", unit="name", refers="custody", source="F4", text="who must keep the client money")
    segregated_share: float = parameter(
        0.9, unit="share", source="F4", text="least share of the client money kept apart"
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        plain = {p.name: p.default for p in REGISTRY["section", "platform"].parameters}
        regime = {**plain, "throughput": math.inf, **REGISTRY["custody", self.custody].make.preset}
        return (
            Term("segregated_share", self.segregated_share, "at_least", self.platform),
            Term("misuse_factor", regime["misuse_factor"], "at_most", self.platform),
            Term("loss_factor", regime["loss_factor"], "at_most", self.platform),
            Term("custody_trust", regime["custody_trust"], "at_least", self.platform),
            Term("throughput", regime["throughput"], "set", self.platform),
            Term("custody_lag", regime["custody_lag"], "at_least", self.platform),
            Term("visibility", regime["visibility"], "at_least", self.platform),
            Term("custody_cost", regime["custody_cost"], "at_least", self.platform),
        )
