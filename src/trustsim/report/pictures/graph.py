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
from trustsim.report.pictures import figures, look, places

LARGEST = 5000


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
    positions : float64 (n, 2) from :func:`~trustsim.report.pictures.places.layout`, so that several days show every
        node at the same place.
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
    spots = places.layout(graph) if positions is None else np.asarray(positions, dtype=np.float64)
    if len(numbers) != len(nodes) or len(spots) != len(nodes):
        given = f"{len(numbers)} values and {len(spots)} places"
        raise TrustsimError(f"network: given {given}; allowed: {len(nodes)} of each")
    with figures.style(ax):
        ax = ax if ax is not None else figures.new_axes(5.6, 5.2)
        number = {v: k for k, v in enumerate(nodes)}
        ends = np.array([(number[a], number[b]) for a, b in graph.edges()], dtype=np.int64).reshape(-1, 2)
        faint = float(np.clip(400 / max(1, len(ends)), 0.08, 0.6))
        ax.add_collection(LineCollection(list(spots[ends]), colors=look.MUTED, linewidths=0.5, alpha=faint, zorder=1))
        scale = Normalize(_end(low, numbers, np.min), _end(high, numbers, np.max))
        sizes = np.clip(4000 / max(1, len(nodes)), 6, 90) * (0.6 + 0.4 * np.sqrt([graph.degree(v) for v in nodes]) / 2)
        x, y = spots.T
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
