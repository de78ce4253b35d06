"""A promised yield beyond what is usual in the trade tells the literate of risk; the others see the gain alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from quiet_world import Play, Played, lever

import trustsim as ts
from trustsim.kernels.layout import Gauges
from trustsim.mechanisms.behaviour.yield_risk import READS, YieldRisk
from trustsim.model import Batch

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MANY = 6000
ALONE = {"count": MANY, "members": "100 %", "second_platform": "0 %", "considered": 1}
BEYOND = {"promised_yield": "26 %", "safe_yield": "2 %"}  # ten points beyond what is usual
RUNS: dict[str, Any] = {"choice": {"rule": "logit", "calm": 10.0, "risk": 1}, "yield_risk": {}}


def at(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def run(play: Play, literacy: float, *, platform: dict[str, str] = BEYOND, **rest: Any) -> Played:
    """Let all decide on one day at even odds, but for what the yield tells them."""
    rest = {"mechanisms": RUNS, **rest}
    return play(1, investors=ALONE, segment={"literacy": literacy}, platforms={"Harbour": platform}, **rest)


def share(seen: Played, variant: int = 0) -> float:
    return float(seen.gauge("runners")[1, variant, 0] / MANY)


@pytest.mark.parametrize(("literacy", "log_odds"), [(0.0, 0.0), (0.5, 1.0), (1.0, 2.0)])
def test_a_yield_beyond_what_is_usual_tells_the_literate_of_risk(play: Play, literacy: float, log_odds: float) -> None:
    assert share(run(play, literacy)) == pytest.approx(at(log_odds), abs=0.02)


def test_up_to_the_usual_spread_a_yield_tells_of_nothing(play: Play) -> None:
    for promised in ("2 %", "9.8 %", "15.8 %", "16 %"):
        platform = {"promised_yield": promised, "safe_yield": "2 %"}
        assert share(run(play, 1.0, platform=platform)) == pytest.approx(at(0), abs=0.02)


def test_the_taught_read_it_as_the_literate_do(play: Play) -> None:
    taught = {"nothing": [], "taught": [lever("user_education", coverage="100 %", effect="50 %")]}
    seen = run(play, 0.0, variants=taught)
    assert [share(seen, v) for v in (0, 1)] == pytest.approx([at(0), at(1)], abs=0.02)
    assert share(run(play, 0.5, variants=taught), 1) == pytest.approx(at(1.5), abs=0.02)


def test_who_runs_from_it_runs_for_fundamentals(play: Play) -> None:
    """Those who would have run without it had an ordinary need."""
    seen = run(play, 1.0)
    because = seen.gauge("ran_for_fundamentals")[1, 0, 0] / MANY
    assert because == pytest.approx(at(2) - at(0), abs=0.02)


def joined(play: Play, literacy: float, promised: str, **yield_risk: Any) -> float:
    """Return the share of the prospects that joins on the first day, at a yield that is or is not exaggerated."""
    mechanisms = {"ordinary": {"leave": "20 %/day", "tenure": 0}, "yield_risk": yield_risk}
    platform = {"promised_yield": promised, "safe_yield": "2 %", "asset_yield": "16 %"}
    investors = {**ALONE, "members": "50 %"}
    seen = play(
        1, investors=investors, segment={"literacy": literacy}, platforms={"Harbour": platform}, mechanisms=mechanisms
    )
    before = seen.gauge("accounts")[0, 0, 0] - seen.gauge("holders")[0, 0, 0]
    return float(seen.gauge("joiners")[1, 0, 0] / before)


def test_an_exaggerated_yield_draws_the_illiterate_and_keeps_the_literate_away(play: Play) -> None:
    """In log-odds: the gain is 13 · 0.1, the risk 2 · 20 · 0.1 · literacy; it turns at a third."""
    usual = joined(play, 0.0, "16 %")
    odds = usual / (1 - usual)
    for literacy in (0.0, 0.2, 0.6, 1.0):
        found = joined(play, literacy, "26 %")
        expected = odds * np.exp(1.3 - 4 * literacy)
        assert found == pytest.approx(expected / (1 + expected), abs=0.03)
        assert (found > usual) == (literacy < 1.3 / 4)


def test_with_a_weight_of_nothing_all_are_drawn(play: Play) -> None:
    assert joined(play, 1.0, "26 %", weight=0) == pytest.approx(joined(play, 0.0, "26 %"), abs=0.03)
    assert joined(play, 1.0, "26 %", weight=0) > joined(play, 1.0, "16 %") + 0.1


def test_at_usual_yields_nothing_is_other_than_without_the_rule() -> None:
    runs = []
    for rule in ("off", "on"):
        changes = {"investors.count": 300, "mechanisms.yield_risk": rule}
        scenario = ts.load(SCENARIOS / "quickstart.yaml", overrides=changes)
        batch = Batch(scenario, scenario.variants, (0, 1))
        for _ in range(50):
            batch.step()
        runs.append((batch.history[:, : len(Gauges)].tobytes(), batch.state.balance.tobytes()))
    assert runs[0] == runs[1]
    assert batch.state.column(READS).std() > 0.1


def promising() -> Iterator[tuple[str, float]]:
    """Yield every platform of every story that ships, with its spread."""
    for path in sorted(SCENARIOS.rglob("*.yaml")):
        scenario = ts.load(path)
        for variant in scenario.variants:
            for platform in variant.world.platforms:
                yield f"{path.stem}: {platform.name}", platform.promised_yield - platform.safe_yield


def test_of_the_stories_that_ship_those_alone_pass_it_that_are_meant_to_be_suspicious() -> None:
    spreads = list(promising())
    usual = YieldRisk().usual
    assert {name for name, spread in spreads if spread > usual} == {
        "stablecoin_spiral: Anchor", "E-18: Anchor", "P-19: A",
    }  # fmt: skip
    assert max(spread for name, spread in spreads if name.startswith("E-20: P")) == pytest.approx(0.138)
