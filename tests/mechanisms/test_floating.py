"""Claims that follow the value of the assets: what clients own of a fall, what they see of it, and what they do not."""

from __future__ import annotations

import numpy as np
import pytest
from quiet_world import EACH, Play

WHOLE = {"liquid_share": "0 %"}
WAVE = {"kind": "payoff", "platform": "*", "day": 3, "gross": 0.9, "mutual": False}


def test_a_price_fall_is_seen_by_those_whose_claims_follow_it(play: Play) -> None:
    platforms = {"Harbour": {**WHOLE, "floats": "100 %"}, "Quay": WHOLE}
    rules = {"choice": {"rule": "logit", "calm": -2.0}, "floating": {"pull": 10, "getting_used": "0 %/day"}}
    seen = play(3, investors={"count": 3000}, platforms=platforms, shocks=[WAVE], mechanisms={"floating": {}})
    seen.step(2)
    assert seen.balance(0)[0] == pytest.approx(0.9 * EACH, abs=1)
    assert (seen.balance(1)[0] == EACH).all()
    assert seen.model.series("claim_price")[-1, 0, 0] == pytest.approx(0.9, abs=1e-5)  # whole minor units on each rung
    assert seen.state.claims_gap().tolist() == [[0, 0]]
    run = play(4, investors={"count": 6000}, platforms=platforms, shocks=[WAVE], mechanisms=rules)
    ran = run.gauge("runners")[:, 0]
    free = run.gauge("holders")[0, 0] - np.cumsum(ran, axis=0)  # who has asked waits, and holds nothing free
    calm, pushed = 1 / (1 + np.exp(2)), 1 / (1 + np.exp(1))
    assert ran[3] / free[2] == pytest.approx([calm, calm], abs=0.015)
    assert ran[4] / free[3] == pytest.approx([pushed, calm], abs=0.015)


def test_half_of_a_fall_may_be_the_owners(play: Play) -> None:
    platforms = {"Harbour": {**WHOLE, "equity": "10 %", "floats": "50 %"}}
    seen = play(6, platforms=platforms, shocks=[{**WAVE, "platform": "Harbour"}], mechanisms={"floating": {}})
    held = seen.balance(0)[0][seen.balance(0)[0] > 0]
    assert held == pytest.approx(EACH * 2 * (1 - 0.5 * 0.11), rel=1e-3)


def test_claims_at_par_see_no_price(play: Play) -> None:
    """Money that goes in and out is no gain or loss, and without a key nothing floats, volatile as assets may be."""
    volatile = {"Harbour": {"volatility": "6 %", "liquid_share": "50 %"}}
    on, off = (play(30, platforms=volatile, mechanisms=each) for each in ({"floating": {}}, {}))
    assert (on.balance() == off.balance()).all()
    assert (on.gauge("runners") == off.gauge("runners")).all()
    floats = {"Harbour": {"liquid_share": "100 %", "equity": "5 %", "floats": "100 %"}}
    story = {"ordinary": {"leave": "20 %/day"}, "floating": {}}
    seen = play(20, investors={"count": 200}, platforms=floats, mechanisms=story)
    assert seen.gauge("outflow").sum() > 0
    assert np.unique(seen.model.series("claim_price")[:, 0, 0]).tolist() == [1.0]


def test_the_more_volatile_the_assets_the_more_clients_run(play: Play) -> None:
    """Findings B7: volatility 0, 2, 6 % a day moved nobody."""
    ran = []
    for volatility in ("0 %", "2 %", "6 %"):
        platforms = {"Harbour": {"liquid_share": "40 %", "volatility": volatility, "floats": "100 %"}}
        rules = {"choice": {"rule": "logit", "calm": -5.0}, "floating": {}}
        seen = play(30, investors={"count": 2000}, platforms=platforms, mechanisms=rules)
        ran.append(seen.gauge("runners").sum() / seen.gauge("holders")[0].sum())
    assert ran[0] < ran[1] < ran[2]
    assert ran[2] > 1.5 * ran[0]


def test_people_get_used_to_a_lower_price(play: Play) -> None:
    platforms = {"Harbour": {**WHOLE, "floats": "100 %"}}
    shocks = [{**WAVE, "platform": "Harbour"}]
    late = []
    for getting_used in ("0 %/day", "50 %/day"):
        rules = {"choice": {"rule": "logit", "calm": -6.0}, "floating": {"pull": 30, "getting_used": getting_used}}
        seen = play(30, investors={"count": 3000}, platforms=platforms, shocks=shocks, mechanisms=rules)
        late.append(seen.gauge("runners")[15:].sum())
    assert late[1] < 0.6 * late[0]
