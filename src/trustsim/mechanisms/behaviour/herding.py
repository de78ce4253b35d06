"""Doing what the neighbours do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.registry import REGISTRY, parameter

#: contacts that people named, on average over those who named any in three diffusion networks (docs/social.md)
USUAL_CONTACTS = 4.1


@REGISTRY.enter("mechanism", "herding", rows=("D6", "A10"), source="doi:10.1257/aer.102.4.1414; E-54")
@dataclass(frozen=True)
class Herding:
    """Expect others to leave by how many of those one knows have just left.

    Those seen are co-clients: neighbours who hold an account of the platform, or have held one. Of d of them n are seen
    leaving: an exposure of (n / d) · (d / d₀)^(1 − γ) with γ = ``degree_exponent`` and d₀ = ``usual_contacts``, the
    share of them for γ = 1, a count for γ = 0. ``weight`` · the trait herding · (1 − literacy / 2) · exposure is the
    share of all who are expected to leave by that, in calm the same of the exposure to ``normal``: what that does to
    the choice, ``choice`` says. A departure counts ``observed`` on the day it happens and fades by ``fading`` a day;
    who ran counts ``out`` beside that for as long as that one stays away, for those who adopt in the networks of E-54
    count for good.
    Known answer: with a weight of 1 and all co-clients just gone, as many as usual or γ = 1, all are expected to leave
    (``test_herding_adds_its_weight``), with γ = ½ and four times the usual contacts twice as many as with the usual
    (``test_exposure_grows_with_co_clients_by_the_exponent``); who ran counts ``out`` until coming back
    (``test_who_ran_counts_until_coming_back``).
    """

    without: ClassVar[dict[str, dict[str, float] | None]] = {"herding": None}  # with a channel off: not at all
    taught: ClassVar[str] = "weight"  # the number that a class moves first
    concepts: ClassVar[tuple[str, ...]] = ("emergence", "prediction", "sensing", "interaction")
    paced: ClassVar[tuple[str, ...]] = ("fading",)  # a step is short beside them

    weight: float = parameter(
        1.62, unit="number", low=0, high=100, source="M-02",
        text="share of all who are expected to leave where all of the usual contacts leave",
    )  # fmt: skip
    normal: float = parameter(
        0.03, unit="share", source="E-34", text="remembered share of co-clients that leave in calm"
    )
    fading: float = parameter(
        0.27, unit="per_day", low=0, high=1, source="M-02", text="share of the memory lost in a day"
    )
    observed: float = parameter(
        1.0, unit="share", source="assumed", text="share of a departure that neighbours can see"
    )

    out: float = parameter(
        0.0471, unit="number", low=0, high=10, source="M-02; E-54",
        text="what a co-client who ran and stays away counts, against one who has just left",
    )  # fmt: skip
    degree_exponent: float = parameter(
        0.683, unit="number", low=0, high=2, source="E-54",
        text="γ: departures count by co-clients^−γ; 1: their share, 0: their number",
    )  # fmt: skip
    usual_contacts: float = parameter(
        USUAL_CONTACTS, unit="number", low=0.1, high=1_000_000, source="E-54",
        text="co-clients for which the weight is that of all of them leaving, whatever γ",
    )  # fmt: skip

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass; the fading for a step of *dt* days."""
        return {
            Weights.HERDING: self.weight, Weights.NORMAL_SHARE: self.normal, Weights.SEEN_KEEP: (1 - self.fading) ** dt,
            Weights.OUT: self.out,
        }  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.OBSERVED: self.observed, Dials.EXPOSURE_EXPONENT: self.degree_exponent,
            Dials.EXPOSURE_CONTACTS: self.usual_contacts,
        }  # fmt: skip
