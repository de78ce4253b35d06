"""Random graphs straight into rows of neighbours (:mod:`trustsim.kernels.graph_rows`), every draw by address.

Every generator here returns undirected graphs: each link stands in both rows. The generators know nothing of settings
and check nothing; :mod:`trustsim.world.build_network` does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.compiled import compiled, compiled_with_arrays
from trustsim.kernels.draws import fill_words
from trustsim.kernels.graph_draws import (
    AGAIN,
    COUNT,
    NEWCOMER,
    PICK,
    Key,
    Words,
    below,
    numbered_word,
    numbered_words,
    picked,
    unit,
)
from trustsim.kernels.graph_rows import Nodes, Rows, Starts, both_ways, holds, joined, rows_of
from trustsim.kernels.purposes import NETWORK

_ONE = np.float64(1.0)
_SPAN_MEAN = np.float64(16.0)  # (1 - p)**(16 / p) never underflows, whatever p


@compiled
def _binomial(u: np.float64, n: np.int32, p: float, nothing: np.float64) -> np.int64:
    """Return the binomial (n, p) count at the quantile ``u``; ``nothing`` is the chance of no success."""
    if p >= _ONE:
        return np.int64(n)
    odds = p / (_ONE - p)
    chance = nothing
    total = nothing
    count = np.int64(0)
    while u > total and count < n:
        chance *= odds * np.float64(n - count) / np.float64(count + 1)
        total += chance
        count += 1
    return count


@compiled_with_arrays
def _powers(p: float, most: int) -> tuple[int | np.int64, NDArray[np.float64]]:
    """Return the widest span to draw at once, at most ``most``, and float64 (width + 1,): (1 − p)**k."""
    width = most if p * most <= _SPAN_MEAN else np.int64(_SPAN_MEAN / p)
    powers = np.ones(width + 1, np.float64)
    for k in range(width):
        powers[k + 1] = powers[k] * (_ONE - p)
    return width, powers


@compiled_with_arrays
def _later_spans(
    n: int, n_blocks: int, width_inside: int | np.int64, width_outside: int | np.int64
) -> tuple[Starts, Nodes, Nodes, NDArray[np.bool_]]:
    """Cut the nodes after each node into spans inside its block, then spans outside.

    Returns int64 ``row`` (n + 1,): the spans of node ``v`` are ``row[v] … row[v + 1] − 1``; int32 ``low``, ``size``;
    bool ``is_inside``.
    """
    most = n // n_blocks // width_inside + n // width_outside + 3
    row = np.zeros(n + 1, np.int64)
    low = np.empty(n * most, np.int32)
    size = np.empty(n * most, np.int32)
    is_inside = np.empty(n * most, np.bool_)
    s, block, end = 0, 0, 0
    for v in range(n):
        while v >= end:
            block += 1
            end = (block * n + n_blocks - 1) // n_blocks
        at = v + 1
        while at < n:
            is_inside[s] = at < end
            low[s] = at
            size[s] = min(width_inside, end - at) if at < end else min(width_outside, n - at)
            at += size[s]
            s += 1
        row[v + 1] = s
    return row, low[:s], size[:s], is_inside[:s]


@compiled_with_arrays
def block_model(n: int, n_blocks: int, p_inside: float, p_outside: float, key: Key) -> Rows:
    """Link every pair independently: with ``p_inside`` in the same block and ``p_outside`` across.

    Node ``v`` is in block ``v · n_blocks // n``; 1 ≤ n_blocks ≤ max(n, 1). One block is the graph G(n, p). For each
    span of later nodes the number of links is drawn (binomial, by inversion), then which ones. Source: Holland,
    Laskey & Leinhardt (1983), doi:10.1016/0378-8733(83)90021-7.
    """
    width_inside, powers_inside = _powers(p_inside, n + 1)
    width_outside, powers_outside = _powers(p_outside, n + 1)
    row, low, size, is_inside = _later_spans(n, n_blocks, width_inside, width_outside)
    words = numbered_words(len(low), COUNT, key)
    first = np.zeros(len(low) + 1, np.int64)
    for s in range(len(low)):
        u = unit(words[s & 3, s >> 2])
        if is_inside[s]:
            count = _binomial(u, size[s], p_inside, powers_inside[size[s]])
        else:
            count = _binomial(u, size[s], p_outside, powers_outside[size[s]])
        first[s + 1] = first[s] + count
    partners = picked(first, low, size, numbered_words(first[-1], PICK, key))
    return both_ways(first[row], partners, False)


@compiled_with_arrays
def small_world(n: int, half: int, rewire: float, key: Key) -> Rows:
    """Link each node of a ring to ``half`` nodes on either side, and rewire each link with chance ``rewire``.

    Lap by lap, as published: the link of ``v`` to its k-th node clockwise keeps ``v`` and takes another end, uniform
    among the nodes that ``v`` is not linked to. Needs 2 · half < n − 1. Source: Watts & Strogatz (1998),
    doi:10.1038/30918.
    """
    ends = np.empty((n, half), np.int32)
    degree = np.full(n, 2 * half, np.int32)
    source = np.empty((n, half), np.int32)
    for v in range(n):
        for k in range(half):
            source[v, k] = v
            ends[v, k] = v + k + 1 if v + k + 1 < n else v + k + 1 - n
    words = np.empty((4, n), np.uint32)
    for lap in range(half):
        fill_words(words[0], words[1], words[2], words[3], 0, lap, NETWORK, key)
        for v in range(n):
            if unit(words[0, v]) < rewire and degree[v] < n - 1:
                end = below(words[1, v], n)
                attempt = 1
                while end == v or holds(ends[v], 0, half, end) or holds(ends[end], 0, half, v):
                    attempt += 1
                    again = words[attempt, v] if attempt < 4 else numbered_word(v, half * (attempt - 3) + lap, key)
                    end = below(again, n)
                degree[ends[v, lap]] -= 1
                degree[end] += 1
                ends[v, lap] = end
    return rows_of(source.reshape(n * half), ends.reshape(n * half), n, False)


@compiled_with_arrays
def preferential(n: int, n_each: int, key: Key) -> Rows:
    """Let nodes arrive one by one and link each to ``n_each`` ≥ 1 distinct earlier nodes, drawn by their degree.

    The first ``n_each + 1`` nodes are all linked. An end of a link drawn uniformly is a node drawn by degree; one
    that is linked already is drawn again. Source: Barabási & Albert (1999), doi:10.1126/science.286.5439.509.
    """
    first = np.zeros(n + 1, np.int64)
    for v in range(n):
        first[v + 1] = first[v] + min(v, n_each)
    n_links = first[n]
    words = numbered_words(n_links, PICK, key)
    partners = np.empty(n_links, np.int32)
    ends = np.empty(2 * n_links, np.int32)
    for v in range(n):
        start = first[v]
        for e in range(start, first[v + 1]):
            if v <= n_each:
                partners[e] = e - start
            else:
                attempt = AGAIN
                node = ends[below(words[e & 3, e >> 2], 2 * start)]
                while holds(partners, start, e, node):
                    node = ends[below(numbered_word(e, attempt, key), 2 * start)]
                    attempt += 1
                partners[e] = node
        for e in range(start, first[v + 1]):
            ends[2 * e] = v
            ends[2 * e + 1] = partners[e]
    return both_ways(first, partners, True)


@compiled_with_arrays
def configuration(n: int, ladder: Words, smallest: int, key: Key) -> Rows:
    """Draw a degree for every node, then match the ends of links at random; erase links to oneself and repeats.

    ``ladder``: uint32 (degrees − 1,), ascending: the degree is ``smallest`` plus the number of steps ≤ a word. Where
    the sum is odd the last node is left one short. Sources: Molloy & Reed (1995), doi:10.1002/rsa.3240060204; erased:
    Britton, Deijfen & Martin-Löf (2006), doi:10.1007/s10955-006-9168-x.
    """
    words = numbered_words(n, COUNT, key)
    first = np.zeros(n + 1, np.int64)
    for v in range(n):
        first[v + 1] = first[v] + smallest + np.searchsorted(ladder, words[v & 3, v >> 2], "right")
    ends = np.empty(first[n], np.int32)
    for v in range(n):
        ends[first[v] : first[v + 1]] = v
    n_links = first[n] // 2
    words = numbered_words(n_links, PICK, key)
    source = np.empty(n_links, np.int32)
    target = np.empty(n_links, np.int32)
    for e in range(n_links):
        left = 2 * (n_links - e)
        pick = below(words[e & 3, e >> 2], left - 1)
        source[e] = ends[left - 1]
        target[e] = ends[pick]
        ends[pick] = ends[left - 2]
    return rows_of(source, target, n, False)


@compiled_with_arrays
def complete(n: int) -> Rows:
    """Link every pair: n · (n − 1) entries."""
    indptr = np.zeros(n + 1, np.int64)
    neighbours = np.empty(n * max(n - 1, 0), np.int32)
    at = 0
    for v in range(n):
        for u in range(n):
            if u != v:
                neighbours[at] = u
                at += 1
        indptr[v + 1] = at
    return indptr, neighbours


@compiled_with_arrays
def extended(indptr: Starts, neighbours: Nodes, n_extra: int, mean_degree: float, key: Key) -> Rows:
    """Append ``n_extra`` nodes, each linked both ways to ``mean_degree`` earlier nodes.

    A fraction is the chance of one more. Draws are addressed by the newcomer and the number of its link, so that
    adding five nodes is adding three, then two.
    """
    n_old = len(indptr) - 1
    n = n_old + n_extra
    whole = np.int64(mean_degree)
    first = np.zeros(n + 1, np.int64)
    for v in range(n_old, n):
        one_more = unit(numbered_word(v, NEWCOMER, key)) < mean_degree - whole
        first[v + 1] = first[v] + min(v, whole + one_more)
    words = np.empty((4, (first[n] + 3) >> 2), np.uint32)
    for v in range(n_old, n):
        for e in range(first[v], first[v + 1]):
            words[e & 3, e >> 2] = numbered_word(v, NEWCOMER + 1 + e - first[v], key)
    partners = picked(first[n_old:], np.zeros(n_extra, np.int32), np.arange(n_old, n).astype(np.int32), words)
    return joined(indptr, neighbours, *both_ways(first, partners, True))
