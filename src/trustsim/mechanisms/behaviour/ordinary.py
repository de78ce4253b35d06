"""Leaving and joining for ordinary reasons: liquidity needs, dissatisfaction, interest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Terms, Traits
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.owners import Owners

Floats = NDArray[np.float64]


@REGISTRY.enter("mechanism", "ordinary", rows=("D13", "D14", "D15"), source="E-34")
@dataclass(frozen=True)
class Ordinary:
    """Close accounts at a calm rate, more where service or information safety is trusted less; open them on trust.

    A holder leaves when ln odds(``leave``) − ``tenure`` · ln(1 + years) − what is added to the exit friction −
    ``info`` · (trust in information safety − prior) − ``service`` · (trust in service − prior) exceeds a logistic draw;
    the term of the tenure is shifted so that the mean of its exponential is 1. Who holds nothing joins when ln
    odds(``join``) − what is added to the entry friction + ``trust`` · (fund safety + integrity − 2 · prior) −
    ``fear`` · fear exceeds the same draw, all in log-odds. Known answer: with the weights on trust at 0,
    the daily share of holders that leaves is ``leave`` (``test_ordinary_leaving_has_its_rate``).
    """

    without: ClassVar[dict[str, dict[str, float] | None]] = {"ordinary": {"leave": 1e-9}}  # with a channel off
    concepts: ClassVar[tuple[str, ...]] = ("adaptation",)
    paced: ClassVar[tuple[str, ...]] = ("leave", "join")  # a step is short beside them
    fixes: ClassVar[tuple[str, ...]] = ("tenure",)  # what makes the traits: the same in all variants of a pass

    leave: float = parameter(
        0.0047, unit="per_day", low=1e-9, high=0.5, source="E-34", text="share of holders that closes on a calm day"
    )
    join: float = parameter(
        0.02, unit="per_day", low=1e-9, high=0.5, source="E-34",
        text="share of prospects and former clients that joins on a calm day",
    )  # fmt: skip
    service: float = parameter(
        0.5, unit="number", low=0, high=20, source="D1",
        text="log-odds of leaving per log-odds of trust in service lost",
    )  # fmt: skip
    info: float = parameter(
        0.5, unit="number", low=0, high=20, source="D1",
        text="log-odds of leaving per log-odds of trust in information safety lost",
    )  # fmt: skip
    trust: float = parameter(
        0.6, unit="number", low=0, high=20, source="P-45",
        text="log-odds against joining per log-odds of trust in fund safety or integrity lost",
    )  # fmt: skip
    fear: float = parameter(
        1.5, unit="log-odds", low=0, high=20, source="assumed", text="log-odds against joining, per unit of fear"
    )
    tenure: float = parameter(
        0.2, unit="log-odds", low=0, high=20, source="D15",
        text="log-odds against leaving, per e-fold of 1 + years as client",
    )  # fmt: skip

    def traits(self, owners: Owners) -> Mapping[Traits, Floats]:
        """Return what each owner adds to the log-odds of ordinary leaving; the mean of its exponential is 1."""
        churn = -self.tenure * owners.years
        return {Traits.CHURN: churn - math.log(float(np.exp(churn).mean())) if len(churn) else churn}

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass."""
        leave, join = (math.log(p / (1 - p)) + math.log(dt) for p in (self.leave, self.join))
        return {
            Weights.ORDINARY: leave, Weights.SERVICE: self.service, Weights.INFO: self.info, Weights.JOIN: join,
            Weights.JOIN_TRUST: self.trust, Weights.JOIN_FEAR: self.fear,
        }  # fmt: skip

    def on_terms(self, terms: Floats, agreed_terms: Floats) -> Iterator[tuple[Weights, Floats]]:
        """Yield by how much frictions are above those agreed on, float64 (worlds, platforms): so much less leaving
        and joining."""
        yield Weights.ORDINARY, agreed_terms[Terms.EXIT_FRICTION] - terms[Terms.EXIT_FRICTION]
        yield Weights.JOIN, agreed_terms[Terms.ENTRY_FRICTION] - terms[Terms.ENTRY_FRICTION]
