"""What is recorded every day, by name: how a gauge becomes a series, for a platform and for all together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import WINDING
from trustsim.registry import REGISTRY
from trustsim.units import Unit


class Seen(Protocol):
    """What an indicator sees of a day."""

    def gauge(self, name: str) -> NDArray[np.float64]: ...


Sight = Callable[[Any], NDArray[np.float64]]  # of the day


def belongs_to(thing: object, module: str, name: str, text: str) -> None:
    """Let *thing* be known by the module that declares it, its name and its text, as a class or a function is."""
    for attribute, value in (("__module__", module), ("__qualname__", name), ("__doc__", text)):
        object.__setattr__(thing, attribute, value)


def indicator(name: str, *, unit: Unit, source: str = "I8") -> Callable[[Sight], Sight]:
    """Decorate a function of the day, float64 (lanes, platforms): triggers may watch it under this name.

    It is called when somebody watches, at the beginning of a step, and sees what was measured the day before.
    """
    return REGISTRY.enter("indicator", name, source=source, unit=unit)


def watched(gauge: str, unit: Unit, text: str, module: str = __name__) -> None:
    """Let triggers watch a gauge as it was measured the day before."""

    def sight(day: Seen) -> NDArray[np.float64]:
        return day.gauge(gauge)

    belongs_to(sight, module, gauge, text)
    indicator(gauge, unit=unit)(sight)


@dataclass(frozen=True)
class Series:
    """One series: ``gauge`` is measured, divided by what ``per`` says, put together over platforms as ``over`` says.

    ``per``: 'claims' (of day 0), 'holders' (of day 0), 'accounts' (open or not) or nothing. ``over``: 'sum', or the
    gauge that weighs the mean. ``low``, ``high``: between which it always lies; None where nothing bounds it.
    ``ends``: 'platform' where there is none of a platform that has ended, in the total neither; 'people' where its
    people still count in the total; '' where it goes on. ``is_watched``: triggers may watch the gauge. ``module``:
    where it is declared. Where there is nothing to divide by, or nobody held at day 0 whose mean it would be, there is
    no number.
    """

    gauge: str
    unit: Unit
    text: str
    per: str = ""
    over: str = "sum"
    low: float | None = 0
    high: float | None = None
    ends: str = ""
    is_watched: bool = False
    module: str = __name__

    def __post_init__(self) -> None:
        belongs_to(self, self.module, self.gauge, self.text)

    def enter(self, name: str) -> None:
        """Enter it into the registry, and where triggers may watch its gauge, that as an indicator."""
        REGISTRY.enter(
            "series", name, source="J1", unit=self.unit, low=self.low, high=self.high,
            may_not_apply=bool(self.ends),
        )(self)  # fmt: skip
        if self.is_watched:
            watched(self.gauge, self.unit, self.text, self.module)


#: the parts of trust, as messages and series call them, and in words
PARTS = {"fund": "fund safety", "integrity": "integrity", "info": "information safety", "service": "service"}
_RECORDED = {
    "requests": Series("requests", "share", "asked for in a step / claims of day 0", per="claims"),
    "outflow": Series("outflow", "share", "paid out in a step / claims of day 0", per="claims"),
    "inflow": Series("inflow", "share", "paid in within a step / claims of day 0", per="claims"),
    "claims": Series("claims", "share", "owed to clients / claims of day 0", per="claims"),
    "withdrawn": Series(
        "cohort_asked",
        "share",
        "asked for so far by those who held at day 0, until they came back / claims of day 0",
        per="claims",
    ),
    "waiting": Series("waiting", "share", "asked for and not had, late or under way / claims of day 0", per="claims"),
    "queue": Series("queue", "share", "asked for and not yet paid / claims", over="claims", high=1, is_watched=True),
    "liquidity": Series(
        "liquidity",
        "share",
        "cash and client money at the custodian / claims",
        over="claims",
        high=1,
        ends="platform",
        is_watched=True,
    ),
    "solvency": Series(
        "solvency", "share", "(assets − debt − claims) / claims", over="claims", low=None, ends="platform"
    ),
    "price": Series(
        "price", "share", "price at which assets are sold / book value", over="depth", high=1, is_watched=True
    ),
    "trust": Series(
        "cohort_trust", "share", "mean trust of those who held at day 0", over="cohort", high=1, ends="people"
    ),
    **{
        f"trust_{part}": Series(
            f"cohort_{part}",
            "share",
            f"mean trust in {what} of those who held at day 0",
            over="cohort",
            high=1,
            ends="people",
        )
        for part, what in PARTS.items()
    },
    "fear": Series(
        "cohort_fear", "share", "share of those who held at day 0 that is alarmed", over="cohort", high=1, ends="people"
    ),
    "misperception": Series(
        "misperception",
        "share",
        "mean perceived less true probability of failure, of those who held at day 0",
        over="cohort",
        low=-1,
        high=1,
        ends="platform",
    ),
    "holders": Series("holders", "share", "open accounts / those of day 0", per="holders"),
    "open": Series("holders", "share", "open accounts / all that are open or could be opened", per="accounts"),
    "runners": Series("runners", "share", "accounts that ran in a step / those of day 0", per="holders"),
    "leavers": Series(
        "leavers", "share", "accounts that left in the ordinary way in a step / those of day 0", per="holders"
    ),
    "joiners": Series("joiners", "share", "accounts opened in a step / those of day 0", per="holders"),
    "believers": Series(
        "believers", "share", "share of the investors who believe a rumour about the platform", over="accounts", high=1
    ),
    "backlog": Series(
        "backlog", "duration", "days of work that wait at the service desk", over="holders", is_watched=True
    ),
    "status": Series(
        "status", "count", "0 open, 1 payments stopped, 2 winding down, 3 failed", over="claims_at_start", high=3
    ),
}


for _name, _series in _RECORDED.items():
    _series.enter(_name)
watched("trust", "share", "mean trust of those who hold an account")
watched("fear", "share", "share of those who hold an account that is alarmed")
watched("solvency", "share", "true (assets − debt − claims) / claims")
watched("reported_solvency", "share", "(assets − debt − claims) / claims, by the figures that the platform reports")
watched("overdue", "share", "due under every rule and lacking the money / claims of day 0")
watched("published_risk", "log-odds", "published log-odds of failure")
watched("runners", "number", "accounts of the sample that ran yesterday; the series of this name is a share")
watched("status", "number", "0 open, 1 payments stopped, 2 winding down, 3 failed")


class _Recorded(Mapping[str, Series]):
    """All series, by name, as they stand in the registry."""

    def __getitem__(self, name: str) -> Series:
        series: Series = REGISTRY["series", name].make
        return series

    def __iter__(self) -> Iterator[str]:
        return iter(REGISTRY.names("series"))

    def __len__(self) -> int:
        return len(REGISTRY.names("series"))


SERIES = _Recorded()


def series_of(history: NDArray[np.float64], series: Series, row_of: Callable[[str], int]) -> NDArray[np.float32]:
    """Return one series, float32 (steps + 1, lanes, platforms + 1); the last column puts all platforms together.

    ``history``: all gauges by day, float64 (steps + 1, Gauges, lanes, platforms); ``row_of`` finds a gauge or a stock.
    """

    def row(name: str) -> NDArray[np.float64]:
        return history[:, row_of(name)]

    value = row(series.gauge)
    has_ended = row("status") >= WINDING
    if series.over == "sum":
        gauges = {"claims": row("claims_at_start"), "holders": row("holders"), "accounts": row("accounts")}
        base = gauges.get(series.per, np.ones_like(value))[:1]
        total = value.sum(axis=2, keepdims=True) / _positive(base.sum(axis=2, keepdims=True))
        value = value / _positive(base)
    else:
        has_nobody = (row("cohort") <= 0) & (series.over == "cohort")
        value = np.where(has_nobody, np.nan, value)
        weight = np.where(has_nobody, 0.0, np.maximum(row(series.over), 0.0) + 1e-300)
        if series.ends == "platform":
            weight = np.where(has_ended, 0.0, weight)
        with np.errstate(invalid="ignore"):  # 0 / 0 where all have ended, or there was nobody
            total = (np.where(weight > 0, value, 0.0) * weight).sum(axis=2, keepdims=True)
            total = total / weight.sum(axis=2, keepdims=True)
    if series.ends:
        value = np.where(has_ended, np.nan, value)
    return np.concatenate([value, total], axis=2).astype(np.float32)


def _positive(base: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(base > 0, base, np.nan)
