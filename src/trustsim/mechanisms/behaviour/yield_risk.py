"""A promised yield tells those who can read it of the risk that is bought with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Traits
from trustsim.registry import REGISTRY, parameter
from trustsim.world.leaning import Law, Lean
from trustsim.world.memory import memory
from trustsim.world.rows import column

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

Floats = NDArray[np.float64]
READS = column(
    "reads_yields", start=0, unit="share", source="D3", text="how far the owner reads risk out of a promised yield"
)
READY = memory("yield_risk", text="bool (lanes,), whether it is written who reads risk out of yields")


@REGISTRY.enter("mechanism", "yield_risk", rows=("C4", "D3"), source="E-20; E-21; E-36")
@dataclass(frozen=True)
class YieldRisk:
    """Let a promised yield beyond what is usual in the trade tell the literate of the risk that is bought with it.

    Of the spread, promised − safe yield a year, what lies above ``usual`` adds ``weight`` · max(spread − ``usual``, 0)
    · literacy, log-odds, to the risk that an owner sees. It counts as perceived risk does: by ``risk`` of ``choice``
    for running and by ``risk`` of ``ordinary`` against joining. Literacy is what teaching has made of it. The gain of
    the yield is seen by all (``pays_yield`` of both): so beyond what is usual a higher yield draws those whose literacy
    is below ``pays_yield`` / (``risk`` · ``weight``) of joining, a third by default, and keeps the others away. Nothing
    happens up to the usual spread: 13.8 points early in 2015 (E-20: 15.8 % over 2 %), less later (E-21). It counts to
    fundamentals. Known answer: with a weight of 20 and a spread 10 points above what is usual, the fully
    literate see 2 log-odds more of risk, those of literacy one half 1, and the others none
    (``test_a_yield_beyond_what_is_usual_tells_the_literate_of_risk``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("prediction", "sensing")
    default_on: ClassVar[bool] = False
    taught: ClassVar[str] = "weight"  # the number that a class moves first

    weight: float = parameter(
        20.0, unit="number", low=0, high=1000, source="assumed",
        text="log-odds of perceived risk per unit of yearly yield beyond what is usual, of the fully literate",
    )  # fmt: skip
    usual: float = parameter(
        0.14, unit="share", source="E-20", text="spread of the promised over the safe yield that is usual in the trade"
    )

    @staticmethod
    def flow(day: Day, settings: Settings[YieldRisk]) -> Iterator[Law]:
        """Write once how literate each owner is; lean by it, for what teaching has left to learn."""
        ready = day.keep(READY, lambda: np.zeros(day.state.n_lanes, np.bool_))
        for w, world in enumerate(day.worlds):
            for v, _ in settings.on(world.lanes):
                if not ready[v]:
                    day.state.column(READS)[v] = day.state.traits[Traits.LITERACY, w]
                    ready[v] = True
        to_run, to_join = promised(day, settings)
        untaught = 1 - day.term("education")
        yield Law(READS, run=untaught * to_run, join=-untaught * to_join, channel="fundamentals")

    @staticmethod
    def lean(day: Day, settings: Settings[YieldRisk]) -> Iterator[Lean]:
        """Lean by what teaching has made all see."""
        to_run, to_join = promised(day, settings)
        yield Lean(Weights.CALM, day.term("education") * to_run, "fundamentals")
        yield Lean(Weights.JOIN, -day.term("education") * to_join, "fundamentals")


def promised(day: Day, settings: Settings[YieldRisk]) -> tuple[Floats, Floats]:
    """Return what the promised yields add to the log-odds of running, and take from those of joining, of the fully
    literate, float64 (lanes, platforms); 0 where the rule is off."""
    beyond = day.term("promised_yield") - day.term("safe_yield") - settings["usual"][:, None]
    risk = np.where(settings.is_on[:, None], settings["weight"][:, None] * np.maximum(beyond, 0.0), 0.0)
    weights = day.state.weights.astype(np.float64)
    return risk * weights[:, :, Weights.RISK], risk * weights[:, :, Weights.JOIN_RISK]
