"""Leaving and joining for ordinary reasons: liquidity needs, dissatisfaction, interest."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "ordinary", rows=("D13", "D14", "D15"), source="E-34")
@dataclass(frozen=True)
class Ordinary:
    """Close accounts at a calm rate that rises when service or information safety is trusted less; open them when trusted.

    A holder leaves when ln odds(``leave``) − ``tenure`` · ln(1 + years) − what levers add to the exit friction − ``info`` ·
    (trust in information safety − prior) − ``service`` · (trust in service − prior) exceeds a logistic draw; the term of
    the tenure is shifted so that the mean of its exponential is 1. Who holds nothing joins when ln odds(``join``) − what
    levers add to the entry friction + ``trust`` · (fund safety + integrity − 2 · prior) − fear exceeds the same draw, all
    in log-odds. Known answer: with the weights on trust at 0, the daily share of holders that leaves is ``leave``
    (``test_ordinary_leaving_has_its_rate``).
    """

    leave: float = parameter(0.0047, unit="per_day", low=1e-9, high=0.5, source="E-34", text="share of holders that closes on a calm day")
    join: float = parameter(0.02, unit="per_day", low=1e-9, high=0.5, source="E-34", text="share of prospects and former clients that joins on a calm day")
    service: float = parameter(0.5, unit="number", low=0, high=20, source="D1", text="log-odds of leaving per log-odds of trust in service lost")
    info: float = parameter(0.5, unit="number", low=0, high=20, source="D1", text="log-odds of leaving per log-odds of trust in information safety lost")
    trust: float = parameter(0.6, unit="number", low=0, high=20, source="P-45", text="log-odds against joining per log-odds of trust in fund safety or integrity lost")
    tenure: float = parameter(0.2, unit="log-odds", low=0, high=20, source="D15", text="log-odds against leaving, per e-fold of 1 + years as client")

    def weigh(self, dt: float) -> dict[str, float]:
        """Return the weights of the account pass that this mechanism sets."""
        leave, join = (math.log(p / (1 - p)) + math.log(dt) for p in (self.leave, self.join))
        return {
            "ordinary": leave,
            "service": self.service,
            "info": self.info,
            "join": join,
            "join_trust": self.trust,
        }
