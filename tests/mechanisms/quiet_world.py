"""A small quiet world in which one thing at a time is switched on; every test steps the ordinary model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import Books, Gauges, Terms
from trustsim.kernels.named import row_of
from trustsim.model import TrustCrisisModel

EACH = 100_000  # minor units in every account
N = 20

ALIKE = {
    "name": "all",
    "wealth": 2000,
    "invested": "100 %",
    "prior_trust": "50 %",
    "literacy": "0 %",
    "attention": "100 %",
    "resilience": "50 %",
    "risk_tolerance": "50 %",
    "tenure": "0 d",
    "herding": 1,
    "privacy": 1,
}
QUIET = {
    "kind": "p2p_lending",
    "liquid_share": "20 %",
    "equity": "0 %",
    "asset_yield": "0 %",
    "promised_yield": "0 %",
    "safe_yield": "0 %",
    "asset_term": "36500 d",
    "default_rate": "0 %",
    "locked_share": "0 %",
    "payout_lag": "0 d",
    "exit_friction": 0,
    "entry_friction": 0,
    "report_interval": "0 d",
    "service_capacity": "10 /day",
    "patience": "3650 d",
    "sale_impact": 0,
    "sale_limit": "0 %",
    "estate_cost": "0 %",
}
# what is on unless a file says otherwise
SILENT = [name for name, entry in REGISTRY.group("mechanism").items() if getattr(entry.make, "default_on", True)]
NEUTRAL = {
    "choice": {
        "rule": "threshold",
        "calm": -50,
        "fund": 0,
        "integrity": 0,
        "risk": 0,
        "tolerance": 0,
        "balance": 0,
        "tenure": 0,
        "pays_yield": 0,
        "fee": 0,
        "first_move": 0,
        "gate_rush": 0,
        "others": 0,
        "unseen": "2 %",
        "cash": "0 %",
        "lasting": "0 d",
        "part": "0 %",
        "segregation": "0 %",
        "uninformed": "0 %",
    },
    "trust": {"good_news": "100 %", "repair": "0 /day", "scarring": "0 %", "scar_bad": 0},
    "fear": {"degree_exponent": 0},
    "herding": {"degree_exponent": 1, "out": 0},
    "risk_view": {"drift": "0 /day", "forgetting": "0 /day", "fund": 0, "integrity": 0, "fear": 0},
    "media": {"reach": "100 %", "fading": "100 %", "credibility": "100 %", "discovery": "0 /day", "withdrawals": "0 %"},
}


def document(
    *,
    platforms: Mapping[str, Mapping[str, Any]] | None = None,
    mechanisms: Mapping[str, Any] | None = None,
    investors: Mapping[str, Any] | None = None,
    segment: Mapping[str, Any] | None = None,
    **rest: Any,
) -> dict[str, Any]:
    """Return a scenario as plain data: alike investors with EACH in two accounts, quiet platforms, nothing on.

    ``mechanisms`` switches on, laid over neutral settings where there are some; platforms: Harbour and Quay.
    """
    on = {name: {**NEUTRAL.get(name, {}), **settings} for name, settings in (mechanisms or {}).items()}
    platforms = platforms or {"Harbour": {}, "Quay": {}}
    return {
        "trustsim": 1,
        "behaviour": "point",
        "horizon": "60 d",
        "network": {"kind": "none"},
        "investors": {
            "count": N,
            "members": "100 %",
            "second_platform": "100 %",
            "considered": 2,
            "segments": [{**ALIKE, **(segment or {})}],
            **(investors or {}),
        },
        "platforms": [{"name": name, **QUIET, **settings} for name, settings in platforms.items()],
        "mechanisms": {**dict.fromkeys(SILENT, False), **on},
        "variants": {"nothing": []},
        **rest,
    }


class Played:
    """A model that was stepped, with its arrays by name."""

    def __init__(self, model: TrustCrisisModel) -> None:
        self.model, self.state = model, model.state

    def step(self, days: int = 1) -> Played:
        """Go on for some steps."""
        for _ in range(days):
            self.model.step()
        return self

    def gauge(self, name: str) -> Any:
        """Return float64 (steps + 1, variants, platforms)."""
        return self.model.history[:, row_of(Gauges, name)]

    def book(self, name: str) -> Any:
        """Return int64 (variants, platforms), minor units, as it stands."""
        return self.state.books[row_of(Books, name)]

    def term(self, name: str) -> Any:
        """Return float64 (variants, platforms), as it stands."""
        return self.state.terms[row_of(Terms, name)]

    def belief(self, name: str, platform: int = 0) -> Any:
        """Return float32 (variants, accounts of the platform)."""
        row = ("fund", "integrity", "info", "service", "scar", "risk", "evidence", "fear", "seen").index(name)
        first = self.state.accounts.first
        return self.state.beliefs[row, :, first[platform] : first[platform + 1]]

    def balance(self, platform: int = 0) -> Any:
        """Return int64 (variants, accounts of the platform), minor units."""
        first = self.state.accounts.first
        return self.state.balance[:, first[platform] : first[platform + 1]]

    @property
    def assets(self) -> Any:
        """Book value of the ladder, int64 (variants, platforms)."""
        return self.state.ladder.sum(axis=0)


Play = Callable[..., Played]


def lever(kind: str, **settings: Any) -> dict[str, Any]:
    """Return an intervention on Harbour, free of charge unless it says what it costs: these platforms are small."""
    has_cost = any(p.name == "cost" for p in REGISTRY["intervention", kind].parameters)
    return {"kind": kind, "platform": "Harbour", **({"cost": 0} if has_cost else {}), **settings}


def leave(start: str = "0 d", platform: str = "Harbour", **settings: Any) -> dict[str, Any]:
    """Return a lever that makes everyone on a platform run from *start* on, given :data:`READY`."""
    return {"kind": "process_friction", "platform": platform, "exit": -1, "cost": 0, "from": start, **settings}


READY = {"choice": {"calm": -0.5}}  # a threshold: one unit less of friction makes all of them run
