"""What rules share by which people decide once, one after another: whose turn it is, what is seen, what is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Beliefs
from trustsim.kernels.times import SAME_TIME
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.drawn import Drawn

DECIDED = memory("decided", text="int8 (lanes, accounts), 1 for who has decided to leave, −1 to stay")
SAW = memory("saw", text="uint8 (lanes, accounts), bits of what who was free to decide saw then, 0 before")
TURNS = memory("turns", text="int64 (lanes, turn and neighbours before, accounts)")

FREE = 1  # bits of SAW: decided, and was free to
SAW_LEAVING = 2  # somebody who had decided to leave
SAW_STAYING = 4  # somebody who had decided to stay
AGAINST = 8  # LEAD more who had gone one way than the other, against an own sign
LEAD = 2  # who sees this many more go one way than the other follows, if reason is all: a cascade

Bools = NDArray[np.bool_]


def decides_now(day: Day, world: Drawn, platform: int) -> Bools:
    """Return bool (accounts of the platform,): whose turn this step is; of a day the first step."""
    turn = turns(day)[world.lanes[0], 0, world.mine(platform)]
    return np.asarray(is_first_step_of_a_day(day) & (turn == np.floor(day.time + SAME_TIME)))


def is_first_step_of_a_day(day: Day) -> bool:
    """Return whether a day begins with this step; always where a step is a day or longer."""
    return day.dt >= 1 or day.step % max(round(1 / day.dt), 1) == 1


def before(day: Day, lane: int, world: Drawn, platform: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return int64 and float32 (accounts of the platform,): how many neighbours come before; how many of them left."""
    mine = world.mine(platform)
    return turns(day)[lane, 1, mine], day.state.beliefs[Beliefs.SEEN, lane, mine]


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
        turn, earlier = found[:, mine]
        turn[order] = np.arange(len(who)) - np.searchsorted(cluster[order], cluster[order])
        earlier[:] = turn
        if not links.is_complete:
            indptr, seen = links.seen
            sees = np.repeat(np.arange(links.n_nodes), np.diff(indptr))
            has_account = world.accounts.at[p] >= 0
            earlier[:] = np.bincount(sees[(seen < sees) & has_account[seen]], minlength=len(has_account))[who]
    return found


def group_sizes(world: Drawn, platform: int) -> NDArray[np.int64]:
    """Return int64 (accounts of the platform,): how many accounts of the platform are in the cluster of the owner."""
    cluster = world.network.clusters[world.owners(platform)]
    return np.asarray(np.bincount(cluster)[cluster])


def note(day: Day, lane: int, platform: int, who: Bools, leaves: Bools, saw: NDArray[np.uint8]) -> None:
    """Take down who decides today, bool (accounts of the platform,), what, and what each saw, bits of SAW."""
    mine, shape = day.accounts(lane, platform), day.state.balance.shape
    day.keep(DECIDED, lambda: np.zeros(shape, np.int8))[lane, mine][who] = np.where(leaves[who], 1, -1)
    day.keep(SAW, lambda: np.zeros(shape, np.uint8))[lane, mine][who] = saw[who]


def seen(earlier: NDArray[np.int64], left: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return uint8 (n,): the bits of SAW for who is free to decide after so many, of whom so many left."""
    return np.asarray(FREE + SAW_LEAVING * (left > 0) + SAW_STAYING * (earlier > left), np.uint8)
