"""The world with all but one rule switched off is the textbook: what is fast and exact; the rest by the command."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import trustsim as ts
from trustsim.mechanisms.behaviour.threshold import Threshold

LIMITS = Path(__file__).parents[2] / "scenarios" / "limits"
FRIENDS = LIMITS / "../../../shared/data/cns_fb_friends.csv"
needs_friends = pytest.mark.skipif(not FRIENDS.exists(), reason="the network is not part of the project")


def verdicts(name: str, **options: int) -> dict[str, str]:
    (checked,) = ts.evidence(LIMITS / name, progress=False, **options).checked
    return {found.expectation.id: found.verdict for found in checked.findings}


def departed(file: str, replications: int, **overrides: object) -> np.ndarray:
    """What each world of the first variant shows."""
    scenario = ts.load(LIMITS / file, overrides=overrides)
    return ts.run(scenario, variants=[scenario.variants[0].name], replications=replications).outcomes["departed"][:, 0]


def test_thresholds_in_a_row_fall_one_a_day() -> None:
    assert set(verdicts("T-01-granovetter.yaml").values()) == {"pass"}


@pytest.mark.parametrize(("own", "count", "ends"), [("0..29", 30, 30), ("0..9, 11..30", 30, 10), ("0, 0, 2", 40, 40),
                                                     ("0, 5", 8, 4), ("1", 20, 0)])  # fmt: skip
def test_other_thresholds_have_their_own_end(own: str, count: int, ends: int) -> None:
    """By hand: the cascade stops at the first number of leavers that is below the next threshold."""
    settings = {"investors.count": count, "mechanisms.threshold.own": own}
    assert departed("T-01-granovetter.yaml", 1, **settings) == [ends]


def reference(links: list[tuple[int, int]], n: int, share: Fraction, seed: int) -> int:
    """The threshold cascade from one seed by sets, in exact arithmetic."""
    friends: list[set[int]] = [set() for _ in range(n)]
    for a, b in links:
        if a != b:
            friends[a].add(b)
            friends[b].add(a)
    active, grew = {seed}, True
    while grew:
        seen = {i: len(friends[i] & active) for i in range(n) if i not in active}
        new = {i for i, k in seen.items() if k > 0 and k >= share * len(friends[i])}
        active |= new
        grew = bool(new)
    return len(active)


@pytest.mark.parametrize("share", ["20 %", "33.3333 %", "50 %"])
def test_any_edge_list_gives_the_cascade_of_every_seed(tmp_path: Path, share: str) -> None:
    """A random graph of 39 nodes with self-loops and repeats, against sets and fractions."""
    rng = np.random.default_rng(4)
    links = [(int(a), int(b)) for a, b in rng.integers(0, 39, (70, 2))]
    (tmp_path / "links.csv").write_text("a,b\n" + "\n".join(f"{a},{b}" for a, b in links), encoding="utf-8")
    names = sorted({node for link in links for node in link})
    exact = Fraction(share.split()[0]) / 100
    numbered = [(names.index(a), names.index(b)) for a, b in links]
    expected = [reference(numbered, len(names), exact, k) for k in range(len(names))]
    settings = {"network.path": str(tmp_path / "links.csv"), "mechanisms.threshold.share": share}
    assert sorted(departed("T-14-friends.yaml", len(names), **settings)) == sorted(expected)


@needs_friends
@pytest.mark.slow
def test_cascades_on_the_friendship_network_have_the_exact_numbers() -> None:
    assert set(verdicts("T-14-friends.yaml").values()) == {"pass"}


def test_a_share_is_taken_as_the_fraction_that_it_is_near() -> None:
    degree = np.array([0, 1, 6, 10, 30, 50, 100])
    assert Threshold("share", share=0.1).needs(degree).tolist() == [np.inf, 1, 1, 1, 3, 5, 10]
    assert Threshold("share", share=1 / 6).needs(degree).tolist() == [np.inf, 1, 1, 2, 5, 9, 17]
    assert Threshold("share", share=0.18).needs(degree).tolist() == [np.inf, 1, 2, 2, 6, 9, 18]
    assert Threshold("count", count=0).needs(degree).tolist() == [0.0] * 7


def test_who_left_is_remembered_for_good_also_beside_herding() -> None:
    """With herding on, whose memory fades, thresholds in a row still fall one a day."""
    settings = {"mechanisms.herding": {"fading": "50 %/day", "observed": "10 %"}}
    assert departed("T-01-granovetter.yaml", 1, **settings) == [100]
