"""Promises 1 and 4: money is never made or lost, and nothing leaves its range, in any scenario."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from small_worlds import CRISIS, Document, documents, scenario_of

from trustsim.catalog import REGISTRY
from trustsim.kernels import layout
from trustsim.kernels.account_pass import CLIP
from trustsim.model import TrustCrisisModel
from trustsim.outcomes import Finished, measured
from trustsim.world.series import SERIES


def assert_books_hold(model: TrustCrisisModel, money: Any) -> None:
    """Exact, to the minor unit: everything here is an integer."""
    s, first = model.state, model.state.accounts.first
    assert (s.total_money() == money).all()
    assert (s.claims_gap() == 0).all()
    assert s.balance.min(initial=0) >= 0
    assert s.requested.min(initial=0) >= 0
    assert s.safe.min(initial=0) >= 0
    assert s.loss.min(initial=0) >= 0
    assert s.ladder.min(initial=0) >= 0
    assert (s.requested <= s.balance).all()
    assert (s.books[layout.CASH] + s.books[layout.CUSTODY]).min(initial=0) >= 0
    assert s.books[layout.CUSTODY].min(initial=0) >= 0
    assert s.books[layout.DEBT].min(initial=0) >= 0
    assert ((s.flags & layout.HOLDS > 0) | (s.balance == 0)).all()
    for v in range(s.n_variants):
        for p in range(s.n_platforms):
            waiting = s.queue[v, first[p] : first[p] + s.queue_n[v, p]]
            asked = first[p] + np.flatnonzero(s.requested[v, first[p] : first[p + 1]])
            assert sorted(waiting) == asked.tolist()
            assert s.books[layout.QUEUED, v, p] == s.requested[v, first[p] : first[p + 1]].sum()


def assert_in_range(model: TrustCrisisModel) -> None:
    """Beliefs are cut off by the pass; fear that neighbours add after it may pass its own cut until the next one."""
    s = model.state
    assert np.isfinite(s.beliefs).all()
    assert np.abs(s.beliefs[: layout.FEAR]).max(initial=0) <= CLIP
    assert s.beliefs[layout.FEAR :].min(initial=0) >= 0
    gauges = np.delete(s.gauges, layout.G_FAILURE_DAY, axis=0)
    assert np.isfinite(gauges).all()


def assert_results_in_range(model: TrustCrisisModel) -> None:
    series = {name: model.series(name) for name in SERIES}
    for name, x in series.items():
        assert np.isfinite(x).all(), name
    for name in ("trust", "fear", "liquidity", "queue", "price"):
        assert 0 <= series[name].min() <= series[name].max() <= 1, name
    for name in ("requests", "outflow", "inflow", "claims", "holders", "runners", "leavers", "joiners", "backlog"):
        assert series[name].min() >= 0, name
    assert np.abs(series["misperception"]).max() <= 1
    assert 0 <= series["status"].min() <= series["status"].max() <= layout.FAILED
    for name, x in measured(Finished(model)).items():
        assert x.shape == (model.state.n_variants,), name
        assert (np.isfinite(x) | np.isnan(x)).all(), name
        entry = REGISTRY["outcome", name.partition("[")[0]]  # loss_by_segment[novice] is one column of loss_by_segment
        if entry.binary or name in (
            "tail_loss",
            "zero_loss_share",
            "trust_trough",
            "flight_to_safety",
            "misperception",
        ):
            assert ((x >= 0) & (x <= 1) | np.isnan(x)).all(), name
        elif entry.unit in ("share", "duration", "money"):
            assert ((x >= -1e-9) | np.isnan(x)).all(), name  # a Gini coefficient is a difference of two floats


@given(documents())
@example(CRISIS)
@settings(max_examples=150)
def test_money_is_constant_and_everything_in_range_in_any_scenario(document: Document) -> None:
    model = TrustCrisisModel(scenario_of(document), rng=1, collects=False)
    money = model.state.total_money().copy()
    assert_books_hold(model, money)
    for _ in range(model.story.n_days):
        model.step()
        assert_books_hold(model, money)
        assert_in_range(model)
    assert_results_in_range(model)


def test_a_negative_yield_lowers_the_assets_and_leaves_the_cash() -> None:
    platform = {"name": "Harbour", "liquid_share": 0, "asset_yield": -1, "default_rate": 0, "asset_term": 36500}
    off = dict.fromkeys(REGISTRY.group("mechanism"), "off")
    document = {**CRISIS, "platforms": [platform], "shocks": [], "mechanisms": off, "horizon": 5}
    model = TrustCrisisModel(scenario_of(document), rng=0)
    before = model.state.ladder.sum()
    for _ in range(model.story.n_days):
        model.step()
        assert_books_hold(model, model.state.total_money())
    left = model.state.ladder.sum() + model.state.books[layout.CASH].sum()
    assert left / before == pytest.approx(
        (1 - 1 / 365) ** 5, rel=1e-5
    )  # repaid assets stop shrinking, a few parts in 1e-6


def test_interest_leaves_no_crumbs_in_an_account_that_was_emptied() -> None:
    """Whoever asks for everything before interest is credited is paid the interest as well, and holds nothing
    afterwards."""
    platform = {"name": "Harbour", "kind": "payment_wallet", "promised_yield": 0.5, "liquid_share": 1, "payout_lag": 3}
    leaving = {"ordinary": {"leave": 0.4, "join": 1e-9}, "choice": {"part": 0}}
    document = {**CRISIS, "platforms": [platform], "shocks": [], "mechanisms": leaving, "horizon": 45}
    model = TrustCrisisModel(scenario_of(document), rng=0)
    for _ in range(model.story.n_days):
        model.step()
    state = model.state
    assert (state.flags[0] & layout.HOLDS == 0).all() | (state.requested[0] == state.balance[0]).all()
    assert (state.balance[0] == 0).mean() > 0.9


def test_the_crisis_of_these_tests_moves_money_everywhere() -> None:
    """Else the tests on it would hold for want of anything that happens."""
    model = TrustCrisisModel(
        scenario_of({**CRISIS, "variants": {"gate": [{"kind": "redemption_gate", "trigger": 0.1}]}}), rng=0
    )
    for _ in range(model.story.n_days):
        model.step()
    books = model.state.books.sum(axis=(1, 2))
    for entry in ("thieves", "borrowers", "buyers", "market", "estate"):
        assert books[layout.ENTRIES.index(entry)] != 0, entry
    assert model.series("runners")[:, 0].max(axis=0).min() > 0
    assert (model.state.flows.sum(axis=0)[:3, :3] > 0).any()
    assert model.history[:, layout.G_STATUS].max() == layout.FAILED
