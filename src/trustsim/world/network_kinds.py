"""The kinds of network that a scenario can name. Declarations only: :mod:`trustsim.world.build_network` builds them.

Nothing heavy is imported here, so that checking a scenario stays fast. Who is linked to whom is drawn by address
(purpose NETWORK): the same kind, number of investors and seed give the same network.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

from trustsim.errors import UnitError
from trustsim.registry import REGISTRY, parameter
from trustsim.world.graph_files.links import Described, Links, fit
from trustsim.world.graph_files.read import read

NAMED = {  # nodes and links
    "karate_club": (34, 78),
    "les_miserables": (77, 254),
    "davis_southern_women": (32, 89),
    "florentine_families": (15, 20),
}
_MOST_LINKS = 10_000  # of one node on average: keeps a slip of the pen from filling the memory


@REGISTRY.enter("network_kind", "small_world", rows=("A10",), source="doi:10.1038/30918")
@dataclass(frozen=True)
class SmallWorld:
    """Link everyone to the nearest on a ring, then rewire a share of the links at random.

    No rewiring is the ring lattice, whose clustering is 3(k − 2) / 4(k − 1); all rewired is nearly Poisson. Where
    ``mean_degree`` reaches the number of investors less one, everyone is linked to everyone.
    """

    mean_degree: int = parameter(
        10,
        unit="count",
        low=0,
        high=_MOST_LINKS,
        step=2,
        source="assumed",
        text="links of an investor on average; an even number",
    )
    rewire: float = parameter(0.1, unit="share", source="doi:10.1038/30918", text="share of links with one end rewired")

    def __post_init__(self) -> None:
        if self.mean_degree % 2:
            raise UnitError(
                f"mean_degree {self.mean_degree}", "an even number: half on either side", f"{self.mean_degree + 1}"
            )


@REGISTRY.enter("network_kind", "preferential", rows=("A10",), source="doi:10.1126/science.286.5439.509")
@dataclass(frozen=True)
class Preferential:
    """Let investors arrive one by one and link to those who have many links already: a few hubs, a scale-free tail.

    The degree is at least ``links``, on average about twice that, and its distribution falls as the cube of the degree.
    """

    links: int = parameter(
        5, unit="count", low=1, high=_MOST_LINKS // 2, source="assumed", text="links that each newcomer makes"
    )


@REGISTRY.enter("network_kind", "poisson", rows=("A10",), source="doi:10.1214/aoms/1177706098")
@dataclass(frozen=True)
class Poisson:
    """Link every pair independently with the same probability: no hubs, no groups.

    The degree is binomial with mean ``mean_degree``, close to Poisson. A mean beyond the number of others links all.
    """

    mean_degree: float = parameter(
        10.0, unit="number", low=0, high=_MOST_LINKS, source="assumed", text="links of an investor on average"
    )


@REGISTRY.enter("network_kind", "block", rows=("A10",), source="doi:10.1016/0378-8733(83)90021-7")
@dataclass(frozen=True)
class Block:
    """Divide investors into equal communities that keep most of their links inside.

    Investor i of n is in community ⌊i · communities / n⌋; pairs are linked independently, more likely inside. One
    community is the Poisson network. Where a community has fewer members than links, all of them are linked.
    """

    communities: int = parameter(10, unit="count", low=1, source="assumed", text="number of communities, of equal size")
    mean_degree: float = parameter(
        10.0, unit="number", low=0, high=_MOST_LINKS, source="assumed", text="links of an investor on average"
    )
    inside_share: float = parameter(0.8, unit="share", source="assumed", text="share of links inside the own community")


@REGISTRY.enter("network_kind", "configuration", rows=("A10",), source="doi:10.1002/rsa.3240060204")
@dataclass(frozen=True)
class Configuration:
    """Draw everyone's number of links from a power law, then match the ends of links at random.

    P(k) ∝ k**−exponent for k from ``smallest`` to ``largest``. Links to oneself and repeats are erased
    (doi:10.1007/s10955-006-9168-x), which costs the largest hubs some of theirs. ``smallest`` = ``largest`` makes
    everyone alike, up to what is erased.
    """

    exponent: float = parameter(
        2.5,
        unit="number",
        low=0,
        high=10,
        source="doi:10.1137/070710111",
        text="how fast the number of links falls off",
    )
    smallest: int = parameter(3, unit="count", low=1, high=_MOST_LINKS, source="assumed", text="fewest links drawn")
    largest: int = parameter(1000, unit="count", low=1, high=1_000_000, source="assumed", text="most links drawn")

    def __post_init__(self) -> None:
        if self.smallest > self.largest:
            raise UnitError(f"smallest {self.smallest} above largest {self.largest}", "smallest ≤ largest")


@REGISTRY.enter("network_kind", "complete", rows=("A10",), source="doi:10.1086/226707")
@dataclass(frozen=True)
class Complete:
    """Link everyone to everyone, as when all can see all. No link is stored."""


@REGISTRY.enter("network_kind", "none", rows=("A10",), source="assumed")
@dataclass(frozen=True)
class NoLinks:
    """Link nobody: investors learn from public messages only."""


@REGISTRY.enter("network_kind", "file", rows=("A10",), source="assumed")
@dataclass(frozen=True)
class FromFile:
    """Read who is linked to whom from an edge list (CSV, TSV, text) or a graph file (GraphML, GML, GEXF, Pajek, …).

    An edge list has two columns of names or numbers, with or without a header, and perhaps a third with weights; of
    columns under a header, those named source and target (or from and to, …) are read, else the first two. A square
    table of numbers is a matrix: from the row to the column. Investors are the nodes in sorted order, so
    ``investors.count`` is the number of nodes or is left out. Links to oneself and repeats are dropped; with weights
    they add up. What is named weight (positive numbers, or quotients as 1/3) says how much a link counts where
    opinions are averaged. ``trustsim check`` says what was read.
    """

    path: str = parameter(
        unit="text", refers="file", source="assumed", text="the file, relative to the scenario file that names it"
    )
    directed: bool = parameter(
        False, unit="flag", source="assumed", text="keep directions: what the first does is seen by the second only"
    )

    def fit(self, count: int | None, n_newcomers: int) -> None:
        """Raise UnitError where the file cannot be read, or is not of this many investors."""
        links = read(self.path)
        fit(os.path.basename(self.path), links.n_nodes, links.weights is not None, count, n_newcomers)

    def brought(self) -> Described:
        """Return what the file brings; raises UnitError where it cannot be read."""
        return _described(read(self.path), os.path.basename(self.path), self.directed)


@functools.lru_cache(maxsize=16)
def _described(links: Links, name: str, is_directed: bool) -> Described:
    return links.described(name, is_directed)


@REGISTRY.enter("network_kind", "named", rows=("A10",), source="https://networkx.org")
@dataclass(frozen=True)
class Named:
    """Take a well-known network that networkx brings, without its weights.

    karate_club: 34 members, 78 links (doi:10.1086/jar.33.4.3629752); les_miserables: 77 characters, 254 links (Knuth
    1993); davis_southern_women: 18 women and 14 events, 89 links (Davis, Gardner & Gardner 1941);
    florentine_families: 15 families, 20 marriages (doi:10.1086/230190).
    """

    name: str = parameter(
        "karate_club",
        unit="name",
        choices=tuple(NAMED),
        source="https://networkx.org",
        text="which network",
    )

    def fit(self, count: int | None, n_newcomers: int) -> None:
        """Raise UnitError where the network is not of this many investors."""
        fit(self.name, NAMED[self.name][0], False, count, n_newcomers)

    def brought(self) -> Described:
        """Return what the network brings."""
        n_nodes, n_links = NAMED[self.name]
        return Described(self.name, n_nodes, n_links, is_directed=False, is_weighted=False, n_without_links=0)
