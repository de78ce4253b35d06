"""Incidents: what happens to a platform, is found out after a while, and is then told; what all of them share."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.times import SAME_TIME
from trustsim.mechanisms.audience import audience
from trustsim.names import EVERYONE
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import CONTROLS
from trustsim.world.rows import term
from trustsim.world.series import belongs_to

if TYPE_CHECKING:
    from trustsim.world.day import Day

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
MOST = 10.0  # the largest factor by which a lever may stretch an incident
A_TENTH = 10  # trust lost is given for a tenth of the claims
HALF_A_TENTH = 5  # assumed: the risk view rises by half of what fund safety loses
ONCE = 0.0  # days for which an incident goes on that strikes in one step


@dataclass(frozen=True)
class Controlled:
    """A kind of incident, by the name by which levers find it."""

    kind: str


def controlled(kind: str) -> str:
    """Declare the terms by which levers multiply hazard, severity and lag of an incident; return its kind."""
    module = str(sys._getframe(1).f_globals.get("__name__", ""))
    incident = Controlled(kind)
    belongs_to(incident, module, kind, f"The incident {kind}: levers multiply its chance, severity and lag.")
    REGISTRY.enter("incident", kind, source="H1")(incident)
    for what, text in CONTROLS.items():
        text = f"factor on {text} of the incident {kind}"
        term(f"{kind}_{what}", neutral=1.0, unit="number", low=0, high=MOST, source="H1", text=text, module=module)
    return kind


class Course:
    """How an incident goes: it strikes, for a step or for ``days``, is found out, and clients are told.

    A kind says what it does (``strike``), and in ``news`` what is told. ``kind`` is its name, by which a lever finds
    it. Found out and told it is ``discovery_lag`` and the shorter of ``notice_lag`` and an incident notice's delay
    after its start; a kind that is found out otherwise says so in ``is_told``.
    """

    kind: ClassVar[str]
    platform: str
    days: float = ONCE
    discovery_lag: float = 0.0
    notice_lag: float = 0.0
    to: str = EVERYONE

    def strike(self, day: Day, platform: int, where: Mask, severity: Floats) -> Floats | None:
        """Do the harm of a step; return its size / claims where it has one. *severity* float64 (lanes,): a factor."""
        raise NotImplementedError

    def news(self, day: Day, platform: int, told: Mask, size: Floats, waited: Floats) -> Iterator[Mapping[str, Any]]:
        """Yield the messages of the day on which clients are told: how :meth:`Verbs.post` is to be called."""
        raise NotImplementedError

    def span(self) -> float:
        """Return for how many days after its start the shock has anything to do."""
        return MOST * max(self.discovery_lag, self.days) + self.notice_lag + 1

    def act(self, day: Day) -> None:
        """Strike, be found, be told."""
        for p in day.platforms(self.platform):
            severity, lag = (day.term(f"{self.kind}_{what}", p) for what in ("severity", "lag"))
            strikes = self.strikes(day, p, severity)
            size = day.memory.setdefault(("size", p), np.zeros(len(day.active)))
            if strikes.any():
                done = self.strike(day, p, strikes, severity)
                size[:] = size if done is None else np.where(strikes, done, size)
            told, waited = self.is_told(day, p, strikes, lag)
            if told.any():
                for message in self.news(day, p, told, size, waited):
                    day.do.post(p, told, **{"to": self.to, **message})

    def strikes(self, day: Day, platform: int, severity: Floats) -> Mask:
        """Return where it strikes in this step, bool (lanes,)."""
        if self.days == ONCE:
            return day.reached(0.0)
        return np.asarray(day.active & (day.age < self.days * severity - SAME_TIME))

    def is_told(self, day: Day, platform: int, strikes: Mask, lag: Floats) -> tuple[Mask, Floats]:
        """Return where clients are told in this step, bool (lanes,), and the days from knowing to telling.

        A notice may shorten the delay on the way: so they are told once, on the first day on which it is over.
        """
        waited = np.minimum(self.notice_lag, day.term("notice_delay", platform))
        done = day.memory.setdefault(("told", platform), np.zeros(len(day.active), np.bool_))
        told = day.active & (day.age >= self.discovery_lag * lag + waited - SAME_TIME) & ~done
        done |= told
        return told, waited


@dataclass(frozen=True)
class Incident(Course):
    """An incident with the usual settings: a kind of it declares its ``kind`` and ``part``, and writes only ``strike``.

    When it is told, trust of the part that is hit falls by ``loss`` per 10 % of the claims that it cost, or by ``loss``
    where it costs none; trust in integrity by ``integrity`` per day of waiting; fear rises by ``fear``.
    """

    part: ClassVar[str] = "fund"

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="whom it strikes")
    severity: float = parameter(0.05, unit="share", source="assumed", text="what it costs / claims")
    days: float = parameter(
        0.0, unit="duration", low=0, high=365, source="assumed", text="days until it is contained; 0: it strikes once"
    )
    discovery_lag: float = parameter(
        5.0, unit="duration", low=0, high=3650, source="assumed", text="days until the platform knows"
    )
    notice_lag: float = parameter(
        5.0, unit="duration", low=0, high=3650, source="assumed", text="days from knowing to telling, without a rule"
    )
    loss: float = parameter(1.0, unit="log-odds", low=0, high=20, source="assumed", text="trust lost when it is told")
    integrity: float = parameter(
        0.1, unit="log-odds", low=0, high=20, source="assumed", text="trust in integrity lost per day of waiting"
    )
    fear: float = parameter(0.5, unit="number", low=0, high=20, source="assumed", text="fear when it is told")
    to: str = audience()

    def news(self, day: Day, platform: int, told: Mask, size: Floats, waited: Floats) -> Iterator[Mapping[str, Any]]:
        """Yield the one message."""
        lost = -self.loss * np.where(size > 0, A_TENTH * size, 1.0)
        integrity = -self.integrity * waited
        parts = {self.part: lost, "fear": np.full(len(told), self.fear)}
        yield {**parts, "integrity": parts.get("integrity", 0.0) + integrity}
