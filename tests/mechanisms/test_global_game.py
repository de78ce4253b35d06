"""Runs as global games: who leaves on what signal."""

import numpy as np
import pytest
from quiet_world import document
from scipy.integrate import quad

from trustsim.catalog import REGISTRY
from trustsim.kernels import layout
from trustsim.kernels.layout import FAILED, OPEN, Gauges
from trustsim.mechanisms.behaviour.global_game import GlobalGame, cutoff
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document

N = 4000


def played(theta: float, **rule: object) -> TrustCrisisModel:
    bank = {"liquid_share": theta, "equity": theta - 1, "patience": "0 d"}
    told = document(
        mechanisms={"global_game": rule},
        platforms={"Harbour": bank},
        investors={"count": N, "second_platform": "0 %", "considered": 1},
        segment={"wealth": 1000},
    )
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    for _ in range(3):
        model.step()
    return model


@pytest.mark.parametrize(("cost", "noise"), [(0.3, 0.1), (0.5, 0.03), (0.8, 0.2)])
def test_a_platform_fails_below_the_cost_of_staying(cost: float, noise: float) -> None:
    for theta, status in ((cost + 0.02, OPEN), (cost - 0.02, FAILED)):
        assert played(theta, cost=cost, noise=noise).state.gauges[Gauges.STATUS, 0, 0] == status


@pytest.mark.parametrize(("cost", "noise"), [(0.6, 0.1), (0.3, 0.05)])
def test_the_share_that_leaves_is_that_of_signals_below_the_cutoff(cost: float, noise: float) -> None:
    line = cost + noise * (2 * cost - 1)
    for theta in (cost + 0.3 * noise, cost + 0.8 * noise):
        ran = (played(theta, cost=cost, noise=noise).state.flags[0] & layout.RAN > 0).mean()
        wanted = np.clip((line - theta + noise) / (2 * noise), 0, 1)
        assert abs(ran - wanted) < 5 * 0.5 / np.sqrt(N) + 1e-3  # five standard errors, and rounding of money


@pytest.mark.parametrize(("late", "r1", "impatient"), [(4, 1.1, 0.25), (3, 1.1, 0.25), (4, 1.2, 0.25), (5, 1.3, 0.1)])
def test_the_cutoff_of_a_project_is_that_of_goldstein_and_pauzner(late: float, r1: float, impatient: float) -> None:
    rule = GlobalGame(game="project", noise=1e-5, late_return=late, impatient=impatient)
    above = r1 * (1 / r1 - impatient) + np.log(r1)
    below = quad(lambda n: late * (1 - r1 * n) / (1 - n), impatient, 1 / r1)[0]
    assert cutoff(rule, 1 / r1) == pytest.approx(above / below, abs=1e-3)
