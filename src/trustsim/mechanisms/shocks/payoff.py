"""The day on which a long project pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import BACK, COHORT, STAYING, Books, Gauges
from trustsim.kernels.times import lag_of, whole_steps
from trustsim.mechanisms.balance_sheet.worth import worth
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import draw

if TYPE_CHECKING:
    from trustsim.world.day import Day

Ints = NDArray[np.int64]
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
    """Let the claims on *platform* be what stands behind them, in proportion and rounded down; a fall is a loss.

    What of a request is cut has been waited for until now, and by what claims rise a request is made now. Who has
    nothing left asks for nothing any more, and has no account.
    """
    state = day.state
    for v in np.flatnonzero(where & (state.books[Books.CLAIMS, :, platform] > 0)).tolist():
        share = max(int(worth(day, platform)[v]), 0) / int(state.books[Books.CLAIMS, v, platform])
        world = state.world_of(v)
        mine = world.mine(platform)
        held, asked = state.balance[v, mine], state.requested[v, mine]
        now, left = np.floor(held * share).astype(np.int64), np.floor(asked * share).astype(np.int64)
        np.add.at(state.loss[v], world.owners(platform), np.maximum(held - now, 0))
        state.books[Books.LOST, v, platform] += np.maximum(held - now, 0).sum()
        state.books[Books.CREDITED, v, platform] += np.maximum(now - held, 0).sum()
        state.books[Books.CLAIMS, v, platform] += (now - held).sum()
        state.books[Books.QUEUED, v, platform] += (left - asked).sum()
        state.gauges[Gauges.CALLED, v, platform] += np.maximum(left - asked, 0).sum()
        later = np.floor(state.later[v, mine] * share).astype(np.int64)
        _note_waits(day, v, platform, (asked - left) - (state.later[v, mine] - later), state.asked_day[v, mine])
        _note_waits(day, v, platform, state.later[v, mine] - later, state.later_day[v, mine])
        ticket, paid = world.accounts.balance[mine], state.paid[v, mine]
        more = np.minimum(paid + left, ticket) - np.minimum(paid + asked, ticket)
        is_of_day_0 = state.flags[v, mine] & (COHORT | BACK) == COHORT
        state.gauges[Gauges.COHORT_ASKED, v, platform] += np.maximum(more, 0)[is_of_day_0].sum()
        state.flags[v, mine] &= np.where((held > 0) & (now == 0), STAYING, 255).astype(np.uint8)
        held[:], asked[:], state.later[v, mine] = now, left, later
        first, n = world.accounts.first[platform], state.queue_n[v, platform]
        waits = state.queue[v, first : first + n]
        waits = waits[state.requested[v, waits] > 0]
        state.queue[v, first : first + len(waits)], state.queue_n[v, platform] = waits, len(waits)


def _note_waits(day: Day, lane: int, platform: int, amounts: Ints, since: NDArray[np.int32]) -> None:
    """Note that *amounts* of the accounts of a platform, int64, minor units, have been waited for since some steps."""
    state, agreed = day.state, day.state.agreed_terms[:, lane, platform]
    lag = whole_steps(lag_of(agreed), day.dt)
    money_days = amounts * np.maximum(day.step - since - lag, 0.0) * day.dt
    np.add.at(state.money_days[lane], state.world_of(lane).owners(platform), money_days)
    state.gauges[Gauges.MONEY_DAYS, lane, platform] += money_days.sum()
