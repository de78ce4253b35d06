"""The pause between asking and being paid."""

from pathlib import Path

import numpy as np
import pytest
from quiet_world import document

import trustsim as ts
from trustsim.catalog import REGISTRY
from trustsim.kernels import layout
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.layout import Beliefs, Books, Gauges, Traits
from trustsim.measures.finished import Finished
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.world.day import Day

ROOT = Path(__file__).parents[2]
N = 4000


def after(days: float, step: str = "1 d", **lever: object) -> TrustCrisisModel:
    told = document(
        mechanisms={"threshold": {"rule": "count", "count": 2**31, "first": N}},
        platforms={"Harbour": {"liquid_share": "100 %"}},
        investors={"count": N, "second_platform": "0 %", "considered": 1},
        variants={"v": [{"kind": "cooling_off", **lever}]},
        step=step,
    )
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    for _ in range(round(days / model.dt)):
        model.step()
        queued = model.state.books[Books.QUEUED].sum()
        assert queued == model.state.requested.sum()
        assert model.state.gauges[Gauges.COHORT_LEFT].sum() == (model.state.first_asked >= 0).sum()
        assert (model.state.claims_gap() == 0).all()
    return model


@pytest.mark.parametrize(
    ("step", "delay"), [("1 d", 8), ("0.25 d", 8), ("1 d", 0.5), ("1 d", 2.5), ("3 d", 8), ("6 h", 0.7)]
)
def test_half_of_the_requests_are_confirmed_after_the_half_life(step: str, delay: float) -> None:
    model = after(12, step, delay=f"{delay} d", second_thoughts=np.log(2) / delay)
    paid = model.history[:, Gauges.OUTFLOW, 0, 0].sum() / model.history[:, Gauges.REQUESTS, 0, 0].sum()
    assert abs(paid - 0.5) < 4 * 0.5 / np.sqrt(N)  # four standard errors
    assert model.state.queue_n.sum() == 0


def test_who_has_changed_the_mind_stays() -> None:
    model = after(30, delay="5 d", second_thoughts=0.5)
    held = (model.state.flags[0] & layout.HOLDS) > 0
    assert held.mean() == pytest.approx(1 - np.exp(-2.5), abs=0.03)
    assert model.history[-20:, Gauges.REQUESTS].sum() == 0


@pytest.mark.parametrize("of", ["claims", "accounts"])
def test_what_is_taken_back_has_not_gone_out_from_then_on(of: str) -> None:
    """All ask on the first day, and a share exp(-0.4) of what waits is still wanted a day later."""
    finished = Finished(after(20, delay="10 d", second_thoughts=0.4))
    out, back = finished.beyond.outflow(of)
    net = np.cumsum((out - back)[:, 0, 0]) / out.sum()
    assert net[1] == 1
    wanted = np.exp(-0.4 * np.arange(10))
    assert net[1:11] == pytest.approx(wanted, abs=4 * 0.5 / np.sqrt(N))  # four standard errors
    within = finished.beyond.within(3, of)[:, 0, 0] / out.sum()
    assert within[3] == pytest.approx(np.exp(-0.8), abs=4 * 0.5 / np.sqrt(N))
    assert within[4:].max() <= 0
    churn = finished.gauge("runners").sum() - finished.gauge("stayers").sum()
    assert churn == (finished.model.state.first_asked >= 0).sum()


@pytest.mark.parametrize("step", ["1 d", "0.25 d"])
def test_who_takes_back_has_waited_until_then(step: str) -> None:
    model = after(6, step, delay="8 d", second_thoughts=0.3)
    s = model.state
    since = (model.day - s.asked_day) * model.dt
    assert (s.first_asked < 0).sum() > N / 2
    noted = s.money_days.sum() + (s.requested * since).sum()
    assert noted == model.history[:-1, Gauges.WAITING].sum() * model.dt
    assert s.waited[s.first_asked < 0].min() >= 1


def test_nobody_takes_back_what_a_wind_down_has_called() -> None:
    told = document(
        platforms={"Harbour": {}},
        investors={"count": 200, "second_platform": "0 %", "considered": 1},
        variants={
            "v": [
                {"kind": "cooling_off", "delay": "20 d", "second_thoughts": 0.5},
                {"kind": "early_action", "liquidity": "100 %", "solvency": "100 %", "from": "2 d"},
            ]
        },
    )
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    for _ in range(8):
        model.step()
    assert (model.state.gauges[Gauges.STATUS] == layout.WINDING).all()
    assert (model.state.requested == model.state.balance).all()


def decided(x_then: float, days: int, *, x_now: float, step: str = "1 d", **more: object) -> TrustCrisisModel:
    """Let all decide on the first day with the readiness *x_then*, and nobody later; it is *x_now* when a pause
    ends."""
    usual = {
        "mechanisms": {"choice": {"rule": "logit", "calm": x_then, "fund": 1}, "trust": {}},
        "variants": {"v": [{"kind": "cooling_off", "delay": "3 d", "cost": 0}]},
    }
    told = document(
        platforms={"Harbour": {"liquid_share": "100 %"}},
        investors={"count": N, "second_platform": "0 %", "considered": 1},
        step=step,
        **{**usual, **more},
    )
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    model.step()
    fund, traits = model.state.beliefs[Beliefs.FUND], model.state.traits
    asked = model.state.requested > 0
    traits[Traits.ATTENTION, 0] = 0.0  # nobody looks any more
    fund[:] = x_then - x_now
    for _ in range(days - 1):
        model.step()
        assert model.state.books[Books.QUEUED].sum() == model.state.requested.sum()
    model.first = asked[0]  # type: ignore[attr-defined]
    return model


