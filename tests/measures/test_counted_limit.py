"""Outcomes that hold balances against a sum: what lies above it, and how many stop just below."""

from __future__ import annotations

import numpy as np
import pytest

import trustsim as ts

LIMIT = 30_000  # CNY


def test_money_above_a_sum_and_accounts_just_below_are_counted_as_they_stand() -> None:
    changes = {"investors.count": 400, "horizon": "10 d", "shocks": [], "platforms.0.counted_limit": f"{LIMIT} CNY",
               "outcomes": ["above_limit", "just_below_limit"]}  # fmt: skip
    scenario = ts.load("scenarios/quickstart.yaml", overrides=changes)
    model = ts.TrustCrisisModel(scenario, variants=["nothing"], rng=0)
    at_start = model.state.balance[0].copy()
    while model.running:
        model.step()
    held = model.state.balance[0]
    result = ts.compare(scenario, variants=["nothing"], replications=1, workers=1).to_frame().iloc[0]
    limit = LIMIT * 100
    assert result["above_limit[Harbour]"] == pytest.approx(np.maximum(held - limit, 0).sum() / at_start.sum())
    below = ((held > 0) & (held >= 0.9 * limit) & (held <= limit)).sum()
    assert below > 0
    assert result["just_below_limit[Harbour]"] == pytest.approx(below / (at_start > 0).sum())


def test_without_a_sum_to_count_against_there_is_no_number() -> None:
    changes = {"investors.count": 200, "horizon": "5 d", "shocks": [], "outcomes": ["above_limit", "just_below_limit"]}
    scenario = ts.load("scenarios/quickstart.yaml", overrides=changes)
    result = ts.compare(scenario, variants=["nothing"], replications=2, workers=1).to_frame()
    assert result[["above_limit[Harbour]", "just_below_limit[Harbour]"]].isna().all(axis=None)
