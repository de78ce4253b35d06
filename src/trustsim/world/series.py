"""What is recorded every day, by name: how a gauge becomes a series, for a platform and for all together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Gauges
from trustsim.kernels.named import row_of
from trustsim.registry import REGISTRY
from trustsim.units import Unit


@dataclass(frozen=True)
class Series:
    """One series. ``gauge`` names what is measured; ``per`` what it is divided by; ``over`` how platforms are put together.

    ``per``: 'claims' (of day 0), 'holders' (of day 0), 'accounts' (open or not) or nothing. ``over``: 'sum', or the gauge that weighs the mean.
    ``low``, ``high``: between which it always lies; None where nothing bounds it.
    """

    gauge: str
    unit: Unit
    text: str
    per: str = ""
    over: str = "sum"
    low: float | None = 0
    high: float | None = None


SERIES: dict[str, Series] = {
    "requests": Series("requests", "share", "asked for today / claims of day 0", per="claims"),
    "outflow": Series("outflow", "share", "paid out today / claims of day 0", per="claims"),
    "inflow": Series("inflow", "share", "paid in today / claims of day 0", per="claims"),
    "claims": Series("claims", "share", "owed to clients / claims of day 0", per="claims"),
    "queue": Series("queue", "share", "asked for and not yet paid / claims", over="claims", high=1),
    "liquidity": Series("liquidity", "share", "cash and client money at the custodian / claims", over="claims", high=1),
    "solvency": Series("solvency", "share", "(assets − debt − claims) / claims", over="claims", low=None),
    "price": Series("price", "share", "price at which assets are sold / book value", over="depth", high=1),
    "trust": Series("trust", "share", "mean trust of the holders", over="holders", high=1),
    "fear": Series("fear", "share", "share of the holders that is alarmed", over="holders", high=1),
    "misperception": Series("misperception", "share", "mean perceived less true probability of failure", over="holders", low=-1, high=1),
    "holders": Series("holders", "share", "open accounts / those of day 0", per="holders"),
    "open": Series("holders", "share", "open accounts / all that are open or could be opened", per="accounts"),
    "runners": Series("runners", "share", "accounts that ran today / those of day 0", per="holders"),
    "leavers": Series("leavers", "share", "accounts that left in the ordinary way today / those of day 0", per="holders"),
    "joiners": Series("joiners", "share", "accounts opened today / those of day 0", per="holders"),
    "believers": Series("believers", "share", "share of the investors who believe a rumour about the platform", over="accounts", high=1),
    "backlog": Series("backlog", "duration", "days of work that wait at the service desk", over="holders"),
    "status": Series("status", "count", "0 open, 1 payments stopped, 2 winding down, 3 failed", over="claims_at_start", high=3),
}


def _described(text: str) -> Callable[[], None]:
    def entry() -> None:
        pass

    entry.__doc__ = text
    return entry


for _name, _series in SERIES.items():
    REGISTRY.enter("series", _name, source="J1", unit=_series.unit, low=_series.low, high=_series.high)(
        _described(_series.text)
    )

#: what a trigger may watch: measured gauges, as they stood yesterday, with their unit
INDICATORS: dict[str, tuple[Unit, str]] = {
    "liquidity": ("share", "cash and client money at the custodian / claims"),
    "solvency": ("share", "true (assets − debt − claims) / claims"),
    "reported_solvency": ("share", "the same on the reported figures"),
    "queue": ("share", "asked for and not yet paid / claims"),
    "overdue": ("share", "due and unpaid / claims of day 0"),
    "published_risk": ("log-odds", "published log-odds of failure"),
    "trust": ("share", "mean trust of the holders"),
    "fear": ("share", "share of the holders that is alarmed"),
    "price": ("share", "price at which assets are sold / book value"),
    "backlog": ("duration", "days of work that wait at the service desk"),
    "runners": ("number", "accounts that ran yesterday"),
    "status": ("number", "0 open, 1 payments stopped, 2 winding down, 3 failed"),
}
for _name, (_unit, _text) in INDICATORS.items():
    REGISTRY.enter("indicator", _name, source="I8", unit=_unit)(_described(_text))


def series_of(history: NDArray[np.float64], series: Series) -> NDArray[np.float32]:
    """Return one series, float32 (days, variants, platforms + 1), of all gauges by day, float64 (days, Gauges, variants,
    platforms); the last column puts all platforms together."""

    def row(name: str) -> NDArray[np.float64]:
        return history[:, row_of(Gauges, name)]

    value = row(series.gauge)
    if series.over == "sum":
        gauges = {"claims": row("claims_at_start"), "holders": row("holders"), "accounts": row("accounts")}
        base = gauges.get(series.per, np.ones_like(value))[:1]
        total = value.sum(axis=2, keepdims=True) / np.maximum(base.sum(axis=2, keepdims=True), 1.0)
        value = value / np.maximum(base, 1.0)
    else:
        weight = np.maximum(row(series.over), 0.0) + 1e-300
        total = (value * weight).sum(axis=2, keepdims=True) / weight.sum(axis=2, keepdims=True)
    return np.concatenate([value, total], axis=2).astype(np.float32)
