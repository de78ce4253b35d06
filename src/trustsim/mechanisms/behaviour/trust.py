"""Trust in four parts that breaks quickly, mends slowly and keeps scars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.mechanisms.disclosure.published import known_solvency
from trustsim.registry import REGISTRY, parameter
from trustsim.world.leaning import Lean

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

_TENTHS = 10  # what figures do is given for a tenth of the claims


@REGISTRY.enter("mechanism", "trust", rows=("D1", "D2"), source="doi:10.1016/j.obhdp.2006.05.005; E-59")
@dataclass(frozen=True)
class Trust:
    """Keep trust in fund safety, integrity, information safety and service as log-odds, moved by evidence.

    With e the evidence of the day on a part x, first x ← x + ``good_news`` · max(e, 0) + ``bad_news`` · (1 +
    ``scar_bad`` · scar) · min(e, 0), then x ← x + ``repair`` · (prior − scar + what the custody regime adds to fund
    safety − x), within ±12; news on information safety counts times the investor's privacy trait. A share ``scarring``
    of bad news, ``bad_news`` · e, on fund safety or integrity stays as scar; who loses a share of the money at a
    failure is scarred by ``loss_scar`` · share on every platform that the investor knows. Bad figures wear trust in
    fund safety down as long as they are bad: where a share h of the claims is known to be missing (by the last report,
    live figures, what was found and told), it comes to rest ``figures`` · 10 · min(h, 1) lower, and moves there at the
    rate ``repair``. The trust that is reported is the logistic of the sum of the parts, each times its weight.
    Known answer: without repair one message of −2 on fund safety moves it from prior to prior − 2; with it (and no
    scar) half of the way back takes ln 2 / repair days (``test_bad_news_counts_in_full_and_good_news_by_less``); with
    10 % known to be missing half of ``figures`` is lost after as long
    (``test_bad_figures_wear_trust_down_as_long_as_they_are_bad``).
    """

    #: with a channel off
    without: ClassVar[dict[str, dict[str, float] | None]] = {
        "news": {"bad_news": 0.0, "good_news": 0.0, "repair": 0.0, "loss_scar": 0.0}
    }
    taught: ClassVar[str] = "bad_news"  # the number that a class moves first
    concepts: ClassVar[tuple[str, ...]] = ("learning",)
    paced: ClassVar[tuple[str, ...]] = ("repair",)  # a step is short beside them

    bad_news: float = parameter(
        1.0, unit="number", low=0, high=20, source="assumed", text="weight of bad news: 1 takes it at its strength"
    )
    good_news: float = parameter(0.4, unit="share", source="E-59", text="weight of good news against bad")
    repair: float = parameter(
        0.012, unit="per_day", low=0, high=1, source="E-55", text="share of lost trust that returns in a day"
    )
    scarring: float = parameter(0.2, unit="share", source="assumed", text="share of bad news that stays")
    loss_scar: float = parameter(
        1.0, unit="log-odds", low=0, high=20, source="assumed",
        text="scar of losing all of a balance, on every platform that the investor knows",
    )  # fmt: skip
    scar_bad: float = parameter(
        0.3, unit="number", low=0, high=10, source="assumed",
        text="how much one unit of scar raises the weight of bad news",
    )  # fmt: skip
    figures: float = parameter(
        2.0, unit="log-odds", low=0, high=100, source="assumed",
        text="how much lower trust in fund safety comes to rest where 10 % of the claims are known to be missing",
    )  # fmt: skip
    fund: float = parameter(0.4, unit="share", source="assumed", text="weight of fund safety in overall trust")
    integrity: float = parameter(0.3, unit="share", source="assumed", text="weight of integrity in overall trust")
    info: float = parameter(0.1, unit="share", source="assumed", text="weight of information safety in overall trust")
    service: float = parameter(0.2, unit="share", source="assumed", text="weight of service in overall trust")

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass; rates for a step of *dt* days."""
        return {
            Weights.BAD_NEWS: self.bad_news, Weights.GOOD_NEWS: self.good_news,
            Weights.REPAIR: 1 - (1 - self.repair) ** dt, Weights.SCARRING: self.scarring,
            Weights.SCAR_BAD: self.scar_bad, Weights.TRUST_FUND: self.fund, Weights.TRUST_INTEGRITY: self.integrity,
            Weights.TRUST_INFO: self.info, Weights.TRUST_SERVICE: self.service,
        }  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.LOSS_SCAR: self.loss_scar,
        }  # fmt: skip

    @staticmethod
    def lean(day: Day, settings: Settings[Trust]) -> Iterator[Lean]:
        """Let trust in fund safety rest lower where the figures are bad."""
        missing = np.clip(-known_solvency(day), 0.0, 1.0)
        if missing.any():
            yield Lean(Weights.BASE_FUND, -settings["figures"][:, None] * _TENTHS * missing, "fundamentals")
