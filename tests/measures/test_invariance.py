"""What should not matter does not: how many people are drawn, how long a step is, who leaves in calm, who stands by.

Two means may differ by four standard errors of their difference, which of a hundred honest comparisons one in a hundred
does; each test says which seeds it compares by the sizes that it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from counted import ONLY_A_RATE, story, study

from trustsim.experiment.study import Study

#: nobody reacts to who leaves, for whatever reason
UNSEEN: Mapping[str, Any] = {
    "choice": {"others": 0}, "ordinary": {"info": 0, "service": 0, "trust": 0},
}  # fmt: skip


def same(one: Study, other: Study, name: str) -> None:
    """Assert that two studies have the same mean of an outcome, as far as their worlds can tell."""
    a, b = one.outcomes[name][:, 0], other.outcomes[name][:, 0]
    error = np.hypot(a.std() / np.sqrt(len(a)), b.std() / np.sqrt(len(b)))
    assert abs(a.mean() - b.mean()) <= 4 * error + 1e-6, (name, a.mean(), b.mean(), error)


def of_size(n: int, worlds: int, **changes: Any) -> Study:
    gate = [{"kind": "redemption_gate", "trigger": "14 %", "duration": "20 d"}]
    people = {
        "investors": {"count": n},
        "scale": 50_000 // n,
    }  # the same real clients: costs that are fixed are the same
    return study(story(**people, variants={"gate": gate}, **changes), worlds)


@pytest.mark.slow
def test_ten_and_a_hundred_times_as_many_people_give_the_same():
    small, middle, large = of_size(500, 60), of_size(5_000, 12), of_size(50_000, 3)
    for name in ("excess_withdrawn", "excess_left", "investor_loss", "stuck_money", "needs_unmet", "trust_trough"):
        same(small, middle, name)
        same(middle, large, name)


def steady(step: str) -> Study:
    """Return a study of people who rarely look, and run half of the times when they do."""
    calm = {**ONLY_A_RATE, "choice": {**ONLY_A_RATE["choice"], "calm": 0}}
    return study(
        story(
            horizon="6 d", step=step, shocks=[], mechanisms=calm,
            investors={"count": 600, "members": "100 %", "segments": [{"name": "all", "attention": "5 %"}]},
            platforms=[{"name": "A", "kind": "crypto_exchange", "liquid_share": "60 %", "payout_lag": "1 d"}],
        ),
        8,
    )  # fmt: skip


@pytest.mark.slow
def test_an_hour_counts_what_a_day_counts_where_rates_are_small():
    days, hours = steady("1 d"), steady("1 h")
    for name in ("excess_withdrawn", "excess_left", "stuck_money", "run_probability", "peak_excess[5 d]"):
        a, b = (np.mean(each.outcomes[name]) for each in (days, hours))
        assert a == pytest.approx(b, rel=0.15, abs=0.01), name  # 8 worlds of 600, 8 % of them gone


def leaving(rate: float) -> Study:
    ordinary = {**UNSEEN["ordinary"], "leave": rate}
    return study(story(investors={"count": 3000}, mechanisms={**UNSEEN, "ordinary": ordinary}), 12)


@pytest.mark.slow
def test_twice_as_much_leaving_in_calm_is_not_counted_beyond_calm():
    rare, usual, often = (leaving(rate) for rate in (0.00235, 0.0047, 0.0094))
    for name in ("excess_withdrawn", "excess_left"):
        same(rare, usual, name)
        same(usual, often, name)
    assert often.outcomes["cumulative_outflow"].mean() > 1.5 * rare.outcomes["cumulative_outflow"].mean()


def beside(n_strangers: int) -> Study:
    people = {"count": 1000 * (n_strangers + 1), "considered": 1, "second_platform": "0 %"}
    platforms = [{"name": "H", "liquid_share": "15 %"}, *({"name": f"S{k}"} for k in range(n_strangers))]
    return study(story(investors=people, platforms=platforms, mechanisms={**UNSEEN, "spillover": "off"}), 12)


def test_platforms_that_have_nothing_to_do_with_it_change_nothing():
    alone, among = (study.series["withdrawn"][:, -1, 0, 0] for study in (beside(0), beside(2)))
    error = np.hypot(alone.std() / np.sqrt(len(alone)), among.std() / np.sqrt(len(among)))
    assert abs(alone.mean() - among.mean()) <= 4 * error
