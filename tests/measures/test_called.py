"""What a wind-down calls nobody has asked for."""

from __future__ import annotations

import numpy as np
import pytest
from counted import means, story, study

CLOSED = [{"kind": "early_action", "liquidity": "100 %", "solvency": "100 %", "from": "12 d"}]
SILENT = {"choice": "off", "herding": "off", "fear": "off", "ordinary": "off"}
GROUPS = ("small", "middle", "large")


@pytest.fixture(scope="module")
def closed():
    return study(story(investors={"count": 300}, horizon="40 d", variants={"closed": CLOSED}), 3)


def test_who_was_called_has_not_left(closed):
    assert (closed.outcomes["end_state[wound down]"] == 1).all()
    assert (closed.outcomes["excess_left"] < 0.1).all()
    for group in GROUPS:  # of some 20 large ones, one is 5 %
        assert (np.abs(closed.outcomes[f"left_by_group[{group}]"] - closed.outcomes["excess_left"]) < 0.15).all(), group


def test_interest_on_what_was_called_is_not_asked_for(closed):
    withdrawn = closed.series["withdrawn"][:, :, 0, 0]
    assert (withdrawn[:, 12:] == withdrawn[:, 12:13]).all()  # interest comes on day 30


def test_of_what_was_asked_for_or_called_a_share_is_paid(closed):
    completion = closed.outcomes["completion"]
    assert ((completion > 0) & (completion < 1)).all()
    rich = [{"name": "H", "liquid_share": "100 %", "equity": "20 %", "payout_lag": 0}]
    paid = study(
        story(investors={"count": 100}, horizon="40 d", shocks=[], platforms=rich, variants={"closed": CLOSED}), 2
    )
    assert (paid.outcomes["completion"] == 1).all()


def test_where_nobody_asks_nobody_is_late():
    silent = study(story(investors={"count": 100}, horizon="20 d", mechanisms=SILENT, variants={"closed": CLOSED}), 2)
    assert (silent.outcomes["investor_loss"] > 0).all()
    assert np.isnan(silent.outcomes["late_loss_ratio"]).all()
    assert means(silent, "excess_left") == [0]
    for group in GROUPS:
        assert means(silent, f"left_by_group[{group}]") == [0]


def test_a_few_days_of_waiting_make_nobody_a_loser():
    """A closing would bring all of it, so who still waits at the horizon has lost the wait alone."""
    sound = {"name": "H", "liquid_share": "90 %", "payout_lag": "0 d", "estate_cost": "0 %", "sale_impact": 0}
    waits = story(
        investors={"count": 100}, shocks=[], horizon="20 d", waiting={"price": "5 %"}, platforms=[sound],
        variants={"nothing": [{"kind": "notice_period", "notice": "3 d"}]},
    )  # fmt: skip
    found = study(waits, 2)
    assert (found.outcomes["investor_loss"] > 0).all()
    assert (found.outcomes["zero_loss_share"] == 1).all()
