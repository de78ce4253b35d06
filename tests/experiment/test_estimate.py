"""What a study needs is known before it runs, from the sizes that the arrays have."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from trustsim.catalog import load, loads
from trustsim.experiment.estimate import PROCESS, estimate
from trustsim.experiment.simulate import simulate
from trustsim.model import TrustCrisisModel
from trustsim.scenario.shipped import shipped
from trustsim.world import build_network, network_size
from trustsim.world.network_kinds import NAMED, Named
from trustsim.world.sizes import BESIDE, STATE, Size


def small(**overrides: object):
    given = {"horizon": "30 d", "investors.count": 500, **overrides}
    return load(shipped()["quickstart"], overrides=given)


def test_the_arrays_of_a_world_are_as_large_as_the_table_of_sizes_says() -> None:
    scenario = small(**{"investors.newcomers": 30})
    model = TrustCrisisModel(scenario, rng=0, collects=False)
    state = model.state
    size = Size(
        530, state.accounts.n_accounts, 1, state.n_lanes, scenario.n_days, len(state.network.neighbours),
        segments=len(scenario.variants[0].world.investors.segments),
    )  # fmt: skip
    for name in STATE:
        array = getattr(state, name)
        assert (array.nbytes, array.shape) == (size.nbytes(name), size.shape(name)), name
    beside = {
        "history": model.engine.history, "neighbours": state.network.neighbours, "at": state.accounts.at,
        "ticket": state.accounts.ticket, "investor": state.accounts.investor, "phase": state.accounts.phase,
        "balance of day 0": state.accounts.balance,
    }  # fmt: skip
    assert {name: array.nbytes for name, array in beside.items()} == {name: size.nbytes(name) for name in beside}
    assert beside.keys() <= BESIDE.keys()


@pytest.mark.parametrize("kind", list(network_size.__dict__["_degree"].registry)[1:], ids=lambda kind: kind.__name__)
def test_a_network_has_about_as_many_links_as_expected(kind: type) -> None:
    n = 3000
    people, links = network_size.expected(kind(), n)
    built = build_network.build(kind(), n, np.array([1, 2], np.uint64))
    assert people == n
    assert links == pytest.approx(built.n_links, rel=0.15)
    assert network_size.entries(kind(), n, links, 0, 0) == pytest.approx(len(built.neighbours), rel=0.15)


@pytest.mark.parametrize("name", NAMED)
def test_a_named_network_brings_what_is_said_of_it(name: str) -> None:
    built = build_network.build(Named(name), NAMED[name][0], np.array([1, 2], np.uint64))
    assert (built.n_nodes, built.n_links) == NAMED[name] == network_size.expected(Named(name), None)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"investors.count": 20_000},
        {"investors.count": 3000, "network.mean_degree": 300},
        {"horizon": "4000 d"},
        {"platforms": [{"name": "Bank", "copies": 60}], "shocks": [], "variants": {"nothing": []}},
    ],
    ids=["people", "links", "days", "platforms"],
)
def test_a_worker_takes_the_memory_that_is_estimated(change: dict[str, object]) -> None:
    scenario = small(**change)
    names = [v.name for v in scenario.variants]
    short = small(**{**change, "horizon": "30 d"}) if "horizon" not in change else scenario
    simulate(small(), ["nothing"], 0)
    tracemalloc.start()
    simulate(short, names, 1)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    said = estimate(scenario, replications=1, workers=1).worker_bytes - PROCESS
    assert 0.9 < said / taken < 2.5


def test_what_a_study_needs_grows_with_what_is_asked() -> None:
    scenario = small()
    one = estimate(scenario, replications=100, workers=1)
    assert estimate(scenario, replications=200, workers=1).disk_bytes == 2 * one.disk_bytes
    assert estimate(scenario, replications=100, workers=4).memory_bytes > 2 * one.memory_bytes
    swept = estimate(scenario, replications=100, workers=1, points=50, moved=["network.mean_degree"])
    assert swept.cpu_seconds > 50 * one.cpu_seconds
    assert estimate(scenario, variants=["nothing"], replications=100, workers=1).cpu_seconds < one.cpu_seconds


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"replications": 10**9}, "replications"),
        ({"investors.count": 10**7, "investors.newcomers": 10**7}, "investors.count"),
        ({"horizon": "1000000 d", "replications": 1}, "horizon"),
        ({"network.mean_degree": 10_000, "investors.count": 10**6}, "network"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_makes_a_study_large_is_named(change: dict[str, object], key: str) -> None:
    needs = estimate(small(**change))
    assert needs.largest == key
    assert needs.memory_bytes > 4e9


def test_a_complete_network_of_many_takes_no_room_for_its_links() -> None:
    story = (
        "trustsim: 1\nhorizon: 5 d\nnetwork: {kind: complete}\ninvestors: {count: 1000000}\nplatforms: [{name: A}]\n"
    )
    needs = estimate(loads(story), replications=1, workers=1)
    assert needs.links == 10**6 * (10**6 - 1) // 2
    assert needs.memory_bytes < 2e9
