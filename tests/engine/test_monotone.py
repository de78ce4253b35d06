"""Promise 5: for one step from one state, more cover or more effort never makes the same person leave."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import crisis

from trustsim.kernels.layout import JOINS, LEAVES, RUNS
from trustsim.model import TrustCrisisModel

LEVELS = [0.0, 0.1, 0.5, 0.9, 1.0]


def decisions(lever: str, levels: dict[str, list[float]], day: int, **changes: Any) -> Any:
    """Return the action bytes of *day*, uint8 (levels, accounts), of variants that are the same until then."""
    n = len(next(iter(levels.values())))
    variants = {
        f"level {k}": [{"kind": lever, "from": day - 1, **{name: values[k] for name, values in levels.items()}}]
        for k in range(n)
    }
    model = TrustCrisisModel(crisis(variants=variants, **changes), rng=0)
    for _ in range(day - 1):
        model.step()
    for v in range(1, n):
        assert np.array_equal(model.state.beliefs[:, v], model.state.beliefs[:, 0])
    model.step()
    return model.state.actions


def assert_no_more(actions: Any, bits: int) -> int:
    """Each level's actors are among those of the level below; return how many fewer act at the last than at the
    first."""
    does = (actions & bits) > 0
    for lower, higher in itertools.pairwise(does):
        assert not (higher & ~lower).any()
    return int(does[0].sum() - does[-1].sum())


@pytest.mark.parametrize("day", [6, 12, 17, 22, 30])
def test_more_cover_never_makes_the_same_person_run(day: int) -> None:
    assert_no_more(decisions("guarantee", {"cover": LEVELS, "credibility": [1.0] * 5}, day), RUNS)


@pytest.mark.parametrize("day", [6, 12, 17, 22, 30])
def test_more_exit_friction_never_makes_the_same_person_leave(day: int) -> None:
    actions = decisions("process_friction", {"exit": [-1.0, 0.0, 0.5, 2.0, 5.0]}, day)
    assert_no_more(actions, RUNS)
    assert_no_more(actions, LEAVES)


@pytest.mark.parametrize("day", [6, 17])
def test_more_entry_friction_never_makes_the_same_person_join(day: int) -> None:
    assert_no_more(decisions("process_friction", {"entry": [-1.0, 0.0, 0.5, 2.0, 5.0]}, day), JOINS)


@given(
    st.integers(0, 1000), st.lists(st.floats(0, 1), min_size=2, max_size=6), st.floats(0, 1), st.integers(2, 40),
    st.sampled_from(["logit", "threshold"]),
)  # fmt: skip
def test_cover_is_monotone_whatever_the_seed_the_day_and_the_rule(
    seed: int, levels: list[float], credibility: float, day: int, rule: str
) -> None:
    how = {"cover": sorted(levels), "credibility": [credibility] * len(levels)}
    mechanisms = {"choice": {"calm": 4.0, "rule": rule}}
    assert_no_more(decisions("guarantee", how, day, seed=seed, mechanisms=mechanisms), RUNS)


def test_the_levels_above_do_make_a_difference() -> None:
    """Else the tests on them would hold for want of anybody who acts: in panic, full cover and effort keep people."""
    panic = {"mechanisms": {"choice": {"calm": 1.0, "lasting": "0 d"}, "fear": {"heed": 3.0}}}
    fewer = [
        assert_no_more(decisions("guarantee", {"cover": [0.0, 1.0], "credibility": [1.0, 1.0]}, 20, **panic), RUNS),
        assert_no_more(decisions("process_friction", {"exit": [-2.0, 9.0]}, 20, **panic), RUNS),
        assert_no_more(decisions("process_friction", {"exit": [-5.0, 9.0]}, 20, **panic), LEAVES),
    ]
    assert min(fewer) > 0
