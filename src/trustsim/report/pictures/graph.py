"""A picture of the network: who is connected to whom, coloured by a value, for watching a run spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize

from trustsim.errors import TrustsimError
from trustsim.kernels import draws, purposes
from trustsim.report.pictures import look

LARGEST = 5000


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


def network(
    graph: Any,
    values: Sequence[float] | np.ndarray | Mapping[Any, float],
    ax: Axes | None = None,
    *,
    positions: np.ndarray | None = None,
    title: str = "",
    label: str = "",
    low: float | None = None,
    high: float | None = None,
    colours: str = "cividis",
) -> Axes:
    """Draw a networkx graph with its nodes coloured by *values*; larger nodes have more neighbours.

    Parameters
    ----------
    values : one number a node, in the order of ``graph.nodes`` or by node; NaN is drawn hollow.
    positions : float64 (n, 2) from :func:`layout`, so that several days show every node at the same place.
    label : what the colour means; with a label a colour bar is drawn.
    low, high : the ends of the colours; by default those of the values.
    colours : a matplotlib colour map; the default reads without colour vision and in print.

    Raises
    ------
    TrustsimError : where the numbers of values, places and nodes differ, or the graph has more than 5,000 nodes.
    """
    nodes = list(graph.nodes)
    numbers = np.array([values[v] for v in nodes] if isinstance(values, Mapping) else values, dtype=np.float64)
    if len(nodes) > LARGEST:
        raise TrustsimError(f"network: given {len(nodes)} nodes; allowed: at most {LARGEST}, draw a subgraph of it")
    places = layout(graph) if positions is None else np.asarray(positions, dtype=np.float64)
    if len(numbers) != len(nodes) or len(places) != len(nodes):
        given = f"{len(numbers)} values and {len(places)} places"
        raise TrustsimError(f"network: given {given}; allowed: {len(nodes)} of each")
    with look.style(ax):
        ax = ax if ax is not None else look.new_axes(5.6, 5.2)
        number = {v: k for k, v in enumerate(nodes)}
        ends = np.array([(number[a], number[b]) for a, b in graph.edges()], dtype=np.int64).reshape(-1, 2)
        faint = float(np.clip(400 / max(1, len(ends)), 0.08, 0.6))
        ax.add_collection(LineCollection(list(places[ends]), colors=look.MUTED, linewidths=0.5, alpha=faint, zorder=1))
        scale = Normalize(_end(low, numbers, np.min), _end(high, numbers, np.max))
        sizes = np.clip(4000 / max(1, len(nodes)), 6, 90) * (0.6 + 0.4 * np.sqrt([graph.degree(v) for v in nodes]) / 2)
        x, y = places.T
        ax.scatter(x, y, sizes, numbers, cmap=colours, norm=scale, edgecolors=look.PAPER, linewidths=0.4, zorder=2)
        none = np.isnan(numbers)
        ax.scatter(x[none], y[none], sizes[none], facecolors="none", edgecolors=look.MUTED, linewidths=0.7, zorder=2)
        ax.set_title(title)
        ax.set_axis_off()
        ax.set_aspect("equal")
        ax.autoscale_view()
        figure = ax.get_figure(root=True)
        if label and figure is not None:
            bar = figure.colorbar(ScalarMappable(scale, colours), ax=ax, shrink=0.6, label=label)
            bar.outline.set_visible(False)
        return ax


def _end(given: float | None, numbers: np.ndarray, find: Any) -> float:
    if given is not None:
        return given
    known = numbers[np.isfinite(numbers)]
    return float(find(known)) if len(known) else 0.0
