"""Who is linked to whom: rows of neighbours (CSR), of lists of links, of what a file holds, or of a networkx graph.

What a node does reaches the nodes in its row. In an undirected network every link stands in both rows.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from trustsim.errors import UnitError
from trustsim.kernels.graph_rows import rows_of
from trustsim.world.graph_files.links import BOTH_WAYS, ONE_WAY, Gathering, Links


@dataclass(frozen=True, eq=False)
class Network:
    """Rows of neighbours; shared by all variants and not to be written.

    ``indptr``: int64 (n_nodes + 1,); ``neighbours``: int32 (entries,): row ``v`` is
    ``neighbours[indptr[v]:indptr[v + 1]]``, ascending, without ``v`` and without repeats. ``n_self_loops`` counts the
    links from a node to itself that were found and dropped on the way in. ``is_complete``: all are linked to all, and
    the rows are left empty. ``weights`` float64 (entries,), ``self_weights`` float64 (n_nodes,): how much a
    link, and a link to oneself, counts where opinions are averaged; None: 1 and 0.
    """

    indptr: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    is_directed: bool = False
    n_self_loops: int = 0
    is_complete: bool = False
    weights: NDArray[np.float64] | None = None
    self_weights: NDArray[np.float64] | None = None

    @property
    def n_nodes(self) -> int:
        return len(self.indptr) - 1

    @property
    def n_links(self) -> int:
        """Number of links; one that goes both ways counts once unless the network is directed."""
        return self._n_entries if self.is_directed else self._n_entries // 2

    @property
    def _n_entries(self) -> int:
        return self.n_nodes * (self.n_nodes - 1) if self.is_complete else len(self.neighbours)

    @property
    def degree(self) -> NDArray[np.int64]:
        """int64 (n_nodes,): how many nodes see what this one does."""
        return np.full(self.n_nodes, self.n_nodes - 1) if self.is_complete else np.diff(self.indptr)

    @property
    def in_degree(self) -> NDArray[np.int64]:
        """int64 (n_nodes,): how many nodes this one sees; the same as ``degree`` unless the network is directed."""
        if not self.is_directed:
            return self.degree
        return np.bincount(self.neighbours, minlength=self.n_nodes).astype(np.int64)

    @functools.cached_property
    def link_weights(self) -> NDArray[np.float64]:
        """float64 (entries,): how much each link counts."""
        return np.ones(len(self.neighbours)) if self.weights is None else self.weights

    @functools.cached_property
    def own_weights(self) -> NDArray[np.float64]:
        """float64 (n_nodes,): how much each node's link to itself counts."""
        return np.zeros(self.n_nodes) if self.self_weights is None else self.self_weights

    @functools.cached_property
    def seen(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Rows of whom each node sees, as ``indptr`` and ``neighbours``, which hold by whom it is seen."""
        if not self.is_directed:
            return self.indptr, self.neighbours
        sender = np.repeat(np.arange(self.n_nodes, dtype=np.int32), self.degree)
        order = np.argsort(self.neighbours, kind="stable")
        return np.concatenate([[0], np.cumsum(self.in_degree)]).astype(np.int64), sender[order]

    @functools.cached_property
    def clusters(self) -> NDArray[np.int64]:
        """int64 (n_nodes,): the smallest number among all that a node is linked to, directly or through others."""
        if self.is_complete:
            return np.zeros(self.n_nodes, np.int64)
        rows = csr_array((np.ones(len(self.neighbours), np.int8), self.neighbours, self.indptr), 2 * (self.n_nodes,))
        _, label = connected_components(rows, directed=False)
        _, first = np.unique(label, return_index=True)
        return np.asarray(first[label], np.int64)

    @property
    def mean_degree(self) -> float:
        """Entries per node; 0 where there are no nodes. Zachary's karate club: 156 / 34 = 4.588."""
        return self._n_entries / self.n_nodes if self.n_nodes else 0.0

    @classmethod
    def from_edges(
        cls,
        source: ArrayLike,
        target: ArrayLike,
        n_nodes: int,
        *,
        is_directed: bool = False,
        weights: ArrayLike | None = None,
    ) -> Network:
        """Return the network of the links ``source[e] → target[e]``, both ways unless ``is_directed``.

        ``source``, ``target``: integers (links,) in [0, n_nodes). Self-loops are dropped and counted, repeats dropped.
        ``weights``: positive numbers (links,); those of repeats add up, those of self-loops are kept.

        Raises
        ------
        UnitError : for ends outside [0, n_nodes) or lists of different length.
        """
        a, b = np.asarray(source, dtype=np.int64), np.asarray(target, dtype=np.int64)
        if a.shape != b.shape or a.ndim != 1:
            raise UnitError(f"source of shape {a.shape} and target of shape {b.shape}", "two lists of the same length")
        if len(a) and (min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= n_nodes):
            raise UnitError(
                f"links among nodes {min(a.min(), b.min())} to {max(a.max(), b.max())}",
                f"nodes from 0 to {n_nodes - 1}",
            )
        rows = rows_of(a.astype(np.int32), b.astype(np.int32), n_nodes, is_directed)
        n_self_loops = int(np.count_nonzero(a == b))
        if weights is None:
            return cls(*rows, is_directed, n_self_loops)
        w = np.asarray(weights, dtype=np.float64)
        own = np.bincount(a[a == b], w[a == b], n_nodes).astype(np.float64)
        return cls(*rows, is_directed, n_self_loops, False, _added_up(a, b, w, n_nodes, is_directed), own)

    @classmethod
    def from_links(cls, links: Links, *, is_directed: bool = False) -> Network:
        """Return the network of what a file holds.

        Where directions are kept, a link without one goes both ways. Weights that are all 1 are none.
        """
        source, target = np.frombuffer(links.source, np.int64), np.frombuffer(links.target, np.int64)
        weights = None if links.weights is None else np.frombuffer(links.weights, np.float64)
        if is_directed:
            back = (np.frombuffer(links.ways, np.uint8) == BOTH_WAYS) & (source != target)
            source, target = np.concatenate([source, target[back]]), np.concatenate([target, source[back]])
            weights = None if weights is None else np.concatenate([weights, weights[back]])
        return cls.from_edges(source, target, links.n_nodes, is_directed=is_directed, weights=weights)

    @classmethod
    def from_networkx(
        cls, graph: nx.Graph[Any], *, is_directed: bool | None = None, weight: str | None = "weight"
    ) -> Network:
        """Return the network of any networkx graph; isolated nodes are kept.

        Nodes are numbered in the sorted order of their labels, or in the order of ``graph.nodes`` where labels do not
        compare (say 1 and 'a'). ``is_directed``: None for as the graph is. ``weight``: the attribute that is the
        weight of every link, where any has it; None for no weights.

        Raises UnitError for weights that only some links have, or that are not positive numbers.
        """
        try:
            labels = sorted(graph.nodes)
        except TypeError:
            labels = list(graph.nodes)
        has_directions = graph.is_directed()
        keeps_directions = has_directions if is_directed is None else is_directed
        if not labels:
            return cls.from_edges([], [], 0, is_directed=keeps_directions)
        gathering = Gathering("the networkx graph", "link")
        number = {label: gathering.declare(str(k), 0) for k, label in enumerate(labels)}
        for place, (a, b, data) in enumerate(graph.edges(data=True), 1):
            given = None if weight is None else data.get(weight)
            gathering.link(number[a], number[b], place, given, ONE_WAY if has_directions else BOTH_WAYS)
        return cls.from_links(gathering.done(), is_directed=keeps_directions)

    def to_networkx(self) -> nx.Graph[int]:
        """Return a networkx Graph (DiGraph where directed) on the nodes 0 … n_nodes − 1."""
        if self.is_complete:
            return nx.Graph(nx.complete_graph(self.n_nodes))
        graph: nx.Graph[int] = nx.DiGraph() if self.is_directed else nx.Graph()
        graph.add_nodes_from(range(self.n_nodes))
        source = np.repeat(np.arange(self.n_nodes), self.degree)
        graph.add_edges_from(zip(source.tolist(), self.neighbours.tolist(), strict=True))
        return graph


def _added_up(
    a: NDArray[np.int64], b: NDArray[np.int64], weights: NDArray[np.float64], n_nodes: int, is_directed: bool
) -> NDArray[np.float64]:
    """Return float64 (entries,): the weights in the order of the rows."""
    is_link = a != b
    ends, w = (a[is_link], b[is_link]), weights[is_link]
    if not is_directed:
        ends, w = (np.concatenate(ends), np.concatenate(ends[::-1])), np.concatenate([w, w])
    rows = coo_array((w, ends), (n_nodes, n_nodes)).tocsr()
    rows.sort_indices()
    return np.asarray(rows.data, np.float64)
