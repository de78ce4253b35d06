"""Trust as the record of dealings, in a quiet world with an outage."""

import numpy as np
import pytest
from quiet_world import document

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import Beliefs
from trustsim.mechanisms.behaviour.dealings import DEALINGS
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document


def after(days: int, outage_day: int, **settings: object) -> TrustCrisisModel:
    shock = {"kind": "outage", "platform": "Harbour", "day": f"{outage_day} d", "days": "1 d", "service": 0, "fear": 0}
    model = TrustCrisisModel(
        from_document(document(mechanisms={"dealings": settings}, shocks=[shock]), REGISTRY), rng=0, collects=False
    )
    for _ in range(days):
        model.step()
    return model


@pytest.mark.parametrize("outage_day", [0, 4, 9])
@pytest.mark.parametrize(("weight", "wanted"), [(1, 10 / 12), (3, 10 / 14)])
def test_trust_is_the_share_of_good_dealings_in_any_order(outage_day: int, weight: int, wanted: float) -> None:
    model = after(10, outage_day, weight=weight)
    first, stop, end = model.state.accounts.first
    odds = model.state.beliefs[Beliefs.FUND, 0].astype(float)
    trust = 1 / (1 + np.exp(-odds))
    assert trust[first:stop] == pytest.approx(np.full(stop, wanted), abs=1e-6)
    assert trust[stop:end] == pytest.approx(np.full(end - stop, 11 / 12), abs=1e-6)  # no outage at Quay


def test_fewer_dealings_leave_more_of_the_prior() -> None:
    model = after(10, 4, rate=0.3, good=4, bad=1)
    good, bad = model.kept[DEALINGS][0]
    assert 0 < (good + bad).mean() < 6
    assert ((good + bad) <= 10).all()
