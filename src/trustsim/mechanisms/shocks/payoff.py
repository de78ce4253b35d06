"""The day on which a long project pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Books
from trustsim.mechanisms.balance_sheet.claims import scale_claims
from trustsim.mechanisms.balance_sheet.worth import worth
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import draw

if TYPE_CHECKING:
    from trustsim.world.day import Day

SUCCESS = draw("payoff", "success", text="whether the project succeeds")


@REGISTRY.enter("shock", "payoff", rows=("B1",), source="doi:10.1086/261155")
@dataclass(frozen=True)
class Payoff:
    """Let the assets that are left be worth ``gross`` times as much, with a chance; the clients own what comes of it.

    Where it fails they are worth nothing. With ``mutual`` all claims are then brought to the value of what stands
    behind them, up or down; else what is over belongs to the owners. Known answer: who waits while a quarter leaves
    gets 1.8133 for a unit at R = 2 and r1 = 1.28 (``test_who_waits_gets_what_is_left``).
    """

    neutral: ClassVar[dict[str, Any]] = {"gross": 1, "mutual": False}  # changes nothing

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="whose assets pay")
    gross: float = parameter(
        2.0, unit="number", low=0, high=1000, source="doi:10.1086/261155", text="value after / value before"
    )
    success: float = parameter(
        1.0, unit="share", source="doi:10.1111/j.1540-6261.2005.00762.x", text="chance that it succeeds"
    )
    mutual: bool = parameter(
        True, unit="flag", source="doi:10.1086/261155", text="whether the clients own what is left"
    )

    def span(self) -> float:
        """Return for how many days after its start the shock has anything to do."""
        return 1.0

    def act(self, day: Day) -> None:
        """Pay, once."""
        for p in day.platforms(self.platform):
            first = day.reached(0.0)
            pays = np.where(day.chance(SUCCESS, p, once=True) < self.success, self.gross, 0.0)
            day.do.revalue(p, pays - 1, first)
            if self.mutual:
                bring_claims_to_value(day, p, first)


def bring_claims_to_value(day: Day, platform: int, where: NDArray[np.bool_]) -> None:
    """Let the claims on *platform* be what stands behind them, in proportion and rounded down; a fall is a loss."""
    claims = day.state.books[Books.CLAIMS, :, platform]
    for v in np.flatnonzero(where & (claims > 0)).tolist():
        scale_claims(day, v, platform, max(int(worth(day, platform)[v]), 0) / int(claims[v]))
