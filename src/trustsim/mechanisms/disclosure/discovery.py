"""What is hidden is found in the end, by somebody, and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.kernels.coefficients import Dials
from trustsim.kernels.layout import FAILED, WINDING, Gauges
from trustsim.kernels.times import SAME_TIME
from trustsim.mechanisms.disclosure.hidden import FOUND_AT, Floats, Hidden, Mask, missing
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.hazards import draw

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

LOOKS = {
    "press": draw("discovery", "press", text="whether the press finds what is hidden today"),
    "live": draw("discovery", "live", text="whether live figures show it today"),
    "records": draw("discovery", "records", text="whether the records of the keeper show it today"),
    "reports": draw("discovery", "reports", text="whether it is read out of reports today"),
    "unpaid": draw("discovery", "unpaid", text="whether somebody looks today because payments are late"),
    "audit": draw("discovery", "audit", text="whether an audit finds it today"),
}
PRIVATE = ("audit",)  # and a regulator: they tell the platform, and it tells its clients
_TENTHS = 10  # chances and effects are given for a tenth of the claims
_SOONEST = 1e-9  # smallest factor on the days until discovery
_IN_RISK = 0.5  # assumed: the risk that is told is half of what fund safety loses


@REGISTRY.enter("mechanism", "discovery", rows=("J10", "A9", "A11", "E3", "H10"), source="J10")
@dataclass(frozen=True)
class Discovery:
    """Find what a platform hides, whatever made the gap between its books and the truth; then correct and tell it.

    Chances a day: the press ``discovery`` of the media · 10 · gap / claims; live figures ``live`` · their strength; the
    records of the keeper 1 − (1 − visibility)^``records``, so that an open ledger, which shows all, shows it on the
    first day; a report of full scope without bias ``reports``, less by the scope and by exp(−bias), spread over the
    days between reports; late payments ``unpaid`` · 10 · overdue / claims of day 0; an audit ``audit``. A regulator has
    a chance of its own, and the liquidator, who winds a platform up, finds all. An untrue yield is in no books: the
    press, live figures and reports find it. An audit and a regulator tell the platform, which tells its clients after
    ``notice_lag`` or an incident notice's delay, the shorter; the others tell everybody. Whoever made
    the gap has a message for it, told on the next day; of a gap without one trust in fund safety loses ``fund`` per
    10 % of the claims and integrity ``integrity``, and ``waiting`` per day of waiting; the risk that is told is half of
    what fund safety loses, and fear rises by ``fear`` per 10 %. Known answer: an open ledger finds a default wave that
    is not told on its day, and clients hear of it on the next
    (``test_an_open_ledger_finds_any_gap_on_the_first_day``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("sensing",)

    audit: float = choice(
        0.01, unit="per_day", low=0, high=1, source="assumed", text="chance a day that an audit finds a gap"
    )
    live: float = parameter(
        0.2, unit="per_day", low=0, high=1, source="assumed",
        text="chance a day that live figures of full strength show it",
    )  # fmt: skip
    records: float = parameter(
        0.01, unit="number", low=0, high=10, source="assumed",
        text="how often a day somebody looks into the keeper's records, as far as they can be seen",
    )  # fmt: skip
    reports: float = parameter(
        0.1, unit="share", source="assumed", text="chance that it is read out of a full report without bias"
    )
    unpaid: float = parameter(
        0.1, unit="per_day", low=0, high=1, source="assumed",
        text="chance a day that it is found where payments of a tenth of the claims are late, in proportion",
    )  # fmt: skip
    notice_lag: float = choice(
        5.0, unit="duration", low=0, high=3650, source="C1", text="days from knowing to telling, without a rule"
    )
    fund: float = parameter(
        1.2, unit="log-odds", low=0, high=20, source="assumed",
        text="trust in fund safety lost per 10 % of the claims found missing",
    )  # fmt: skip
    integrity: float = parameter(
        2.0, unit="log-odds", low=0, high=20, source="assumed", text="trust in integrity lost per 10 % found missing"
    )
    waiting: float = parameter(
        0.15, unit="log-odds", low=0, high=20, source="assumed", text="trust in integrity lost per day of waiting"
    )
    fear: float = parameter(1.0, unit="number", low=0, high=20, source="assumed", text="fear per 10 % found missing")

    @staticmethod
    def each_day(day: Day, settings: Settings[Discovery]) -> None:
        """Tell what is due, note what is over, look for what is hidden."""
        gap = missing(day)
        if not (gap > 0).any() and FOUND_AT not in day.kept:
            return
        hidden = Hidden(day)
        if not ((gap > 0) | (hidden.said > 0)).any() and not hidden.is_going_on().any():
            return
        for p in range(gap.shape[1]):
            wind_up(day, settings, hidden, p)
            tell(day, settings, hidden, p)
        gap = missing(day)
        is_there = (gap > 0) | (hidden.said > 0)
        note(settings, hidden, is_there)
        for p in np.flatnonzero(is_there.any(axis=0)).tolist():
            look(day, settings, hidden, gap[:, p], p)
        wait = np.minimum(settings["notice_lag"][:, None], day.term("notice_delay"))
        from_now = hidden.found_at + np.where(hidden.is_private, wait, 0.0)
        hidden.is_due[:] = settings.is_on[:, None] & (day.time + day.dt >= from_now - SAME_TIME)  # tomorrow


def wind_up(day: Day, settings: Settings[Discovery], hidden: Hidden, platform: int) -> None:
    """Let whoever winds one platform up find all that it hid; of one that has failed the books are closed."""
    status = day.state.gauges[Gauges.STATUS, :, platform]
    ends = settings.is_on & (status >= WINDING) & (missing(day, platform) > 0)
    if ends.any():
        hidden.find(platform, ends, "liquidator")
        day.do.reveal(platform, ends & (status == FAILED))


def tell(day: Day, settings: Settings[Discovery], hidden: Hidden, platform: int) -> None:
    """Correct the books of one platform where that is due, and tell of what nobody has told yet."""
    due = hidden.is_due[:, platform] & (missing(day, platform) > 0)
    if due.any():
        tenths = _TENTHS * day.do.reveal(platform, due)
        fund, waited = settings["fund"] * tenths, hidden.waited(platform)
        day.do.post(
            platform, due, fund=-fund, risk=_IN_RISK * fund, fear=settings["fear"] * tenths,
            integrity=-settings["integrity"] * tenths - settings["waiting"] * waited,
        )  # fmt: skip


def note(settings: Settings[Discovery], hidden: Hidden, is_there: Mask) -> None:
    """Write down where something begins to be hidden and where it is over, and begin anew there; ``is_there`` bool
    (lanes, platforms): where something is hidden."""
    begins, is_over = settings.is_on[:, None] & is_there, settings.is_on[:, None] & ~is_there & hidden.has_begun()
    ends = is_over & hidden.is_going_on()
    hidden.go_on(begins)
    for p in range(is_there.shape[1]):
        hidden.begin(p, begins[:, p])
        hidden.let_out(p, ends[:, p], np.zeros(len(ends)))
    hidden.found_at[is_over], hidden.is_due[is_over], hidden.slowed[is_over] = np.inf, False, 1.0


def look(day: Day, settings: Settings[Discovery], hidden: Hidden, gap: Floats, platform: int) -> None:
    """Let every watcher look at one platform for a step; ``gap`` float64 (lanes,): what its books hide / claims."""
    lies = hidden.said[:, platform] > 0
    slowed = np.maximum(hidden.slowed[:, platform], _SOONEST)
    for watcher, a_day in chances(day, settings, gap + hidden.said[:, platform], platform).items():
        sees = (gap > 0) | (lies if watcher in ("press", "live", "reports") else False)
        chance = 1 - (1 - np.clip(a_day / slowed, 0.0, 1.0)) ** day.dt
        found = settings.is_on & sees & (day.chance(LOOKS[watcher], platform) < chance)
        hidden.find(platform, found, watcher, tells=watcher not in PRIVATE)


def chances(day: Day, settings: Settings[Discovery], size: Floats, platform: int) -> Mapping[str, Floats]:
    """Return by watcher the chance of a day to find a gap of this *size* / claims, float64 (lanes,)."""
    interval = np.maximum(day.term("report_interval", platform), 1e-3)
    honest = day.term("report_scope", platform) * np.exp(-np.maximum(day.term("report_bias", platform), 0.0))
    unseen = 1 - day.term("visibility", platform)
    return {
        "press": day.state.dials[:, Dials.PRESS_DISCOVERY] * _TENTHS * size,
        "live": settings["live"] * day.term("transparency", platform),
        "records": np.where(settings["records"] > 0, 1 - unseen ** settings["records"], 0.0),
        "reports": 1 - (1 - np.minimum(settings["reports"] * honest, 1.0)) ** (1 / interval),
        "unpaid": settings["unpaid"] * _TENTHS * np.maximum(day.gauge("overdue", platform), 0.0),
        "audit": settings["audit"],
    }
