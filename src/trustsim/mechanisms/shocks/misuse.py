"""Client money is misused, little by little, and hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.kernels.layout import Books
from trustsim.mechanisms.audience import audience, drawing
from trustsim.mechanisms.disclosure.hidden import Hidden
from trustsim.mechanisms.shocks.incident import A_TENTH, HALF_A_TENTH, Course, Floats, Mask, controlled
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import draw

if TYPE_CHECKING:
    from trustsim.world.day import Day

FOUND = draw("misuse", "discovery", text="whether an audit of its own finds the gap today")

_SOONEST = 1e-9  # smallest factor on the days until discovery


@REGISTRY.enter("shock", "misuse", rows=("C13", "B2"), source="C13")
@dataclass(frozen=True)
class Misuse(Course):
    """Divert client money day by day and hide the gap in the reports, until it is discovered.

    A day's loss is ``rate`` · (1 − segregated share) · misuse factor of the custody regime, of the claims, as far as
    cash outside custody reaches. It is found by whoever looks (the mechanism ``discovery``), and by an audit of its own
    with the chance ``audit``, which tells at once. When it is found it ends; when it is told the gap is shown: trust in
    fund safety falls by ``fund`` per 10 % found missing, trust in integrity by ``integrity``; the risk that is told is
    half of what fund safety loses, and fear rises by ``fear``. Known answer: with all money segregated nothing is taken
    (``test_segregated_money_cannot_be_misused``).
    """

    kind: ClassVar[str] = controlled("misuse")
    hides: ClassVar[bool] = True
    neutral: ClassVar[dict[str, Any]] = {"rate": 0}  # changes nothing

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="who misuses")
    rate: float = parameter(
        0.001, unit="per_day", low=0, high=1, source="assumed",
        text="share of the claims taken in a day, without custody",
    )  # fmt: skip
    audit: float = parameter(
        0.0, unit="per_day", low=0, high=1, source="assumed",
        text="chance a day that an audit finds it, beyond that of the mechanism discovery",
    )  # fmt: skip
    fund: float = parameter(
        1.2, unit="log-odds", low=0, high=20, source="assumed",
        text="trust in fund safety lost per 10 % of the claims found missing",
    )  # fmt: skip
    integrity: float = parameter(
        2.0, unit="log-odds", low=0, high=20, source="assumed", text="trust in integrity lost on discovery"
    )
    fear: float = parameter(1.0, unit="number", low=0, high=20, source="assumed", text="fear on discovery")
    attention: float = drawing()
    to: str = audience()

    def strikes(self, day: Day, platform: int, severity: Floats) -> Mask:
        """Return where it goes on: where nobody has found it."""
        is_unfound = np.isinf(Hidden(day).found_at[:, platform])
        return np.asarray(day.active & ~self.known(day, platform) & is_unfound)

    def strike(self, day: Day, platform: int, where: Mask, severity: Floats) -> None:
        """Divert what a step diverts, and hide it."""
        claims = np.maximum(day.gauge("claims", platform), 1.0)
        rate = (1 - (1 - self.rate) ** day.dt) * severity
        wanted = rate * (1 - day.term("segregated_share", platform)) * day.term("misuse_factor", platform) * claims
        free = np.maximum(day.state.books[Books.CASH, :, platform], 0)
        taken = day.do.move(Books.CASH, Books.THIEVES, platform, np.minimum(wanted, free), where)
        day.do.misreport(platform, taken, where)

    def is_told(self, day: Day, platform: int, strikes: Mask, lag: Floats) -> tuple[Mask, Floats]:
        """Return where an audit of its own finds the gap today; the longer the lag, the less often."""
        gap = day.state.books[Books.MISREPORTED, :, platform] > 0
        chance = np.minimum(self.audit / np.maximum(lag, _SOONEST), 1)
        found = strikes & gap & (day.chance(FOUND, platform) < 1 - (1 - chance) ** day.dt)
        return found, np.zeros(len(found))

    def news(self, day: Day, platform: int, told: Mask, size: Floats, waited: Floats) -> Iterator[Mapping[str, Any]]:
        """Reveal the gap, and tell it."""
        shown = day.do.reveal(platform, told)
        yield {
            "fund": -self.fund * A_TENTH * shown, "integrity": -self.integrity,
            "risk": self.fund * HALF_A_TENTH * shown, "fear": self.fear, "attention": self.attention,
        }  # fmt: skip
