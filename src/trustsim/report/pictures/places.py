"""Places for the nodes of a network, found by springs."""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.kernels import draws, purposes


def layout(graph: Any, seed: int = 1, rounds: int = 80) -> np.ndarray:
    """Return places for the nodes of a networkx graph, float64 (n, 2) in [-1, 1]; see :func:`places_of`."""
    nodes = list(graph.nodes)
    number = {v: k for k, v in enumerate(nodes)}
    ends = np.array([(number[a], number[b]) for a, b in graph.edges()], dtype=np.int64).reshape(-1, 2)
    return places_of(len(nodes), ends, seed, rounds)


def places_of(n: int, ends: np.ndarray, seed: int = 1, rounds: int = 80) -> np.ndarray:
    """Return places for *n* nodes with links *ends*, int64 (m, 2), by springs: float64 (n, 2) in [-1, 1].

    Make them once and reuse them for every day. Fruchterman and Reingold (1991), doi:10.1002/spe.4380211102, all pairs
    at once: a second for a thousand nodes, where networkx takes five. The start is fixed by ``seed``. Nodes without
    neighbours stand on a ring around the rest.
    """
    ends = ends[ends[:, 0] != ends[:, 1]]
    tied = np.unique(ends)
    places = np.zeros((n, 2))
    if len(tied):
        places[tied] = _springs(np.searchsorted(tied, ends), len(tied), seed, rounds)
    alone = np.setdiff1d(np.arange(n), tied)
    angle = np.linspace(0, 2 * np.pi, len(alone), endpoint=False)
    radius = 1.08 * np.max(np.hypot(*places.T), initial=0.0) or 1.0
    places[alone] = radius * np.column_stack((np.cos(angle), np.sin(angle)))
    return np.asarray(places / np.max(np.abs(places), initial=1e-9))


def _springs(ends: np.ndarray, n: int, seed: int, rounds: int) -> np.ndarray:
    """Return places, float64 (n, 2), at which the pull of edges (m, 2) and the push of all pairs nearly balance."""
    luck = draws.uniforms(n, purposes.PICTURE, draws.key_of(seed, 0))
    places = (2 * luck[:2].T - 1).astype(np.float32)
    length = np.float32(1.6 / np.sqrt(n))
    for reach in np.linspace(0.25, 0.005, rounds, dtype=np.float32):
        x, y = (column[:, None] - column[None, :] for column in places.T)
        push = length**2 / np.maximum(x * x + y * y, np.float32(1e-4))
        move = np.column_stack(((x * push).sum(axis=1), (y * push).sum(axis=1)))
        apart = places[ends[:, 0]] - places[ends[:, 1]]
        pull = apart * np.hypot(*apart.T)[:, None] / length
        np.subtract.at(move, ends[:, 0], pull)
        np.add.at(move, ends[:, 1], pull)
        move -= places * length  # towards the middle, so that parts that are not connected stay in sight
        places += move * np.minimum(1, reach / np.maximum(np.hypot(*move.T), np.float32(1e-6)))[:, None]
    return np.asarray(places, dtype=np.float64)
