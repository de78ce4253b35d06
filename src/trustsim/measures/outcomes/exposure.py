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
            hazards, asking = np.empty((2, 0)), np.empty(0)
            for p, each in enumerate(pairs):
                if len(each.who):
                    step = f.model.state.first_asked[v, people.world.mine(p)][each.opened].astype(np.int64)
                    shown, exposed = _shown(each, step, f.model.day, int(last[v, p]))
                    hazards, asking = np.append(hazards, shown, axis=1), np.append(asking, exposed)
            above, rest = hazards.sum(axis=1)
            found["hazard ratio"][v] = above / rest if rest > 0 else np.nan
            if len(asking):
                found["none"][v], found["median"][v] = (asking == 0).mean(), np.median(asking)
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


def _shown(pairs: Pairs, step: Ints, n_steps: int, end: int) -> tuple[Floats, Floats]:
    """Return what one platform of one lane shows, by period: hazards; and the exposure of each who asks, float64 (n,).

    Hazards, float64 (2, periods): above the median and not, of the periods in which somebody is. ``step`` int64
    (clients of day 0,): of the first request, −1 without; ``n_steps`` of the run; ``end``: at which the platform ends.
    """
    period = np.where(step > 0, (step - 1) * PERIODS // n_steps, PERIODS)
    own, n, which = period[pairs.who], len(pairs.who), np.arange(PERIODS)[:, None]
    cells = np.bincount(period[pairs.alter] * n + pairs.ego, minlength=(PERIODS + 1) * n).reshape(-1, n)
    x = np.zeros((PERIODS, n))
    x[1:] = np.cumsum(cells[: PERIODS - 1], axis=0) / pairs.degree
    is_left = (own >= which) & (which * n_steps < end * PERIODS)
    asks, n_left = is_left & (own == which), is_left.sum(axis=1)
    in_order, at = np.sort(np.where(is_left, x, np.inf), axis=1), np.arange(PERIODS)
    median = (in_order[at, (n_left - 1) // 2] + in_order[at, np.minimum(n_left // 2, n - 1)]) / 2
    above = is_left & (x > median[:, None])
    n_above = above.sum(axis=1)
    has = n_above > 0
    of_above, of_rest = (asks & above).sum(axis=1)[has], (asks & ~above).sum(axis=1)[has]
    return np.array([of_above / n_above[has], of_rest / (n_left - n_above)[has]]), x[asks]
