"""Compiled and other heavy work that one rule each asks for: ``day.kernels.meet(…)``.

It stands here, and not in the file of the rule, so that the catalogue of rules loads without numba and scipy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import opinions
from trustsim.kernels.arrays import Clock
from trustsim.kernels.cover import believed_cover
from trustsim.kernels.desk import serve
from trustsim.kernels.own_wait import see_own_wait
from trustsim.kernels.readiness import readiness
from trustsim.kernels.take_back import LATER, WHOLE, take_back
from trustsim.world.clearing import Ints, clearing
from trustsim.world.closing import close_platforms
from trustsim.world.drawn import Drawn
from trustsim.world.rumours import Told, spread_rumour
from trustsim.world.today import Floats, Mask, Today


class RuleKernels:
    """What single rules have computed for them on a day."""

    def __init__(self, day: Today) -> None:
        self._day = day

    def serve(
        self, world: Drawn, platform: int, free_at: Floats, *, rate: float, handling: float, giving_up: float
    ) -> tuple[int, int, float]:
        """Let contacts come to a desk of one world in this step (see :func:`trustsim.kernels.desk.serve`).

        ``free_at`` float64 (agents,), days, is changed in place. Return how many came, how many of them had to wait,
        and for how many days together.
        """
        day, stream = self._day, int(self._day.state.stream[platform])
        came, waited, waiting = serve(
            free_at, rate, handling, giving_up, day.time, day.time + day.dt, stream, day.step, world.key
        )
        return came, waited, waiting

    def meet(self, world: Drawn, opinion: Floats, *, confidence: float, speed: float, n_meetings: int) -> None:
        """Let random neighbours meet (see :func:`trustsim.kernels.opinions.meet`).

        ``opinion`` float64 (investors,) is changed in place.
        """
        links, step = world.network, self._day.step
        opinions.meet(opinion, confidence, speed, n_meetings, *links.seen, links.is_complete, step, world.key)

    def copy(self, world: Drawn, is_out: NDArray[np.uint8], n_updates: int) -> None:
        """Let random people do as a random neighbour (see :func:`trustsim.kernels.opinions.copy`).

        ``is_out`` uint8 (investors,) is changed in place.
        """
        links, step = world.network, self._day.step
        opinions.copy(is_out, n_updates, *links.seen, links.is_complete, step, world.key)

    def listened(self, world: Drawn, opinion: Floats, *, oneself: float, is_sum: bool) -> Floats:
        """Return float64 (investors,): what all hear (see :func:`trustsim.kernels.opinions.listened`)."""
        links, heard = world.network, np.empty_like(opinion)
        opinions.listened(
            opinion, oneself, is_sum, links.link_weights, links.own_weights, links.indptr, links.neighbours,
            links.is_complete, heard,
        )  # fmt: skip
        return heard

    def spread_rumour(
        self, platform: int, told: Told, status: NDArray[np.uint8], begins: Mask, first: Sequence[Ints], purpose: int
    ) -> None:
        """Let a rumour spread for one step (see :func:`trustsim.world.rumours.spread_rumour`)."""
        spread_rumour(self._day, platform, told, status, begins, first, purpose)

    def clearing(self, debts: Ints, own: Floats) -> Floats:
        """Return what each platform can pay of its debts (see :func:`trustsim.world.clearing.clearing`)."""
        return clearing(debts, own)

    def believed_cover(self, lane: int, platform: int) -> Floats:
        """Return float64 (accounts of the platform,): the share of a loss that clients believe would be made good."""
        state = self._day.state
        balance = state.balance[lane, self._day.accounts(lane, platform)]
        share = np.empty(len(balance), np.float32)
        believed_cover(share, balance, state.weights[lane, platform])
        return share.astype(np.float64)

    def take_back(self, lane: int, platform: int, who: Mask, later: Mask) -> None:
        """Let the accounts *who* ask no more, and those of *later* no more for what they asked for later, bool
        (accounts of the platform,) each (see :func:`trustsim.kernels.take_back.take_back`)."""
        day, groups = self._day, self._day.state.groups
        clock = Clock(day.step, day.dt, day.keys)
        parts = who.astype(np.uint8) * WHOLE | later.astype(np.uint8) * LATER
        take_back(groups.accounts, groups.people, groups.platforms, parts, (lane, platform), clock)

    def see_own_wait(self, strengths: NDArray[np.float32]) -> None:
        """Let the owners of accounts that wait see it (see :func:`trustsim.kernels.own_wait.see_own_wait`)."""
        day, groups = self._day, self._day.state.groups
        see_own_wait(groups.accounts, groups.platforms, strengths, Clock(day.step, day.dt, day.keys))

    def readiness(self, lane: int, platform: int, who: Mask) -> Floats:
        """Return float64 (accounts of the platform,): the readiness to run of these, bool (accounts of the platform,),
        log-odds, NaN of others (see :func:`trustsim.kernels.readiness.readiness`)."""
        groups, found = self._day.state.groups, np.full(len(who), np.nan)
        readiness(found, who, groups.accounts, groups.platforms, groups.tail, (lane, platform))
        return found

    def close(self, lane: int, platforms: Ints) -> None:
        """Close platforms of one lane, int64 (n,): their estates are shared out (see
        :func:`trustsim.kernels.failure.fail`)."""
        day = self._day
        close_platforms(day.state, lane, platforms, Clock(day.step, day.dt, day.keys))
