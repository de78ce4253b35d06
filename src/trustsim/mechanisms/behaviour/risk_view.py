"""What investors think the risk is: their own reading of noisy reports, and what they heard lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "risk_view", rows=("D3", "D4", "E1", "E2"), source="E-59; P-13")
@dataclass(frozen=True)
class RiskView:
    """Keep what reports say of the risk, as read, and apart from it what was heard lately, as evidence that fades.

    On a report day a reader moves by ``report_weight`` · scope towards the published risk plus an error of spread
    ``noise`` · (1 − scope) · (1 − literacy / 2): in full where that is good, ``salience`` times where it is bad.
    Between reports the reading drifts back to the last published risk by ``drift`` a day. News adds to the
    evidence, once for each who hears it, ``news`` · the risk that is told + ``fear`` · the fear − ``fund`` · fund
    safety − ``integrity`` · integrity: where that is bad ``salience`` times, more with scars. The evidence fades by
    ``forgetting`` a day. A rumour adds its own ``risk``, which stands as long as it is believed. Known answer: with
    noise 0 and weight 1 a reader's risk view equals the published risk after one report that brings good news
    (``test_an_exact_report_is_believed``).
    """

    #: with a channel off
    without: ClassVar[dict[str, dict[str, float] | None]] = {
        "fundamentals": {"report_weight": 0.0, "drift": 0.0},
        "news": {"news": 0.0, "fund": 0.0, "integrity": 0.0, "fear": 0.0},
    }
    concepts: ClassVar[tuple[str, ...]] = ("learning", "prediction")
    paced: ClassVar[tuple[str, ...]] = ("forgetting", "drift")  # a step is short beside them

    report_weight: float = parameter(0.5, unit="share", source="assumed", text="how far one full report moves a reader")
    noise: float = parameter(
        1.0, unit="log-odds", low=0, high=10, source="assumed",
        text="spread of the reading of a report that says nothing",
    )  # fmt: skip
    salience: float = parameter(
        1.5,
        unit="number",
        low=1,
        high=10,
        source="E-59",
        text="weight of a bad report, and of bad news, against a good one",
    )
    drift: float = parameter(
        0.012, unit="per_day", low=0, high=1, source="assumed",
        text="share of the way back to the last published risk in a day",
    )  # fmt: skip
    news: float = parameter(
        1.0, unit="number", low=0, high=20, source="assumed", text="evidence per log-odds of risk that is told"
    )
    fund: float = parameter(
        3.2, unit="number", low=0, high=20, source="M-02", text="evidence per log-odds of fund safety that is told"
    )
    integrity: float = parameter(
        1.6, unit="number", low=0, high=20, source="M-02", text="evidence per log-odds of integrity that is told"
    )
    fear: float = parameter(
        0.769, unit="log-odds", low=0, high=20, source="M-02", text="evidence per unit of fear that is told"
    )
    forgetting: float = parameter(
        0.025, unit="per_day", low=0, high=1, source="M-02", text="share of the evidence that is forgotten in a day"
    )

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass; rates for a step of *dt* days."""
        return {
            Weights.NEWS: self.news, Weights.NEWS_FUND: self.fund, Weights.NEWS_INTEGRITY: self.integrity,
            Weights.NEWS_FEAR: self.fear, Weights.EVIDENCE_KEEP: (1 - self.forgetting) ** dt,
            Weights.DRIFT: 1 - (1 - self.drift) ** dt, Weights.SALIENCE: self.salience,
        }  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.REPORT_WEIGHT: self.report_weight, Dials.REPORT_NOISE: self.noise,
        }  # fmt: skip
