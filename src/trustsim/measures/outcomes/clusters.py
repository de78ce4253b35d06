"""How the people of one cluster decide together: who runs in company, imitates or observes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import layout
from trustsim.measures.finished import Finished, Floats
from trustsim.registry import REGISTRY

LEAD = 2  # who sees this many more go one way than the other follows, whatever the own sign says: a cascade


@REGISTRY.enter(
    "outcome", "company", rows=("J2",), source="doi:10.1017/S1365100500015029", better="lower", unit="number", low=0,
    may_not_apply=True,
)  # fmt: skip
def company(f: Finished) -> dict[str, Floats]:
    """How many run at once with one who runs, in the cluster, where clusters decide: mean, and shares of 1, 2 and 3."""
    state = f.model.state
    found = {key: np.full(f.n_variants, np.nan) for key in ("mean", "1", "2", "3")}
    for v in range(f.n_variants):
        ran = (state.flags[v] & layout.RAN) > 0
        if f.model.mechanisms["clusters"][v] is None or not ran.any():
            continue
        together = np.stack([state.network.clusters[state.accounts.investor[ran]], state.asked_day[v, ran]])
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
        f, lambda v, p, cluster: float(np.nan_to_num(f.model.kept["agreed"][v, p, cluster], nan=f.end).mean())
    )


@REGISTRY.enter(
    "outcome", "consensus_out", rows=("D6",), source="doi:10.1103/PhysRevLett.94.178701", better="lower", unit="share",
    low=0, high=1, may_not_apply=True,
)  # fmt: skip
def consensus_out(f: Finished) -> Floats:
    """Share of the clusters all of whom are out at the horizon, where people imitate."""
    state = f.model.state

    def all_out(v: int, p: int, cluster: NDArray[np.int64]) -> float:
        mine = slice(*state.accounts.first[p : p + 2])
        label = state.network.clusters[state.accounts.investor[mine]]
        holds = (state.flags[v, mine] & layout.HOLDS) > 0
        return float((np.bincount(label, holds, state.network.n_nodes)[cluster] == 0).mean())

    return _of_clusters(f, all_out)


def _of_clusters(f: Finished, value: Callable[[int, int, NDArray[np.int64]], float]) -> Floats:
    """Return float64 (variants,): mean over platforms of *value* of (variant, platform, clusters), or NaN."""
    found = np.full(f.n_variants, np.nan)
    clusters = np.unique(f.model.state.network.clusters) if "agreed" in f.model.kept else np.zeros(0, np.int64)
    for v, rule in enumerate(f.model.mechanisms["imitation"]):
        if rule is not None and len(clusters):
            found[v] = np.mean([value(v, p, clusters) for p in range(f.model.state.n_platforms)])
    return found


@REGISTRY.enter(
    "outcome", "cascade", rows=("D6", "E7"), source="doi:10.1086/261849", better="", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def cascade(f: Finished) -> dict[str, Floats]:
    """Shares of the clusters in which people observe: in a right cascade, a wrong one, none after 2 and after 4."""
    found = {key: np.full(f.n_variants, np.nan) for key in ("right", "wrong", "none after 2", "none after 4")}
    state = f.model.state
    for v, rule in enumerate(f.model.mechanisms["observation"]):
        if rule is None or "decided" not in f.model.kept or not state.accounts.n_accounts:
            continue
        place = np.repeat(np.arange(state.n_platforms), np.diff(state.accounts.first)) * state.network.n_nodes
        cluster = place + state.network.clusters[state.accounts.investor]
        order = np.argsort(cluster, kind="stable")
        _, first, n = np.unique(cluster[order], return_index=True, return_counts=True)
        net = np.cumsum(f.model.kept["decided"][v][order], dtype=np.int64)
        net -= np.repeat(np.concatenate([[0], net[first[1:] - 1]]), n)
        turn = np.arange(len(net)) - np.repeat(first, n) + 1
        begun = np.minimum.reduceat(np.where(np.abs(net) >= LEAD, turn, len(net) + 1), first)
        way = np.where(begun <= n, np.sign(net[np.minimum(first + begun - 1, len(net) - 1)]), 0)
        right = 1 if rule.bad else -1
        found["right"][v], found["wrong"][v] = (way == right).mean(), (way == -right).mean()
        found["none after 2"][v], found["none after 4"][v] = (begun > 2).mean(), (begun > 4).mean()
    return found
