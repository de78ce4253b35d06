"""History matching: what facts rule out, wave by wave, and members that were run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from trustsim.analysis.history import Matched, match
from trustsim.analysis.left import CUTOFF, Seen, implausibility
from trustsim.ask import matched
from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError, TrustsimError
from trustsim.experiment.study import run_study
from trustsim.scenario.behaviour import read_sets
from trustsim.scenario.load import load
from trustsim.scenario.matching import read_matching
from trustsim.scenario.targets import FreeParameter

FREE = (FreeParameter("a", 0.0, 1.0), FreeParameter("b", 0.0, 1.0))
INFINITE = np.array([np.inf, np.inf])


class Linear:
    """Outcomes a + b and a − b, to be 1 and 0 ± nothing; counts the points that it ran."""

    def __init__(self, low: tuple[float, float] = (1.0, 0.0), high: tuple[float, float] = (1.0, 0.0)) -> None:
        self.low, self.high, self.n = np.array(low), np.array(high), 0

    def __call__(self, values: np.ndarray) -> Seen:
        self.n += len(values)
        gave = np.stack([values.sum(axis=1), values[:, 0] - values[:, 1]], axis=1)
        return Seen(gave, np.zeros_like(gave), self.low, self.high)


def of(run: Linear, sizes: tuple[float, float] = (0.02, 10.0), **changes: int) -> Matched:
    options = {"points": 24, "waves": 2, "members": 50, "seed": 1} | changes
    return match(FREE, ["sum", "difference"], sizes, run, **options)


def test_implausibility_counts_what_lies_outside_in_standard_deviations() -> None:
    """Asked 1 to 2: 1.5 is inside; 2.5 is 0.5 beyond, of √(0.3² + 0.4²) = 0.5 one; no number is ruled out."""
    values, variances = np.array([[1.5], [2.5], [0.0], [np.nan]]), np.full((4, 1), 0.09)
    found = implausibility(values, variances, np.array([1.0]), np.array([2.0]), np.array([0.4]))
    assert found[:, 0].tolist() == pytest.approx([0, 1, 2, np.inf])


def test_a_bound_that_is_not_there_rules_out_nothing() -> None:
    found = implausibility(np.array([[-9.0, 9.0]]), np.zeros((1, 2)), -INFINITE, INFINITE, np.ones(2))
    assert found.tolist() == [[0, 0]]


def test_waves_leave_the_strip_that_the_facts_allow() -> None:
    """a + b within 3 · 0.02 of 1, of the unit square 1 − 0.94² = 11.64 %; the difference says nothing."""
    found = of(Linear())
    assert found.waves[-1].left == pytest.approx(1 - 0.94**2, abs=0.01)
    assert len(found.members) == 50
    assert np.abs(found.members.sum(axis=1) - 1).max() <= CUTOFF * 0.02
    assert np.corrcoef(found.members.T)[0, 1] < -0.95
    assert found.waves[1].n_plausible == found.waves[1].n_points  # spread over what was left
    assert found.alone == pytest.approx([1 - 0.94**2, 1.0], abs=0.01)


def test_members_are_even_over_what_is_left() -> None:
    """Where nothing is ruled out they are even over the range: of 400 in four parts of one 100 ± 4 √75 each."""
    found = of(Linear((0.0, -1.0), (2.0, 1.0)), members=400, waves=1)
    counts = np.histogram2d(*found.members.T, bins=2, range=[[0, 1], [0, 1]])[0]
    assert np.abs(counts - 100).max() < 4 * np.sqrt(75)
    assert found.waves[0].left == 1.0


def test_goals_that_no_point_meets_together_are_named() -> None:
    """a + b ≥ 1.8 needs both above 0.8, and a − b ≥ 0.9 needs b below 0.1; together there is no member."""
    run = Linear((1.8, 0.9), (2.0, 1.0))
    with pytest.raises(TrustsimError, match=r"ruled out|left by their own runs"):
        of(run, (0.01, 0.01))
    found = of(Linear((1.8, 0.5), (2.0, 1.0)), (0.01, 0.2), waves=1, members=1)
    assert found.apart == []
    assert found.unmet == []


def test_a_matching_is_a_function_of_its_seed() -> None:
    one, same, other = of(Linear()), of(Linear()), of(Linear(), seed=2)
    assert np.array_equal(one.members, same.members)
    assert not np.array_equal(one.members, other.members)


STORY = """
trustsim: 1
horizon: 30 d
network: {kind: none}
investors: {count: 500}
platforms: [{name: Harbour}]
expect:
  - {id: churn, outcome: monthly_churn, between: [8 %, 12 %], source: E-34}
  - {id: open, series: outflow, day: 5, below: 50 %, source: assumed}
