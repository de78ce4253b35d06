"""How many people a network brings and how many links it is likely to have, before anybody builds it.

Nothing heavy is imported here, so that checking a scenario stays fast.
"""

from __future__ import annotations

import functools

from trustsim.scenario.resolved import Brings
from trustsim.world.network_kinds import (
    Block,
    Complete,
    Configuration,
    Poisson,
    Preferential,
    SmallWorld,
)

USUAL_COUNT = 1000  # investors where neither the file nor the network says how many
LARGEST_COMPLETE = 2_000  # nodes of a complete network whose rows are written out: 4 · 10**6 entries, 16 MB


def expected(kind: object, count: int | None) -> tuple[int, float]:
    """Return (people, links) of a network kind: those that it brings, or those that it would draw among *count*."""
    brought = _brought(kind)
    if brought is not None:
        return brought[0] if count is None else count, brought[1]
    n = USUAL_COUNT if count is None else count
    return n, min(_degree(kind, n), max(n - 1, 0)) * n / 2


def is_complete(kind: object, people: int, links: float) -> bool:
    """Return whether all are linked to all."""
    return isinstance(kind, Complete | SmallWorld) and people > 1 and 2 * links >= people * (people - 1)


def entries(kind: object, people: int, links: float, newcomers: int, newcomer_links: float) -> int:
    """Return how many entries the rows of neighbours have, each link in both; none where all are linked to all."""
    everyone = people + newcomers
    if is_complete(kind, people, links):
        return everyone * (everyone - 1) if everyone <= LARGEST_COMPLETE else 0
    return int(2 * (links + newcomers * newcomer_links))


@functools.singledispatch
def _degree(kind: object, n: int) -> float:
    """Return the mean number of links of a node."""
    return 0.0


@_degree.register
def _(kind: SmallWorld, n: int) -> float:
    return float(kind.mean_degree)


@_degree.register
def _(kind: Preferential, n: int) -> float:
    return 2.0 * kind.links


@_degree.register
def _(kind: Poisson, n: int) -> float:
    return kind.mean_degree


@_degree.register
def _(kind: Block, n: int) -> float:
    if kind.communities <= 1 or n == 0:
        return kind.mean_degree
    members = n / min(kind.communities, n)
    inside = kind.mean_degree * kind.inside_share
    return min(inside, members - 1) + min(kind.mean_degree - inside, n - members)


@_degree.register
def _(kind: Configuration, n: int) -> float:
    others = max(n - 1, 0)
    smallest, largest = min(kind.smallest, others), min(kind.largest, others)
    return _power_law_mean(kind.exponent, smallest, largest)


@_degree.register
def _(kind: Complete, n: int) -> float:
    return float(max(n - 1, 0))


def _power_law_mean(exponent: float, smallest: int, largest: int) -> float:
    """Return the mean of P(k) ∝ k**−exponent between two bounds, by the integral over cells that grow with k."""
    weight = total = 0.0
    k = smallest
    while k <= largest:
        width = min(max(k // 64, 1), largest - k + 1)
        middle = max(k + (width - 1) / 2, 1.0)
        here = width * middle**-exponent
        weight, total = weight + here, total + here * middle
        k += width
    return total / weight if weight else 0.0


def _brought(kind: object) -> tuple[int, float] | None:
    if isinstance(kind, Brings):
        brought = kind.brought()
        return brought.n_nodes, float(brought.n_links)
    n_nodes, n_links = getattr(kind, "n_nodes", None), getattr(kind, "n_links", None)  # a network that was handed over
    return None if n_nodes is None or n_links is None else (int(n_nodes), float(n_links))
