"""A cap on what an account may hold: what comes in stops at it, what is there stays."""

from __future__ import annotations

import pytest
from quiet_world import EACH, Play, leave, lever

LIQUID = {name: {"liquid_share": "100 %"} for name in ("Harbour", "Quay")}


def cap(minor: float, platform: str = "Harbour") -> dict:
    return {**lever("holding_cap", cap=f"{minor / 100} CNY"), "platform": platform}


def test_a_cap_on_what_is_held_lets_in_no_more(play: Play) -> None:
    joins = {"ordinary": {"leave": "0.0001 %/day", "join": "50 %/day"}}
    half = {"count": 400, "members": "0 %", "second_platform": "0 %", "considered": 1}
    stories = {"capped": [cap(0.4 * EACH)], "none": []}
    seen = play(10, platforms={"Harbour": {}}, investors=half, mechanisms=joins, variants=stories)
    assert sorted(set(seen.balance()[0].tolist()) - {0}) == [0.4 * EACH]
    assert sorted(set(seen.balance()[1].tolist()) - {0}) == [2 * EACH]
    assert ((seen.balance()[0] > 0) == (seen.balance()[1] > 0)).all()  # as many join
    held = play(10, platforms={"Harbour": {}}, variants={"capped": [cap(0.4 * EACH)]})
    assert (held.balance()[0] == 2 * EACH).all()


def test_money_that_may_not_come_in_goes_elsewhere(play: Play) -> None:
    mechanisms = {"choice": {"calm": -0.5}, "switching": {"appeal": 50}}
    story = {"free": [leave()], "full": [leave(), cap(EACH, "Quay")], "room": [leave(), cap(2 * EACH, "Quay")]}
    seen = play(3, platforms=LIQUID, mechanisms=mechanisms, variants=story)
    assert (seen.balance(0) == 0).all()
    assert seen.balance(1).max(axis=1).tolist() == pytest.approx([2 * EACH, EACH, 2 * EACH])
    assert seen.state.safe.sum(axis=1)[1] > seen.state.safe.sum(axis=1)[0] == seen.state.safe.sum(axis=1)[2]
