"""Attention is a state apart from tone: what is told may make those who hear it look, whatever it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from quiet_world import READY, Play, Played, leave, lever

import trustsim as ts
from trustsim.experiment.study import run_study
from trustsim.kernels.layout import RUNS, Beliefs, Gauges
from trustsim.model import Batch

QUICKSTART = Path(__file__).parents[2] / "scenarios/quickstart.yaml"
MANY = 4000
NOISE = 3 * 0.5 / np.sqrt(MANY)
LOOKS: dict[str, Any] = {
    "investors": {"count": MANY, "members": "100 %", "second_platform": "0 %"},
    "platforms": {"Harbour": {}},
    "segment": {"attention": "50 %"},
}
DAYS = {"today": [leave()], "tomorrow": [leave("1 d")], "later": [leave("2 d")]}


def told(play: Play, n_days: int = 3, fading: str = "50 %", **message: Any) -> Played:
    """Post a message on the first day; whoever looks on a day of the variants runs."""
    mechanisms = {**READY, "trust": {}, "risk_view": {}, "publicity": {"fading": f"{fading}/day"}}
    seen = play(0, mechanisms=mechanisms, variants=DAYS, **LOOKS)
    day = seen.model.engine.day
    day.step = 1
    day.do.post(0, np.ones(len(DAYS), bool), **{"reach": 1.0, **message})
    return seen.step(n_days)


def looked(seen: Played) -> list[float]:
    """The share that ran on the first day on which all who looked did, in each variant."""
    return [float(seen.gauge("runners")[k + 1, k, 0] / MANY) for k in range(len(DAYS))]


@pytest.mark.parametrize("tone", [{}, {"fund": 1.0}, {"fund": -1.0}, {"risk": -0.2}, {"service": 1.0}])
def test_a_message_of_any_tone_makes_those_who_hear_it_look(play: Play, tone: dict[str, float]) -> None:
    """One half looks; with an attention of 1, that fades by half, ¾, 1 − ½^1.5 and 1 − ½^1.25 on three days."""
    found = looked(told(play, attention=1.0, **tone))
    assert found == pytest.approx([0.75, 1 - 0.5**1.5, 1 - 0.5**1.25], abs=NOISE)


def test_without_attention_a_message_of_any_tone_makes_nobody_look(play: Play) -> None:
    for tone in ({"fund": 1.0}, {"fund": -1.0}, {"risk": 0.2}):
        assert looked(told(play, **tone)) == pytest.approx([0.5] * 3, abs=NOISE)


def test_who_does_not_hear_it_looks_as_before(play: Play) -> None:
    assert looked(told(play, attention=3.0, reach=0.5))[0] == pytest.approx((0.5 + 1 - 0.5**4) / 2, abs=NOISE)


def test_attention_that_is_taken_away_never_falls_below_none(play: Play) -> None:
    seen = told(play, attention=-5.0)
    assert looked(seen) == pytest.approx([0.5] * 3, abs=NOISE)
    assert (seen.state.beliefs[Beliefs.ATTENTION] == 0).all()


def test_who_looks_anyway_looks_as_before_and_nobody_beyond_certainty(play: Play) -> None:
    world = {**LOOKS, "segment": {"attention": "100 %"}}
    mechanisms = {**READY, "publicity": {}}
    variants = {"nothing": [leave()], "much": [leave(), lever("campaign", attention=100, reach="100 %")]}
    assert play(1, mechanisms=mechanisms, variants=variants, **world).gauge("runners")[1, :, 0].tolist() == [MANY] * 2


def test_a_rumour_draws_the_attention_of_who_begins_to_believe_it(play: Play) -> None:
    """All believe it at once; with a fading of 0 the rate of looking is 1 + the attention from then on."""
    rumour = {"kind": "rumour", "platform": "Harbour", "day": 1, "seeds": "100 %", "risk": 0, "fear": 0}
    mechanisms = {**READY, "publicity": {"fading": "0 /day"}}
    shares = []
    for attention in (0, 1, 3):
        shocks = [{**rumour, "attention": attention}]
        seen = play(3, mechanisms=mechanisms, variants={"late": [leave("2 d")]}, shocks=shocks, **LOOKS)
        shares.append(float(seen.gauge("runners")[3, 0, 0] / MANY))
    assert shares == pytest.approx([0.5, 0.75, 1 - 0.5**4], abs=NOISE)


def test_a_campaign_praises_or_only_draws_attention(play: Play) -> None:
    variants = {
        "nothing": [], "praise": [lever("campaign", praise=0.4, reach="100 %")],
        "publicity": [lever("campaign", praise=0, attention=2, reach="100 %")],
    }  # fmt: skip
    seen = play(1, mechanisms={"trust": {}, "publicity": {}}, variants=variants, platforms={"Harbour": {}})
    assert (seen.belief("fund") - seen.belief("fund")[0]).mean(axis=1) == pytest.approx([0, 0.4, 0], abs=1e-6)
    assert seen.state.beliefs[Beliefs.ATTENTION].mean(axis=1).tolist() == [0, 0, 2]


def test_the_literate_believe_a_campaign_less_and_look_as_much(play: Play) -> None:
    variants = {"nothing": [], "both": [lever("campaign", praise=0.4, attention=2, reach="100 %")]}
    rules = {"trust": {}, "publicity": {}}
    seen = play(1, mechanisms=rules, variants=variants, platforms={"Harbour": {}}, segment={"literacy": 0.75})
    assert np.diff(seen.belief("fund"), axis=0).mean() == pytest.approx(0.1, abs=1e-6)
    assert seen.state.beliefs[Beliefs.ATTENTION, 1].tolist() == [2] * seen.state.accounts.n_accounts


def test_the_press_draws_attention_as_long_as_it_tells_and_whether_or_not_it_is_believed(play: Play) -> None:
    """All read it on the first day, so nobody is reached again; what it says counts nothing, the attention does."""
    media = {"reach": "100 %", "fading": "50 %", "credibility": "0 %"}
    seen = play(
        0, mechanisms={"trust": {}, "publicity": {"fading": "50 %/day"}, "media": media}, platforms={"Harbour": {}}
    )
    seen.model.engine.day.step = 1
    seen.model.engine.day.do.post(0, np.ones(1, bool), fund=-1.0, attention=2.0)
    drawn = [float(seen.step().state.beliefs[Beliefs.ATTENTION].mean()) for _ in range(3)]
    assert drawn == [2.0, 1.0, 0.5]
    assert (seen.belief("fund") == 0).all()


TOLD: dict[str, dict[str, Any]] = {
    "custodian_theft": {"share": "5 %", "discovery_lag": "1 d", "notice_lag": "0 d"},
    "data_breach": {"discovery_lag": "1 d", "notice_lag": "0 d"},
    "misuse": {"rate": "0.1 /day", "audit": "1 /day"},
    "official_warning": {"reach": "100 %", "from": "1 d"},
}


@pytest.mark.parametrize("kind", TOLD)
def test_warnings_and_incidents_draw_it_when_they_are_told(play: Play, kind: str) -> None:
    """By nothing unless a file says otherwise, and once."""
    found = []
    for more in ({}, {"attention": 3}):
        item = lever(kind, **TOLD[kind], **more) if kind == "official_warning" else {
            "kind": kind, "platform": "Harbour", "day": "0 d", **TOLD[kind], **more,
        }  # fmt: skip
        story = {"variants": {"warned": [item]}} if kind == "official_warning" else {"shocks": [item]}
        rules = {"publicity": {"fading": "0 /day"}, "media": {"reach": "100 %"}}
        platforms = {"Harbour": {"custody": "payment_firm"}}
        found.append(
            float(play(5, mechanisms=rules, platforms=platforms, **story).state.beliefs[Beliefs.ATTENTION].mean())
        )
    assert found == [0.0, 3.0]


def test_attention_to_one_platform_draws_none_to_another_that_is_like_it(play: Play) -> None:
    variants = {"publicity": [lever("campaign", praise=0, attention=2, reach="100 %")]}
    seen = play(1, mechanisms={"spillover": {}, "publicity": {}}, variants=variants)
    at_quay = seen.state.drawn[0].mine(1)
    assert (seen.state.beliefs[Beliefs.ATTENTION, 0, at_quay] == 0).all()
    assert seen.gauge("draws")[1, 0].tolist() == [1, 0]


def test_attention_does_the_same_in_steps_of_hours(play: Play) -> None:
    """Who has looked at all by the end of the first day."""
    variants = {"publicity": [leave(), lever("campaign", praise=0, attention=1, reach="100 %", fading="100 %")]}
    mechanisms = {**READY, "publicity": {"fading": "0 /day"}}
    shares = []
    for n, step in ((1, "1 d"), (24, "1 h")):
        seen = play(n, mechanisms=mechanisms, variants=variants, step=step, horizon="2 d", **LOOKS)
        shares.append(float(seen.gauge("runners")[:, 0, 0].sum() / MANY))
    assert shares == pytest.approx([0.75, 0.75], abs=NOISE)


def test_where_nobody_draws_attention_nothing_is_other_than_without_the_rule() -> None:
    """Bit by bit, and the row of beliefs is not written."""
    runs = []
    for rule in (False, True):
        scenario = ts.load(QUICKSTART, overrides={"investors.count": 300, "mechanisms.publicity": rule})
        batch = Batch(scenario, scenario.variants, (0, 1))
        for _ in range(50):
            batch.step()
        assert (batch.state.beliefs[Beliefs.ATTENTION] == 0).all()
        assert (batch.state.gauges[Gauges.DRAWS] == 0).all()
        runs.append((batch.history.tobytes(), batch.state.beliefs.tobytes(), (batch.state.actions & RUNS).tobytes()))
    assert runs[0] == runs[1]


def test_publicity_about_a_robbed_platform_speeds_the_run_and_in_calm_makes_none() -> None:
    """More withdraw of those who would have waited until they looked; where nothing has happened, nobody runs."""
    publicity = [{"kind": "campaign", "praise": 0, "attention": 3, "reach": "80 %", "from": "39 d", "cost": 0}]
    changes = {
        "variants": {"nothing": [], "publicity": publicity}, "investors.count": 600, "horizon": "70 d",
        "outcomes": ["excess_withdrawn"],
    }  # fmt: skip
    robbed = run_study(ts.load(QUICKSTART, overrides=changes), replications=200, workers=1)
    more = np.diff(robbed.outcomes["excess_withdrawn"], axis=1)[:, 0]
    assert more.mean() > 2 * more.std(ddof=1) / np.sqrt(len(more))
    calm = run_study(ts.load(QUICKSTART, overrides={**changes, "shocks": []}), replications=20, workers=1)
    assert abs(np.diff(calm.outcomes["excess_withdrawn"], axis=1)).mean() < 0.005
