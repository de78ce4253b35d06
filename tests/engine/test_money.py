"""Promises 1 and 4: money is never made or lost, and nothing leaves its range, in any scenario."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from small_worlds import CRISIS, Document, documents, scenario_of

from sound import assert_books_hold, assert_sound
from trustsim.catalog import REGISTRY
from trustsim.kernels import layout
from trustsim.kernels.layout import FAILED, Books, Gauges
from trustsim.kernels.named import row_of
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import load

LARGE = Path(__file__).resolve().parents[2] / "scenarios/history/concentrated_connected_uninsured.yaml"


@given(documents())
@example(CRISIS)
def test_money_is_constant_and_everything_in_range_in_any_scenario(document: Document) -> None:
    assert_sound(TrustCrisisModel(scenario_of(document), rng=1, collects=False))


def test_a_negative_yield_lowers_the_assets_and_leaves_the_cash() -> None:
    platform = {"name": "Harbour", "liquid_share": 0, "asset_yield": -1, "default_rate": 0, "asset_term": 36500}
    off = dict.fromkeys(REGISTRY.group("mechanism"), "off")
    document = {**CRISIS, "platforms": [platform], "shocks": [], "mechanisms": off, "horizon": 5}
    model = TrustCrisisModel(scenario_of(document), rng=0)
    before = model.state.ladder.sum()
    for _ in range(model.story.n_days):
        model.step()
        assert_books_hold(model, model.state.total_money())
    left = model.state.ladder.sum() + model.state.books[Books.CASH].sum()
    assert left / before == pytest.approx(
        (1 - 1 / 365) ** 5, rel=1e-5
    )  # repaid assets stop shrinking, a few parts in 1e-6


def test_interest_leaves_no_crumbs_in_an_account_that_was_emptied() -> None:
    """Whoever asks for everything before interest is credited is paid the interest as well, and holds nothing
    afterwards."""
    platform = {"name": "Harbour", "kind": "payment_wallet", "promised_yield": 0.5, "liquid_share": 1, "payout_lag": 3}
    leaving = {"ordinary": {"leave": 0.4, "join": 1e-9, "pays_yield": 0}, "choice": {"part": 0}}
    document = {**CRISIS, "platforms": [platform], "shocks": [], "mechanisms": leaving, "horizon": 45}
    model = TrustCrisisModel(scenario_of(document), rng=0)
    for _ in range(model.story.n_days):
        model.step()
    state = model.state
    assert (state.flags[0] & layout.HOLDS == 0).all() | (state.requested[0] == state.balance[0]).all()
    assert (state.balance[0] == 0).mean() > 0.9


def test_the_crisis_of_these_tests_moves_money_everywhere() -> None:
    """Else the tests on it would hold for want of anything that happens."""
    gate = {"kind": "redemption_gate", "trigger": 0.1, "reopening": 5}
    model = TrustCrisisModel(scenario_of({**CRISIS, "variants": {"gate": [gate]}}), rng=0)
    for _ in range(model.story.n_days):
        model.step()
    books = model.state.books.sum(axis=(1, 2))
    for entry in ("thieves", "borrowers", "buyers", "market", "estate"):
        assert books[row_of(Books, entry)] != 0, entry
    assert model.series("runners")[:, 0].max(axis=0).min() > 0
    assert (model.state.flows.sum(axis=0)[:3, :3] > 0).any()
    assert model.history[:, Gauges.STATUS].max() == FAILED


def test_no_platform_pays_more_than_it_has_where_money_is_beyond_what_floats_count() -> None:
    wealth = {"investors.count": 60, "investors.segments.start-up.wealth": "9e13 CNY"}
    story = load(LARGE, REGISTRY, overrides={**wealth, "horizon": "30 d", "step": "1 d"})
    for replication in range(3):
        assert_sound(TrustCrisisModel(story, ["nothing"], rng=replication))
