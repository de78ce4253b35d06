"""Whether those leave more of whose co-clients more have left: exposure in any run, as in data on adoption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.measures.finished import Finished, Floats
from trustsim.registry import REGISTRY

if TYPE_CHECKING:
    from trustsim.world.drawn import Drawn

PERIODS = 10  # the run is cut into
MOST = 1_000  # clients of a platform, or up to twice as many, are looked at: evenly many of all

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Clients of day 0 of one platform who have co-clients, and these.

    ``opened`` bool (accounts of the platform,). Of these clients: ``who`` int64 (n,) their places, ``degree`` int64
    (n,) how many co-clients each sees; ``ego`` and ``alter`` int64 (pairs,): the place in ``who``, and that of the
    co-client.
    """

    opened: NDArray[np.bool_]
    who: Ints
    degree: Ints
    ego: Ints
    alter: Ints


@REGISTRY.enter(
    "outcome", "exposure", rows=("D6", "D16", "J2"), source="E-54", better="", unit="number", low=0, may_not_apply=True
)
def exposure(f: Finished) -> dict[str, Floats]:
    """How much more often those ask for money of whose co-clients more have asked: ``hazard ratio``, and at asking.

    The run is cut into ten periods. The exposure of a client of day 0 is the share of the co-clients of day 0 who asked
    in earlier ones. In each period the hazard is the share who ask of those who have not: above the median exposure of
    that period, and at most at it. The ratio is that of the means of the two over the periods (and platforms) in which
    both are there. Of who asks, ``none``: the share without any exposure; ``median``: that of their exposure.
    """
    found = {key: np.full(f.n_lanes, np.nan) for key in ("hazard ratio", "none", "median")}
    last = (~f.beyond.is_over).sum(axis=0) - 1  # the step of the end of each platform, or of the horizon
    for people in f.people:
        pairs = [_pairs(people.world, p) for p in range(f.model.state.n_platforms)]
        for v in people.lanes:
            hazards: list[tuple[float, float]] = []
            asking: list[Floats] = []
            for p, each in enumerate(pairs):
                if len(each.who):
                    step = f.model.state.first_asked[v, people.world.mine(p)][each.opened].astype(np.int64)
                    _add(each, step, (f.model.day, int(last[v, p])), hazards, asking)
            above, below = np.array(hazards).T.mean(axis=1) if hazards else (np.nan, np.nan)
            found["hazard ratio"][v] = above / below if below > 0 else np.nan
            when = np.concatenate(asking) if asking else np.empty(0)
            if len(when):
                found["none"][v], found["median"][v] = (when == 0).mean(), np.median(when)
    return found


def _pairs(world: Drawn, platform: int) -> Pairs:
    """Return who sees whom among the clients of day 0; nobody where all see all, for all are exposed alike."""
    links, owners = world.network, world.owners(platform)
    opened = np.asarray(world.accounts.balance[world.mine(platform)] > 0)
    owners = owners[opened]
    place = np.full(links.n_nodes, -1)
    place[owners] = np.arange(len(owners))
    indptr, seen = links.seen
    all_see_all = links.is_complete or len(seen) == links.n_nodes * (links.n_nodes - 1)
    who = np.arange(0 if all_see_all else len(owners))[:: max(len(owners) // MOST, 1)]
    n = np.diff(indptr)[owners[who]]
    entry = np.arange(n.sum()) + np.repeat(indptr[owners[who]] - np.concatenate([[0], np.cumsum(n)[:-1]]), n)
    ego, alter = np.repeat(np.arange(len(who)), n), place[seen[entry.astype(np.int64)]]
    ego, alter = ego[alter >= 0], alter[alter >= 0]
    degree = np.bincount(ego, minlength=len(who))
    new = np.cumsum(degree > 0) - 1
    return Pairs(opened, who[degree > 0], degree[degree > 0], new[ego], alter)


def _add(
    pairs: Pairs, step: Ints, ends: tuple[int, int], hazards: list[tuple[float, float]], asking: list[Floats]
) -> None:
    """Add what one platform of one lane shows: hazards above the median and not, exposures of those who ask.

    ``step`` int64 (clients of day 0,): of the first request, −1 without; ``ends``: steps of the run, and until the
    platform ends.
    """
    n_steps, end = ends
    period = np.where(step > 0, (step - 1) * PERIODS // n_steps, PERIODS)
    cells = np.bincount(pairs.ego * (PERIODS + 1) + period[pairs.alter], minlength=len(pairs.who) * (PERIODS + 1))
    until = np.cumsum(cells.reshape(-1, PERIODS + 1), axis=1)
    own = period[pairs.who]
    for k in range(PERIODS):
        is_left = own >= k
        if k * n_steps >= end * PERIODS or not is_left.any():
            break
        x = (until[is_left, k - 1] if k else np.zeros(is_left.sum())) / pairs.degree[is_left]
        asks = own[is_left] == k
        asking.append(x[asks])
        above = x > np.median(x)
        if above.any():
            hazards.append((float(asks[above].mean()), float(asks[~above].mean())))
