"""Best response, suspension and the late payoff, through the books of one bank."""

import numpy as np
import pytest
from quiet_world import document

from trustsim.catalog import REGISTRY
from trustsim.kernels.cover import covered
from trustsim.kernels.layout import OPEN, Gauges
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.mechanisms.behaviour.in_turn import FREE, SAW, SAW_LEAVING
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
        mechanisms={"best_response": {"noise": 0, "expected": 0, **rule}},
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
    share, (above, within, below) = day.kernels.believed_cover(0, 0), np.empty((3, N), np.float32)
    covered(above, within, state.balance[0], np.zeros(N, np.float32), np.zeros(N, np.float32), state.weights[0, 0])
    covered(below, within, state.balance[0] // 2, np.zeros(N, np.float32), np.zeros(N, np.float32), state.weights[0, 0])
    assert (within == below).all()
    assert share == pytest.approx(np.full(N, 0.15), rel=1e-6)
    assert (above == 0).all()
    assert np.exp(below) == pytest.approx(0.7, abs=1e-6)
    assert (np.exp(above) + np.exp(below)) / 2 == pytest.approx(1 - share, abs=1e-6)


@pytest.mark.parametrize(("noise", "expected"), [(0.1, 0.3), (0.3, 0.0), (1.0, 0.6)])
def test_who_errs_leaves_as_often_as_the_logit_says(noise: float, expected: float) -> None:
    """On the first day, at R = 2 and b = 0.8; the share of all who leave is within five standard errors."""
    late = 2 * max(0.8 - expected, 0) / (1 - expected)
    wanted = 1 / (1 + np.exp((late - 1) / noise))
    model = played(1.25, days=1, impatient=0, noise=noise, expected=expected)
    assert abs(departed(model) / N - wanted) < 5 * np.sqrt(wanted * (1 - wanted) / N)


def test_nobody_leaves_for_having_looked_more_often() -> None:
    """An error is one for the run: while nobody leaves, what was decided stays."""
    rule = {"impatient": 0, "noise": 0.1, "expected": 0.0}
    first = played(1.01, days=1, **rule).state.asked_day[0] >= 0
    later = played(1.01, days=20, **rule).state.asked_day[0] >= 0
    assert first.sum() == later.sum() == 0
    few = {**rule, "noise": 0.2}
    first, later = (played(1.01, days=days, **few).state.asked_day[0] >= 0 for days in (1, 20))
    assert 0 < first.sum() <= later.sum() < 1.5 * first.sum() + 5


def test_more_leave_the_more_are_expected_and_the_less_stands_behind_a_claim() -> None:
    by_expected = [departed(played(1.25, impatient=0, days=1, noise=0.17, expected=x)) for x in (0, 0.2, 0.4, 0.6)]
    by_backing = [departed(played(r1, impatient=0, days=1, noise=0.17)) for r1 in (1.1, 1.3, 1.5, 1.7)]
    assert by_expected == sorted(by_expected)
    assert by_backing == sorted(by_backing)
    assert by_expected[0] < by_expected[-1]
    assert by_backing[0] < by_backing[-1]


def in_line(expected: float, noise: float) -> TrustCrisisModel:
    """Return 200 groups of three who have decided one after another, none of them impatient; b = 0.8, R = 2."""
    bank = {"liquid_share": "0 %", "equity": "-20 %", "sale_limit": "100 %", "asset_term": "1e9 d"}
    told = document(
        mechanisms={"best_response": {"impatient": 0, "one_by_one": True, "noise": noise, "expected": expected}},
        platforms={"Bank": bank}, investors={"count": 600, "second_platform": "0 %", "considered": 1},
        network={"kind": "block", "communities": 200, "mean_degree": 2, "inside_share": "100 %"},
    )  # fmt: skip
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    for _ in range(4):
        model.step()
    return model


def test_in_a_line_what_was_seen_is_known_and_the_rest_is_expected_as_at_first() -> None:
    """One of three seen to leave: f = (1 + 2 · 0.1) / 3; seen to stay: 0.2 / 3; nothing seen: 0.1."""
    found = measured(Finished(in_line(expected=0.1, noise=0.3)))
    for key, n_left, n_seen in (("nothing", 0, 0), ("withdrawal", 1, 1)):
        f = (n_left + 0.1 * (3 - n_seen)) / 3
        wanted = 1 / (1 + np.exp((2 * (0.8 - f) / (1 - f) - 1) / 0.3))
        if key == "nothing":
            assert found[f"left_having_seen[{key}]"][0] == pytest.approx(wanted, abs=5 * (0.25 / 200) ** 0.5)
        else:  # the third has seen one or two leave, so at least as many
            assert found[f"left_having_seen[{key}]"][0] > wanted - 5 * (0.25 / 60) ** 0.5
    assert found["left_having_seen[staying]"][0] < found["left_having_seen[nothing]"][0]


def test_in_a_line_nobody_decides_twice_and_without_noise_a_run_is_followed() -> None:
    calm = in_line(expected=0.1, noise=0)
    assert departed(calm) == 0
    run = in_line(expected=0.9, noise=0)  # above f* = 0.6: the first leaves, and who sees that
    assert departed(run) == 600
    saw = run.kept[SAW][0].reshape(200, 3)
    assert (saw == [FREE, FREE + SAW_LEAVING, FREE + SAW_LEAVING]).all()
