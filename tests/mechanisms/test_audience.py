"""A message may be for everyone, for the clients of a platform, or for one segment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from quiet_world import ALIKE, document

from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.kernels.layout import HOLDS, Beliefs
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document

HALVES = [{**ALIKE, "name": name, "share": 0.5} for name in ("novice", "professional")]
NEWS = {"trust": {"bad_news": 1}, "spillover": {"weight": "50 %", "kind": "100 %"}}


def model_of_halves() -> TrustCrisisModel:
    """Return a model of two alike platforms on which half of the people hold accounts, in two segments."""
    investors = {"segments": HALVES, "members": "50 %"}
    return TrustCrisisModel(from_document(document(mechanisms=NEWS, investors=investors), REGISTRY), rng=0)


def lost_on(model: TrustCrisisModel, **message: Any) -> tuple[np.ndarray, np.ndarray]:
    """Post a message about the first platform; return the trust in fund safety lost by the accounts on each."""
    before = model.state.beliefs[Beliefs.FUND, 0].copy()
    model.post("Harbour", reach=1.0, fund=-1.0, **message)
    model.step()
    lost = before - model.state.beliefs[Beliefs.FUND, 0]
    world = model.state.drawn[0]
    return lost[world.mine(0)], lost[world.mine(1)]


def test_everyone_hears_what_is_for_everyone() -> None:
    here, there = lost_on(model_of_halves())
    assert here == pytest.approx(1.0)
    assert there == pytest.approx(0.5), "half as bad for a platform of the same kind"


def test_a_message_for_a_segment_is_heard_by_it_alone() -> None:
    model = model_of_halves()
    world = model.state.drawn[0]
    is_novice = world.population.segment[world.owners(0)] == 0
    assert 0 < is_novice.sum() < len(is_novice), "else nothing is tried here"
    here, there = lost_on(model, to="novice")
    assert here == pytest.approx(1.0 * is_novice)
    assert there == pytest.approx(0.5 * (world.population.segment[world.owners(1)] == 0))


def test_a_message_for_clients_is_heard_by_those_who_hold_an_account_and_is_no_news_elsewhere() -> None:
    model = model_of_halves()
    holds = (model.state.flags[0, model.state.drawn[0].mine(0)] & HOLDS) > 0
    assert 0 < holds.sum() < len(holds), "else nothing is tried here"
    here, there = lost_on(model, to="clients")
    assert here == pytest.approx(1.0 * holds)
    assert not there.any()


def test_an_unknown_audience_is_named_with_the_nearest() -> None:
    with pytest.raises(
        TrustsimError,
        match="to: given 'novise'; allowed: one of everyone, clients, novice, professional; did you mean 'novice'",
    ):
        model_of_halves().post("Harbour", reach=1.0, fund=-1.0, to="novise")
