"""The accounts that are open on an evening are counted on that evening."""

from __future__ import annotations

import numpy as np
from small_worlds import crisis

from trustsim.kernels.layout import FAILED, HOLDS, Gauges
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.model import TrustCrisisModel


def open_accounts(model: TrustCrisisModel) -> np.ndarray:
    """Return int64 (lanes, platforms): accounts that hold money."""
    first = model.state.accounts.first
    return np.add.reduceat((model.state.flags & HOLDS) > 0, first[:-1], axis=1, dtype=np.int64)


def test_holders_are_counted_after_the_days_payments_and_closings() -> None:
    model = TrustCrisisModel(crisis(), rng=0, collects=False)
    assert (model.state.gauges[Gauges.HOLDERS] == open_accounts(model)).all()
    for _ in range(model.story.n_days):
        model.step()
        assert (model.state.gauges[Gauges.HOLDERS] == open_accounts(model)).all(), model.day
    joined, paid = (model.history[:, row].sum() for row in (Gauges.JOINERS, Gauges.PAID))
    assert joined > 0
    assert paid > 0


def test_on_the_day_of_a_failure_nobody_holds_anything() -> None:
    wiped = {"kind": "default_wave", "platform": "*", "day": 3, "share": 1.0}
    one = [{"name": "Harbour", "liquid_share": 0.01, "patience": 1}]
    model = TrustCrisisModel(crisis(platforms=one, shocks=[wiped]), rng=0, collects=False)
    while model.state.gauges[Gauges.STATUS, 0, 0] != FAILED:
        model.step()
    found = measured(Finished(model))
    assert model.series("holders")[-1, 0, 0] == 0
    assert found["out_share"].tolist() == [1]
    assert found["sector_claims"].tolist() == [0]
