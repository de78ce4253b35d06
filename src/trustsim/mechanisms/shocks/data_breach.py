"""Personal data leak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.mechanisms.audience import audience, drawing
from trustsim.mechanisms.shocks.incident import Course, Floats, Mask, controlled
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day


@REGISTRY.enter("shock", "data_breach", rows=("C3",), source="E-55")
@dataclass(frozen=True)
class DataBreach(Course):
    """Expose the records of a share of the clients; no money moves.

    When it is told, the exposed (reached one by one) lose ``direct`` of trust in information safety, everyone the press
    reaches loses ``indirect`` and feels ``fear``; waiting costs ``integrity`` a day. Known answer: cash and claims are
    the same with and without the breach on its day (``test_a_breach_moves_no_money``).
    """

    kind: ClassVar[str] = controlled("data_breach")
    neutral: ClassVar[dict[str, Any]] = {"exposed": 0}  # changes nothing

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="whose records leak")
    exposed: float = parameter(0.04, unit="share", source="E-55", text="share of the clients whose records leak")
    discovery_lag: float = parameter(
        3.0, unit="duration", low=0, high=3650, source="C3", text="days until the platform knows"
    )
    notice_lag: float = parameter(
        4.0, unit="duration", low=0, high=3650, source="C3", text="days from knowing to telling, without a rule"
    )
    direct: float = parameter(
        2.5, unit="log-odds", low=0, high=20, source="assumed", text="trust in information safety lost by the exposed"
    )
    indirect: float = parameter(
        1.0, unit="log-odds", low=0, high=20, source="assumed",
        text="trust in information safety lost by those who hear of it",
    )  # fmt: skip
    integrity: float = parameter(
        0.1, unit="log-odds", low=0, high=20, source="assumed", text="trust in integrity lost per day of waiting"
    )
    fear: float = parameter(0.3, unit="number", low=0, high=20, source="assumed", text="fear when it is told")
    attention: float = drawing()
    to: str = audience()

    def strike(self, day: Day, platform: int, where: Mask, severity: Floats) -> None:
        """Move no money: what leaks is told later."""

    def strikes(self, day: Day, platform: int, severity: Floats) -> Mask:
        """Return where it strikes: nowhere where no records leak."""
        return super().strikes(day, platform, severity) & (self.exposed * severity > 0)

    def news(self, day: Day, platform: int, told: Mask, size: Floats, waited: Floats) -> Iterator[Mapping[str, Any]]:
        """Tell the exposed, then everyone."""
        exposed = np.minimum(self.exposed * day.term(f"{self.kind}_severity", platform), 1.0)
        yield {"reach": exposed, "info": -self.direct}
        yield {
            "info": -self.indirect,
            "integrity": -self.integrity * waited,
            "fear": self.fear,
            "attention": self.attention,
        }
