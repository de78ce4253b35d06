"""The choice to run: everything that was heard, seen and felt, as one sum of log-odds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.layout import Terms, Traits
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.owners import Owners

Floats = NDArray[np.float64]


@REGISTRY.enter("mechanism", "choice", rows=("D6", "D10", "D20"), source="doi:10.1111/1467-937X.00168; E-38")
@dataclass(frozen=True)
class Choice:
    """Let those who look at their account run when x > logit(u), with x the log-odds of all that speaks for it.

    x = ``calm`` − exit friction − ``pays_yield`` · (promised − safe yield) − ``fee`` · exit fee + ln(1 −
    ``segregation`` · segregated share) + ln(1 − cover · credibility) within the limit of a guarantee + ``first_move`` ·
    min(overdue / claims of day 0, 1) · visibility (of custody or of live figures, the larger) + ``gate_rush`` ·
    nearness of an announced gate + ``tolerance`` · (½ − risk tolerance) + ``balance`` · ln(ticket / median) −
    ``tenure`` · ln(1 + years) − ``fund`` · trust in fund safety − ``integrity`` · trust in integrity + ``risk`` · risk
    view, and what fear and herding add. The ticket is what the investor holds there at day 0, or would; nearness is 1
    at the trigger and falls to 0 at ``gate_margin`` above it. A uniform draw u of the day decides for all variants;
    under the rule ``threshold`` it is left out: run when x > 0. Who looks: a share ``attention`` of the investor a day,
    more in fear. Money above the limit is judged apart, with no cover, and taken out alone where x is above logit(u)
    for it alone. A share ``part`` of those who run with all ask for half only. Known answer: with every weight but
    ``calm`` at 0, the daily share of attentive holders that runs is the logistic of ``calm``
    (``test_the_choice_is_a_logit``).
    """

    #: with a channel off
    without: ClassVar[dict[str, dict[str, float] | None]] = {"first_move": {"first_move": 0.0, "gate_rush": 0.0}}
    concepts: ClassVar[tuple[str, ...]] = ("adaptation",)
    #: what makes the traits: the same in all variants of a pass
    fixes: ClassVar[tuple[str, ...]] = ("tolerance", "balance", "tenure")

    rule: str = parameter(
        "logit", unit="text", choices=("logit", "threshold"), source="D6",
        text="a logit with one draw, or a sharp threshold",
    )  # fmt: skip
    calm: float = parameter(
        -0.5, unit="log-odds", low=-50, high=50, source="assumed",
        text="log-odds of a run, all other terms at 0, on a day of attention",
    )  # fmt: skip
    fund: float = parameter(
        1.6, unit="number", low=0, high=20, source="D1", text="log-odds against, per log-odds of trust in fund safety"
    )
    integrity: float = parameter(
        0.8, unit="number", low=0, high=20, source="D1", text="log-odds against, per log-odds of trust in integrity"
    )
    risk: float = parameter(
        0.8, unit="number", low=0, high=20, source="D4", text="log-odds per log-odds of perceived risk"
    )
    tolerance: float = parameter(
        1.0, unit="log-odds", low=0, high=20, source="D10", text="log-odds between lowest and highest risk tolerance"
    )
    balance: float = parameter(
        0.25, unit="log-odds", low=0, high=20, source="E-17",
        text="log-odds per e-fold of the ticket, the balance of day 0, over the median",
    )  # fmt: skip
    tenure: float = parameter(
        0.3, unit="log-odds", low=0, high=20, source="E-38", text="log-odds against, per e-fold of 1 + years as client"
    )
    pays_yield: float = parameter(
        4.0, unit="number", low=0, high=1000, source="assumed",
        text="log-odds against, per unit of yearly yield over the safe account",
    )  # fmt: skip
    fee: float = parameter(
        20.0, unit="number", low=0, high=1000, source="P-11", text="log-odds against, per unit of exit fee"
    )
    first_move: float = parameter(
        6.0, unit="log-odds", low=0, high=100, source="C15",
        text="log-odds for an overdue queue of all claims, seen in full",
    )  # fmt: skip
    gate_rush: float = parameter(
        3.0, unit="log-odds", low=0, high=100, source="P-06", text="log-odds at the announced trigger of a gate"
    )
    gate_margin: float = parameter(
        0.05, unit="share", low=0.001, source="P-06", text="liquidity above the trigger at which the rush begins"
    )
    part: float = parameter(0.1, unit="share", source="assumed", text="chance that a run takes half only")
    segregation: float = parameter(
        0.5, unit="share", source="B2", text="share of segregated money that investors believe safe"
    )

    def traits(self, owners: Owners) -> Mapping[Traits, Floats]:
        """Return what each owner adds to the log-odds of a run: risk tolerance, the ticket, years as a client."""
        ticket = np.maximum(owners.world.accounts.ticket, 1)
        size = np.log(ticket / max(float(np.median(ticket)), 1.0)) if len(ticket) else np.zeros(0)
        bold = 0.5 - owners.trait("risk_tolerance")
        return {Traits.CALM: self.tolerance * bold + self.balance * size - self.tenure * owners.years}

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass, the same for a step of any length."""
        return {
            Weights.CALM: self.calm, Weights.FUND: self.fund, Weights.INTEGRITY: self.integrity,
            Weights.RISK: self.risk, Weights.RULE: 0.0 if self.rule == "logit" else 1.0,
        }  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.FIRST_MOVE: self.first_move, Dials.GATE_RUSH: self.gate_rush, Dials.GATE_MARGIN: self.gate_margin,
            Dials.PART: self.part,
        }  # fmt: skip

    def on_terms(self, terms: Floats, agreed_terms: Floats) -> Iterator[tuple[Weights, Floats]]:
        """Yield what the terms, float64 (Terms, worlds, platforms), add to the readiness to run."""
        kept = np.minimum(terms[Terms.SEGREGATED_SHARE] * self.segregation, 1 - 1e-6)
        spread = terms[Terms.PROMISED_YIELD] - terms[Terms.SAFE_YIELD]
        yield Weights.CALM, -terms[Terms.EXIT_FRICTION]
        yield Weights.CALM, np.log(1 - kept) - self.fee * terms[Terms.EXIT_FEE] - self.pays_yield * spread
