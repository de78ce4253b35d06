"""Rows of neighbours (CSR) from links that are known: sorted, without repeats, with gaps closed.

A graph on nodes ``0 … n − 1`` is a pair ``(indptr, neighbours)``: int64 (n + 1,) and int32 (entries,). Row ``v`` is
``neighbours[indptr[v]:indptr[v + 1]]``, ascending, without ``v`` itself and without repeats.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.compiled import compiled_with_arrays, inlined

Starts = NDArray[np.int64]  # (rows + 1,): where each row starts
Nodes = NDArray[np.int32]
Rows = tuple[Starts, Nodes]


@inlined
def holds(row: Nodes, start: int | np.int64, end: int | np.int64, node: int | np.int64) -> bool:
    """Say whether ``node`` is in ``row[start:end]``; few entries, so no early exit to mispredict."""
    is_there = False
    for k in range(start, end):
        is_there |= row[k] == node
    return is_there


@compiled_with_arrays
def both_ways(first: Starts, partners: Nodes, is_below: bool) -> Rows:
    """Return the rows of an undirected graph from each link given once.

    ``first``: int64 (n + 1,), ``partners``: int32 (links,): rows as in CSR, distinct, in any order, all below their
    node if ``is_below`` and all above it if not. A row is its lower part, then its upper part. Going through the
    nodes in order puts what they send to others in order; going through that in order does the same for the rest.
    """
    n = len(first) - 1
    sent = np.zeros(n, np.int64)
    for e in range(len(partners)):
        sent[partners[e]] += 1
    indptr = np.zeros(n + 1, np.int64)
    sent_at, own_at = np.empty(n, np.int64), np.empty(n, np.int64)
    for v in range(n):
        n_own = first[v + 1] - first[v]
        indptr[v + 1] = indptr[v] + n_own + sent[v]
        sent_at[v] = indptr[v] + n_own if is_below else indptr[v]
        own_at[v] = indptr[v] if is_below else indptr[v] + sent[v]
    neighbours = np.empty(2 * len(partners), np.int32)
    for v in range(n):
        for e in range(first[v], first[v + 1]):
            u = partners[e]
            neighbours[sent_at[u]] = v
            sent_at[u] += 1
    for u in range(n):
        for e in range(sent_at[u] - sent[u], sent_at[u]):
            v = neighbours[e]
            neighbours[own_at[v]] = u
            own_at[v] += 1
    return indptr, neighbours


@compiled_with_arrays
def rows_of(source: Nodes, target: Nodes, n: int, is_directed: bool) -> Rows:
    """Return the rows of the links ``source[e] → target[e]`` (int32 (links,)), both ways unless ``is_directed``.

    Links to oneself and repeats are left out. Two passes over the links (a counting sort) put every row in order.
    """
    heard = np.zeros(n + 1, np.int64)
    said = np.zeros(n + 1, np.int64)
    for e in range(len(source)):
        if source[e] != target[e]:
            heard[target[e] + 1] += 1
            said[source[e] + 1] += 1
    for v in range(n):
        if not is_directed:
            heard[v + 1] += said[v + 1]
            said[v + 1] = heard[v + 1]
        heard[v + 1] += heard[v]
        said[v + 1] += said[v]
    at = heard[:-1].copy()
    senders = np.empty(heard[n], np.int32)
    for e in range(len(source)):
        s, t = source[e], target[e]
        if s != t:
            senders[at[t]] = s
            at[t] += 1
            if not is_directed:
                senders[at[s]] = t
                at[s] += 1
    at = said[:-1].copy()
    neighbours = np.empty(said[n], np.int32)
    n_kept = 0
    for t in range(n):
        for e in range(heard[t], heard[t + 1]):
            s = senders[e]
            if at[s] == said[s] or neighbours[at[s] - 1] != t:
                neighbours[at[s]] = t
                at[s] += 1
                n_kept += 1
    if n_kept == said[n]:
        return said, neighbours
    return _closed_up(said, at, neighbours, n_kept)


@compiled_with_arrays
def _closed_up(indptr: Starts, end: Starts, neighbours: Nodes, n_kept: int) -> Rows:
    """Return rows without the gaps that left-out links made: row ``v`` is ``neighbours[indptr[v]:end[v]]``."""
    n = len(indptr) - 1
    closed = np.zeros(n + 1, np.int64)
    kept = np.empty(n_kept, np.int32)
    for v in range(n):
        here = closed[v]
        for e in range(indptr[v], end[v]):
            kept[here] = neighbours[e]
            here += 1
        closed[v + 1] = here
    return closed, kept


@compiled_with_arrays
def joined(indptr: Starts, neighbours: Nodes, more_indptr: Starts, more: Nodes) -> Rows:
    """Return the rows with ``more`` behind each, whose nodes come after all of ``neighbours``."""
    n_old, n = len(indptr) - 1, len(more_indptr) - 1
    joined = np.empty(len(neighbours) + len(more), np.int32)
    starts = np.zeros(n + 1, np.int64)
    at = 0
    for v in range(n):
        if v < n_old:
            for e in range(indptr[v], indptr[v + 1]):
                joined[at] = neighbours[e]
                at += 1
        for e in range(more_indptr[v], more_indptr[v + 1]):
            joined[at] = more[e]
            at += 1
        starts[v + 1] = at
    return starts, joined
