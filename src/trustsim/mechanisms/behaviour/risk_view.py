"""What investors think the risk is: their own reading of noisy reports, news and neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "risk_view", rows=("D3", "D4", "E1", "E2"), source="E-59; P-13")
@dataclass(frozen=True)
class RiskView:
    """Keep the perceived log-odds of failure; bad news moves it more than good news.

    On a report day a reader moves by ``report_weight`` · scope towards the published risk plus an error of spread
    ``noise`` · (1 − scope) · (1 − literacy / 2). News adds ``news`` · its strength, neighbours add ``peers`` ·
    max(share seen leaving − normal, 0). The sum of the day counts in full where it is good and ``salience`` times where
    it is bad. A rumour raises the view of who believes it by its own ``risk``, whatever ``news`` and ``salience``.
    Between reports the view drifts back to the last published risk at the rate ``repair`` of trust. Known answer: with
    noise 0 and weight 1 a reader's risk view equals the published risk after one report that brings good news
    (``test_an_exact_report_is_believed``).
    """

    #: with a channel off
    without: ClassVar[dict[str, dict[str, float] | None]] = {
        "fundamentals": {"news": 0.0, "report_weight": 0.0, "peers": 0.0}
    }
    concepts: ClassVar[tuple[str, ...]] = ("learning", "prediction")

    report_weight: float = parameter(0.5, unit="share", source="assumed", text="how far one full report moves a reader")
    noise: float = parameter(
        1.0, unit="log-odds", low=0, high=10, source="assumed",
        text="spread of the reading of a report that says nothing",
    )  # fmt: skip
    news: float = parameter(
        1.0, unit="number", low=0, high=20, source="assumed",
        text="weight of news: 1 takes it at its strength",
    )  # fmt: skip
    salience: float = parameter(
        1.5, unit="number", low=1, high=10, source="E-59", text="weight of bad news against good"
    )
    peers: float = parameter(
        0.5, unit="log-odds", low=0, high=20, source="assumed", text="risk read into all neighbours leaving"
    )

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass."""
        return {
            Weights.RUMOUR: self.news, Weights.SALIENCE: self.salience, Weights.RISK_PEERS: self.peers * dt,
        }  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.REPORT_WEIGHT: self.report_weight, Dials.REPORT_NOISE: self.noise,
        }  # fmt: skip
