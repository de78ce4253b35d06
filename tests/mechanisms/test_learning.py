"""What education taught is a state: gained while the lever runs, fading after its last day."""

from __future__ import annotations

import pytest
from quiet_world import Play, lever

from trustsim.model import TrustCrisisModel

FULL = {"coverage": "100 %", "effect": "60 %"}


def test_what_was_taught_fades(play: Play) -> None:
    taught = [lever("user_education", **FULL, until="3 d")]
    fades = {"learning": {"fading": "50 %/day"}}
    seen = play(2, mechanisms=fades, variants={"taught": taught, "nothing": []})
    assert seen.term("education")[0, 0] == pytest.approx(0.6)
    at_last = play(3, mechanisms=fades, variants={"taught": taught}).term("education")[0, 0]
    after = [float(seen.step().term("education")[0, 0]) for _ in range(5)]
    assert at_last in after
    assert after[-1] == pytest.approx(after[-2] / 2)
    assert after[-2] == pytest.approx(after[-3] / 2)
    assert seen.term("education")[1].max() == 0
    assert seen.term("education")[0, 1] == 0  # Quay teaches nobody
    assert seen.model.series("taught")[-1, 0, 0] == pytest.approx(after[-1])


def test_without_learning_education_ends_on_its_last_day(play: Play) -> None:
    seen = play(6, mechanisms={}, variants={"taught": [lever("user_education", **FULL, until="3 d")]})
    assert seen.term("education").max() == 0


def test_who_was_taught_until_the_day_before_believes_a_rumour_less(play: Play) -> None:
    """Findings B6: taught until the day before, as many believed as without."""
    story = {
        "network": {"kind": "complete"},
        "investors": {"count": 1000},
        "shocks": [{"kind": "rumour", "platform": "Harbour", "day": 10, "seeds": "0.1 %", "infectiousness": "50 %"}],
        "mechanisms": {"learning": {}},
    }
    before = [lever("user_education", coverage="100 %", effect="100 %", until="9 d")]
    seen = play(11, variants={"before": before, "nothing": []}, **story)
    told, untold = seen.gauge("believers")[11, :, 0]
    assert told < 0.7 * untold


def test_a_platform_may_begin_with_clients_who_were_taught(play: Play) -> None:
    seen = play(1, platforms={"Harbour": {"taught": "40 %"}}, mechanisms={"learning": {"fading": "10 %/day"}})
    first = float(seen.term("education")[0, 0])
    assert first == pytest.approx(0.4)
    assert seen.step().term("education")[0, 0] == pytest.approx(0.36)
    assert isinstance(seen.model, TrustCrisisModel)
