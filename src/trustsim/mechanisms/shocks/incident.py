"""Incidents: what happens to a platform, is found out after a while, and is then told; what all of them share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError
from trustsim.kernels.layout import Books
from trustsim.kernels.named import file_of
from trustsim.kernels.times import SAME_TIME
from trustsim.mechanisms.audience import audience, drawing
from trustsim.mechanisms.disclosure.hidden import Hidden
from trustsim.names import EVERYONE
from trustsim.registry import REGISTRY, Entry, parameter
from trustsim.world.declaring import spot
from trustsim.world.hazards import CONTROLS
from trustsim.world.rows import term
from trustsim.world.series import belongs_to

if TYPE_CHECKING:
    from trustsim.world.day import Day

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
MOST = 10.0  # the largest factor of levers on an incident
A_TENTH = 10  # trust lost is given for a tenth of the claims
HALF_A_TENTH = 5  # assumed: the risk that is told is half of what fund safety loses
ONCE = 0.0  # days for which an incident goes on that strikes in one step


@dataclass(frozen=True)
class Controlled:
    """A kind of incident, by the name by which levers find it."""

    kind: str


def controlled(kind: str) -> str:
    """Declare the terms by which levers multiply hazard, severity and lag of an incident; return its kind."""
    module = spot(1).module
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
    it; a lever on its severity multiplies what it does, or, where a kind says that it ``stretches``, its days. Found
    out and told it is ``discovery_lag`` and the shorter of ``notice_lag`` and an incident notice's delay after its
    start; a kind that is found out otherwise says so in ``is_told``. One that ``hides`` what it takes (``misreport``)
    may be found before by whoever looks (``mechanisms/disclosure/discovery.py``); it is told then.
    """

    kind: ClassVar[str] = ""
    stretches: ClassVar[bool] = False
    hides: ClassVar[bool] = False
    platform: str
    days: float = ONCE
    discovery_lag: float = 0.0
    notice_lag: float = 0.0
    to: str = EVERYONE

    def strike(self, day: Day, platform: int, where: Mask, severity: Floats) -> Floats | None:
        """Do the harm of a step; return what that cost / claims, float64 (lanes,), None of what costs none by nature.

        *severity* float64 (lanes,): the factor of levers, and of an incident with ``days`` its part that falls into
        this step. Summed over its days it is the factor, whatever the step.
        """
        raise NotImplementedError

    def news(self, day: Day, platform: int, told: Mask, size: Floats, waited: Floats) -> Iterator[Mapping[str, Any]]:
        """Yield the messages of a step in which clients are told: how :meth:`Verbs.post` is to be called.

        They are told once, and again in each step in which it then costs more; :meth:`known` says where they were told
        before. *size* float64 (lanes,): what it cost that they have not been told of / claims, NaN of what costs none
        by nature; *waited* float64 (lanes,): days from knowing to telling.
        """
        raise NotImplementedError

    def act(self, day: Day) -> None:
        """Strike, be found, be told; once that is over on every platform, do nothing more."""
        over = _lanes(day, "over")
        day.active = day.active & ~over
        if not day.active.any():
            return
        is_over = day.active.copy()
        for p in day.platforms(self.platform):
            is_over &= self._go_on(day, p)
        over |= is_over

    def _go_on(self, day: Day, platform: int) -> Mask:
        """Let it take its course on one platform for a step; return where it is over there, bool (lanes,)."""
        severity, lag = (day.term(f"{self.kind}_{what}", platform) for what in ("severity", "lag"))
        struck, known, size = _lanes(day, ("struck", platform)), self.known(day, platform), _untold(day, platform)
        hidden = Hidden(day) if self.hides else None
        strikes = self.strikes(day, platform, severity)
        before = day.state.books[Books.MISREPORTED, :, platform].copy()
        if strikes.any():
            struck |= strikes
            cost = self.strike(day, platform, strikes, self._of_this_step(day, severity))
            if cost is not None:
                size[strikes] = np.nan_to_num(size[strikes]) + np.broadcast_to(cost, size.shape)[strikes]
        told, waited = self.is_told(day, platform, strikes, lag)
        if hidden is not None:
            hid = _lanes(day, ("hid", platform))
            hid |= day.state.books[Books.MISREPORTED, :, platform] > before
            hidden.begin(platform, hid)
            hidden.slowed[hid & ~known, platform] = lag[hid & ~known]
            found = hidden.is_due[:, platform] & hid & ~known
            told, waited = told | found, np.where(found, hidden.waited(platform), waited)
            hidden.let_out(platform, told & hid, waited)
        told = told & struck
        is_nothing = told & ~known & (size == 0)  # it struck, and nothing was there to take
        told &= ~is_nothing
        if told.any():
            for message in self.news(day, platform, told, size, waited):
                day.do.post(platform, told, **{"to": self.to, **message})
            size[told] *= 0  # NaN stays
        known |= told | (is_nothing & ~strikes)
        return np.asarray(~strikes & (known | ~struck))

    def _of_this_step(self, day: Day, severity: Floats) -> Floats:
        """Return the part of *severity*, the factor, that falls into this step, float64 (lanes,); times the size of
        losses in this world, but for the days of what stretches."""
        if not self.stretches:
            severity = severity * day.loss_size
        if self.days == ONCE:
            return severity
        share = np.clip(self._length(severity) - day.age, 0.0, day.dt) / self.days
        return np.asarray(share if self.stretches else share * severity)

    def _length(self, severity: Floats) -> Floats:
        """Return for how many days it strikes, float64 (lanes,)."""
        return self.days * severity if self.stretches else np.full_like(severity, self.days)

    def strikes(self, day: Day, platform: int, severity: Floats) -> Mask:
        """Return where it strikes in this step, bool (lanes,). Once clients know, it is over where it does not."""
        if self.days == ONCE:
            return day.reached(0.0)
        return np.asarray(day.active & (day.age < self._length(severity) - SAME_TIME))

    def known(self, day: Day, platform: int) -> Mask:
        """Return where clients have been told in a step before, bool (lanes,)."""
        return _lanes(day, ("known", platform))

    def is_told(self, day: Day, platform: int, strikes: Mask, lag: Floats) -> tuple[Mask, Floats]:
        """Return where clients are told in this step, bool (lanes,), and the days from knowing to telling.

        A notice may shorten the delay on the way: so they are told on the first day on which it is over; and from then
        on of what it costs more.
        """
        waited = np.minimum(self.notice_lag, day.term("notice_delay", platform))
        known, is_time = self.known(day, platform), day.age >= self.discovery_lag * lag + waited - SAME_TIME
        costs_more = strikes & (_untold(day, platform) > 0)
        return day.active & np.where(known, costs_more, is_time), np.where(known, 0.0, waited)


