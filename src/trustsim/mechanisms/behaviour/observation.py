"""Deciding one after another, in view of what those before decided: the informational cascade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.layout import Beliefs
from trustsim.kernels.times import SAME_TIME
from trustsim.registry import REGISTRY, parameter
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.drawn import Drawn
    from trustsim.world.settings import Settings

DECIDED = memory("decided", text="int8 (lanes, accounts), 1 for who has decided to leave, −1 to stay")
TURNS = memory("turns", text="int64 (lanes, turn and neighbours before, accounts)")


@REGISTRY.enter("mechanism", "observation", rows=("D6", "D12"), source="doi:10.1086/261849")
@dataclass(frozen=True)
class Observation:
    """Let people decide once, one a day in each cluster: leave or stay, after an own signal and the decisions before.

    A signal says with chance ``accuracy`` whether the platform is bad. With n the neighbours who have left less those
    who have decided to stay, whoever sees |n| ≥ 2 follows the many whatever the own signal says (a cascade), at |n| = 1
    with the signal against it a coin decides, else the signal does: Bayes' rule where all see all (Bikhchandani,
    Hirshleifer and Welch). After 2k people there is no cascade with the chance (p − p²)^k; in the end it is the right
    one with p (p + 1) / (2 (1 − p + p²)). Known answer: with an accuracy of 1 all who decide leave a bad platform
    (``test_who_knows_for_sure_leaves_a_bad_platform``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation", "sensing", "interaction")
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 50  # nanoseconds an account and step, measured
    remembers: ClassVar[str] = "departures"

    accuracy: float = parameter(
        0.6, unit="share", low=0.5, source="doi:10.1086/261849", text="chance that a signal is right"
    )
    bad: bool = parameter(
        True, unit="flag", source="assumed", text="whether the platform is bad, so that leaving is right"
    )

    @staticmethod
    def decide(day: Day, settings: Settings[Observation]) -> None:
        """Let those whose turn it is decide."""
        if not is_first_step_of_a_day(day):
            return
        for world in day.worlds:
            for p in range(day.state.n_platforms):
                luck, coin, _, _ = day.uniforms(world, purposes.OBSERVATION, p)
                turn, before = turns(day)[world.lanes[0], :, world.mine(p)]
                decides = turn == np.floor(day.time + SAME_TIME)
                for v, rule in settings.on(world.lanes):
                    left = day.state.beliefs[Beliefs.SEEN, v, world.mine(p)]
                    net = 2 * left - before
                    says_leave = (luck < rule.accuracy) == rule.bad
                    agrees = np.where(says_leave, net >= 0, net <= 0)
                    leaves = np.where(np.abs(net) >= 2, net > 0, np.where(agrees, says_leave, coin < 0.5))
                    day.do.leave(v, p, decides & leaves)
                    note_decision(day, v, p, decides, leaves)


def is_first_step_of_a_day(day: Day) -> bool:
    """Return whether a day begins with this step; always where a step is a day or longer."""
    return day.dt >= 1 or day.step % max(round(1 / day.dt), 1) == 1


def turns(day: Day) -> NDArray[np.int64]:
    """Return int64 (lanes, 2, accounts): the place in the own cluster; how many neighbours come before."""
    return day.keep(TURNS, lambda: np.array([in_turn(day, world) for world in day.worlds for _ in world.lanes]))


def in_turn(day: Day, world: Drawn) -> NDArray[np.int64]:
    """Return int64 (2, accounts), the same in all variants: see :func:`turns`."""
    state, links = day.state, world.network
    found = np.zeros((2, state.balance.shape[1]), np.int64)
    for p in range(state.n_platforms):
        mine, who = world.mine(p), world.owners(p)
        cluster = links.clusters[who]
        order = np.argsort(cluster, kind="stable")
        turn, before = found[:, mine]
        turn[order] = np.arange(len(who)) - np.searchsorted(cluster[order], cluster[order])
        before[:] = turn
        if not links.is_complete:
            indptr, seen = links.seen
            sees = np.repeat(np.arange(links.n_nodes), np.diff(indptr))
            has_account = world.accounts.at[p] >= 0
            before[:] = np.bincount(sees[(seen < sees) & has_account[seen]], minlength=len(has_account))[who]
    return found


def note_decision(day: Day, lane: int, platform: int, who: NDArray[np.bool_], leaves: NDArray[np.bool_]) -> None:
    """Take down who decides today, bool (accounts of the platform,), and what: 1 to leave, −1 to stay."""
    decided = day.keep(DECIDED, lambda: np.zeros(day.state.balance.shape, np.int8))
    decided[lane, day.accounts(lane, platform)][who] = np.where(leaves[who], 1, -1)
