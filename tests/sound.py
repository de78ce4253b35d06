"""What holds in every run whatever the scenario: money is conserved, everything is finite and in its range."""

from __future__ import annotations

from typing import Any

import numpy as np

from trustsim.catalog import REGISTRY
from trustsim.experiment.run import Run
from trustsim.experiment.sound import check_numbers
from trustsim.kernels import layout
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import Beliefs, Books, Gauges
from trustsim.measures.finished import Finished
from trustsim.measures.ledger import ledger_of
from trustsim.measures.measured import measured
from trustsim.measures.shortfall import shortfall
from trustsim.model import TrustCrisisModel
from trustsim.world.series import SERIES


def assert_sound(model: TrustCrisisModel) -> None:
    """Step *model* to its horizon; assert on every day and of what comes out all that this module knows."""
    money = model.state.total_money().copy()
    assert_books_hold(model, money)
    while model.day < model.story.n_days:
        model.step()
        assert_books_hold(model, money)
        assert_the_ledger_closes(model)
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
    assert (s.books[Books.CASH] + s.books[Books.CUSTODY]).min(initial=0) >= 0
    assert s.books[Books.CUSTODY].min(initial=0) >= 0
    assert s.books[Books.DEBT].min(initial=0) >= 0
    assert ((s.flags & layout.HOLDS > 0) | (s.balance == 0)).all()
    for v in range(s.n_lanes):
        for p in range(s.n_platforms):
            waiting = s.queue[v, first[p] : first[p] + s.queue_n[v, p]]
            asked = first[p] + np.flatnonzero(s.requested[v, first[p] : first[p + 1]])
            assert sorted(waiting) == asked.tolist()
            assert s.books[Books.QUEUED, v, p] == s.requested[v, first[p] : first[p + 1]].sum()


def assert_the_ledger_closes(model: TrustCrisisModel) -> None:
    """What all payers lose is what is gone, to the minor unit, in every variant."""
    ledger = ledger_of(
        model.state, shortfall(model.state), np.zeros_like(model.state.loss), np.zeros(model.state.n_lanes, np.int64)
    )
    assert sum(ledger.by_payer().values()).tolist() == sum(ledger.gone.values()).tolist()
    assert ledger.clients.min(initial=0) >= 0
    assert np.array_equal(ledger.by_platform.sum(axis=1), ledger.clients.sum(axis=1))  # wherever they lost it
    assert (ledger.public >= 0).all()


def assert_in_range(model: TrustCrisisModel) -> None:
    """Beliefs are cut off by the pass; fear that neighbours add after it may pass its own cut until the next one."""
    s = model.state
    assert np.isfinite(s.beliefs).all()
    assert np.abs(s.beliefs[: Beliefs.FEAR]).max(initial=0) <= CLIP
    assert s.beliefs[Beliefs.FEAR :].min(initial=0) >= 0
    gauges = np.delete(s.gauges, Gauges.FAILURE_DAY, axis=0)
    assert np.isfinite(gauges).all()


def assert_results_in_range(model: TrustCrisisModel) -> None:
    """Series and outcomes of a model, at its horizon or before, are what their entries declare that they can be."""
    finished, names = Finished(model), tuple(v.name for v in model.variants)
    assert sum(finished.ledger.by_payer().values()).tolist() == sum(finished.ledger.gone.values()).tolist()
    run = Run(model.replication, names, measured(finished), finished.series)
    assert run.series.keys() == SERIES.keys()
    assert {name.partition("[")[0] for name in run.outcomes} >= REGISTRY.group("outcome").keys() - BY_PLATFORM
    for values in run.outcomes.values():
        assert values.shape == (model.state.n_lanes,)
    check_numbers(run, model.story)


BY_PLATFORM = {
    "debts_paid", "of_actors", "struck", "left_after_debts",  # of no platform where nothing is owed
    "withdrawn_by_platform", "loss_by_platform", "stuck_by_platform", "failed_by_platform",  # of one, told of all
}  # fmt: skip
