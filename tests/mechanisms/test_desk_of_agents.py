"""The service desk with agents, contact by contact."""

import math

import numpy as np
import pytest
from quiet_world import document

from trustsim.catalog import REGISTRY
from trustsim.mechanisms.service.service_desk import CONTACTS
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document


def waits(load: float, agents: int, *, step: str = "1 d", days: int = 60, patience: float = 0.0) -> np.ndarray:
    """Return contacts, those that waited, and their waits in days, of a desk with a handling time of a minute."""
    desk = {"agents": agents, "handling": "1 min", "calm": load * 1440 / 2000, "patience": patience, "warm_up": "5 d"}
    told = document(
        mechanisms={"service_desk": desk},
        platforms={"Harbour": {}},
        investors={"count": 2000, "second_platform": "0 %", "considered": 1},
        step=step,
        horizon=f"{days} d",
    )
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    for _ in range(round(days / model.dt)):
        model.step()
    return model.kept[CONTACTS][0, 0]


def erlang_c(a: float, c: int) -> float:
    top = a**c / math.factorial(c) * c / (c - a)
    return top / (sum(a**k / math.factorial(k) for k in range(c)) + top)


@pytest.mark.parametrize(("load", "agents", "step"), [(8, 10, "1 d"), (8, 10, "0.5 d"), (3, 5, "1 d"), (0.5, 1, "1 d")])
def test_a_desk_of_agents_waits_as_erlang_says(load: float, agents: int, step: str) -> None:
    came, waited, time = waits(load, agents, step=step)
    assert came == pytest.approx(load * 1440 * 55, rel=0.02)
    # five standard errors of the hardest of these, from twenty seeds
    assert waited / came == pytest.approx(erlang_c(load, agents), rel=0.06)
    assert time / came * 1440 == pytest.approx(erlang_c(load, agents) / (agents - load), rel=0.12)


def test_who_gives_up_shortens_the_queue() -> None:
    patient, hasty = waits(11, 10, days=30), waits(11, 10, days=30, patience=0.99)  # more than they can take
    assert hasty[2] < 0.5 * patient[2]
