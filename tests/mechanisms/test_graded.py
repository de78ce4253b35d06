"""Every lever is graded: at a thousandth of its strength it is nearly no lever, and it costs what it does."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import Gauges
from trustsim.model import TrustCrisisModel
from trustsim.registry import Entry
from trustsim.scenario.load import from_document
from trustsim.units import MINOR_PER_MAJOR

DAYS = 45
A_THOUSANDTH = 1e-3
NEAR = 0.002  # share of the claims: the accounts of three of 1600 who stand close to the line, of wealth alike
WITHOUT_A_SIZE = {
    "pro_rata_payout": "a rule", "suspension": "it binds at its largest", "custody_mandate": "a keeper is there or not",
}  # fmt: skip
LEVERS = {name: entry for name, entry in REGISTRY.group("intervention").items() if name not in WITHOUT_A_SIZE}
STORY: dict[str, Any] = {
    "trustsim": 1, "behaviour": "point", "horizon": f"{DAYS} d", "network": {"kind": "small_world"},
    "mechanisms": {"aggregate_uncertainty": False},
    "investors": {"count": 1600, "segments": [{"name": "all", "wealth": "50000 CNY"}]},
    "platforms": [{  # what is due stands between two steps, so that a delay of minutes is none of a day
        "name": "Harbour", "liquid_share": "40 %", "payout_lag": "1.5 d", "report_bias": 0.8, "report_lag": "15.5 d",
    }],
    "shocks": [
        {"kind": "custodian_theft", "platform": "Harbour", "day": "5 d", "share": "4 %", "discovery_lag": "10 d"},
        {"kind": "rumour", "platform": "Harbour", "day": "20 d", "true_loss": "2 %", "revealed_after": "12 d"},
        {"kind": "data_breach", "platform": "Harbour", "day": "2 d"},
    ],
}  # fmt: skip


def scaled(entry: Entry, by: float) -> dict[str, Any]:
    """Return a lever at this part of its strength: between what changes nothing and its default."""
    neutral, settings = entry.make.neutral, {}
    for p in entry.parameters:
        if p.name in neutral:
            default, nothing = p.default, neutral[p.name]
            is_number = isinstance(default, (int, float)) and not isinstance(default, bool)
            value = nothing + by * (default - nothing) if is_number else default if by == 1 else nothing
            settings[p.name] = value / MINOR_PER_MAJOR if p.unit == "money" else value
    return {"kind": entry.name, "platform": "Harbour", **settings}


@cache
def history(by: float) -> dict[str, np.ndarray]:
    """Return float64 (steps + 1, gauges) of each lever at that part of its strength, and of none, in one world."""
    variants = {"none": [], **{name: [scaled(entry, by)] for name, entry in LEVERS.items()}}
    model = TrustCrisisModel(from_document({**STORY, "variants": variants}, REGISTRY), rng=3, collects=False)
    for _ in range(DAYS):
        model.step()
    names = [variant.name for variant in model.variants]
    return {name: model.history[:, :, v, 0] for v, name in enumerate(names)}


def distance(by: float, name: str) -> float:
    """Return the largest difference of claims, as a share of those of day 0, from no lever, with its mean trust."""
    told = history(by)
    gap = np.abs(told[name] - told["none"])
    return float(max(gap[:, Gauges.CLAIMS].max() / told["none"][0, Gauges.CLAIMS_AT_START], gap[:, Gauges.TRUST].max()))


@pytest.mark.parametrize("name", LEVERS)
def test_a_thousandth_of_a_lever_is_nearly_none(name: str) -> None:
    assert distance(A_THOUSANDTH, name) < NEAR


def test_the_world_is_one_in_which_live_figures_matter() -> None:
    assert distance(1.0, "live_transparency") > 10 * NEAR


def test_live_figures_cost_in_proportion_to_their_strength() -> None:
    part, full = (history(by)["live_transparency"][10, Gauges.COST] for by in (A_THOUSANDTH, 1.0))
    none = history(1.0)["none"][10, Gauges.COST]
    assert part - none == pytest.approx(A_THOUSANDTH * (full - none), abs=2)  # whole units, of clients that vary by day
