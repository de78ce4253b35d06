"""Worlds of one file differ by what nobody knows beforehand, alike in all variants; spreads of 0 change nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from quiet_world import EACH, N, Play, document

import trustsim as ts
from trustsim.catalog import REGISTRY
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.layout import Beliefs, Gauges, Traits
from trustsim.mechanisms.sector.aggregate_uncertainty import AggregateUncertainty
from trustsim.model.batch import Batch
from trustsim.scenario.load import from_document
from trustsim.world.telling import moved, reached
from trustsim.world.unknowns import unknowns_of

OFF: dict[str, Any] = AggregateUncertainty.neutral
DRAWN = [Dials.NEWS_STRENGTH, Dials.NEWS_REACH, Dials.PUBLISHED_ERROR, Dials.LOSS_SIZE]
TRUST, PRESS = {"trust": {}}, {"media": {"reach": "30 %"}}
LOSS = [{"kind": "default_wave", "platform": "Harbour", "day": "0 d", "share": "12.5 %", "fund": 1}]
THEFT = {
    "kind": "custodian_theft", "platform": "Harbour", "day": "0 d", "share": "2 %", "discovery_lag": "0 d",
    "notice_lag": "0 d",
}  # fmt: skip


def rule(**spreads: Any) -> dict[str, Any]:
    """Return the mechanism with these spreads alone."""
    return {"aggregate_uncertainty": {**OFF, **spreads}}


def batch(n_worlds: int, **story: Any) -> Batch:
    """Return worlds of one quiet story, on day 0."""
    scenario = from_document(document(**story), REGISTRY)
    return Batch(scenario, scenario.variants, range(n_worlds))


def crisis(**changes: Any) -> ts.Scenario:
    return ts.load("scenarios/quickstart.yaml", overrides={"investors.count": 200, "horizon": "30 d", **changes})


def test_mean_prior_trust_has_the_spread() -> None:
    """Over worlds the mean log-odds of prior trust vary by ``trust``; in a world all move by the same."""
    prior = batch(1000, mechanisms=rule(trust=0.4)).engine.state.traits[Traits.PRIOR]
    assert np.ptp(prior, axis=1) == pytest.approx(0, abs=1e-6)  # alike people, half of whom trust without the rule
    assert prior.mean(axis=1).std() == pytest.approx(0.4, abs=4 * 0.4 / math.sqrt(2000))
    assert prior.mean() == pytest.approx(0, abs=4 * 0.4 / math.sqrt(1000))


def test_attention_moves_by_its_log_odds_and_never_where_it_is_certain() -> None:
    some = batch(500, mechanisms=rule(attention=0.5), segment={"attention": "20 %"}).engine.state.traits
    looks = some[Traits.ATTENTION].mean(axis=1)
    assert np.log(looks / (1 - looks)).std() == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(1000))
    sure = batch(3, mechanisms=rule(attention=0.5)).engine.state.traits[Traits.ATTENTION]
    assert (sure == 1).all()


@pytest.mark.parametrize(("spread", "dial"), [("loss", Dials.LOSS_SIZE), ("intensity", Dials.NEWS_STRENGTH)])
def test_factors_are_lognormal_with_mean_one(spread: str, dial: Dials) -> None:
    logs = batch(2000, mechanisms=rule(**{spread: 0.5})).engine.state.dials[:, dial]
    assert np.exp(logs).mean() == pytest.approx(1, abs=4 * math.sqrt(math.expm1(0.25) / 2000))
    assert logs.std() == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(4000))


def test_with_all_spreads_zero_everything_is_the_same_to_the_bit() -> None:
    without, zero = (crisis(**{"mechanisms.aggregate_uncertainty": to}) for to in (False, OFF))
    drawn = crisis(**{"mechanisms.aggregate_uncertainty": "on"})
    ran = [Batch(each, each.variants, range(2)) for each in (without, zero, drawn)]
    for each in ran:
        for _ in range(30):
            each.step()
    off, zero_too, on = (each.engine for each in ran)
    assert np.array_equal(off.history, zero_too.history, equal_nan=True)
    assert (off.state.beliefs == zero_too.state.beliefs).all()
    assert (off.state.books == zero_too.state.books).all()
    assert not np.array_equal(off.history, on.history, equal_nan=True)


def test_what_was_drawn_is_had_again_by_the_key() -> None:
    """Without a run, of any world: what stands in dials and traits is the spread times what the key gives."""
    spreads = {"intensity": 0.5, "reach": 0.6, "signal": 0.7, "loss": 0.8, "trust": 0.4, "attention": 0.3}
    story = {"mechanisms": rule(**spreads), "segment": {"attention": "20 %"}}
    scenario = from_document(document(**story), REGISTRY)
    state = Batch(scenario, scenario.variants, range(3, 8)).engine.state
    found = unknowns_of(scenario, scenario.baseline, range(3, 8))
    assert {u.spread: of[0] for u, of in zip(found.each, found.spreads, strict=True)} == spreads
    z = dict(zip((u.spread for u in found.each), found.drawn.T, strict=True))
    dials = state.dials.reshape(5, -1, state.dials.shape[1])[:, 0]
    for name, dial, shift in (
        ("intensity", Dials.NEWS_STRENGTH, 0.5**2 / 2), ("loss", Dials.LOSS_SIZE, 0.8**2 / 2),
        ("reach", Dials.NEWS_REACH, 0), ("signal", Dials.PUBLISHED_ERROR, 0),
    ):  # fmt: skip
        assert dials[:, dial] == pytest.approx(spreads[name] * z[name] - shift)
    assert state.traits[Traits.PRIOR].mean(axis=1) == pytest.approx(0.4 * z["trust"], abs=1e-5)
    looks = state.traits[Traits.ATTENTION].mean(axis=1)
    assert np.log(looks / (1 - looks)) - math.log(0.25) == pytest.approx(0.3 * z["attention"], abs=1e-4)


def test_a_world_has_its_draw_whatever_stands_beside() -> None:
    """All variants share it; a variant, a platform, investors or another spread more leave it as it was."""
    story: dict[str, Any] = {"mechanisms": rule(intensity=0.5, reach=0.5, signal=0.5, loss=0.5, trust=0.5)}

    def found(**changes: Any) -> tuple[Any, Any]:
        state = batch(3, **{**story, **changes}).engine.state
        dials = state.dials[:, DRAWN].reshape(3, -1, len(DRAWN))
        assert (dials == dials[:, :1]).all()  # in all variants of a world
        return dials[:, 0], state.traits[Traits.PRIOR, :, 0]

    usual, prior = found()
    assert len(np.unique(usual)) == usual.size
    for changes in (
        {"variants": {"a": [], "b": [{"kind": "guarantee"}]}},
        {"platforms": {"Harbour": {}, "Quay": {}, "Tide": {}}},
        {"investors": {"count": 5 * N}},
        {"mechanisms": rule(intensity=0.5, reach=0.5, signal=0.5, loss=0.5, trust=0.5, attention=0.5, sunspot=0.1)},
    ):
        dials, trusting = found(**changes)
        assert (dials == usual).all(), changes
        assert (trusting == prior).all(), changes


def test_a_message_is_louder_and_goes_farther_by_what_is_drawn() -> None:
    story: dict[str, Any] = {"investors": {"count": 4000}, "shocks": LOSS}
    worlds = batch(3, **story, mechanisms={**TRUST, **PRESS, **rule(intensity=0.5, reach=0.8)})
    worlds.step()
    state = worlds.engine.state
    for w, world in enumerate(state.drawn):
        fund = state.beliefs[Beliefs.FUND, w, world.mine(0)]
        heard = fund[fund < 0]
        assert heard == pytest.approx(-math.exp(state.dials[w, Dials.NEWS_STRENGTH]), rel=1e-3)
        assert len(heard) / len(fund) == pytest.approx(moved(0.3, state.dials[w, Dials.NEWS_REACH]), abs=0.03)


def test_a_page_of_the_platform_is_as_it_was(play: Play) -> None:
    told = {"queue_news": {"fund": 1.0}, **TRUST}
    overdue = {"platforms": {"Harbour": {"liquid_share": "0 %", "payout_lag": "0 d"}}}
    asks = {"variants": {"v": [{"kind": "process_friction", "exit": -1, "cost": 0}]}}
    ready = {"choice": {"calm": -0.5}}
    plain = play(6, **overdue, **asks, mechanisms={**told, **ready}).belief("fund")
    louder = play(6, **overdue, **asks, mechanisms={**told, **ready, **rule(intensity=1.0, reach=1.0)}).belief("fund")
    assert plain.min() < -0.1
    assert (plain == louder).all()


def test_a_shorter_step_leaves_the_reach_of_a_day() -> None:
    log_odds, a_day = np.array([0.7, -0.4, 0.0]), 0.3
    hourly = np.full(3, 1 - (1 - a_day) ** (1 / 24))
    in_a_day = 1 - (1 - reached(hourly, log_odds, 1 / 24)) ** 24
    assert in_a_day == pytest.approx([moved(a_day, x) for x in log_odds])
    assert reached(hourly, np.zeros(3), 1 / 24).tolist() == hourly.tolist()


def test_a_loss_is_larger_by_what_is_drawn_and_no_more_than_there_is() -> None:
    worlds = batch(40, shocks=[THEFT, LOSS[0] | {"platform": "Quay"}], mechanisms=rule(loss=1.5))
    owned = worlds.engine.state.ladder[:, :, 1].sum(axis=0)
    worlds.step()
    size, claims = worlds.engine.day.loss_size, N * EACH
    taken = worlds.engine.history[0, Gauges.SOLVENCY, :, 0] - worlds.engine.history[1, Gauges.SOLVENCY, :, 0]
    assert taken == pytest.approx(np.minimum(0.02 * size, 0.2), abs=2 / claims)  # a fifth of the claims is liquid
    assert 0.02 * size.max() > 0.2 > 0.02 * np.median(size)
    left = worlds.engine.state.ladder[:, :, 1].sum(axis=0) / owned
    assert left == pytest.approx(1 - np.minimum(0.125 * size, 1), abs=1e-4)


def test_a_rumour_hides_a_loss_of_the_size_that_is_drawn() -> None:
    shock = {"kind": "rumour", "platform": "Harbour", "day": "0 d", "true_loss": "2 %", "infectiousness": 0}
    worlds = batch(10, shocks=[shock], mechanisms=rule(loss=0.5))
    worlds.step()
    gap = worlds.engine.history[1, Gauges.HIDDEN_GAP, :, 0]
    assert gap == pytest.approx(0.8 * 0.02 * worlds.engine.day.loss_size, abs=1e-5)  # assets are 80 % of the claims


def test_what_is_misused_is_larger_by_what_is_drawn() -> None:
    shock = {"kind": "misuse", "platform": "Harbour", "day": "0 d", "rate": "0.1 %/day"}
    worlds = batch(10, shocks=[shock], mechanisms=rule(loss=0.5))
    worlds.step()
    gap = worlds.engine.history[1, Gauges.HIDDEN_GAP, :, 0]
    assert gap == pytest.approx(0.001 * worlds.engine.day.loss_size, abs=1e-6)


def test_an_outage_lasts_as_long_in_every_world() -> None:
    shock = {"kind": "outage", "platform": "Harbour", "day": "0 d", "days": "3 d"}
    worlds = batch(5, shocks=[shock], mechanisms=rule(loss=1.0))
    for _ in range(5):
        worlds.step()
    stopped = worlds.engine.history[:, Gauges.STATUS, :, 0] > 0
    assert (stopped.sum(axis=0) == 3).all()


def test_all_readers_share_the_error_of_what_is_published() -> None:
    plain, off = (
        batch(4, mechanisms={"risk_view": {"noise": 0}, "health": {}, **more}) for more in ({}, rule(signal=0.5))
    )
    error = off.engine.state.dials[:, Dials.PUBLISHED_ERROR]
    published = [each.engine.history[0, Gauges.PUBLISHED_RISK] for each in (plain, off)]
    assert published[1] - published[0] == pytest.approx(np.repeat(error[:, None], 2, axis=1))
    risk = [each.engine.state.beliefs[Beliefs.RISK] for each in (plain, off)]
    assert risk[1] - risk[0] == pytest.approx(np.repeat(error[:, None], 2 * N, axis=1), abs=1e-5)


def test_a_sunspot_frightens_all_on_its_day_and_comes_as_often_as_it_says() -> None:
    fear = {"fear": {"contagion": 0, "decay": "0 /day", "threshold": 100}}
    always = batch(2, mechanisms={**fear, **rule(sunspot=3650, fear=0.7)})
    always.step()
    assert always.engine.state.beliefs[Beliefs.FEAR] == pytest.approx(0.7)
    some = batch(200, mechanisms={**fear, **rule(sunspot=1, fear=1)})
    for _ in range(40):
        some.step()
    days = np.rint(some.engine.state.beliefs[Beliefs.FEAR][:, 0])
    expected = 200 * 40 / 365  # once a year
    assert days.sum() == pytest.approx(expected, abs=4 * math.sqrt(expected))
    assert (some.engine.state.beliefs[Beliefs.FEAR] == some.engine.state.beliefs[Beliefs.FEAR][:, :1]).all()