def _lanes(day: Day, key: object) -> Mask:
    """Return what the incident remembers of every lane under *key*, bool (lanes,), to be written to."""
    lanes: Mask = day.memory.setdefault(key, np.zeros(len(day.active), np.bool_))
    return lanes


def _untold(day: Day, platform: int) -> Floats:
    """Return what clients have not been told of / claims, float64 (lanes,), to be written to; NaN without a cost."""
    size: Floats = day.memory.setdefault(("size", platform), np.full(len(day.active), np.nan))
    return size


@dataclass(frozen=True)
class Incident(Course):
    """An incident with the usual settings: a kind of it declares its ``kind`` and ``part``, and writes only ``strike``.

    Over its ``days`` it costs its ``severity``, whatever the step. When it is told, trust of the part that is hit falls
    by ``loss`` per 10 % of the claims that it has cost up to then, or by ``loss`` where ``strike`` says that it costs
    none by nature; trust in integrity by ``integrity`` per day of waiting; fear rises by ``fear``, and it draws
    ``attention``. What it costs after that is told in the step in which it happens, and lowers trust of that part as
    much.
    """

    part: ClassVar[str] = "fund"

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="whom it strikes")
    severity: float = parameter(0.05, unit="share", source="assumed", text="what it costs in all / claims")
    days: float = parameter(
        0.0, unit="duration", low=0, high=365, source="assumed", text="days over which it does; 0: it strikes once"
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
    attention: float = drawing()
    to: str = audience()

    def news(self, day: Day, platform: int, told: Mask, size: Floats, waited: Floats) -> Iterator[Mapping[str, Any]]:
        """Yield the one message; fear and attention are those of the first."""
        lost = -self.loss * np.where(np.isnan(size), 1.0, A_TENTH * size)
        integrity = -self.integrity * waited
        is_first = ~self.known(day, platform)
        parts = {self.part: lost, "fear": self.fear * is_first, "attention": self.attention * is_first}
        yield {**parts, "integrity": parts.get("integrity", 0.0) + integrity}


def _check_kind(entry: Entry) -> None:
    """Raise ModelError where levers would not find an incident by the name by which it is registered."""
    made = entry.make
    is_incident = isinstance(made, type) and issubclass(made, Course)
    if is_incident and (made.kind != entry.name or ("incident", entry.name) not in REGISTRY):
        given = f"{made.__name__}.kind: given {made.kind!r} in {file_of(made)}"
        raise ModelError(f"{given}; allowed: controlled({entry.name!r}), the name by which it is registered")


REGISTRY.check("shock", _check_kind)
