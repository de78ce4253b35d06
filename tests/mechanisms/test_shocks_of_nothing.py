"""A shock whose size is zero tells nothing, however frightening its news would be: all is as without it, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from quiet_world import Played, lever

NEWS: dict[str, Any] = {
    "trust": {}, "media": {}, "fear": {"contagion": 0, "decay": "0 /day", "threshold": 100}, "risk_view": {},
}  # fmt: skip
AT = {"platform": "Harbour", "day": "2 d"}
TOLD = {"discovery_lag": "0 d", "notice_lag": "1 d"}
#: a shock, what makes its size zero, what it is like with a size
NOTHING: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a theft of nothing": ({"kind": "custodian_theft", **AT, **TOLD, "fear": 5}, {"share": "0 %"}, {"share": "5 %"}),
    "a breach of nobody": ({"kind": "data_breach", **AT, **TOLD, "fear": 5}, {"exposed": "0 %"}, {"exposed": "5 %"}),
    "a wave of nothing": ({"kind": "default_wave", **AT, "fund": 5}, {"share": "0 %"}, {"share": "50 %"}),
    "misuse of nothing": (
        {"kind": "misuse", **AT, "audit": "100 %/day", "fear": 5}, {"rate": "0 /day"}, {"rate": "1 %/day"},
    ),
    "an outage of no time": ({"kind": "outage", **AT, "fear": 5}, {"days": "0 d"}, {"days": "3 d"}),
    "honest advertising": (
        {"kind": "advertising_exposed", **AT, "exposure_lag": "3 d", "fear": 5}, {"gap": "0 %"}, {"gap": "10 %"},
    ),
    "a rumour that nobody starts": ({"kind": "rumour", **AT, "fear": 5}, {"seeds": "0 %"}, {"seeds": "10 %"}),
}  # fmt: skip


def after(play: Callable[..., Played], *shocks: dict[str, Any], **settings: Any) -> Played:
    return play(
        12,
        mechanisms=NEWS,
        shocks=list(shocks),
        platforms={"Harbour": {"liquid_share": "50 %"}, "Quay": {}},
        **settings,
    )


@pytest.mark.parametrize("name", NOTHING)
def test_a_shock_of_size_zero_tells_nothing_and_one_with_a_size_does(play: Callable[..., Played], name: str) -> None:
    shock, zero, size = NOTHING[name]
    without, nothing, something = after(play), after(play, {**shock, **zero}), after(play, {**shock, **size})
    assert nothing.state.beliefs.tobytes() == without.state.beliefs.tobytes()
    assert nothing.model.history.tobytes() == without.model.history.tobytes()
    assert something.state.beliefs.tobytes() != without.state.beliefs.tobytes()


def test_a_theft_that_a_lever_keeps_from_taking_anything_is_not_told(play: Callable[..., Played]) -> None:
    theft = {"kind": "custodian_theft", **AT, **TOLD, "share": "5 %", "fear": 5}
    kept = {"a": [], "b": [lever("incident_control", incident="custodian_theft", severity=0)]}
    seen = after(play, theft, variants=kept)
    fear = seen.belief("fear")
    assert fear[0].max() > 1
    assert fear[1].max() == 0


def test_a_theft_from_an_empty_till_is_not_told(play: Callable[..., Played]) -> None:
    theft = {"kind": "custodian_theft", **AT, **TOLD, "share": "5 %", "fear": 5}
    dry = {"Harbour": {"liquid_share": "0 %", "asset_term": "1e9 d", "asset_yield": "0 %"}, "Quay": {}}
    seen = play(12, mechanisms=NEWS, shocks=[theft], platforms=dry)
    assert np.all(seen.belief("fear") == 0)
