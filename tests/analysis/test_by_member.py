"""In what share of an ensemble an order holds, how sure that is, and under which members it flips."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from trustsim.analysis.by_member import (
    ByMember,
    between,
    differences_by_member,
    holds_by_member,
    order_by_member,
    span_by_member,
)
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.experiment.study import Study, run_study
from trustsim.scenario.load import loads
from trustsim.world.members import members_of

N, WORLDS = 50, 200


def made_up(seed: int, mean: float, spread: float, noise: float) -> tuple[ByMember, np.ndarray]:
    rng = np.random.default_rng(seed)
    true = mean + spread * rng.standard_normal(N)
    members = rng.integers(1, N + 1, WORLDS)
    gains = true[members - 1] + noise * rng.standard_normal(WORLDS)
    return ByMember(("a", "b"), holds_by_member(gains, members, N), len(set(members.tolist()))), true


@pytest.mark.parametrize("case", [(1, 1, 1), (0, 1, 1), (0.5, 1, 3), (2, 1, 1), (1, 0.3, 2), (0.2, 0.2, 2)], ids=str)
def test_the_interval_holds_the_share(case: tuple[float, float, float]) -> None:
    """In 95 % of made-up ensembles, or more; of 150 at least 136 (the 1 % point of a binomial of 95 %)."""
    hits = 0
    for seed in range(150):
        found, true = made_up(seed, *case)
        low, high = found.interval
        hits += low <= (true > 0).mean() <= high
    assert hits >= 136


def test_members_that_flip_are_named_and_no_others() -> None:
    """Under 40 members the gain is 5, under the last ten it is −5, with noise of 1 in four worlds each."""
    rng, members = np.random.default_rng(3), np.repeat(np.arange(1, N + 1), 4)
    gains = np.where(members > 40, -5.0, 5.0) + rng.standard_normal(len(members))
    found = ByMember(("a", "b"), holds_by_member(gains, members, N), N)
    assert found.flips == tuple(range(41, 51))
    assert found.open == ()
    assert found.share == pytest.approx(0.8, abs=0.001)


def test_a_member_without_a_world_is_not_known() -> None:
    members = np.repeat(np.arange(1, 11), 20)
    gains = np.where(members > 5, -1.0, 1.0) + 0.1 * np.random.default_rng(1).standard_normal(200)
    found = ByMember(("a", "b"), holds_by_member(gains, members, 12), 10)
    assert found.flips == (6, 7, 8, 9, 10)
    assert found.open == (11, 12)
    assert 0.3 < found.holds[11] < 0.7


@pytest.mark.parametrize(("gain", "holds"), [(1.0, True), (0.0, False), (-1.0, False)])
def test_without_noise_it_is_what_was_seen(gain: float, holds: bool) -> None:
    assert (holds_by_member(np.full(6, gain), np.array([1, 1, 2, 2, 3, 3]), 3) == holds).all()


def drawn(seed: int, share: float, is_event: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values of 200 worlds, their members, and the true means of members; *share* of the variance is theirs."""
    rng = np.random.default_rng(seed)
    members = rng.integers(1, N + 1, WORLDS)
    true = np.sqrt(share) * rng.standard_normal(N)
    values = true[members - 1] + np.sqrt(1 - share) * rng.standard_normal(WORLDS)
    return (values > 0.5).astype(float) if is_event else values, members, true


@pytest.mark.parametrize(
    ("share", "is_event", "true"),
    [(0.0, False, 0.0), (0.3, False, 0.3), (0.6, False, 0.6), (0.0, True, 0.0), (0.3, True, 0.183), (0.6, True, 0.395)],
)
def test_the_interval_holds_the_share_between_members(share: float, is_event: bool, true: float) -> None:
    """In 90 % of planted studies or more; of 150 at least 127 (the 3 % point of a binomial). On average it is right."""
    found = [between(*drawn(seed, share, is_event)[:2]) for seed in range(150)]
    assert sum(x.low <= true <= x.high for x in found) >= 127
    assert np.mean([x.mean for x in found]) == pytest.approx(true, abs=0.03)
    if share == 0:
        assert sum(x.low > 0 for x in found) <= 10


