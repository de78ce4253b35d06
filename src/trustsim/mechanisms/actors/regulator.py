"""A supervisor who inspects platforms and gives orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trustsim.kernels.layout import WINDING, Terms
from trustsim.kernels.times import SAME_TIME
from trustsim.mechanisms.disclosure.hidden import Hidden, missing
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.hazards import draw
from trustsim.world.rows import purse, stock
from trustsim.world.terms import Change

if TYPE_CHECKING:
    from trustsim.world.actors import Actor
    from trustsim.world.day import Day
    from trustsim.world.today import Mask

READING = draw("regulator", "reading", text="how wrong an inspection reads the solvency of a platform")
FOUND = draw("regulator", "found", text="whether an inspection finds what a platform hides")
ORDERS = stock("orders", of="actor", start=0, unit="count", low=0, source="A7", text="orders given so far")
FEES = purse("fees", of="actor", source="assumed", text="what platforms paid for inspections")
_TENTHS = 10  # chances are given for a tenth of the claims
CLOSED = 50.0  # log-odds against joining under a stop of new money: nobody does


@REGISTRY.enter("actor", "regulator", plural="regulators", rows=("A7", "F2"), source="assumed")
@dataclass(frozen=True)
class Regulator:
    """Inspect the platforms of the mandate at fixed intervals; order those that look insolvent to stop or to wind down.

    An inspection reads the reported solvency, ``age`` days old, with an error of the standard deviation ``noise``.
    Where it reads less than ``threshold`` it gives an order, once a platform, that holds ``lag`` days later: with
    ``winds_down`` the platform is wound down, else no account is opened by choice, from the next day on at the
    earliest. What is hidden in the reports it finds with a chance of ``finds`` · 10 · gap / claims an inspection, and
    tells the platform, which corrects its reports (the mechanism ``discovery``).

    A political event on the day ``event`` moves it. For ``forbearance`` days before it neither inspects nor closes, and
    its orders wait; for ``enforcement`` days from it on it inspects ``stricter`` times as often, and first on the day
    itself. Without either the event is nothing to it. Known answer: without noise, a platform with 1 % under a
    threshold of 2 %, an interval of 10 days and a lag of 5 is wound down on day 15, and one with 20 % never
    (``test_a_regulator_winds_down_after_its_lag``); with an event on day 30 and 25 days of forbearance on day 35, with
    15 days, after the inspection and before the order, on day 30
    (``test_a_regulator_forbears_before_an_event_and_enforces_after``).
    """

    name: str = parameter(unit="name", source="assumed", text="what the regulator is called")
    mandate: str = choice("*", unit="name", refers="platform", source="A7", text="whom it supervises")
    interval: float = choice(
        30.0, unit="duration", low=1, high=3650, source="assumed",
        text="days between inspections; the first is after one interval",
    )  # fmt: skip
    noise: float = parameter(
        0.02, unit="share", source="assumed", text="standard deviation of the error in the solvency that it reads"
    )
    age: float = choice(
        0.0, unit="duration", low=0, high=3650, source="assumed", text="how old the figures are that it reads"
    )
    threshold: float = choice(
        0.02, unit="share", low=-1, high=1, source="assumed", text="solvency below which it gives an order"
    )
    lag: float = choice(
        5.0, unit="duration", low=0, high=365, source="assumed", text="days from the inspection to the order"
    )
    winds_down: bool = choice(
        False, unit="flag", source="assumed", text="whether the order is to wind down, and not to stop new money"
    )
    finds: float = parameter(
        0.3, unit="share", source="F2",
        text="chance that an inspection finds a hidden gap of a tenth of the claims, in proportion",
    )  # fmt: skip
    event: float = parameter(
        0.0, unit="duration", low=0, high=36500, source="P-49",
        text="day of a political event; it matters by forbearance and enforcement",
    )  # fmt: skip
    forbearance: float = choice(
        0.0, unit="duration", low=0, high=3650, source="P-49",
        text="days before the event in which it neither inspects nor closes",
    )  # fmt: skip
    enforcement: float = choice(
        0.0, unit="duration", low=0, high=3650, source="P-49", text="days from the event on in which it is stricter"
    )
    stricter: float = choice(
        4.0, unit="number", low=1, high=100, source="assumed", text="how many times as often it inspects then"
    )
    fee: float = choice(0.0, unit="money", low=0, source="assumed", text="what a platform pays for an inspection")

    @staticmethod
    def each_day(day: Day, me: Actor) -> None:
        """Inspect, and carry out orders to wind down."""
        due = _orders(day, me)
        forbears, inspects = _forbears(day, me), _inspects(day, me)
        platforms = range(day.state.n_platforms)
        if inspects.any():
            asks = inspects[:, None] & me.mandate & (day.gauge("status") < WINDING)
            read = me.sees("reported_solvency", READING, noise=me["noise"], age=me["age"])
            ordered = asks & (read < me["threshold"][:, None]) & np.isinf(due)
            due[ordered] = np.broadcast_to(day.time + me["lag"][:, None], due.shape)[ordered]
            me.stock(ORDERS)[:] += ordered.sum(axis=1)
            found = asks & (me.luck(FOUND) < me["finds"][:, None] * _TENTHS * missing(day))
            for p in platforms:
                me.collect(FEES, p, me["fee"] / day.scale, asks[:, p])
                if found[:, p].any():
                    Hidden(day).find(p, found[:, p], "regulator", tells=False)
        winds = (me["winds_down"] > 0)[:, None] & (day.time >= due - SAME_TIME) & ~forbears[:, None]
        for p in platforms:
            day.do.wind_down(p, winds[:, p])

    @staticmethod
    def propose(day: Day, me: Actor) -> Iterator[Change]:
        """Close platforms to new money from the day of the order on."""
        acts = me.is_on & (me["winds_down"] == 0) & ~_forbears(day, me)
        closed = acts[:, None] & (day.time >= _orders(day, me) - SAME_TIME)
        if closed.any():
            yield Change(Terms.ENTRY_FRICTION, np.full(1, CLOSED), closed, "at_least")


def _orders(day: Day, me: Actor) -> np.ndarray:
    """Return the days from which its orders hold, float64 (lanes, platforms): infinite without one."""
    return me.keep("orders", lambda: np.full(me.mandate.shape, np.inf))


def _forbears(day: Day, me: Actor) -> Mask:
    """Return where an event is so near that it leaves platforms alone, bool (lanes,)."""
    to_go = me["event"] - day.time
    return np.asarray((to_go > SAME_TIME) & (to_go <= me["forbearance"] + SAME_TIME))


def _inspects(day: Day, me: Actor) -> Mask:
    """Return where it inspects in this step, bool (lanes,): at its interval, more often after an event and on the day
    of it, never shortly before one."""
    since = day.time - me["event"]
    enforces = (me["enforcement"] > 0) & (since >= -SAME_TIME) & (since < me["enforcement"] - SAME_TIME)
    interval = np.where(enforces, me["interval"] / np.maximum(me["stricter"], 1.0), me["interval"])
    on_the_day = me.is_on & enforces & (since < day.dt - SAME_TIME)
    return np.asarray((me.is_due(interval) | on_the_day) & ~_forbears(day, me))
