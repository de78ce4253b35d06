"""Alarm that spreads from neighbour to neighbour and fades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.layout import Traits
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.owners import Owners

Floats = NDArray[np.float64]


@REGISTRY.enter("mechanism", "fear", rows=("D7",), source="assumed")
@dataclass(frozen=True)
class Fear:
    """Raise fear by news and by neighbours who become alarmed; let it fade, faster in the resilient.

    A day turns fear f into f · (1 − ``decay`` · (½ + resilience)) + (1½ − resilience) · news of the day, within 0
    and 8. An investor whose fear passes ``threshold`` · (½ + resilience) is alarmed and adds ``contagion`` · (1½ −
    resilience of the neighbour) · (d₀ / d)^γ to the fear of every neighbour, once, until calm again at half of it:
    of one with d co-clients, with γ = ``degree_exponent`` and d₀ = ``usual_contacts``. Only who holds an account of
    the platform, or has held one, alarms others. Fear multiplies attention by 1 + ``attention`` · f, the weight of
    what was heard lately by 1 + ``heed`` · f and that of reports by max(1 − ``blinding`` · f, 0).
    Known answer: without contagion, fear f is f · (1 − decay · (½ + resilience)) a day later
    (``test_fear_fades_by_resilience``); with γ = ½ an alarm adds half as much among four times the usual contacts
    (``test_an_alarm_is_shared_out_among_co_clients_by_the_exponent``).
    """

    without: ClassVar[dict[str, dict[str, float] | None]] = {"fear": None}  # with a channel off: not at all
    taught: ClassVar[str] = "contagion"  # the number that a class moves first
    concepts: ClassVar[tuple[str, ...]] = ("emergence", "interaction")
    paced: ClassVar[tuple[str, ...]] = ("decay",)  # a step is short beside them
    #: what makes the traits: the same in all variants of a pass
    fixes: ClassVar[tuple[str, ...]] = ("decay", "threshold")

    heed: float = parameter(
        0.0702, unit="number", low=0, high=20, source="M-02",
        text="how much one unit of fear raises the weight of what was heard lately",
    )  # fmt: skip
    contagion: float = parameter(
        0.0917, unit="number", low=0, high=10, source="M-02", text="fear that one alarmed co-client adds"
    )
    degree_exponent: float = parameter(
        0.6, unit="number", low=0, high=2, source="E-54",
        text="γ: an alarm counts by co-clients^−γ; 0: each alike, 1: the share of them that is alarmed",
    )  # fmt: skip
    usual_contacts: float = parameter(
        10.0, unit="number", low=0.1, high=1_000_000, source="assumed",
        text="co-clients for which one alarm adds contagion, whatever γ",
    )  # fmt: skip
    decay: float = parameter(
        0.3, unit="per_day", low=0, high=0.66, source="assumed",
        text="share of fear that fades in a day at resilience ½",
    )  # fmt: skip
    threshold: float = parameter(
        1.0, unit="number", low=0.01, high=100, source="assumed",
        text="fear at which an investor of resilience ½ is alarmed",
    )  # fmt: skip
    attention: float = parameter(
        0.931, unit="number", low=0, high=100, source="M-02", text="how much one unit of fear raises attention"
    )
    blinding: float = parameter(
        0.15, unit="share", source="D7", text="how much one unit of fear lowers the weight of the risk view"
    )

    def traits(self, owners: Owners) -> Mapping[Traits, Floats]:
        """Return how fast each owner's fear fades, how much news adds to it, and when it is alarm."""
        resilience = owners.trait("resilience")
        return {
            Traits.FEAR_KEEP: (1 - self.decay * (0.5 + resilience)) ** owners.dt,
            Traits.FEAR_GAIN: 1.5 - resilience,
            Traits.ALARM: self.threshold * (0.5 + resilience),
        }

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass."""
        return {
            Weights.HEED: self.heed, Weights.ATTENTION_FEAR: self.attention,
            Weights.FUNDAMENTALS_FEAR: self.blinding,
        }  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.CONTAGION: self.contagion, Dials.ALARM_EXPONENT: self.degree_exponent,
            Dials.ALARM_CONTACTS: self.usual_contacts,
        }  # fmt: skip
