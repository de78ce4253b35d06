"""A message may be for everyone, for the clients of a platform, or for one segment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from quiet_world import ALIKE, document

from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError, TrustsimError
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


THEFT = {"share": "10 %", "discovery_lag": 0, "notice_lag": 0}
#: of each kind that says whom it is told: its settings, and the belief of the audience that it moves
TOLD: dict[str, tuple[dict[str, Any], Beliefs]] = {
    "advertising_exposed": ({"gap": "10 %", "exposure_lag": 2}, Beliefs.INTEGRITY),
    "campaign": ({"reach": "100 %"}, Beliefs.FUND),
    "custodian_theft": (THEFT, Beliefs.FUND),
    "data_breach": ({"discovery_lag": 0, "notice_lag": 0, "exposed": "100 %"}, Beliefs.INFO),
    "default_wave": ({"share": "10 %"}, Beliefs.FUND),
    "misuse": ({"rate": "0.1 /day", "audit": "1 /day"}, Beliefs.FUND),
    "notice_period": ({"fear": 1}, Beliefs.FEAR),
    "official_warning": ({"reach": "100 %"}, Beliefs.FUND),
    "pro_rata_payout": ({"fear": 1}, Beliefs.FEAR),
    "redemption_fee": ({"fear": 1}, Beliefs.FEAR),
    "withdrawal_cap": ({"fear": 1}, Beliefs.FEAR),
}
KINDS = {e.name: e.group for e in REGISTRY if any(p.refers == "audience" for p in e.parameters)}


def told(kind: str, to: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Let a shock or lever of a kind be told; return its belief of each account of the first platform, and which are
    of novices."""
    settings, belief = TOLD[kind]
    item = {"kind": kind, "platform": "Harbour", **settings, **({} if to is None else {"to": to})}
    story = {"shocks": [item]} if KINDS[kind] == "shock" else {"variants": {"told": [item]}}
    mechanisms = {**NEWS, "media": {}, "fear": {"decay": "0 /day"}}
    investors = {"segments": HALVES, "members": "50 %"}
    model = TrustCrisisModel(
        from_document(document(mechanisms=mechanisms, investors=investors, **story), REGISTRY), rng=0
    )
    for _ in range(4):
        model.step()
    world = model.state.drawn[0]
    return model.state.beliefs[belief, 0, world.mine(0)].copy(), world.population.segment[world.owners(0)] == 0


def test_the_table_has_every_kind_that_says_whom_it_is_told() -> None:
    assert {name for name in KINDS if REGISTRY[KINDS[name], name].make.__module__.startswith("trustsim.")} == set(TOLD)


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_told_to_a_segment_moves_it_and_no_other(kind: str) -> None:
    everyone, is_novice = told(kind, None)
    novices, _ = told(kind, "novice")
    quiet = told(kind, "professional")[0][is_novice]
    assert everyone == pytest.approx(told(kind, "everyone")[0], abs=0.0)
    assert novices[is_novice] == pytest.approx(everyone[is_novice], abs=0.0)
    assert (novices[is_novice] != quiet).all()
    assert novices[~is_novice] == pytest.approx(quiet[0], abs=0.0), "as where nothing was said"


@pytest.mark.parametrize("kind", TOLD)
def test_a_segment_that_is_not_there_is_told_where_the_file_names_it(kind: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        told(kind, "novise")
    (problem,) = caught.value.problems
    assert problem.place.path.endswith(".to")
    assert problem.allowed == "one of everyone, clients, novice, professional"
    assert problem.nearest == "novice"


def test_a_variant_with_other_segments_is_told_what_it_would_say_to_nobody() -> None:
    others = [{"name": "young", "share": 1}]
    theft = {"kind": "custodian_theft", "platform": "Harbour", "to": "novice"}
    variants = {"a": [], "b": [{"set": {"investors.segments": others}}]}
    investors = {"segments": HALVES}
    with pytest.raises(ScenarioError) as caught:
        from_document(document(investors=investors, variants=variants, shocks=[theft]), REGISTRY)
    (problem,) = caught.value.problems
    assert (problem.place.path, problem.allowed) == ("variants.b", "one of everyone, clients, young")
