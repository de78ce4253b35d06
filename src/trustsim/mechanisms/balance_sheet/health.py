"""How risky a platform is, true and published: a plain reading of its balance sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.coefficients import Dials
from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "health", rows=("B1", "J8"), source="assumed")
@dataclass(frozen=True)
class Health:
    """Read the log-odds of failure off equity, liquidity and overdue payments; reports use the reported figures.

    risk = ``base`` − ``equity`` · clip(equity / claims, ±0.3) − ``liquidity`` · liquidity + ``overdue`` · overdue /
    claims of day 0, within ±10. The true risk takes the true equity; the published one the reported equity, less the
    bias. Known answer: no equity, no cash, no queue gives ``base``
    (``test_risk_of_an_empty_balance_sheet_is_its_base``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("sensing",)

    base: float = parameter(
        -2.5, unit="log-odds", low=-20, high=20, source="assumed", text="log-odds of failure without equity and cash"
    )
    equity: float = parameter(
        15.0, unit="number", low=0, high=1000, source="E-32", text="fall per unit of equity / claims"
    )
    liquidity: float = parameter(3.0, unit="number", low=0, high=1000, source="P-35", text="fall per unit of liquidity")
    overdue: float = parameter(
        10.0, unit="number", low=0, high=1000, source="C15", text="rise per unit of overdue requests / claims"
    )

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.RISK_BASE: self.base, Dials.RISK_EQUITY: self.equity, Dials.RISK_LIQUIDITY: self.liquidity,
            Dials.RISK_OVERDUE: self.overdue,
        }  # fmt: skip
