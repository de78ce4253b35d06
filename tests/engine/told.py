"""What the processes of test_declared.py share: a small story and the names that they read arrays by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import trustsim as ts
from trustsim.analysis.causes import simulate_with_causes
from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import Books, Gauges, Terms
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario

__all__ = ["REGISTRY", "Books", "Gauges", "Terms", "beginning_of", "simulate_with_causes", "story"]


def story(*, platforms: Mapping[str, Any] | None = None, **more: Any) -> Scenario:
    """Return a calm story of one platform and 200 people, with settings of the platform and keys of the file."""
    platform = {"name": "Harbour", "payout_lag": "0 d", "liquid_share": "90 %", **(platforms or {})}
    document = {"trustsim": 1, "behaviour": "point", "horizon": "10 d", "network": {"kind": "small_world"}}
    document |= {"investors": {"count": 200}, "platforms": [platform], **more}
    document["mechanisms"] = {"aggregate_uncertainty": False, **more.get("mechanisms", {})}
    return from_document(document, REGISTRY)


def beginning_of(scenario: Scenario) -> list[float]:
    """Return what a model of the first variant begins with: what the keeper adds to the lag, and the good name."""
    model = ts.TrustCrisisModel(scenario, [scenario.variants[0].name], rng=0, collects=False)
    lag = model.state.terms[int(Terms.CUSTODY_LAG), 0, 0]
    return [float(lag), round(float(model.series("brand")[0, 0, 0]), 6)]
