"""Of clients of day 0 where there are none nothing is told: no number, no run, no part in what is told of others."""

from __future__ import annotations

import numpy as np
import pytest
from counted import THEFT, mean, story, study

OF_CLIENTS = (  # outcomes about the clients of day 0, or in shares of what they held
    "trust_trough", "trust_recovery", "trust_by_part[fund]", "trust_by_group[small]", "trust_trough_by_group[small]",
    "misperception", "misperception_bias", "unwarranted_panic", "unwarranted_calm", "excess_withdrawn", "excess_left",
    "left_by_group[small]", "peak_excess[1 d]", "peak_excess[5 d]", "peak_excess_accounts[5 d]", "run_speed",
    "investor_loss", "loss_per_investor", "tail_loss", "zero_loss_share", "loss_gini", "late_loss_ratio", "stuck_money",
    "waited_long[7 d]", "needs_unmet", "ran_share", "peak_out",
)  # fmt: skip
OF_DAY_0 = ("trust", "fear", "misperception", "claims", "holders", "requests", "withdrawn", "runners", "joiners")
RUMOUR = {"kind": "rumour", "platform": "*", "day": 4, "broadcast": "80 %", "risk": 8, "fear": 3}
BESIDE = [{"name": "H", "liquid_share": "15 %"}, {"name": "N", "liquid_share": "15 %", "size": 1e-6}]


@pytest.fixture(scope="module")
def fresh():
    """Nobody holds anything at day 0, people come, and a rumour makes them run."""
    return study(story(
        investors={"count": 300, "members": "0 %"}, horizon="30 d", shocks=[RUMOUR],
        mechanisms={"ordinary": {"join": "0.01 /day", "leave": "0.0047 /day"}},
    ), 2)  # fmt: skip


@pytest.mark.parametrize("outcome", OF_CLIENTS)
def test_without_clients_at_day_0_there_is_no_number_about_them(fresh, outcome: str):
    assert mean(fresh, "departed") > 5
    assert np.isnan(fresh.outcomes[outcome]).all()


@pytest.mark.parametrize("series", OF_DAY_0)
def test_without_clients_at_day_0_no_series_is_a_share_of_theirs(fresh, series: str):
    assert np.isnan(fresh.series[series]).all()


def test_without_clients_at_day_0_there_is_no_run(fresh):
    assert fresh.runs == ()
    assert mean(fresh, "run_probability") == 0
    assert mean(fresh, "run_at[1%]") == 0


def test_a_platform_without_clients_at_day_0_has_no_run_and_is_in_no_peak_beside_one_that_has():
    found = study(story(
        horizon="40 d", platforms=BESIDE, shocks=[THEFT, RUMOUR], investors={"count": 600, "second_platform": 0},
        mechanisms={"ordinary": {"join": "0.02 /day", "leave": "0.0047 /day"}},
    ), 3)  # fmt: skip
    assert np.isnan(found.outcomes["withdrawn_by_platform[N]"]).all()
    assert np.isnan(found.series["claims"][:, :, :, 1]).all()
    assert (found.series["open"][:, -1, :, 1] > 0).all()
    assert {run.platform for run in found.runs} == {"H"}
    assert (found.outcomes["run_speed"] < 1).all()
    peak, trust = found.outcomes["peak_excess[5 d]"], found.series["trust"]
    assert ((peak > 0) & (peak < 1)).all()
    stands = ~np.isnan(trust[..., 0])
    assert trust[..., -1][stands] == pytest.approx(trust[..., 0][stands], abs=1e-6)  # float32
    assert stands[:, :10].all()
