"""Trust is told in its parts day by day, and by group at its lowest, over the clients of day 0."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from counted import mean, story, study

from trustsim.catalog import REGISTRY
from trustsim.experiment.simulate import simulate
from trustsim.model import DAY, Batch
from trustsim.report.page import page
from trustsim.scenario.load import from_document
from trustsim.world.groups import SIZES, size_of
from trustsim.world.series import PARTS

CURVE = 0.0025  # error of the logistic curve that the account pass takes
SERIES = [f"trust_{part}" for part in PARTS]
BREACH = {"kind": "data_breach", "platform": "H", "day": 10}
SEGMENTS = [
    {"name": "calm", "share": "50 %", "attention": "0 %"},
    {"name": "nervous", "share": "50 %", "attention": "90 %", "prior_trust": "beta(8, 4)"},
]
WIPED = {"kind": "default_wave", "platform": "H", "day": 3, "share": "100 %"}
TWO = [{"name": "H", "liquid_share": "2 %", "patience": "1 d"}, {"name": "G"}]


@pytest.fixture(scope="module")
def breached():
    return study(story(shocks=[BREACH], investors={"count": 600, "segments": SEGMENTS}), 4)


@pytest.fixture(scope="module")
def wiped():
    return story(horizon="20 d", shocks=[WIPED], platforms=TWO, investors={"count": 400, "segments": SEGMENTS})


def test_who_trusts_alike_in_all_parts_trusts_as_much_in_each():
    alike = {"count": 300, "segments": [{"name": "all", "prior_trust": 0.6}]}
    told = study(story(horizon="2 d", shocks=[], investors=alike), 2)
    for name in ("trust", *SERIES):
        if name != "trust_fund":  # to which the keeper of the money adds
            assert np.allclose(told.series[name][:, 0], 0.6, atol=CURVE), name


def test_a_data_breach_is_a_matter_of_information_safety(breached):
    parts = {name: breached.series[name][:, :, 0, -1] for name in SERIES}
    fall = {name: float((days[:, 9] - days[:, 10:].min(axis=1)).mean()) for name, days in parts.items()}
    assert fall["trust_info"] > 0.05
    assert fall["trust_info"] > 3 * max(fall["trust_fund"], fall["trust_service"])


def test_parts_at_the_horizon_are_the_last_of_their_series(breached):
    for part in PARTS:
        last = breached.series[f"trust_{part}"][:, -1, :, -1]
        assert np.allclose(breached.outcomes[f"trust_by_part[{part}]"], last, atol=CURVE), part


def test_a_platform_that_has_ended_has_no_trust_in_any_part(wiped):
    told = study(wiped, 2)
    status = told.series["status"][:, :, 0, 0]
    assert (status[:, -1] == 3).all()
    for name in SERIES:
        days = told.series[name][:, :, 0]
        assert np.array_equal(np.isnan(days[:, :, 0]), status == 3), name
        assert np.isfinite(days[:, :, 1:]).all(), name  # its people still count in the total


def test_without_series_the_parts_are_not_measured_and_no_outcome_changes(wiped):
    scenario = from_document(wiped, REGISTRY)
    kept, spared = (simulate(scenario, ["nothing"], 0, with_series=which) for which in (True, False))
    assert all(np.isnan(spared.series[name]).all() for name in SERIES)
    for name, value in kept.outcomes.items():
        assert np.array_equal(value, spared.outcomes[name], equal_nan=True), name
    for name in set(kept.series) - set(SERIES):
        assert np.array_equal(kept.series[name], spared.series[name], equal_nan=True), name


def test_the_report_draws_the_whole_and_leaves_the_parts_to_who_asks(breached):
    drawn, left = page._series(SimpleNamespace(study=breached))
    assert "trust" in drawn
    assert set(SERIES) <= set(left)


def test_the_trough_of_a_group_is_the_lowest_of_its_days(wiped):
    """Followed day by day from the accounts; the exact logistic curve in place of the pass's."""
    scenario = from_document(wiped, REGISTRY)
    batch = Batch(scenario, scenario.variants, (0, 1))
    state, lowest = batch.state, np.full((2, 5), np.inf)
    for _ in range(scenario.n_days):
        batch.engine.begin(batch.day + 1)
        for phase in DAY:
            phase.run(batch.engine)
            if phase.name == "choices":
                lowest = np.minimum(lowest, _by_group(state))
    told = study(wiped, 2)
    names = ("calm", "nervous", *SIZES)
    found = np.array([told.outcomes[f"trust_trough_by_group[{name}]"][:, 0] for name in names]).T
    assert np.allclose(found, lowest, atol=CURVE)
    assert (found < 0.9 * _first(told)).all()


def _by_group(state):
    trust, out = state.trust(), np.empty((2, 5))
    for v, world in enumerate(state.drawn):
        opened = world.accounts
        held = opened.balance > 0
        size = size_of(np.bincount(opened.investor, opened.balance, world.population.n_investors))[opened.investor]
        segment = world.population.segment[opened.investor]
        who = [segment == 0, segment == 1, *(size == k for k in range(3))]
        out[v] = [trust[v, mine & held].mean() for mine in who]
    return out


def _first(told):
    return told.series["trust"][:, :1, 0, -1]


def test_the_trough_of_a_segment_of_all_is_that_of_all():
    told = study(story(investors={"count": 300, "segments": [{"name": "all"}]}, horizon="30 d"), 3)
    assert np.allclose(told.outcomes["trust_trough_by_group[all]"], told.outcomes["trust_trough"], atol=1e-6)
    assert mean(told, "trust_trough_by_group[small]") > 0
