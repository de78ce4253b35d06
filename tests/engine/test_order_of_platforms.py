"""In which order platforms stand in a file changes nothing: each has the luck of its name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import trustsim as ts
from trustsim.catalog import REGISTRY
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.world.streams import streams_of

PLATFORMS: dict[str, dict[str, Any]] = {
    "Quay": {"liquid_share": "20 %", "size": 0.5, "locked_share": "30 %", "volatility": "1 %"},
    "Anchor": {"liquid_share": "10 %", "asset_market": "loans"},
    "Harbour": {"liquid_share": "15 %", "asset_market": "loans", "sale_limit": "2 %"},
}
SERIES = ("outflow", "inflow", "trust", "liquidity", "fear")


def story(order: tuple[str, ...]) -> Any:
    return from_document(
        {
            "trustsim": 1, "horizon": "60 d", "network": {"kind": "small_world", "mean_degree": 8},
            "investors": {"count": 400, "newcomers": 40},
            "platforms": [{"name": name, **PLATFORMS[name]} for name in order],
            "mechanisms": {"switching": "on", "spillover": "on", "service_desk": "on", "discovery": "on"},
            "shocks": [
                {"kind": "rumour", "platform": "Harbour", "day": 10, "seeds": "2 %", "risk": 3, "fear": 2},
                {"kind": "custodian_theft", "platform": "*", "chance": "2 %/day", "share": "5 %"},
            ],
            "regulators": [{"name": "Watch", "interval": "10 d", "noise": "5 %"}],
            "variants": {"nothing": [], "insured": [{"kind": "guarantee"}], "bank": [{"kind": "custody_mandate"}]},
            "behaviour": "ensemble", "seed": 4,
        },
        REGISTRY,
    )  # fmt: skip


def by_platform(order: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return every series of each platform, float32 (series, steps + 1, variants)."""
    model = TrustCrisisModel(story(order), rng=0)
    while model.running:
        model.step()
    names = [platform.name for platform in model.state.platforms]
    assert tuple(names) == order
    return {name: np.stack([model.series(s)[:, :, p] for s in SERIES]) for p, name in enumerate(names)}


def test_a_platform_has_the_stream_of_its_name() -> None:
    assert streams_of(["Quay", "Harbour"]).tolist() == [1, 0]
    assert streams_of(["Bank 10", "Bank 2", "Bank 1", "Alpha"]).tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize("order", [("Anchor", "Harbour", "Quay"), ("Harbour", "Quay", "Anchor")])
def test_the_order_of_the_platforms_in_a_file_changes_nothing_of_any_of_them(order: tuple[str, ...]) -> None:
    usual, other = by_platform(tuple(PLATFORMS)), by_platform(order)
    for name, series in usual.items():
        assert series[0].any(), name  # somebody leaves
        np.testing.assert_allclose(other[name], series, rtol=1e-5, atol=1e-7, err_msg=name)


def test_the_outcomes_of_a_study_are_the_same_in_any_order() -> None:
    """But for rounding: what is heard of several platforms is added up in the order of the file, and hardly anybody
    stands that close to the line."""
    one, other = (
        ts.compare(story(order), replications=4, workers=1, progress=False, robustness=False).study.outcomes
        for order in (tuple(PLATFORMS), tuple(sorted(PLATFORMS)))
    )
    assert {name for name in one if "[Harbour]" in name}
    assert one.keys() == other.keys()
    same = {name: np.isclose(other[name], values, rtol=1e-5, atol=1e-7, equal_nan=True) for name, values in one.items()}
    assert np.mean([each.mean() for each in same.values()]) > 0.99
    for name, values in one.items():
        np.testing.assert_allclose(other[name], values, rtol=0.01, atol=1e-4, err_msg=name)
