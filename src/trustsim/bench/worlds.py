"""The worlds that are timed: the story of a file at any size, and the minimal rule as settings of the engine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trustsim.catalog import REGISTRY
from trustsim.scenario.load import from_document, load
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.shipped import find

HERDING = 3.0  # log-odds of trust lost per e-fold of 1 + the share of neighbours who are out
SIGNAL_DAYS = (20, 40, 60, 80)
SIGNAL = 0.25  # log-odds of trust lost by all on each of these days

_ALIKE = {
    "name": "all", "wealth": 2000, "invested": "100 %", "literacy": "0 %", "attention": "100 %", "resilience": "50 %",
    "risk_tolerance": "50 %", "tenure": "0 d", "herding": 1, "privacy": 1, "prior_trust": "beta(16, 4)",
}  # fmt: skip
_PLATFORM = {
    "name": "Harbour", "liquid_share": "100 %", "equity": "0 %", "promised_yield": "0 %", "safe_yield": "0 %",
    "default_rate": "0 %", "locked_share": "0 %", "payout_lag": "0 d", "exit_friction": 0, "report_interval": "0 d",
}  # fmt: skip
_OFF = (
    "aggregate_uncertainty", "fear", "media", "ordinary", "publicity", "queue_news",
    "risk_view", "service_desk", "spillover", "switching", "health",
)  # fmt: skip
_RULE = {
    "choice": {
        "rule": "threshold", "calm": 0, "fund": 1, "integrity": 0, "risk": 0, "tolerance": 0, "balance": 0, "tenure": 0,
        "pays_yield": 0, "fee": 0, "first_move": 0, "gate_rush": 0, "part": "0 %", "segregation": "0 %",
        "others": HERDING, "unseen": "100 %", "cash": "0 %", "lasting": "0 d",
    },
    "herding": {"weight": 1, "normal": "0 %", "fading": "0 /day", "observed": "100 %", "degree_exponent": 1, "out": 0},
    "trust": {"good_news": "100 %", "repair": "0 /day", "scarring": "0 %", "scar_bad": 0},
}  # fmt: skip


def story(
    file: str | os.PathLike[str], n_investors: int, n_variants: int, more: Mapping[str, Any] | None = None
) -> Scenario:
    """Return the story in *file* with as many investors, its variants repeated (or cut) to as many, and *more* set."""
    scenario = load(file, REGISTRY, overrides={"investors.count": n_investors, **(more or {})})
    return replace(scenario, variants=_repeated(scenario, n_variants))


def minimal(n_investors: int, n_variants: int = 1, n_days: int = 100) -> Scenario:
    """Return the minimal rule: leave when trust, less signals and HERDING · ln(1 + share of neighbours out), is < 0.

    Signals are posted by whoever steps the model, see :func:`signal_on`.
    """
    document: dict[str, Any] = {
        "trustsim": 1, "title": "Minimal rule", "horizon": f"{n_days} d", "seed": 1,
        "network": {"kind": "small_world", "mean_degree": 10, "rewire": "10 %"},
        "investors": {"count": n_investors, "members": "100 %", "segments": [_ALIKE]},
        "platforms": [_PLATFORM], "mechanisms": {**dict.fromkeys(_OFF, False), **_RULE}, "variants": {"alone": []},
    }  # fmt: skip
    scenario = from_document(document, REGISTRY)
    return replace(scenario, variants=_repeated(scenario, n_variants))


def with_covers(n_variants: int, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of the quickstart with *more* set and as many variants: nothing, and guarantees that differ
    in what they cover."""
    covers = {
        f"cover {k}": [{"kind": "guarantee", "cover": f"{100 * k / n_variants:g} %"}] for k in range(1, n_variants)
    }
    document = load(find("quickstart"), REGISTRY, overrides=more).document
    return {**document, "variants": {"nothing": [], **covers}}


def signal_on(day: int) -> float:
    """Return the trust in log-odds that everyone loses on *day*."""
    return SIGNAL if day in SIGNAL_DAYS else 0.0


def _repeated(scenario: Scenario, n: int) -> Any:
    given = scenario.variants
    return tuple(replace(given[v % len(given)], name=f"{given[v % len(given)].name} {v}") for v in range(n))
