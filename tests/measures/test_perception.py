"""What clients think is held against how often platforms in that state fail, and so is what they do."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from counted import mean, story, study

from trustsim.measures.outcomes.perception import misperception, misperception_bias

SOUND = {"name": "H", "kind": "payment_wallet", "liquid_share": "95 %", "equity": "10 %"}
HOLLOW = {"name": "H", "liquid_share": "1 %", "equity": "-30 %", "sale_limit": "0 %", "patience": "60 d"}
RUMOUR = {"kind": "rumour", "platform": "H", "day": 5, "broadcast": "60 %", "risk": 6, "fear": 3}
SILENT = {  # nobody looks, is told or sees anything; who leaves has reasons of his own
    "choice": "off", "herding": "off", "fear": "off", "queue_news": "off", "media": "off", "risk_view": "off",
    "discovery": "off",
}  # fmt: skip


@pytest.fixture(scope="module")
def rumoured():
    return study(story(platforms=[SOUND], shocks=[], variants={"nothing": [], "rumour": [RUMOUR]}), 6)


@pytest.fixture(scope="module")
def hollow():
    return study(story(platforms=[HOLLOW], shocks=[], mechanisms=SILENT, horizon="40 d"), 6)


def test_a_false_rumour_about_a_sound_platform_is_panic_and_no_calm(rumoured):
    assert mean(rumoured, "failure_probability", "rumour") == 0
    assert mean(rumoured, "unwarranted_panic", "rumour") > 0.1
    assert mean(rumoured, "unwarranted_calm", "rumour") == 0
    panic, left = (rumoured.outcomes[name][:, 1] for name in ("unwarranted_panic", "excess_left"))
    assert panic == pytest.approx(left, abs=0.05)  # it was never likely: all who left beyond calm did so in panic


def test_where_nothing_happens_there_is_little_panic(rumoured):
    assert mean(rumoured, "unwarranted_panic") < 0.03  # a look can end in a run in calm too


def test_a_rumour_makes_people_fear_too_much(rumoured):
    assert mean(rumoured, "misperception_bias", "rumour") > mean(rumoured, "misperception_bias") + 0.02
    bias, distance = (rumoured.outcomes[name] for name in ("misperception_bias", "misperception"))
    assert (np.abs(bias) <= distance + 1e-12).all()


def test_a_hollow_platform_that_nobody_doubts_is_calm_and_no_panic(hollow):
    assert mean(hollow, "unwarranted_calm") > 0.95
    assert mean(hollow, "unwarranted_panic") == 0


def test_too_much_fear_on_one_platform_does_not_make_up_for_too_little_on_another():
    """Of three clients two fear by 30 points too much, one by 60 too little; then the second platform ends."""
    both, one = [0.3, -0.6, 0.0], [0.3, np.nan, 0.3]
    clients = np.array([20.0, 10.0])
    f = SimpleNamespace(
        series={"misperception": np.array([[both], [one]], np.float32)}, gauge=lambda _: np.tile(clients, (2, 1, 1))
    )
    assert misperception(f) == pytest.approx((0.4 + 0.3) / 2)
    assert misperception_bias(f) == pytest.approx((0.0 + 0.3) / 2)
