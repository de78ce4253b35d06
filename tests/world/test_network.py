"""Networks: their structure against published facts, their repeatability, and what files and networkx bring.

Graphs are drawn under fixed keys, so nothing here is random; tolerances are four standard errors unless another
reason is given, which a right generator meets at nearly every key.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.linalg import eigsh

from trustsim.errors import UnitError
from trustsim.kernels.draws import key_of
from trustsim.registry import REGISTRY
from trustsim.world.build_network import build, count_nodes, extended
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

KEY = key_of(1, 0)
GENERATED = (
    SmallWorld(6, 0.2),
    SmallWorld(4, 1.0),
    Preferential(3),
    Poisson(4.0),
    Poisson(25.0),
    Block(3, 6.0, 0.7),
    Configuration(2.2, 2, 30),
    Complete(),
    NoLinks(),
)


def assert_sound(network: Network) -> None:
    """Rows ascend without repeats or self-loops, stay in range, and (undirected) every link stands in both rows."""
    n, indptr, neighbours = network.n_nodes, network.indptr, network.neighbours
    assert (indptr.dtype, neighbours.dtype) == (np.int64, np.int32)
    assert indptr[0] == 0
    assert indptr[-1] == len(neighbours)
    assert (np.diff(indptr) >= 0).all()
    source = np.repeat(np.arange(n), np.diff(indptr))
    code = source * max(n, 1) + neighbours
    assert (np.diff(code) > 0).all()
    assert (neighbours != source).all()
    assert ((neighbours >= 0) & (neighbours < n)).all()
    if not network.is_directed:
        assert np.array_equal(np.sort(neighbours.astype(np.int64) * max(n, 1) + source), code)


def same(a: Network, b: Network) -> bool:
    return np.array_equal(a.indptr, b.indptr) and np.array_equal(a.neighbours, b.neighbours)


def largest_eigenvalue(network: Network) -> float:
    ones = np.ones(len(network.neighbours))
    return float(eigsh(csr_array((ones, network.neighbours, network.indptr)), k=1, return_eigenvectors=False)[0])


def clustering(network: Network) -> float:
    return float(nx.average_clustering(network.to_networkx()))


# -- every kind ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", GENERATED, ids=str)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 200])
def test_every_kind_is_sound_at_every_size(kind: object, n: int) -> None:
    network = build(kind, n, KEY)
    assert network.n_nodes == n
    assert_sound(network)


@given(
    n=st.integers(0, 60),
    seed=st.integers(0, 2**64 - 1),
    kind=st.one_of(
        st.builds(SmallWorld, st.integers(0, 40).map(lambda k: 2 * k), st.floats(0, 1)),
        st.builds(Preferential, st.integers(1, 70)),
        st.builds(Poisson, st.floats(0, 80)),
        st.builds(Block, st.integers(1, 80), st.floats(0, 80), st.floats(0, 1)),
        st.builds(Configuration, st.floats(0, 10), st.integers(1, 20), st.integers(20, 90)),
    ),
)
def test_any_settings_give_a_sound_network_that_can_be_repeated(n: int, seed: int, kind: object) -> None:
    network = build(kind, n, key_of(seed, 3))
    assert network.n_nodes == n
    assert_sound(network)
    assert same(network, build(kind, n, key_of(seed, 3)))


@pytest.mark.parametrize("kind", GENERATED[:-2], ids=str)
def test_another_replication_gets_another_network(kind: object) -> None:
    assert not same(build(kind, 100, key_of(1, 0)), build(kind, 100, key_of(1, 1)))


def test_every_registered_kind_builds_with_its_defaults(tmp_path: Path) -> None:
    (tmp_path / "friends.csv").write_text("a,b\nb,c\n")
    for name, entry in REGISTRY.group("network_kind").items():
        kind = entry.make(path="friends.csv") if name == "file" else entry.make()
        n = count_nodes(kind, tmp_path) or 50
        assert_sound(build(kind, n, KEY, base_folder=tmp_path))
        assert entry.summary.endswith((".", ":"))
        assert entry.source


PLAIN = """
import sys, numpy as np
from trustsim.kernels.draws import key_of
from trustsim.world.build_network import build, extended
from trustsim.world.network_kinds import *
arrays = {}
for j, kind in enumerate(eval(sys.argv[2])):
    for n in (1, 30):
        network = extended(build(kind, n, key_of(7, j)), 4, 2.5, key_of(7, j))
        arrays[f"{j}-{n}-indptr"], arrays[f"{j}-{n}-neighbours"] = network.indptr, network.neighbours
