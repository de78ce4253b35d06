"""How the people of one cluster decide together: who runs in company, imitates or observes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import layout
from trustsim.measures.finished import Finished, Floats
from trustsim.mechanisms.behaviour.imitation import AGREED
from trustsim.mechanisms.behaviour.in_turn import AGAINST, DECIDED, FREE, LEAD, SAW, SAW_LEAVING, SAW_STAYING
from trustsim.registry import REGISTRY

if TYPE_CHECKING:
    from trustsim.world.drawn import Drawn


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
    "outcome", "cascade", rows=("D6", "D12"), source="doi:10.1086/261849; E-52", better="", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def cascade(f: Finished) -> dict[str, Floats]:
    """Shares of the clusters in which people observe: in a right cascade, a wrong one, none after 2 and after 4.

    A cascade is where two more have gone one way than the other. ``possible``: the share in which somebody saw that
    with an own signal against it; ``joined``: the share of these in which the first of them went with the many.
    """
    parts = ("right", "wrong", "none after 2", "none after 4", "possible", "joined")
    found = {key: np.full(f.n_lanes, np.nan) for key in parts}
    observing = f.model.mechanisms["observation"]
    for people in f.people if DECIDED in f.model.kept and observing.kind is not None else ():
        opened, n_nodes = people.world.accounts, people.world.network.n_nodes
        place = np.repeat(np.arange(len(opened.first) - 1), np.diff(opened.first)) * n_nodes
        cluster = place + people.world.network.clusters[opened.investor]
        order = np.argsort(cluster, kind="stable")
        _, first, n = np.unique(cluster[order], return_index=True, return_counts=True)
        turn = np.arange(len(order)) - np.repeat(first, n) + 1
        for v, rule in observing.on(people.lanes) if len(order) else ():
            decided = f.model.kept[DECIDED][v][order]
            net = np.cumsum(decided, dtype=np.int64)
            net -= np.repeat(np.concatenate([[0], net[first[1:] - 1]]), n)
            begun = _first_turn(np.abs(net) >= LEAD, turn, first)
            way = np.where(begun <= n, np.sign(net[np.minimum(first + begun - 1, len(net) - 1)]), 0)
            right = 1 if rule.bad else -1
            found["right"][v], found["wrong"][v] = (way == right).mean(), (way == -right).mean()
            found["none after 2"][v], found["none after 4"][v] = (begun > 2).mean(), (begun > 4).mean()
            against = _first_turn((f.model.kept[SAW][v][order] & AGAINST) > 0, turn, first)
            met = (first + against - 1)[against <= n]
            found["possible"][v] = len(met) / len(n)
            found["joined"][v] = ((net - decided)[met] * decided[met] > 0).mean() if len(met) else np.nan
    return found


def _first_turn(holds: NDArray[np.bool_], turn: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return int64 (clusters,): the first turn for which it holds, of clusters that begin there, or a large number."""
    return np.asarray(np.minimum.reduceat(np.where(holds, turn, len(turn) + 1), first))


@REGISTRY.enter(
    "outcome", "left_having_seen", rows=("D6", "J2"), source="doi:10.1016/j.jebo.2014.01.019; E-49", better="lower",
    unit="share", low=0, high=1, may_not_apply=True,
)  # fmt: skip
def left_having_seen(f: Finished) -> dict[str, Floats]:
    """Share who left of those who decided once, by what they saw: a ``withdrawal``, only ``staying``, or ``nothing``.

    Who had to leave is not counted. NaN where nobody saw that, and where no rule lets people decide in turn.
    """
    found = {key: np.full(f.n_lanes, np.nan) for key in ("withdrawal", "staying", "nothing")}
    for v in range(f.n_lanes) if SAW in f.model.kept else ():
        saw, left = f.model.kept[SAW][v], f.model.kept[DECIDED][v] > 0
        is_free, leaving, staying = ((saw & bit) > 0 for bit in (FREE, SAW_LEAVING, SAW_STAYING))
        seen = {"withdrawal": leaving, "staying": staying & ~leaving, "nothing": ~(leaving | staying)}
        for key, which in seen.items():
            who = is_free & which
            found[key][v] = left[who].mean() if who.any() else np.nan
    return found
