"""Who waits for own money sees it, whatever the rule is called that holds it back; who does not wait sees nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from quiet_world import READY, Play, leave, lever

STOPS: dict[str, list[dict[str, Any]]] = {
    "suspension": [lever("suspension", after="0 %")],
    "notice": [lever("notice_period", notice="365 d")],
    "cap": [lever("withdrawal_cap", cap=0)],
    "gate": [lever("redemption_gate", trigger="100 %", duration="100 d")],
    "no money": [],
}
SEEN = {"own_wait": {"fund": 0.05, "service": 0.1}, "trust": {}}
DRY = {"Harbour": {"liquid_share": "0 %"}, "Quay": {"liquid_share": "0 %"}}


@pytest.mark.parametrize("step", ["1 d", "0.5 d", "2 d"])
@pytest.mark.parametrize("stop", STOPS)
def test_waiting_costs_trust_by_the_day_whatever_holds_the_money_back(play: Play, stop: str, step: str) -> None:
    per_day = 1 / float(step.split()[0])
    seen = play(
        round(10 * per_day) + 1, mechanisms={**READY, **SEEN}, variants={"v": [leave(), *STOPS[stop]]}, platforms=DRY,
        step=step,
    )  # fmt: skip
    assert (seen.state.requested[0] > 0).sum() == len(seen.belief("fund")[0])  # all of Harbour, none of Quay
    assert seen.belief("fund")[0] == pytest.approx(-0.05 * 10, rel=1e-5)
    assert seen.belief("service")[0] == pytest.approx(-0.1 * 10, rel=1e-5)
    for part in ("fund", "service", "scar", "fear"):
        assert (seen.belief(part, 1) == 0).all()


def test_what_was_agreed_is_no_wait(play: Play) -> None:
    """A lag of five days in the baseline; a notice of the same days beyond it is one."""
    agreed = {"Harbour": {"liquid_share": "0 %", "payout_lag": "5 d"}, "Quay": {}}
    told = {"mechanisms": {**READY, **SEEN}, "variants": {"v": [leave()]}, "platforms": agreed}
    assert (play(6, **told).belief("fund") == 0).all()
    assert play(8, **told).belief("fund")[0] == pytest.approx(-0.1, rel=1e-5)


def test_it_is_bad_news_like_any_other(play: Play) -> None:
    """Scars add to it, and a share of it stays as scar."""
    trust = {"trust": {"scarring": "50 %", "scar_bad": 1.0, "bad_news": 2.0}}
    seen = play(2, mechanisms={**READY, **SEEN, **trust}, variants={"v": [leave(), *STOPS["suspension"]]})
    assert seen.belief("fund")[0] == pytest.approx(-0.1, rel=1e-5)
    assert seen.belief("scar")[0] == pytest.approx(0.05, rel=1e-5)
    seen.step()
    assert seen.belief("fund")[0] == pytest.approx(-0.1 - 0.1 * 1.05, rel=1e-5)


@pytest.mark.parametrize(("fading", "left"), [("0 %", 1.0), ("100 %", 0.7**8), ("50 %", ((1 + 0.7) / 2) ** 8)])
def test_who_waits_stays_afraid(play: Play, fading: str, left: float) -> None:
    fear = {"decay": "0.3 /day", "contagion": 0, "threshold": 100}
    mechanisms = {**READY, "trust": {}, "own_wait": {"fading": fading}, "fear": fear}
    seen = play(1, mechanisms=mechanisms, variants={"v": [leave(), *STOPS["suspension"]]})
    seen.belief("fear")[:], seen.belief("fear", 1)[:] = 1.0, 1.0
    seen.step(8)
    assert seen.belief("fear")[0] == pytest.approx(left, rel=1e-4)
    assert seen.belief("fear", 1)[0] == pytest.approx(0.7**8, rel=1e-4)


def test_it_ends_when_the_money_comes(play: Play) -> None:
    stop = lever("suspension", after="0 %", until="6 d")
    rich = {"Harbour": {"liquid_share": "100 %"}, "Quay": {}}
    seen = play(12, mechanisms={**READY, **SEEN}, variants={"v": [leave(), stop]}, platforms=rich)
    assert (seen.balance() == 0).all()
    then = seen.belief("fund").copy()
    assert (then < 0).all()
    assert np.array_equal(seen.step(5).belief("fund"), then)
