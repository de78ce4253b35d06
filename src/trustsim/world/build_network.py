"""How the network of a kind is made: drawn by address, read from a file, or brought by networkx."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from trustsim.errors import UnitError, nearest, one_of
from trustsim.kernels import graphs
from trustsim.world.graph_files.links import Links, another_count, weights_and_newcomers
from trustsim.world.graph_files.read import read
from trustsim.world.network import Network
from trustsim.world.network_kinds import (
    Block,
    Complete,
    Configuration,
    FromFile,
    Named,
    NoLinks,
    Poisson,
    Preferential,
    SmallWorld,
)
from trustsim.world.network_size import LARGEST_COMPLETE


def build(kind: object, n_nodes: int, key: NDArray[np.uint64], *, base_folder: str | Path = ".") -> Network:
    """Return the network of *kind* among ``n_nodes`` nodes, drawn under ``key`` (uint64 (2,)).

    *kind* is an instance of a class of :mod:`trustsim.world.network_kinds`, a networkx graph, or a Network. A file is
    looked for in ``base_folder`` and read once for as long as it does not change.

    Raises
    ------
    UnitError : for another kind of thing, a file that is not there or cannot be read (with the line), a network that
        brings another number of nodes.
    """
    network = _brought(kind, base_folder)
    if network is None:
        return _generated(kind, n_nodes, key)
    if network.n_nodes != n_nodes:
        name = (
            os.path.basename(kind.path)
            if isinstance(kind, FromFile)
            else kind.name
            if isinstance(kind, Named)
            else "the network"
        )
        raise another_count(name, network.n_nodes, n_nodes)
    return network


def count_nodes(kind: object, base_folder: str | Path = ".") -> int | None:
    """Return the number of nodes that *kind* brings with it (a file, a named or given network), else None."""
    network = _brought(kind, base_folder)
    return None if network is None else network.n_nodes


def extended(network: Network, n_extra: int, mean_degree: float, key: NDArray[np.uint64]) -> Network:
    """Return the network with ``n_extra`` newcomers behind its nodes.

    Each is linked both ways to ``mean_degree`` earlier nodes, all equally likely; of a fraction, at random the whole
    number below or above. Earlier newcomers count. Rows that are there keep their neighbours in order, new ones come
    behind. Adding five newcomers is the same as adding three, then two. A complete network whose rows are not written
    out stays complete.
    """
    if n_extra < 0 or mean_degree < 0:
        raise UnitError(f"{n_extra} newcomers with {mean_degree} links", "neither below 0")
    if network.is_complete:
        return _complete(Complete(), network.n_nodes + n_extra, key)
    if network.weights is not None and n_extra:
        raise weights_and_newcomers(n_extra)
    rows = graphs.extended(network.indptr, network.neighbours, n_extra, float(mean_degree), key)
    return Network(*rows, network.is_directed, network.n_self_loops)


# -- generated -----------------------------------------------------------------------------------------------------


@functools.singledispatch
def _generated(kind: object, n_nodes: int, key: NDArray[np.uint64]) -> Network:
    raise UnitError(f"{kind!r} as a network", "a network kind, a networkx graph or a Network")


@_generated.register
def _small_world(kind: SmallWorld, n_nodes: int, key: NDArray[np.uint64]) -> Network:
    if kind.mean_degree >= n_nodes - 1:
        return _complete(Complete(), n_nodes, key)
    return Network(*graphs.small_world(n_nodes, kind.mean_degree // 2, float(kind.rewire), key))


@_generated.register
def _preferential(kind: Preferential, n_nodes: int, key: NDArray[np.uint64]) -> Network:
    return Network(*graphs.preferential(n_nodes, kind.links, key))


@_generated.register
def _poisson(kind: Poisson, n_nodes: int, key: NDArray[np.uint64]) -> Network:
    return Network(*graphs.block_model(n_nodes, 1, _chance(kind.mean_degree, n_nodes - 1), 0.0, key))


@_generated.register
def _block(kind: Block, n_nodes: int, key: NDArray[np.uint64]) -> Network:
    communities = max(1, min(kind.communities, n_nodes))
    inside = kind.mean_degree * kind.inside_share if communities > 1 else kind.mean_degree
    members = n_nodes / communities
    p_inside = _chance(inside, members - 1)
    p_outside = _chance(kind.mean_degree - inside, n_nodes - members)
    return Network(*graphs.block_model(n_nodes, communities, p_inside, p_outside, key))


@_generated.register
def _configuration(kind: Configuration, n_nodes: int, key: NDArray[np.uint64]) -> Network:
    others = max(n_nodes - 1, 0)
    smallest, largest = min(kind.smallest, others), min(kind.largest, others)
    return Network(*graphs.configuration(n_nodes, _ladder(float(kind.exponent), smallest, largest), smallest, key))


@_generated.register
def _complete(kind: Complete, n_nodes: int, key: NDArray[np.uint64]) -> Network:
    if n_nodes > LARGEST_COMPLETE:
        return Network(np.zeros(n_nodes + 1, np.int64), np.zeros(0, np.int32), is_complete=True)
    return Network(*graphs.complete(n_nodes))


@_generated.register
def _none(kind: NoLinks, n_nodes: int, key: NDArray[np.uint64]) -> Network:
    return Network(np.zeros(n_nodes + 1, np.int64), np.zeros(0, np.int32))


def _chance(links: float, others: float) -> float:
    """Return the probability of a link that gives ``links`` on average among ``others``; all where there are fewer."""
    return min(1.0, links / others) if others > 0 else 0.0


@functools.lru_cache(maxsize=64)
def _ladder(exponent: float, smallest: int, largest: int) -> NDArray[np.uint32]:
    """Return uint32 (largest − smallest,): P(degree ≤ smallest + j) for j = 0, 1, … as a share of 2**32."""
    weight = np.maximum(np.arange(smallest, largest + 1, dtype=np.float64), 1.0) ** -exponent
    steps = np.cumsum(weight)[:-1] / weight.sum()
    ladder: NDArray[np.uint32] = np.minimum(steps * 2.0**32, 2.0**32 - 1).astype(np.uint32)
    return ladder


# -- brought along -------------------------------------------------------------------------------------------------


def _brought(kind: object, base_folder: str | Path) -> Network | None:
    """Return the network that does not depend on a number of nodes, or None where *kind* is to be generated."""
    if isinstance(kind, Network):
        return kind
    if isinstance(kind, nx.Graph):
        return Network.from_networkx(kind)
    if isinstance(kind, Named):
        return _named(kind.name)
    if isinstance(kind, FromFile):
        return _of_file(read(os.path.join(base_folder, kind.path)), kind.directed)
    return None


@functools.lru_cache(maxsize=4)
def _of_file(links: Links, is_directed: bool) -> Network:
    return Network.from_links(links, is_directed=is_directed)


@functools.cache
def _named(name: str) -> Network:
    graphs_of: dict[str, Callable[[], nx.Graph[Any]]] = {
        "karate_club": nx.karate_club_graph,
        "les_miserables": nx.les_miserables_graph,
        "davis_southern_women": nx.davis_southern_women_graph,
        "florentine_families": nx.florentine_families_graph,
    }
    if name not in graphs_of:
        raise UnitError(f"the network {name!r}", one_of(graphs_of), nearest(name, list(graphs_of)))
    return Network.from_networkx(graphs_of[name](), weight=None)