@pytest.mark.parametrize(("x_then", "x_now"), [(0.0, -2.0), (1.5, 0.0), (-1.0, -1.0), (-1.0, 4.0), (0.0, -12.0)])
@pytest.mark.parametrize("step", ["1 d", "0.5 d", "2 d"])
def test_who_would_not_run_again_takes_the_request_back(x_then: float, x_now: float, step: str) -> None:
    model = decided(x_then, 12, x_now=x_now, step=step)
    share = (model.state.balance[0][model.first] == 0).mean()
    expected = min(1, (1 + np.exp(-x_then)) / (1 + np.exp(-x_now)))
    assert 0.2 * N < model.first.sum() < 0.9 * N
    assert share == pytest.approx(expected, abs=4 * 0.5 / np.sqrt(model.first.sum()))
    assert expected < 1 or share == 1


@pytest.mark.parametrize("delay", ["1 d", "3 d", "30 d"])
def test_without_news_nobody_changes_the_mind(delay: str) -> None:
    paused = {"v": [{"kind": "cooling_off", "delay": delay}]}
    model = decided(0.0, 35, x_now=0.0, variants=paused)
    assert (model.state.balance[0][model.first] == 0).all()
    assert model.history[:, Gauges.STAYERS].sum() == 0


def test_a_threshold_is_passed_again_or_not() -> None:
    rule = {"choice": {"rule": "threshold", "calm": 1, "fund": 1}, "trust": {}}
    for x_now, stays in ((0.5, 0), (-0.5, N)):
        model = decided(1.0, 12, x_now=x_now, mechanisms=rule)
        assert model.first.sum() == N
        assert (model.state.balance[0] > 0).sum() == stays


def test_who_leaves_for_ordinary_needs_confirms() -> None:
    ordinary = {"choice": {"calm": -50, "fund": 1}, "trust": {}, "ordinary": {"leave": "50 %/day", "join": 1e-9}}
    model = decided(-50.0, 8, x_now=-60.0, mechanisms=ordinary)
    assert model.first.sum() > 0.3 * N
    assert (model.state.balance[0][model.first] == 0).all()


@pytest.mark.parametrize(("calms_on", "left"), [(4, 0.0), (7, 0.5)])
def test_each_part_of_a_request_is_thought_over_when_its_own_pause_ends(calms_on: int, left: float) -> None:
    """All ask for half on day 1 and for the rest on day 3, and may confirm on days 6 and 8. Who is calm by the first
    asks no more at all, who is so after it alone for what was asked for later."""
    told = document(
        mechanisms={"choice": {"rule": "threshold", "calm": 1, "fund": 1}, "trust": {}},
        platforms={"Harbour": {"liquid_share": "0 %"}},
        investors={"count": 50, "second_platform": "0 %", "considered": 1},
        variants={"v": [{"kind": "cooling_off", "delay": "5 d"}]},
    )
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    s, half = model.state, None
    for day in range(1, 10):
        s.dials[:, Dials.PART] = day < 3
        s.beliefs[Beliefs.FUND] = 10.0 if day == 2 or day >= calms_on else 0.0
        model.step()
        half = s.requested.copy() if day == 1 else half
        assert (s.later > 0).all() == (3 <= day < (6 if left == 0 else 8))
        assert s.books[Books.QUEUED].sum() == s.requested.sum()
        assert s.gauges[Gauges.COHORT_ASKED].sum() == (s.requested + s.paid).sum()
        assert s.gauges[Gauges.COHORT_LEFT].sum() == (s.first_asked >= 0).sum()
    assert half is not None
    assert (s.requested + s.paid == (half if left else s.paid)).all()
    assert (s.queue_n == (len(half[0]) if left else 0)).all()
    back = model.history[:, Gauges.TAKEN_BACK].sum()
    assert back == s.balance.sum() - s.requested.sum() > 0


def test_the_readiness_is_the_one_that_people_run_by() -> None:
    changes = {
        "mechanisms.choice.rule": "threshold",
        "mechanisms.choice.calm": -1.2,
        "investors.count": 300,
        "investors.segments.0.attention": "100 %",
        "investors.segments.1.attention": "100 %",
        "mechanisms.ordinary": False,
    }
    scenario = ts.load(ROOT / "scenarios/quickstart.yaml", overrides=changes)
    model = TrustCrisisModel(scenario, ["nothing", "insured"], rng=0, collects=False)
    engine, ran = model.engine, 0
    decide = engine.agenda.think_again

    def compared(step: int, day: Day) -> None:
        nonlocal ran
        for v in range(model.state.n_lanes):
            everyone = np.ones(len(model.state.balance[v, day.accounts(v, 0)]), np.bool_)
            ready = day.kernels.readiness(v, 0, everyone)
            is_free = (model.state.flags[v] & (layout.FREE | layout.HOLDS)) == (layout.FREE | layout.HOLDS)
            runs = (model.state.actions[v, : len(everyone)] & layout.RUNS) > 0
            clear = np.abs(ready) > 1e-3
            assert (runs[is_free & clear] == (ready > 0)[is_free & clear]).all()
            ran += runs.sum()
        decide(step, day)

    engine.agenda.think_again = compared  # type: ignore[method-assign]
    for _ in range(70):
        model.step()
    assert 50 < ran < 900