np.savez(sys.argv[1], **arrays)
"""


@pytest.mark.slow
def test_plain_python_gives_the_same_bits(tmp_path: Path) -> None:
    found = []
    for jit in ("1", "0"):
        out = tmp_path / f"{jit}.npz"
        command = [sys.executable, "-W", "error", "-c", PLAIN, str(out), repr(GENERATED)]
        subprocess.run(command, check=True, env={**os.environ, "NUMBA_DISABLE_JIT": jit})
        with np.load(out) as arrays:
            found.append({name: arrays[name] for name in arrays})
    plain, compiled = found
    assert len(plain) == len(compiled) == 4 * len(GENERATED)
    for name, array in plain.items():
        assert array.dtype == compiled[name].dtype
        assert np.array_equal(array, compiled[name])


def test_declarations_import_nothing_heavy() -> None:
    heavy = "{'numba', 'numpy', 'networkx', 'pandas'}"
    code = f"import sys, trustsim.world.network_kinds as _; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


# -- small world ---------------------------------------------------------------------------------------------------


def test_small_world_without_rewiring_is_the_ring_lattice() -> None:
    network = build(SmallWorld(10, 0.0), 1000, KEY)
    steps = np.array([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])
    ring = np.sort((np.arange(1000)[:, None] + steps) % 1000, axis=1)
    assert np.array_equal(network.neighbours.reshape(1000, 10), ring)
    assert clustering(network) == pytest.approx(3 * (10 - 2) / (4 * (10 - 1)))


@pytest.mark.parametrize("rewire", [0.1, 1.0])
def test_small_world_keeps_its_links_and_rewires_their_share(rewire: float) -> None:
    n, k = 10_000, 10
    network = build(SmallWorld(k, rewire), n, KEY)
    assert network.n_links == n * k // 2
    assert network.degree.min() >= k // 2  # everyone keeps the near end of half the links
    source = np.repeat(np.arange(n), network.degree)
    gap = np.abs(source - network.neighbours)
    moved = np.mean(np.minimum(gap, n - gap) > k // 2)
    by_chance = k / n  # a rewired link may land near by
    assert moved == pytest.approx(rewire, abs=4 * math.sqrt(0.25 / network.n_links) + by_chance)


def test_small_world_clustering_falls_as_the_cube_of_what_is_kept() -> None:
    """Barrat & Weigt (2000), doi:10.1007/s100510050067: C(p) ≈ C(0)·(1 − p)³ up to 1/n; 0.02 for links that meet."""
    network = build(SmallWorld(10, 0.1), 4000, KEY)
    assert clustering(network) == pytest.approx(2 / 3 * 0.9**3, abs=0.02)


def test_small_world_refuses_an_odd_degree() -> None:
    with pytest.raises(UnitError, match="mean_degree 5; an even number"):
        SmallWorld(5)


@pytest.mark.parametrize("kind", [SmallWorld(20, 0.5), Poisson(99.0), Preferential(50), Block(1, 30.0, 0.1)], ids=str)
def test_more_links_than_others_is_the_complete_network(kind: object) -> None:
    assert same(build(kind, 12, KEY), build(Complete(), 12, KEY))


# -- preferential attachment ---------------------------------------------------------------------------------------


def test_preferential_degrees_follow_the_exact_limit() -> None:
    """P(k) = 2m(m + 1) / k(k + 1)(k + 2); Dorogovtsev, Mendes & Samukhin (2000), doi:10.1103/PhysRevLett.85.4633.

    0.005 is three standard errors at 10**5 nodes, 0.0016 each, whose degrees are nearly independent.
    """
    n, m = 100_000, 3
    network = build(Preferential(m), n, KEY)
    assert network.n_links == m * (m + 1) // 2 + (n - m - 1) * m
    assert network.degree.min() == m
    for k in (3, 4, 5, 10):
        assert np.mean(network.degree == k) == pytest.approx(2 * m * (m + 1) / (k * (k + 1) * (k + 2)), abs=0.005)
    assert network.degree.max() > 300  # hubs: of the order m·√n = 950, where a Poisson network would have about 20


def test_preferential_links_go_to_distinct_earlier_nodes() -> None:
    network = build(Preferential(4), 500, KEY)
    source = np.repeat(np.arange(500), network.degree)
    earlier = np.bincount(source[network.neighbours < source], minlength=500)
    assert np.array_equal(earlier, np.minimum(np.arange(500), 4))


# -- poisson and block ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.0, 2.0, 10.0, 60.0])
def test_poisson_degrees_have_the_mean_and_the_variance(mean: float) -> None:
    """Standard errors: of the mean √(2z/n), for a link counts twice; of the variance about z·√(2/n)·√(1 + 1/z)."""
    n = 20_000
    network = build(Poisson(mean), n, KEY)
    assert network.mean_degree == pytest.approx(mean, abs=4 * math.sqrt(2 * mean / n))
    spread = 4 * math.sqrt(2 * mean * (mean + 1) / n)
    assert np.var(network.degree) == pytest.approx(mean * (1 - mean / n), abs=spread)
    isolated = math.exp(-mean)
    assert np.mean(network.degree == 0) == pytest.approx(isolated, abs=4 * math.sqrt(isolated / n) + mean**2 / n)


@pytest.mark.parametrize(("n", "mean"), [(5, 1.6), (40, 30.0)])
def test_poisson_links_every_pair_alike_and_alone(n: int, mean: float) -> None:
    """Over 2,000 keys: the frequency of each pair (five standard errors, many pairs), and the number of links."""
    keys, p, pairs = 2000, mean / (n - 1), n * (n - 1) // 2
    count = np.zeros((n, n))
    links = np.empty(keys)
    for k in range(keys):
        network = build(Poisson(mean), n, key_of(2, k))
        count[np.repeat(np.arange(n), network.degree), network.neighbours] += 1
        links[k] = network.n_links
    error = math.sqrt(p * (1 - p) / keys)
    assert np.allclose(count[~np.eye(n, dtype=bool)] / keys, p, rtol=0, atol=5 * error)
    assert links.mean() == pytest.approx(pairs * p, abs=4 * error * math.sqrt(pairs))
    assert links.var() == pytest.approx(pairs * p * (1 - p), rel=4 * math.sqrt(2 / keys))


def test_poisson_holds_where_nearly_all_are_linked() -> None:
    """(1 − p)**n underflows here, so the links of a node have to be counted span by span."""
    n, mean = 1000, 970.0
    network = build(Poisson(mean), n, KEY)
    assert network.mean_degree == pytest.approx(mean, abs=4 * math.sqrt(2 * mean * (1 - mean / n) / n))
    assert np.var(network.degree) == pytest.approx(mean * (1 - mean / (n - 1)), rel=4 * math.sqrt(2 / n))


def test_block_keeps_its_share_inside_equal_communities() -> None:
    n, communities, mean, share = 20_000, 40, 12.0, 0.75
    network = build(Block(communities, mean, share), n, KEY)
    community = np.arange(n) * communities // n
    inside = community[np.repeat(np.arange(n), network.degree)] == community[network.neighbours]
    assert network.mean_degree == pytest.approx(mean, abs=4 * math.sqrt(2 * mean / n))
    assert inside.mean() == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / network.n_links))


def test_block_at_the_ends_of_inside_share() -> None:
    for share in (0.0, 1.0):
        network = build(Block(4, 6.0, share), 402, KEY)
        community = np.arange(402) * 4 // 402
        inside = community[np.repeat(np.arange(402), network.degree)] == community[network.neighbours]
        assert (inside == bool(share)).all()
        assert network.n_links > 0


# -- configuration, complete, none ---------------------------------------------------------------------------------


def test_configuration_degrees_follow_the_power_law() -> None:
    """Maximum likelihood, Clauset, Shalizi & Newman (2009), doi:10.1137/070710111, equation 3.7, whose own error from
    the continuous approximation is below 0.01 from degree 10 on; erasing and √(largest) = 300 ≪ n cost the rest."""
    n, smallest = 100_000, 10
    network = build(Configuration(3.0, smallest, 1000), n, KEY)
    tail = network.degree[network.degree >= smallest]
    assert 1 + len(tail) / np.log(tail / (smallest - 0.5)).sum() == pytest.approx(3.0, abs=0.03)
    weight = np.arange(10, 1001) ** -3.0
    assert network.mean_degree == pytest.approx((np.arange(10, 1001) * weight).sum() / weight.sum(), rel=0.01)
    assert np.mean(network.degree == 12) == pytest.approx(weight[2] / weight.sum(), abs=0.005)


def test_configuration_with_one_degree_is_a_random_regular_network() -> None:
    """About (k² − 1) / 4 links in all are erased, whatever n: 3.75 at k = 4; 15 would be six standard errors more."""
    network = build(Configuration(2.0, 4, 4), 10_000, KEY)
    assert network.degree.max() == 4
    assert 20_000 - network.n_links <= 15


def test_configuration_with_an_odd_sum_leaves_the_last_node_one_short() -> None:
    degrees = [build(Configuration(2.0, 3, 3), 1001, key_of(4, k)).degree for k in range(20)]
    assert sum(degree[-1] == 2 for degree in degrees) > 15
    assert all(degree.sum() % 2 == 0 for degree in degrees)


def test_configuration_refuses_smallest_above_largest() -> None:
    with pytest.raises(UnitError, match="smallest ≤ largest"):
        Configuration(2.0, 5, 4)


def test_complete_links_all_pairs() -> None:
    network = build(Complete(), 50, KEY)
    assert network.n_links == 50 * 49 // 2
    assert largest_eigenvalue(network) == pytest.approx(49)


def test_a_large_complete_network_needs_no_rows() -> None:
    n = LARGEST_COMPLETE + 1
    network = build(Complete(), n, KEY)
    assert (network.n_links, network.mean_degree, len(network.neighbours)) == (n * (n - 1) // 2, n - 1, 0)
    assert set(network.in_degree.tolist()) == {n - 1}
    assert extended(network, 3, 4.0, KEY).n_nodes == n + 3


def test_no_links_is_everyone_alone() -> None:
    assert build(NoLinks(), 7, KEY).degree.tolist() == [0] * 7
    assert build(NoLinks(), 0, KEY).mean_degree == 0


# -- newcomers -----------------------------------------------------------------------------------------------------


def test_newcomers_come_behind_and_change_no_earlier_link() -> None:
    old = build(Poisson(8.0), 2000, KEY)
    new = extended(old, 1000, 4.5, KEY)
    assert_sound(new)
    assert new.n_nodes == 3000
    for v in range(2000):
        row = new.neighbours[new.indptr[v] : new.indptr[v + 1]]
        assert np.array_equal(row[row < 2000], old.neighbours[old.indptr[v] : old.indptr[v + 1]])
    source = np.repeat(np.arange(3000), new.degree)
    made = np.bincount(source[new.neighbours < source], minlength=3000)[2000:]
    assert set(made) == {4, 5}
    assert made.mean() == pytest.approx(4.5, abs=4 * 0.5 / math.sqrt(1000))
    to_old = new.neighbours[(source >= 2000) & (new.neighbours < 2000)]
    assert to_old.mean() == pytest.approx(999.5, abs=4 * 577 / math.sqrt(len(to_old)))  # any earlier node alike


@given(n=st.integers(0, 20), first=st.integers(0, 9), then=st.integers(0, 9), mean=st.floats(0, 12))
def test_newcomers_in_two_groups_are_newcomers_at_once(n: int, first: int, then: int, mean: float) -> None:
    old = build(Poisson(3.0), n, KEY)
    at_once = extended(old, first + then, mean, KEY)
    assert_sound(at_once)
    assert same(extended(extended(old, first, mean, KEY), then, mean, KEY), at_once)


def test_newcomers_cannot_be_fewer_than_none() -> None:
    with pytest.raises(UnitError, match="neither below 0"):
        extended(build(NoLinks(), 3, KEY), -1, 2.0, KEY)


# -- networkx and edges --------------------------------------------------------------------------------------------


@given(
    n=st.integers(1, 15),
    links=st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=60),
    is_directed=st.booleans(),
)
def test_edges_become_rows(n: int, links: list[tuple[int, int]], is_directed: bool) -> None:
    links = [(a % n, b % n) for a, b in links]
    network = Network.from_edges([a for a, _ in links], [b for _, b in links], n, is_directed=is_directed)
    assert_sound(network)
    graph: nx.Graph[int] = nx.DiGraph() if is_directed else nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from((a, b) for a, b in links if a != b)
    assert nx.utils.graphs_equal(network.to_networkx(), graph)
    assert network.n_links == graph.number_of_edges()
    assert network.n_self_loops == sum(a == b for a, b in links)
    into = [d for _, d in graph.in_degree()] if is_directed else network.degree.tolist()
    assert network.in_degree.tolist() == into


def test_any_networkx_graph_is_taken() -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("zoe")
    graph.add_weighted_edges_from([("bo", "al", 2.0), ("al", "bo", 1.0), ("bo", "al", 5.0), ("cy", "cy", 4.0)])
    network = Network.from_networkx(graph)
    assert network.is_directed
    assert network.indptr.tolist() == [0, 1, 2, 2, 2]  # al, bo, cy, zoe
    assert network.neighbours.tolist() == [1, 0]
    assert network.n_self_loops == 1
    assert network.link_weights.tolist() == [1.0, 7.0]
    assert network.own_weights.tolist() == [0, 0, 4, 0]
    both_ways = Network.from_networkx(graph, is_directed=False, weight=None)
    assert (both_ways.is_directed, both_ways.weights) == (False, None)
    one_way = Network.from_networkx(nx.DiGraph([(0, 1), (2, 1)]))
    assert one_way.indptr.tolist() == [0, 1, 1, 2]
    assert Network.from_networkx(nx.Graph()).n_nodes == 0
    with pytest.raises(UnitError, match="networkx graph, link 1: a link without a weight, while others have one"):
        Network.from_networkx(nx.Graph([(0, 1), (1, 2, {"weight": 2.0})]))
    assert same(build(graph, 4, KEY), network)
    assert build(network, 4, KEY) is network
    assert count_nodes(graph) == count_nodes(network) == 4


def test_labels_that_do_not_compare_keep_their_order() -> None:
    network = Network.from_networkx(nx.Graph([("b", 1), (1, (2, 3))]))
    assert network.indptr.tolist() == [0, 1, 3, 4]
    assert network.neighbours.tolist() == [1, 0, 2, 1]


def test_edges_out_of_range_are_refused() -> None:
    with pytest.raises(UnitError, match="links among nodes -1 to 3; nodes from 0 to 4"):
        Network.from_edges([0, -1], [1, 3], 5)
    with pytest.raises(UnitError, match="two lists of the same length"):
        Network.from_edges([0, 1], [1], 5)


def test_named_networks_are_the_published_ones() -> None:
    facts = {"karate_club": (34, 78), "les_miserables": (77, 254), "davis_southern_women": (32, 89)}
    for name, (n_nodes, n_links) in {**facts, "florentine_families": (15, 20)}.items():
        network = build(Named(name), n_nodes, KEY)
        assert (count_nodes(Named(name)), network.n_links) == (n_nodes, n_links)
        assert_sound(network)
    assert largest_eigenvalue(build(Named(), 34, KEY)) == pytest.approx(6.7257, abs=1e-4)  # row T-19
    with pytest.raises(UnitError, match="did you mean karate_club"):
        build(Named("karate_klub"), 34, KEY)


def test_what_brings_its_own_number_must_meet_the_count() -> None:
    with pytest.raises(
        UnitError, match=r"karate_club has 34 nodes while investors.count is 40; investors.count: 34, or"
    ):
        build(Named(), 40, KEY)
    assert count_nodes(Poisson()) is None
    with pytest.raises(UnitError, match="a network kind, a networkx graph or a Network"):
        build("poisson", 40, KEY)


# -- files ---------------------------------------------------------------------------------------------------------


def read(path: Path, *, directed: bool = False) -> Network:
    kind = FromFile(path.name, directed)
    n_nodes = count_nodes(kind, path.parent)
    assert n_nodes is not None
    return build(kind, n_nodes, KEY, base_folder=path.parent)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.csv", "0,1\n1,2\n"),
        ("header.csv", "user_a,user_b\n0,1\n1,2\n"),
        ("own names.csv", "left,right\n7,8\n8,100\n"),
        ("strings.csv", "from,to\nann,bob\nbob,cy\n"),
        ("quoted.csv", '"Ann, A.","Bob, B."\n"Bob, B.",Cy\n'),
        ("more.csv", "timestamp,caller,callee,duration\n9,0,1,5\n8,1,2,5\n"),
        ("semicolon.csv", "source;target;weight\n1;2;0.5\n2;3;0.5\n"),
        ("tabs.tsv", "# a comment\n\n0\t1\n% another\n1\t2\n"),
        ("words.txt", "0 1\n1   2\n2 1\n"),
        ("bom.edges", "\ufeff0, 1\n1, 2\n1, 1\n"),
        ("mixed.edgelist", "1 2\n2 x\n"),
        ("huge.csv", f"1,{2**70}\n{2**70},3\n"),
    ],
)
def test_edge_lists_are_read_as_people_write_them(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    network = read(tmp_path / name)
    assert (network.n_nodes, network.n_links) == (3, 2)
    assert sorted(network.degree.tolist()) == [1, 1, 2]
    assert_sound(network)


def test_numbers_are_sorted_as_numbers_and_names_as_names(tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("10,9\n9,100\n")
    (tmp_path / "names.csv").write_text("n10,n9\nn9,n100\n")
    assert read(tmp_path / "numbers.csv").degree.tolist() == [2, 1, 1]
    assert read(tmp_path / "names.csv").degree.tolist() == [1, 1, 2]


def test_directions_are_kept_on_request_from_who_is_seen_to_who_sees(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("source,target\n0,1\n0,2\n1,0\n")
    network = read(tmp_path / "calls.csv", directed=True)
    assert (network.degree.tolist(), network.in_degree.tolist()) == ([2, 1, 0], [1, 1, 1])
    assert network.n_links == 3
    (tmp_path / "asked.csv").write_text("ego,alter\n1,0\n2,0\n0,1\n")
    assert same(read(tmp_path / "asked.csv", directed=True), network)
    assert_sound(extended(network, 3, 2.0, KEY))


@pytest.mark.parametrize(
    ("suffix", "write"),
    [
        (".graphml", nx.write_graphml),
        (".gml", nx.write_gml),
        (".gexf", nx.write_gexf),
        (".adjlist", nx.write_adjlist),
        (".net", nx.write_pajek),
        (".g6", nx.write_graph6),
        (".s6", nx.write_sparse6),
        (".json", lambda graph, path: path.write_text(json.dumps(nx.node_link_data(graph, edges="links")))),
    ],
)
def test_graph_files_that_networkx_writes_are_read(tmp_path: Path, suffix: str, write: Callable[..., object]) -> None:
    graph = nx.Graph([(a, b) for a, b in nx.karate_club_graph().edges()])
    write(graph, tmp_path / f"karate{suffix}")
    network = read(tmp_path / f"karate{suffix}")
    assert (network.n_nodes, network.n_links) == (34, 78)
    assert largest_eigenvalue(network) == pytest.approx(6.7257, abs=1e-4)


def test_a_missing_or_strange_file_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "friends.csv").write_text("0,1\n")
    with pytest.raises(UnitError, match=r"frends.csv, which is not there; .* did you mean friends.csv\?"):
        build(FromFile("frends.csv"), 2, KEY, base_folder=tmp_path)
    with pytest.raises(UnitError, match="which is not there"):
        count_nodes(FromFile("a.csv"), tmp_path / "nowhere")
    (tmp_path / "friends.gmll").write_text("")
    with pytest.raises(UnitError, match=r"did you mean .gml\?"):
        count_nodes(FromFile("friends.gmll"), tmp_path)
    with pytest.raises(UnitError, match=r"friends.csv has 2 nodes while investors.count is 3"):
        build(FromFile("friends.csv"), 3, KEY, base_folder=tmp_path)


def test_a_file_is_read_once_and_again_when_it_changes(tmp_path: Path) -> None:
    (tmp_path / "friends.csv").write_text("0,1\n")
    first = read(tmp_path / "friends.csv")
    assert read(tmp_path / "friends.csv") is first
    (tmp_path / "friends.csv").write_text("0,1\n1,2\n")
    assert read(tmp_path / "friends.csv").n_nodes == 3


# -- real networks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "n_nodes", "n_links", "n_self_loops", "mean_degree", "eigenvalue"),
    [("cns_fb_friends.csv", 800, 6418, 11, 16.045, 31.702), ("lastfm_asia_edges.csv", 7624, 27806, 0, 7.294, 38.601)],
)
def test_real_networks_have_their_known_numbers(
    shared_data: Callable[[str], Path],
    name: str,
    n_nodes: int,
    n_links: int,
    n_self_loops: int,
    mean_degree: float,
    eigenvalue: float,
) -> None:
    network = read(shared_data(name))
    assert (network.n_nodes, network.n_links, network.n_self_loops) == (n_nodes, n_links, n_self_loops)
    assert network.mean_degree == pytest.approx(mean_degree, abs=5e-4)
    assert largest_eigenvalue(network) == pytest.approx(eigenvalue, abs=1e-3)
    assert_sound(network)
