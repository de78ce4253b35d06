"""Best response, suspension and the late payoff, through the books of one bank."""

import numpy as np
import pytest
from quiet_world import document

from trustsim.catalog import REGISTRY
from trustsim.kernels.cover import covered
from trustsim.kernels.layout import OPEN, Gauges
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document

N = 200


def played(r1: float, variant: object = (), shocks: object = (), days: int = 5, **rule: object) -> TrustCrisisModel:
    """Return a bank of N clients that has paid in 1 and promises r1, after some days."""
    bank = {
        "liquid_share": "0 %",
        "equity": 1 / r1 - 1,
        "sale_limit": "100 %",
        "patience": "0 d",
        "asset_term": "1e9 d",
    }
    told = document(
        mechanisms={"best_response": rule},
        platforms={"Bank": bank},
        investors={"count": N, "second_platform": "0 %", "considered": 1},
        segment={"wealth": 1e6 * r1},
        shocks=list(shocks),
        variants={"v": list(variant)},
        horizon="30 d",
    )
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    total = model.state.total_money()
    for _ in range(days):
        model.step()
        assert (model.state.total_money() == total).all()
        assert (model.state.claims_gap() == 0).all()
    return model


def departed(model: TrustCrisisModel) -> int:
    return int(model.history[:, Gauges.RUNNERS].sum())


@pytest.mark.parametrize(("r1", "late"), [(1.28, 2.0), (1.1, 1.5), (1.5, 4.0)])
def test_all_leave_above_the_tipping_point(r1: float, late: float) -> None:
    tipping = (late - r1) / (r1 * (late - 1))
    below = played(r1, impatient=0.1, late_return=late, expected=tipping - 0.005)
    above = played(r1, impatient=0.1, late_return=late, expected=tipping + 0.005)
    assert (departed(below), departed(above)) == (20, N)


@pytest.mark.parametrize("impatient", [0.1, 0.25, 0.4])
def test_who_waits_gets_what_is_left(impatient: float) -> None:
    pays = {"kind": "payoff", "platform": "Bank", "day": "3 d", "gross": 2}
    model = played(1.28, shocks=[pays], impatient=impatient)
    found = measured(Finished(model))
    assert found["early_payoff"][0] == pytest.approx(1.28, abs=1e-9)
    assert found["late_payoff"][0] == pytest.approx(2 * (1 - impatient * 1.28) / (1 - impatient), abs=1e-6)


def test_a_project_that_fails_leaves_nothing_to_those_who_waited() -> None:
    pays = {"kind": "payoff", "platform": "Bank", "day": "3 d", "gross": 2, "success": "0 %"}
    model = played(1.28, shocks=[pays], impatient=0.25)
    assert measured(Finished(model))["late_payoff"][0] == 0
    assert model.state.loss.sum() == pytest.approx(0.75 * N * 1.28e8, rel=1e-6)


@pytest.mark.parametrize("expected", [0.0, 0.5, 0.99])
def test_no_more_than_the_share_is_paid_before_a_suspension_ends(expected: float) -> None:
    rule = {"impatient": 0.4, "expected": expected}  # more need money than are paid
    model = played(1.28, [{"kind": "suspension", "after": "25 %"}], **rule)
    claims = model.history[0, Gauges.CLAIMS_AT_START, 0, 0]
    assert model.history[-1, Gauges.PAID, 0, 0] == pytest.approx(0.25 * claims, abs=1)
    assert model.history[-1, Gauges.STATUS, 0, 0] == OPEN
    assert departed(model) == 80


def test_half_a_guarantee_moves_the_tipping_point() -> None:
    cover = {"kind": "guarantee", "cover": "50 %", "credibility": 1, "limit": 1e9}
    bare = played(1.28, impatient=0.25, expected=0.6)
    half = played(1.28, [cover], impatient=0.25, expected=0.6)
    full = played(1.28, [{**cover, "cover": "100 %"}], impatient=0.25, expected=0.99)
    assert (departed(bare), departed(full)) == (N, 50)
    assert departed(half) == N  # who leaves is paid in full as well: half a cover does not change the sign


def test_the_impatient_are_the_same_whatever_is_expected() -> None:
    few = played(1.28, impatient=0.1, days=1).state.asked_day[0] >= 0
    more = played(1.28, impatient=0.3, days=1).state.asked_day[0] >= 0
    assert few.sum() == 20
    assert np.array_equal(few & more, few)


def test_a_guarantee_is_believed_alike_by_the_rule_and_by_the_account_pass() -> None:
    """60 %, half believed, up to half of the balance: 15 % of a loss, by the rule of all that is left at once; by the
    pass nothing of the half above the limit and 30 % of the half below."""
    half = 1e6 * 1.28 / 2
    told = {"kind": "guarantee", "platform": "Bank", "cover": "60 %", "credibility": "50 %", "limit": half}
    model = played(1.28, variant=[told], days=1, impatient=0)
    day, state = model.engine.day, model.state
    share, above, below = day.kernels.believed_cover(0, 0), np.empty(N, np.float32), np.empty(N, np.float32)
    covered(above, state.balance[0], state.weights[0, 0])
    covered(below, state.balance[0] // 2, state.weights[0, 0])
    assert share == pytest.approx(np.full(N, 0.15), rel=1e-6)
    assert (above == 0).all()
    assert np.exp(below) == pytest.approx(0.7, abs=1e-6)
    assert (np.exp(above) + np.exp(below)) / 2 == pytest.approx(1 - share, abs=1e-6)
