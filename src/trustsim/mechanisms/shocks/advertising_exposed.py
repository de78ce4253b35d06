"""Exaggerated advertising draws money in, then is exposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.mechanisms.audience import audience
from trustsim.mechanisms.disclosure.hidden import Hidden
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day

_TENTHS = 10  # effects are given for ten points of the gap
_IN_FUND, _BACK = (
    0.4,
    2,
)  # assumed: of the loss of integrity, what fund safety loses; of the pull, the risk that is told


@REGISTRY.enter("shock", "advertising_exposed", rows=("C4", "E3"), source="C4")
@dataclass(frozen=True)
class AdvertisingExposed:
    """Advertise a yield above the true one for a while, then be exposed.

    The campaign talks the risk down and trust in fund safety up by ``pull`` per 10 points of ``gap``, less for the
    literate. On exposure, ``exposure_lag`` later, or on the day after the press, live figures or a report find it (the
    mechanism ``discovery``), trust in integrity falls by ``integrity``, fund safety by 0.4 of that, the risk that is
    told is twice the pull and fear rises by ``fear``, per 10 points. Known answer: a gap of 0 says nothing
    (``test_honest_advertising_is_no_news``).
    """

    neutral: ClassVar[dict[str, Any]] = {"gap": 0}  # changes nothing

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="who advertises")
    gap: float = parameter(0.06, unit="share", low=0, high=1, source="C4", text="advertised less true yearly yield")
    exposure_lag: float = parameter(
        30.0, unit="duration", low=0, high=3650, source="C4", text="days until the exposure"
    )
    pull: float = parameter(
        0.5, unit="log-odds", low=0, high=20, source="assumed", text="risk talked away per 10 points of gap"
    )
    integrity: float = parameter(
        3.0, unit="log-odds", low=0, high=20, source="assumed", text="trust in integrity lost per 10 points of gap"
    )
    fear: float = parameter(0.5, unit="number", low=0, high=20, source="assumed", text="fear per 10 points of gap")
    to: str = audience()

    def span(self) -> float:
        """Return for how many days after its start the shock has anything to do."""
        return self.exposure_lag + 1

    def act(self, day: Day) -> None:
        """Advertise at the start, be exposed at the end."""
        per_ten, hidden = self.gap * _TENTHS, Hidden(day)
        for p in day.platforms(self.platform):
            pull, begins, said = self.pull * per_ten, day.reached(0.0) & (self.gap > 0), hidden.said[:, p]
            day.do.post(p, begins, by_literacy=True, to=self.to, risk=-pull, fund=pull)
            said[begins] = self.gap
            hidden.begin(p, begins)
            is_told = day.reached(self.exposure_lag)
            exposed = day.active & (said > 0) & (is_told | hidden.is_due[:, p])
            hidden.let_out(p, exposed, np.zeros(len(exposed)))
            said[exposed] = 0.0
            day.do.post(
                p, exposed, to=self.to, integrity=-self.integrity * per_ten, fund=-_IN_FUND * self.integrity * per_ten,
                risk=_BACK * self.pull * per_ten, fear=self.fear * per_ten * np.ones_like(day.age),
            )  # fmt: skip
