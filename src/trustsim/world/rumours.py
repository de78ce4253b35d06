"""Who believes a rumour: seeds, and one step of its spread."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, rumour
from trustsim.kernels.arrays import Clock
from trustsim.kernels.layout import Gauges, Terms
from trustsim.kernels.times import SAME_TIME
from trustsim.world.network import Network
from trustsim.world.state import State


class Told(Protocol):
    """The settings of a rumour that its spread needs (see mechanisms/shocks/rumour.py)."""

    @property
    def seeds(self) -> float: ...
    @property
    def where(self) -> str: ...
    @property
    def infectiousness(self) -> float: ...
    @property
    def tiring(self) -> float: ...
    @property
    def forgetting(self) -> float: ...
    @property
    def risk(self) -> float: ...
    @property
    def fear(self) -> float: ...
    @property
    def broadcast(self) -> float: ...


def seeds(
    network: Network, share: float, where: str, purpose: int, key: NDArray[np.uint64], day: int
) -> NDArray[np.int64]:
    """Return the investors who start it, int64 (n,): a share of all, at least one; ties go to the lower number.

    ``hubs``: the best linked; ``community``: a random investor and those nearest by links; ``random``: anyone.
    """
    n = network.n_nodes
    if n == 0:
        return np.zeros(0, np.int64)
    n_seeds = max(round(share * n), 1)
    luck = draws.uniforms(n, purpose, key, day=day)[0]
    if where == "hubs":
        return np.argsort(-network.degree, kind="stable")[:n_seeds]
    order = np.argsort(luck, kind="stable")
    if where == "random" or network.is_complete:
        return order[:n_seeds]
    return _nearest(network, int(order[0]), n_seeds)


def _nearest(network: Network, start: int, n_wanted: int) -> NDArray[np.int64]:
    found, at = [start], 0
    known = {start}
    while at < len(found) and len(found) < n_wanted:
        row = network.neighbours[network.indptr[found[at]] : network.indptr[found[at] + 1]]
        fresh = [int(j) for j in row if int(j) not in known]
        known.update(fresh)
        found += fresh
        at += 1
    return np.array(found[:n_wanted], np.int64)


def spread_rumour(
    state: State, memory: dict[Any, Any], platform: int, told: Told, begins: NDArray[np.bool_],
    active: NDArray[np.bool_],
    age: NDArray[np.float64], purposes: tuple[int, int], step: int, dt: float, key: NDArray[np.uint64],
) -> NDArray[np.uint8]:  # fmt: skip
    """Seed the rumour in the variants where it begins, then take one step where it acts.

    ``purposes`` address the draws of this rumour: who starts it, whom it reaches. Return uint8 (variants, investors):
    0 ignorant, 1 tells, 2 believes, 3 put right.
    """
    seeding, spreading = purposes
    status: NDArray[np.uint8] = memory.setdefault(
        ("rumour", platform), np.zeros((state.n_variants, state.network.n_nodes), np.uint8)
    )
    groups, clock = state.groups, Clock(step, dt, key)
    terms = state.terms[:, :, platform]
    reverting = np.where(age >= terms[Terms.REBUTTAL_LAG] - SAME_TIME, 1 - (1 - terms[Terms.REBUTTAL]) ** dt, 0.0)
    chance, tiring, forgetting = (1 - (1 - x) ** dt for x in (told.infectiousness, told.tiring, told.forgetting))
    words = rumour.Words(
        platform, spreading, chance, tiring, forgetting, np.float32(told.risk), np.float32(told.fear),
        terms[Terms.EDUCATION].copy(), reverting,
    )  # fmt: skip
    if begins.any():
        first = set(seeds(state.network, told.seeds, told.where, seeding, key, step).tolist())
        if told.broadcast > 0:
            luck = draws.uniforms(state.network.n_nodes, seeding, key, day=step, first=1 << 31)[0]
            first |= set(np.flatnonzero(luck < told.broadcast).tolist())
        for v in np.flatnonzero(begins):
            for who in sorted(first):
                rumour.believe_it(status, groups.accounts, words, v, who)
                status[v, who] = rumour.TELLS
    rumour.spread(status, active, groups.accounts, groups.links, state.population.traits["literacy"], words, clock)
    believers = (status != rumour.IGNORANT) & (status != rumour.PUT_RIGHT)
    state.gauges[Gauges.BELIEVERS, :, platform] = believers.mean(axis=1) if believers.shape[1] else 0.0
    return status
