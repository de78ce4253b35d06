"""Small stories in which what should be counted is known, and the outcomes of a study of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trustsim.catalog import REGISTRY
from trustsim.experiment.study import Study, run_study
from trustsim.scenario.load import from_document

ORDINARY = {"leave": "0.0047 /day", "join": "0.000001 /day"}
ONLY_A_RATE = {  # nobody feels or sees anything, and all judge anew each day: who looks runs at one rate
    "choice": {
        "calm": -4.3066, "fund": 0, "integrity": 0, "risk": 0, "tolerance": 0, "balance": 0, "tenure": 0,
        "pays_yield": 0, "first_move": 0, "part": "0 %", "others": 0, "cash": "0 %", "segregation": "0 %",
        "lasting": "0 d",
    },
    "herding": "off", "fear": "off", "queue_news": "off", "ordinary": ORDINARY,
}  # fmt: skip
THEFT = {"kind": "custodian_theft", "platform": "H", "day": 10, "share": "9 %", "discovery_lag": "3 d", "notice_lag": 0}


def story(**changes: Any) -> dict[str, Any]:
    """Return a theft at one platform, 600 investors and 60 days, with *changes* of its keys.

    Nobody closes it as insolvent, so that what is counted ends by no other hand than that of the test, and worlds
    differ by the luck of single people alone.
    """
    document: dict[str, Any] = {
        "trustsim": 1,
        "behaviour": "point",
        "horizon": "60 d",
        "network": {"kind": "small_world", "mean_degree": 10},
        "investors": {"count": 600},
        "platforms": [{"name": "H", "liquid_share": "15 %"}],
        "shocks": [dict(THEFT)],
        "variants": {"nothing": []},
        "replications": 10,
    }
    return {
        **document,
        **changes,
        "mechanisms": {"closure": False, "aggregate_uncertainty": False, **changes.get("mechanisms", {})},
    }


def study(document: Mapping[str, Any], n: int = 10) -> Study:
    """Return the study of *n* worlds."""
    return run_study(from_document(document, REGISTRY), replications=n, workers=1)


def mean(of: Study, outcome: str, variant: str = "nothing") -> float:
    """Return the mean of an outcome over the worlds."""
    return float(np.mean(of.outcomes[outcome][:, of.variants.index(variant)]))


def means(of: Study, outcome: str, variants: Sequence[str] = ()) -> list[float]:
    """Return the means of an outcome, variant by variant."""
    return [mean(of, outcome, name) for name in (variants or of.variants)]
