"""Client money is misused, little by little, and hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.kernels.coefficients import Dials
from trustsim.kernels.layout import Books
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import draw

if TYPE_CHECKING:
    from trustsim.world.day import Day

FOUND = draw("misuse", "discovery", text="whether an audit, the press or live figures find the gap today")


@REGISTRY.enter("shock", "misuse", rows=("C13", "B2"), source="C13")
@dataclass(frozen=True)
class Misuse:
    """Divert client money day by day and hide the gap in the reports, until it is discovered.

    A day's loss is ``rate`` · (1 − segregated share) · misuse factor of the custody regime, of the claims, as far as cash
    outside custody reaches. Discovery: a daily chance of ``audit``, plus ``discovery`` of the press per 10 %
    of gap, plus 0.2 · the strength of live figures. Then the gap is shown and told: trust in fund safety falls by ``fund`` per
    10 % found missing, trust in integrity by ``integrity``; the risk view rises by half of what fund safety loses, and fear
    by ``fear``. Known answer: with all money segregated nothing is taken
    (``test_segregated_money_cannot_be_misused``).
    """

    neutral: ClassVar[dict[str, Any]] = {"rate": 0}  # changes nothing

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="who misuses")
    rate: float = parameter(0.001, unit="per_day", low=0, high=1, source="assumed", text="share of the claims taken in a day, without custody")
    audit: float = parameter(0.01, unit="per_day", low=0, high=1, source="assumed", text="chance a day that an audit finds the gap")
    fund: float = parameter(1.2, unit="log-odds", low=0, high=20, source="assumed", text="trust in fund safety lost per 10 % of the claims found missing")
    integrity: float = parameter(2.0, unit="log-odds", low=0, high=20, source="assumed", text="trust in integrity lost on discovery")
    fear: float = parameter(1.0, unit="number", low=0, high=20, source="assumed", text="fear on discovery")

    def act(self, day: Day) -> None:
        """Divert while hidden; tell on discovery."""
        for p in day.platforms(self.platform):
            hidden = day.memory.setdefault(p, np.ones(len(day.active), np.bool_))
            thieving = day.active & hidden
            claims = np.maximum(day.gauge("claims", p), 1.0)
            rate = 1 - (1 - self.rate) ** day.dt
            wanted = rate * (1 - day.term("segregated_share", p)) * day.term("misuse_factor", p) * claims
            free = np.maximum(day.state.books[Books.CASH, :, p], 0)
            taken = day.do.move(Books.CASH, Books.THIEVES, p, np.minimum(wanted, free), thieving)
            day.do.misreport(p, taken, thieving)
            gap = day.state.books[Books.MISREPORTED, :, p] / claims
            hazard = self.audit + day.state.dials[:, Dials.PRESS_DISCOVERY] * 10 * gap + 0.2 * day.term("transparency", p) * (gap > 0)
            found = thieving & (gap > 0) & (day.chance(FOUND, p) < 1 - (1 - np.minimum(hazard, 1)) ** day.dt)
            day.memory[p] = hidden & ~found
            shown = day.do.reveal(p, found)
            day.do.post(p, found, fund=-self.fund * 10 * shown, integrity=-self.integrity, risk=self.fund * 5 * shown, fear=self.fear)
