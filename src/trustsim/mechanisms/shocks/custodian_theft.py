"""Client money is taken at the custodian."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.mechanisms.audience import audience, drawing
from trustsim.mechanisms.shocks.incident import A_TENTH, HALF_A_TENTH, Course, Floats, Mask, controlled
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("shock", "custodian_theft", rows=("C1", "A5"), source="C1")
@dataclass(frozen=True)
class CustodianTheft(Course):
    """Take a share of the claims out of the client money at the keeper; claims stay. It is found out, then told.

    The loss is ``share`` · loss factor of the custody regime · claims, as far as cash and client money reach. On the
    day that clients are told (``discovery_lag`` + the shorter of ``notice_lag`` and an incident notice's delay, or
    sooner where others find it, see the mechanism ``discovery``) trust in fund safety falls by ``fund`` per 10 % taken,
    trust in integrity by ``integrity`` per day of waiting; the risk that is told is half of what fund safety loses, and
    fear rises by ``fear``. Known answer: claims of 1,000,000, a share of 8 % and no custodian leave 80,000 with the
    thieves (``test_theft_takes_its_share_of_the_claims``).
    """

    kind: ClassVar[str] = controlled("custodian_theft")
    hides: ClassVar[bool] = True
    neutral: ClassVar[dict[str, Any]] = {"share": 0}  # changes nothing

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="whose client money is taken")
    share: float = parameter(0.08, unit="share", source="C1", text="money taken / claims")
    discovery_lag: float = parameter(
        10.0, unit="duration", low=0, high=3650, source="C1", text="days until the platform knows"
    )
    notice_lag: float = parameter(
        5.0, unit="duration", low=0, high=3650, source="C1", text="days from knowing to telling, without a rule"
    )
    fund: float = parameter(
        1.2, unit="log-odds", low=0, high=20, source="assumed", text="trust in fund safety lost per 10 % of the claims"
    )
    integrity: float = parameter(
        0.15, unit="log-odds", low=0, high=20, source="assumed", text="trust in integrity lost per day of waiting"
    )
    fear: float = parameter(0.8, unit="number", low=0, high=20, source="assumed", text="fear when it is told")
    attention: float = drawing()
    to: str = audience()

    def strike(self, day: Day, platform: int, where: Mask, severity: Floats) -> Floats:
        """Take the money, and hide it."""
        claims = np.maximum(day.gauge("claims", platform), 1.0)
        wanted = self.share * severity * day.term("loss_factor", platform) * claims
        taken = day.do.take_client_money(platform, wanted, where)
        day.do.misreport(platform, taken, where)
        day.memory[platform] = day.memory.get(platform, 0) + taken
        return taken / claims

    def news(self, day: Day, platform: int, told: Mask, size: Floats, waited: Floats) -> Iterator[Mapping[str, Any]]:
        """Reveal the loss, and tell it."""
        day.do.reveal(platform, told, at_most=day.memory[platform])
        yield {
            "fund": -self.fund * A_TENTH * size, "integrity": -self.integrity * waited, "fear": self.fear,
            "attention": self.attention,
            "risk": self.fund * HALF_A_TENTH * size,
        }  # fmt: skip
