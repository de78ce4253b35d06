"""How risky a platform is: what its balance sheet publishes, and how often platforms in that state fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.coefficients import Dials
from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "health", rows=("B1", "J8"), source="assumed")
@dataclass(frozen=True)
class Health:
    """Say how risky a platform looks by its reports, and how likely it truly is to fail within 90 days.

    Published log-odds, which investors read: ``base`` − ``equity`` · clip(reported equity / claims, ±0.3) −
    ``liquidity`` · liquidity + ``overdue`` · overdue / claims of day 0 − the bias of the reports. True log-odds, which
    nobody reads and misperception is measured against: ``fails_base`` − ``fails_equity`` · clip(true equity / claims,
    0, 0.3) + ``fails_hole`` · clip(what is missing / claims, 0, 0.25) − ``fails_cash`` · max(liquidity − queue /
    claims, −1) + ``fails_arrears`` · min(days in arrears / patience, 1). Both lie within ±10. The true ones are
    a logistic regression on worlds of the model (M-01), with clients as they are by default and no shock to come: of
    other clients they are off. Known answer: no equity, no cash, no queue gives the two bases
    (``test_risk_of_an_empty_balance_sheet_is_its_base``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("sensing",)

    base: float = parameter(
        -2.5, unit="log-odds", low=-20, high=20, source="assumed",
        text="published log-odds of failure without equity and cash",
    )  # fmt: skip
    equity: float = parameter(
        15.0, unit="number", low=0, high=1000, source="E-32", text="fall per unit of equity / claims"
    )
    liquidity: float = parameter(3.0, unit="number", low=0, high=1000, source="P-35", text="fall per unit of liquidity")
    overdue: float = parameter(
        10.0, unit="number", low=0, high=1000, source="C15", text="rise per unit of overdue requests / claims"
    )
    fails_base: float = parameter(
        -2.08, unit="log-odds", low=-20, high=20, source="M-01",
        text="true log-odds of failing within 90 days without equity and cash",
    )  # fmt: skip
    fails_equity: float = parameter(
        7.3, unit="number", low=0, high=1000, source="M-01",
        text="their fall per unit of equity / claims, up to 0.3",
    )  # fmt: skip
    fails_hole: float = parameter(
        46.64, unit="number", low=0, high=1000, source="M-01",
        text="their rise per unit of what is missing / claims, up to 0.25",
    )  # fmt: skip
    fails_cash: float = parameter(
        1.77, unit="number", low=0, high=1000, source="M-01",
        text="their fall per unit of cash beyond what waits / claims",
    )  # fmt: skip
    fails_arrears: float = parameter(
        6.04, unit="number", low=0, high=1000, source="M-01",
        text="their rise when arrears have used the patience up",
    )  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.RISK_BASE: self.base, Dials.RISK_EQUITY: self.equity, Dials.RISK_LIQUIDITY: self.liquidity,
            Dials.RISK_OVERDUE: self.overdue, Dials.FAILS_BASE: self.fails_base, Dials.FAILS_EQUITY: self.fails_equity,
            Dials.FAILS_HOLE: self.fails_hole, Dials.FAILS_CASH: self.fails_cash,
            Dials.FAILS_ARREARS: self.fails_arrears,
        }  # fmt: skip