def test_of_no_variance_or_a_member_a_world_there_is_no_share_between_members() -> None:
    members = np.arange(1, 11)
    for values, of in (
        (np.arange(10.0), members),
        (np.ones(10), members % 3),
        (np.arange(10.0), np.ones(10, np.int64)),
    ):
        assert np.isnan(between(values, of).mean)
    missing = np.append(np.arange(12.0), np.nan)
    some = np.append(np.arange(12) // 4, 7)
    assert between(missing, some) == between(missing[:-1], some[:-1])


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_the_ends_of_the_range_over_members_have_no_luck_in_them(share: float) -> None:
    """What worlds of a member give has, by its few worlds, a range that is too wide by far."""
    off, seen = [], []
    for seed in range(40):
        values, members, true = drawn(seed, share, is_event=False)
        ends = np.quantile(differences_by_member(values, members, N), (0.05, 0.95), axis=1)
        off.append(np.median(ends, axis=1) - np.quantile(true, (0.05, 0.95)))
        means = [values[members == k].mean() for k in np.unique(members)]
        seen.append(np.quantile(means, 0.95) - np.quantile(true, 0.95))
    assert np.mean(off, axis=0) == pytest.approx(0.0, abs=0.08)
    assert np.mean(seen) > 0.12


STORY = """
trustsim: 1
horizon: 20 d
network: {kind: none}
investors: {count: 200}
platforms: [{name: Harbour}]
variants:
  nothing: []
  slower: [{kind: process_friction, exit: 2}]
"""


def study(place: Path, way: str) -> Study:
    leave = "mechanisms.ordinary.leave"
    document = {"behaviour": 1, "made": {}, "parameters": {leave: {}}, "members": [{leave: 0.001}, {leave: 0.02}]}
    (place / "members.json").write_text(json.dumps(document), "utf-8")
    return run_study(
        loads(f"{STORY}behaviour: {way}\n", REGISTRY, file=str(place / "s.yaml")), replications=12, workers=1
    )


def test_an_order_is_told_of_the_members_of_a_study(tmp_path: Path) -> None:
    """A slower exit keeps people under both members; the other way round it holds under none."""
    found = study(tmp_path, "ensemble from members.json")
    members = members_of(found.scenario, found.replications)
    assert members is not None
    assert set(members.tolist()) == {1, 2}
    right = order_by_member(found, REGISTRY, "monthly_churn", ["slower", "nothing"])
    wrong = order_by_member(found, REGISTRY, "monthly_churn", ["nothing", "slower"])
    assert right is not None
    assert wrong is not None
    assert (right.share, right.flips, right.n_seen) == (pytest.approx(1, abs=0.02), (), 2)
    assert wrong.flips == (1, 2)
    with pytest.raises(TrustsimError, match="order: given 'gate'"):
        order_by_member(found, REGISTRY, "monthly_churn", ["gate", "nothing"])


def test_how_far_a_difference_moves_between_the_members_of_a_study(tmp_path: Path) -> None:
    """Members leave at 0.1 and at 2 % a day; what a friction keeps of that differs as much."""
    found = study(tmp_path, "ensemble from members.json")
    members = members_of(found.scenario, found.replications)
    change = np.diff(found.outcomes["monthly_churn"], axis=1)[:, 0]
    span = span_by_member(found, change)
    assert span is not None
    assert members is not None
    assert span.is_told
    assert span.n == 2
    seen = np.quantile([change[members == k].mean() for k in (1, 2)], (0.05, 0.95))
    assert (span.low.mean, span.high.mean) == pytest.approx(seen, abs=0.01)
    assert span_by_member(found, np.full(len(change), np.nan)) is None
    assert span_by_member(study(tmp_path, "point"), change) is None


def test_of_one_behaviour_there_is_no_share(tmp_path: Path) -> None:
    for way in ("point", "member 2 from members.json"):
        assert order_by_member(study(tmp_path, way), REGISTRY, "monthly_churn", ["slower", "nothing"]) is None
