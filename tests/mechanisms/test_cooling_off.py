"""The pause between asking and being paid."""

import numpy as np
import pytest
from quiet_world import document

from trustsim.catalog import REGISTRY
from trustsim.kernels import layout
from trustsim.kernels.layout import Books, Gauges
from trustsim.measures.finished import Finished
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document

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
