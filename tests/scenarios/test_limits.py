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


EXACT = (
    "T-01-granovetter", "T-03-bank-run", "T-05-suspension", "T-08-project", "T-19-complete", "T-19-eigenvalue",
    "T-24-degroot", "T-25-karate", "T-25-rates", "T-32-chain", "T-32-clearing", "T-41-fire-sale", "T-45-dealings",
)  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_what_is_exact_is_met(name: str) -> None:
    assert set(verdicts(f"{name}.yaml").values()) == {"pass"}


def test_every_theory_limit_has_its_file() -> None:
    rows = {
        found["id"].split()[0] for file in LIMITS.glob("*.yaml") for found in ts.load(file).document.get("expect", [])
    }
    numbers = (1, 3, 5, 6, 7, 8, 10, 12, 14, 16, 18, 19, 21, 22, 24, 25, 28, 30, 32, 34, 36, 39, 41, 43, 45, 46, 47)
    assert rows == {f"T-{k:02}" for k in numbers}


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


@pytest.mark.parametrize(
    "rule", [{"threshold": {"share": "100 %"}}, {"adoption": {"innovation": "0 /day", "imitation": "0 /day"}}]
)
def test_who_left_long_ago_is_no_run_for_herding_where_a_rule_remembers(rule: dict[str, object]) -> None:
    """In calm the rule, which moves nobody here, piles up who has left; nobody takes that for a run."""
    ran = []
    for rules in ({}, rule):
        calm = ts.load("scenarios/quickstart.yaml", overrides={
            "shocks": [], "investors.count": 300, "horizon": "90 d", "behaviour": "point",
            "mechanisms": {"aggregate_uncertainty": "off", **rules}, "variants": {"nothing": []}, "expect": [],
        })  # fmt: skip
        ran.append(ts.run(calm, replications=4, workers=1, progress=None).outcomes["excess_withdrawn"].mean())
    assert ran[1] < ran[0] + 0.03


def mean_at(file: str, step: float, replications: int, **overrides: object) -> ts.Study:
    scenario = ts.load(LIMITS / file, overrides={"step": f"{step} d", "expect": [], **overrides})
    return ts.run(scenario, replications=replications, workers=1, progress=None)


def bass(step: float) -> float:
    """How much too few have joined at day 5."""
    study = mean_at("T-16-bass.yaml", step, 4, **{"investors.count": 100_000, "horizon": "7 d"})
    found = study.series["open"][:, round(5 / step), 0, -1].mean()
    return abs(found - (1 - np.exp(-0.41 * 5)) / (1 + 0.38 / 0.03 * np.exp(-0.41 * 5)))


def awareness(step: float) -> float:
    """How much too late half have heard, from a hundredth."""
    study = mean_at("T-21-awareness.yaml", step, 4, **{"investors.count": 100_000, "shocks.0.infectiousness": 1e-5})
    return abs(float(study.outcomes["time_to_awareness[half]"].mean()) - np.log(99))


def outbreak(step: float) -> float:
    """How much too many hear."""
    study = mean_at("T-18-mixed.yaml", step, 6, **{"investors.count": 40_000, "shocks.0.infectiousness": 2.5e-5})
    return abs(float(study.outcomes["outbreak_size"].mean()) - 0.7968)


@pytest.mark.slow
@pytest.mark.parametrize(("error", "step"), [(bass, 0.2), (awareness, 0.2), (outbreak, 0.4)])
def test_halving_the_step_halves_the_error(error, step: float) -> None:
    """To within the noise of the runs, which is a tenth of the larger error or less."""
    assert 1.5 < error(step) / error(step / 2) < 2.8
