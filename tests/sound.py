"""What holds in every run whatever the scenario: money is conserved, everything is finite and in its range."""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.catalog import REGISTRY
from trustsim.kernels import layout
from trustsim.kernels.account_pass import CLIP
from trustsim.model import TrustCrisisModel
from trustsim.outcomes import Finished, measured
from trustsim.world.series import SERIES


def assert_sound(model: TrustCrisisModel) -> None:
    """Step *model* to its horizon; assert on every day and of what comes out all that this module knows."""
    money = model.state.total_money().copy()
    assert_books_hold(model, money)
    while model.day < model.story.n_days:
        model.step()
        assert_books_hold(model, money)
        assert_in_range(model)
    assert_results_in_range(model)


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
    """Series and outcomes of a model, at its horizon or before."""
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