"""
ASKED = """
parameters:
  mechanisms.ordinary.leave: {from: 0.1 %/day, to: 1 %/day, scale: log}
  mechanisms.ordinary.tenure: {from: 0, to: 1}
targets:
  story.yaml: {worlds: 20, entries: {churn: 0.5 pp, open: 5 pp}}
"""


def files(place: Path, asked: str = ASKED) -> Path:
    (place / "story.yaml").write_text(STORY, "utf-8")
    (place / "asked.yaml").write_text(asked, "utf-8")
    return place / "asked.yaml"


def test_members_meet_what_scenarios_expect_and_can_be_run(tmp_path: Path) -> None:
    """Two thirds of the range of leaving is too little or too much for 8 to 12 % a month. Again is the same."""
    lines: list[str] = []
    options = {"points": 12, "waves": 2, "members": 6, "workers": 1, "told": lines.append}
    made = matched.match(files(tmp_path), out=tmp_path / "run", **options)
    assert made.matched.waves[-1].left < 0.5
    assert any("of the prior left" in line for line in lines)
    assert any("s a point" in line for line in lines)
    made.write(tmp_path / "members.json", commit="abc")
    sets = read_sets(tmp_path / "members.json")
    assert len(sets.values) == 6
    assert sets.made["commit"] == "abc"
    for k in (1, 6):
        story = load(
            tmp_path / "story.yaml", REGISTRY, overrides={"behaviour": f"member {k} from {tmp_path}/members.json"}
        )
        churn = run_study(story, replications=20, workers=1).outcomes["monthly_churn"].mean()
        assert churn == pytest.approx(made.matched.seen.values[k - 1, 0], abs=1e-12)
        assert 0.08 - 0.02 < churn < 0.12 + 0.03
    again = matched.match(tmp_path / "asked.yaml", out=tmp_path / "run", **options)
    assert np.array_equal(again.matched.members, made.matched.members)
    assert json.dumps(again.to_json()["members"]) == json.dumps(made.to_json()["members"])


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("churn: 0.5 pp", "chorn: 0.5 pp", "the entry 'chorn', which story.yaml does not have"),
        ("0.5 pp", "0", "a positive size"),
        ("worlds: 20", "worlds: 1", "a whole number from 2"),
        ("to: 1}", "to: 0}", "more than 0"),
        ("ordinary.tenure", "ordinary.tenuer", "tenuer"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_before_anything_runs(
    tmp_path: Path, wrong: str, right: str, says: str
) -> None:
    assert wrong in ASKED
    with pytest.raises(ScenarioError) as caught:
        read_matching(files(tmp_path, ASKED.replace(wrong, right)), REGISTRY)
    assert says in str(caught.value)


def test_the_file_of_the_repository_can_be_read() -> None:
    found = read_matching(Path(__file__).parents[2] / "docs/behaviour.yaml", REGISTRY)
    assert len(found.parameters) >= 4
    assert {name[:4] for name in found.names} == {"E-01", "E-11", "E-18", "E-34", "E-50", "E-54", "E-55", "P-27"}
