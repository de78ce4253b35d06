"""How the people of one cluster decide together: who runs in company, imitates or observes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import layout
from trustsim.measures.finished import Finished, Floats
from trustsim.mechanisms.behaviour.imitation import AGREED
from trustsim.mechanisms.behaviour.observation import DECIDED
from trustsim.registry import REGISTRY

if TYPE_CHECKING:
    from trustsim.world.drawn import Drawn

LEAD = 2  # who sees this many more go one way than the other follows, whatever the own sign says: a cascade


@REGISTRY.enter(
    "outcome", "company", rows=("J2",), source="doi:10.1017/S1365100500015029", better="lower", unit="number", low=0,
    may_not_apply=True,
)  # fmt: skip
def company(f: Finished) -> dict[str, Floats]:
    """How many run at once with one who runs, in the cluster, where clusters decide: mean, and shares of 1, 2 and 3."""
    state = f.model.state
    found = {key: np.full(f.n_lanes, np.nan) for key in ("mean", "1", "2", "3")}
    deciding = f.model.mechanisms["clusters"]
    for people in f.people if deciding.kind is not None else ():
        cluster = people.world.network.clusters[people.world.accounts.investor]
        for v, _ in deciding.on(people.lanes):
            ran = np.flatnonzero(state.flags[v] & layout.RAN)
            if not len(ran):
                continue
            together = np.stack([cluster[ran], state.first_asked[v, ran]])
            _, group, n = np.unique(together, axis=1, return_inverse=True, return_counts=True)
            size = n[group.ravel()]
            found["mean"][v] = size.mean()
            for s in (1, 2, 3):
                found[str(s)][v] = (size == s).mean()
    return found


@REGISTRY.enter(
    "outcome", "consensus_day", rows=("D6",), source="doi:10.1103/PhysRevLett.94.178701", better="", unit="duration",
    low=0, may_not_apply=True,
)  # fmt: skip
def consensus_day(f: Finished) -> Floats:
    """Day on which all of a cluster were first alike, mean over clusters, where people imitate; at most the horizon."""
    return _of_clusters(
        f, lambda _, v, p, cluster: float(np.nan_to_num(f.model.kept[AGREED][v, p, cluster], nan=f.end).mean())
    )


@REGISTRY.enter(
    "outcome", "consensus_out", rows=("D6",), source="doi:10.1103/PhysRevLett.94.178701", better="lower", unit="share",
    low=0, high=1, may_not_apply=True,
)  # fmt: skip
def consensus_out(f: Finished) -> Floats:
    """Share of the clusters all of whom are out at the horizon, where people imitate."""
    state = f.model.state

    def all_out(world: Drawn, v: int, p: int, cluster: NDArray[np.int64]) -> float:
        label = world.network.clusters[world.owners(p)]
        holds = (state.flags[v, world.mine(p)] & layout.HOLDS) > 0
        return float((np.bincount(label, holds, world.network.n_nodes)[cluster] == 0).mean())

    return _of_clusters(f, all_out)


def _of_clusters(f: Finished, value: Callable[[Drawn, int, int, NDArray[np.int64]], float]) -> Floats:
    """Return float64 (lanes,): mean over platforms of *value* of (world, lane, platform, clusters), or NaN."""
    found = np.full(f.n_lanes, np.nan)
    for people in f.people if AGREED in f.model.kept else ():
        clusters = np.unique(people.world.network.clusters)
        for v, _ in f.model.mechanisms["imitation"].on(people.lanes) if len(clusters) else ():
            found[v] = np.mean([value(people.world, v, p, clusters) for p in range(f.model.state.n_platforms)])
    return found


@REGISTRY.enter(
    "outcome", "cascade", rows=("D6", "D12"), source="doi:10.1086/261849", better="", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def cascade(f: Finished) -> dict[str, Floats]:
    """Shares of the clusters in which people observe: in a right cascade, a wrong one, none after 2 and after 4."""
    found = {key: np.full(f.n_lanes, np.nan) for key in ("right", "wrong", "none after 2", "none after 4")}
    for people in f.people if DECIDED in f.model.kept else ():
        opened, n_nodes = people.world.accounts, people.world.network.n_nodes
        place = np.repeat(np.arange(len(opened.first) - 1), np.diff(opened.first)) * n_nodes
        cluster = place + people.world.network.clusters[opened.investor]
        order = np.argsort(cluster, kind="stable")
        _, first, n = np.unique(cluster[order], return_index=True, return_counts=True)
        for v, rule in f.model.mechanisms["observation"].on(people.lanes) if len(order) else ():
            net = np.cumsum(f.model.kept[DECIDED][v][order], dtype=np.int64)
            net -= np.repeat(np.concatenate([[0], net[first[1:] - 1]]), n)
            turn = np.arange(len(net)) - np.repeat(first, n) + 1
            begun = np.minimum.reduceat(np.where(np.abs(net) >= LEAD, turn, len(net) + 1), first)
            way = np.where(begun <= n, np.sign(net[np.minimum(first + begun - 1, len(net) - 1)]), 0)
            right = 1 if rule.bad else -1
            found["right"][v], found["wrong"][v] = (way == right).mean(), (way == -right).mean()
            found["none after 2"][v], found["none after 4"][v] = (begun > 2).mean(), (begun > 4).mean()
    return found
