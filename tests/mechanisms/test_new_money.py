"""Who joins, comes back or moves compares what is considered, as who leaves does; calm is in balance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from quiet_world import EACH, Play

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import FLED, WARY, Gauges
from trustsim.mechanisms.behaviour.balance import usual_entry
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.world.population import Accounts

BLIND = {"service": 0, "info": 0, "trust": 0, "tenure": 0, "risk": 0, "pays_yield": 0}
ALONE = {"second_platform": "0 %", "considered": 1}
RATE = 0.2


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def joined(play: Play, how: dict[str, Any], at: dict[str, Any], **rest: Any) -> Any:
    """Return a quiet world on day 0 in which half of the people are prospects who join at RATE."""
    rule = {**BLIND, "join": f"{RATE} /day", "leave": "1e-9 /day", **how}
    people = {"count": 4000, "newcomers": 4000, **ALONE}
    other = {"mechanisms": {"ordinary": rule, **rest.pop("mechanisms", {})}, **rest}
    return play(0, platforms={"Harbour": at}, investors=people, **other)


AFRAID = {"fear": {"decay": "0 /day", "contagion": 0, "threshold": 100}}


@pytest.mark.parametrize(
    ("how", "at", "beliefs", "rules", "utility"),
    [
        ({"risk": 2, "notices": 0.5}, {}, {"risk": 1.0}, {}, -1.0),
        ({"risk": 2, "notices": 0.5}, {}, {"risk": 0.5}, {}, 0.0),
        ({"risk": 2, "notices": 0.5}, {}, {"risk": -1.0}, {}, 1.0),
        ({"trust": 1}, {}, {"fund": -1.0}, {}, -1.0),
        ({"trust": 1}, {}, {"integrity": 1.0}, {}, 1.0),
        ({"trust": 1}, {"custody": "bank"}, {}, {}, 0.0),
        ({"info": 1}, {}, {"info": -1.0}, {}, -1.0),
        ({"service": 1}, {}, {"service": -1.0}, {}, -1.0),
        ({"fear": 1}, {}, {"fear": 1.0}, AFRAID, -1.0),
        ({"pays_yield": 10}, {"promised_yield": "10 %"}, {}, {}, 1.0),
        ({"pays_yield": 10, "margin": "2 %"}, {"asset_yield": "12 %", "liquid_share": "0 %"}, {}, {}, -1.0),
        ({"pays_yield": 10}, {"promised_yield": "10 %", "asset_yield": "10 %", "liquid_share": "0 %"}, {}, {}, 0.0),
    ],
)  # fmt: skip
def test_who_joins_weighs_what_it_says(
    play: Play, how: dict[str, Any], at: dict[str, Any], beliefs: dict[str, float], rules: dict[str, Any],
    utility: float,
) -> None:  # fmt: skip
    seen = joined(play, how, at, mechanisms=rules)
    for name, value in beliefs.items():
        seen.belief(name)[:] += value
    came = seen.step().gauge("joiners")[1, 0, 0] / 4000
    assert came == pytest.approx(logistic(math.log(RATE / (1 - RATE)) + utility), abs=0.025)


@pytest.mark.parametrize(("friction", "gain"), [(0, 1.0), (1, 1.0), (2, 1.0), (0, -1.0), (2, -1.0)])
def test_a_better_outside_yield_moves_more_where_leaving_is_easy(play: Play, friction: float, gain: float) -> None:
    rule = {**BLIND, "leave": "0.1 /day", "join": "1e-9 /day", "pays_yield": 10}
    seen = play(
        1, platforms={"Harbour": {"exit_friction": friction, "safe_yield": "10 %", "asset_yield": "10 %",
                                  "promised_yield": "10 %", "liquid_share": "100 %"}},
        investors={"count": 20_000, **ALONE}, mechanisms={"ordinary": rule},
        variants={"calm": [], "rate": [{"set": {"platforms.Harbour.safe_yield": f"{10 + 10 * gain} %"}}]},
    )  # fmt: skip
    calm, moved = seen.gauge("leavers")[1, :, 0] / 20_000
    expected = math.log1p(math.exp(-friction) * math.expm1(gain))
    assert calm == pytest.approx(0.1, abs=0.01)
    assert moved == pytest.approx(logistic(math.log(1 / 9) + expected), abs=0.012)


def test_who_remembers_a_run_comes_back_at_a_rate_of_its_own(play: Play) -> None:
    seen = joined(play, {"win_back": "0.05 /day"}, {})
    known = seen.state.known[0]
    prospects = np.flatnonzero(seen.state.balance[0] == 0)
    known[prospects[:2000]] |= WARY
    seen.step()
    came = seen.state.balance[0, prospects] > 0
    assert came[:2000].mean() == pytest.approx(0.05, abs=0.02)
    assert came[2000:].mean() == pytest.approx(RATE, abs=0.035)
    assert not (known[prospects[came]] & (FLED | WARY)).any()  # back is back


def test_nobody_holds_more_accounts_than_usual(play: Play) -> None:
    rule = {**BLIND, "leave": "1e-9 /day", "join": "0.5 /day"}
    for second, claims in (("0 %", 100), ("100 %", 100)):
        seen = play(5, investors={"count": 100, "second_platform": second}, mechanisms={"ordinary": rule})
        per_account = 2 * EACH if second == "0 %" else EACH
        held = seen.book("claims")[0].sum() / per_account
        assert held == (claims if second == "0 %" else 2 * claims)


def test_who_leaves_in_the_ordinary_way_needs_the_money(play: Play) -> None:
    sure = {"appeal": 50, "trust": 0, "pays_yield": 0, "fear": 0, "risk": 0}
    rule = {**BLIND, "leave": "0.3 /day", "join": "1e-9 /day"}
    seen = play(2, platforms={"Harbour": {"liquid_share": "100 %"}, "Quay": {}}, investors={"count": 400},
                mechanisms={"ordinary": rule, "switching": sure})  # fmt: skip
    assert seen.state.flows[0, 0, -1] > 0
    assert seen.state.flows[0, 0, 1] == 0


def test_as_many_come_as_go_on_day_0() -> None:
    """Two platforms, of 3 to 1; three people hold one account each and one holds none."""
    held = np.array([10, 10, 0, 0, 0, 0, 10, 0], np.int64)
    accounts = Accounts(
        np.array([0, 1, 2, 3] * 2), np.array([0, 4, 8]), np.arange(8, dtype=np.int32).reshape(2, 4), held,
        np.full(4, 100), np.full(8, 10), np.zeros(8, np.int64), np.ones(4, np.int64), np.repeat([0.75, 0.25], 4),
    )  # fmt: skip
    entry = usual_entry(accounts, np.zeros(8))
    assert np.exp(entry[3]) == pytest.approx(2.0)  # one without an account for two who may leave
    assert np.exp(entry[7]) == pytest.approx(1.0)


def claims_over_time(people: dict[str, Any], platforms: list[dict[str, Any]], worlds: int) -> np.ndarray:
    """Return float64 (3,): claims of all platforms on days 180, 365 and 730 / those of day 0, the mean over worlds."""
    story = {"trustsim": 1, "horizon": "730 d", "network": {"kind": "small_world"}, "investors": people,
             "platforms": platforms}  # fmt: skip
    scenario, found = from_document(story, REGISTRY), []
    for world in range(worlds):
        model = TrustCrisisModel(scenario, rng=world)
        model.collects = False
        for _ in range(730):
            model.step()
        claims = model.history[[0, 180, 365, 730], Gauges.CLAIMS, 0].sum(axis=1)
        found.append(claims[1:] / claims[0])
    return np.mean(found, axis=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "kind", "people"),
    [
        (1, "p2p_lending", {}), (2, "p2p_lending", {}), (3, "p2p_lending", {}), (10, "p2p_lending", {}),
        (1, "money_market_fund", {}), (1, "payment_wallet", {}), (1, "crypto_exchange", {}),
        (3, "p2p_lending", {"members": "50 %"}), (3, "p2p_lending", {"members": "100 %"}),
        (1, "p2p_lending", {"newcomers": 500}),
    ],
)  # fmt: skip
def test_calm_is_an_equilibrium(n: int, kind: str, people: dict[str, Any]) -> None:
    platforms = [{"name": f"P{p}", "kind": kind} for p in range(n)]
    assert claims_over_time({"count": 1500, **people}, platforms, 3) == pytest.approx(np.ones(3), abs=0.08)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["p2p_lending", "money_market_fund", "payment_wallet", "crypto_exchange"])
def test_a_preset_earns_in_calm_what_it_promises(kind: str) -> None:
    story = {"trustsim": 1, "horizon": "365 d", "network": {"kind": "none"}, "investors": {"count": 500},
             "platforms": [{"name": "P", "kind": kind}]}  # fmt: skip
    scenario, moved = from_document(story, REGISTRY), []
    for world in range(8):
        model = TrustCrisisModel(scenario, rng=world)
        model.collects = False
        for _ in range(365):
            model.step()
        solvency = model.history[:, Gauges.SOLVENCY, 0, 0]
        moved.append(solvency[365] - solvency[0])
    assert abs(np.mean(moved)) < 0.01


REPORTS = {"report_interval": "7 d", "report_lag": "0 d", "report_scope": "100 %", "locked_share": "0 %"}
WAVE = {"kind": "default_wave", "platform": "P", "day": "30 d", "share": "35 %"}
LEAK = {
    "kind": "data_breach",
    "platform": "P",
    "day": "30 d",
    "discovery_lag": "0 d",
    "notice_lag": "0 d",
    "exposed": "100 %",
}


def came(day: tuple[int, int], shocks: list[dict[str, Any]], **at: Any) -> float:
    """Return how many joined a day on one platform between two days, a prospect, the mean of two worlds."""
    story = {"trustsim": 1, "horizon": "120 d", "network": {"kind": "none"}, "investors": {"count": 2000},
             "platforms": [{"name": "P", **REPORTS, **at}], "shocks": shocks}  # fmt: skip
    scenario, found = from_document(story, REGISTRY), []
    for world in range(2):
        model = TrustCrisisModel(scenario, rng=world)
        model.collects = False
        for _ in range(day[1]):
            model.step()
        joiners, holders = model.history[day[0] : day[1], [Gauges.JOINERS, Gauges.HOLDERS], 0, 0].T
        found.append((joiners / np.maximum(2000 - holders, 1)).mean())
    return float(np.mean(found))


def test_disclosed_insolvency_all_but_ends_inflow() -> None:
    assert came((45, 90), [WAVE]) < 0.1 * came((45, 90), [])


def test_nobody_gets_used_to_a_platform_that_is_insolvent_from_the_start() -> None:
    assert came((10, 60), [], equity="-30 %") < 0.1 * came((10, 60), [])


def test_a_yield_out_of_line_draws_money() -> None:
    found = [came((1, 10), [], promised_yield=share) for share in ("0 %", "8 %", "50 %")]
    assert found[0] < 0.7 * found[1]
    assert found[2] > 5 * found[1]


def test_who_left_over_a_leak_does_not_rejoin_at_the_calm_rate() -> None:
    assert came((32, 45), [LEAK]) < 0.5 * came((32, 45), [])
