"""What happens to people is told by segment and by how much they held, over those who held at day 0."""

from __future__ import annotations

import numpy as np
import pytest
from counted import mean, story, study

from trustsim.world.groups import size_of

SEGMENTS = [
    {"name": "calm", "share": "50 %", "attention": "0 %"},
    {"name": "nervous", "share": "50 %", "attention": "90 %", "prior_trust": "beta(8, 4)"},
]
SIZES = ("small", "middle", "large")


@pytest.fixture(scope="module")
def found():
    return study(story(investors={"count": 600, "segments": SEGMENTS}), 5)


def test_who_never_looks_never_flees(found):
    assert abs(mean(found, "left_by_group[calm]")) < 0.05
    assert mean(found, "left_by_group[nervous]") > 0.3


def test_trust_of_the_groups_is_that_of_all_at_the_horizon(found):
    trust = found.series["trust"][:, -1, :, -1]
    parts = np.array([found.outcomes[f"trust_by_group[{name}]"] for name in ("calm", "nervous")])
    assert (parts.min(axis=0) - 1e-3 <= trust).all()
    assert (trust <= parts.max(axis=0) + 1e-3).all()


def test_losses_by_size_are_shares_of_what_each_held(found):
    total = found.outcomes["investor_loss"]
    parts = np.array([found.outcomes[f"loss_by_size[{name}]"] for name in SIZES])
    assert (parts.min(axis=0) - 1e-9 <= total).all()
    assert (total <= parts.max(axis=0) + 1e-9).all()


def test_long_waits_of_the_groups_are_parts_of_those_of_all():
    cap = {"kind": "withdrawal_cap", "platform": "H", "cap": "1 CNY"}
    found = study(story(variants={"capped": [cap]}), 3)
    for days, stem in (("7 d", "waited_by_group"), ("30 d", "waited_30_days_by_group")):
        total = found.outcomes[f"waited_long[{days}]"]
        parts = np.array([found.outcomes[f"{stem}[{name}]"] for name in SIZES])
        assert total.min() > 0
        assert (np.nanmin(parts, axis=0) - 1e-9 <= total).all()
        assert (total <= np.nanmax(parts, axis=0) + 1e-9).all()


def test_waits_and_unmet_needs_of_the_groups_are_parts_of_those_of_all():
    cap = {"kind": "withdrawal_cap", "platform": "H", "cap": "1 CNY"}
    everybody = {"count": 600, "members": "100 %", "segments": SEGMENTS}  # no newcomers, whose waits count in all
    found = study(story(investors=everybody, variants={"capped": [cap]}), 3)
    for total, stem in (("stuck_money", "stuck_by_group"), ("needs_unmet", "needs_unmet_by_group")):
        for names in (("calm", "nervous"), SIZES):
            parts = np.array([found.outcomes[f"{stem}[{name}]"] for name in names])
            of_all = found.outcomes[total]
            assert of_all.min() > 0
            assert (parts.min(axis=0) < of_all).all()
            assert (of_all < parts.max(axis=0)).all()
    assert mean(found, "stuck_by_group[nervous]", "capped") > mean(found, "stuck_by_group[calm]", "capped")


def test_fear_and_misperception_of_the_groups_are_those_of_all_at_the_horizon():
    found = study(story(investors={"count": 600, "segments": SEGMENTS}, horizon="30 d"), 5)
    share = np.array([0.5, 0.5])
    for stem, series in (("fear_by_group", "fear"), ("misperception_by_group", "misperception")):
        parts = np.array([found.outcomes[f"{stem}[{name}]"] for name in ("calm", "nervous")])
        of_all = found.series[series][:, -1, :, -1]  # by a curve that errs by up to 0.0025
        assert (parts.min(axis=0) - 0.0025 <= of_all).all()
        assert (of_all <= parts.max(axis=0) + 0.0025).all()
        assert np.abs(np.tensordot(share, parts, 1) - of_all).max() < 0.02  # halves, but for the luck of who is where
    assert np.abs(found.series["misperception"][:, -1]).max() > 0.01


def test_groups_of_nobody_have_no_number():
    alone = study(story(investors={"count": 1}, horizon="5 d", shocks=[]), 2)
    assert np.isnan(alone.outcomes["loss_by_size[middle]"]).all()


def test_who_held_the_same_is_in_one_class_of_size():
    assert set(size_of(np.full(1000, 50_000)).tolist()) == {0}
    assert size_of(np.array([0, 7, 7, 7, 7, 7, 7, 8, 8, 9])).tolist() == [-1, *[0] * 6, 1, 1, 1]
    assert size_of(np.arange(10)[::-1] + 1).tolist() == [2, 1, 1, 1, 1, 0, 0, 0, 0, 0]
