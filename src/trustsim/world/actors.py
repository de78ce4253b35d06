"""Actors: who stands beside investors and platforms, a supervisor say, observes what it may see, and acts.

An actor is one column over all lanes; what it does, its class says (:class:`~trustsim.world.hooks.ActsEachDay`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trustsim.errors import ModelError
from trustsim.kernels.layout import Books
from trustsim.kernels.times import SAME_TIME
from trustsim.registry import REGISTRY
from trustsim.scenario.resolved import World
from trustsim.units import between
from trustsim.world.handed import Money, money
from trustsim.world.hazards import Draw, Occurrence
from trustsim.world.memory import Memory
from trustsim.world.rows import Row, called, declared, index_of, of_kind
from trustsim.world.settings import Settings
from trustsim.world.today import Floats, Mask

if TYPE_CHECKING:
    from trustsim.world.day import Day

_NEAR = 1e-6  # of a bound: stocks are sums of floats
_SPREAD = np.sqrt(3) / np.pi  # of a logistic error with a standard deviation of one


class Actor:
    """One actor of a kind in all lanes: what its class is given beside the day.

    ``me["interval"]`` float64 (lanes,): one of its numbers, 0 where it is not there. ``is_on`` bool (lanes,):
    where it is there. ``mandate`` bool (lanes, platforms): the platforms that are its business.
    """

    phase = "actors"

    def __init__(self, day: Day, place: int, kind: str, name: str, settings: Settings[Any]) -> None:
        self._day, self._place, self._settings = day, place, settings
        self.kind, self.name = REGISTRY["actor", kind].make, name
        self.is_on, self.occurrence = settings.is_on, occurrence_of(name)
        self.mandate: Mask = np.zeros((len(settings), day.state.n_platforms), np.bool_)
        for v, rule in enumerate(settings):
            if rule is not None:
                self.mandate[v, day.platforms(getattr(rule, "mandate", "*"))] = True

    def __getitem__(self, parameter: str) -> Floats:
        return self._settings[parameter]

    def stock(self, row: Row) -> Floats:
        """Return one of its stocks as it stands, float64 (lanes,), to read and to write.

        Raises ModelError for a row of another kind.
        """
        stands: Floats = self._day.state.actor_stocks[of_kind(row, "actor_stock", "me.stock").index, :, self._place]
        return stands

    def purse(self, row: Row) -> Money:
        """Return the money in one of its purses, int64 (lanes,), minor units.

        Raises ModelError for a row of another kind.
        """
        return self._purse(row, "me.purse").copy()

    def collect(self, row: Row, platform: int, amount: ArrayLike, where: Mask) -> Money:
        """Take money out of the cash of *platform* into a purse; return it, int64 (lanes,), minor units.

        No more is taken than there is. Raises ModelError for an amount that is negative or not finite.
        """
        purse, cash = self._purse(row, "me.collect"), self._day.state.books[Books.CASH, :, platform]
        moved = money("me.collect", amount, where, cash)
        cash -= moved
        purse += moved
        return moved

    def pay(self, row: Row, platform: int, amount: ArrayLike, where: Mask) -> Money:
        """Pay out of a purse into the cash of *platform*; return it, int64 (lanes,), minor units.

        No more is paid than there is. Raises ModelError for an amount that is negative or not finite.
        """
        purse, cash = self._purse(row, "me.pay"), self._day.state.books[Books.CASH, :, platform]
        moved = money("me.pay", amount, where, purse)
        purse -= moved
        cash += moved
        return moved

    def _purse(self, row: Row, by: str) -> Money:
        held: Money = self._day.state.actor_purses[of_kind(row, "actor_purse", by).index, :, self._place]
        return held

    def keep(self, name: str, start: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Return an array (lanes, …) that it keeps under *name* over the run; *start* makes it."""
        return self._day.keep(Memory(f"{name} of {self.kind.__name__} {self.name}", self.kind.__module__), start)

    def is_due(self, interval: Floats) -> Mask:
        """Return bool (lanes,): where it is there and a multiple of *interval*, days, is reached in this step."""
        every = np.maximum(interval, self._day.dt)
        n_now, n_before = ((np.floor((self._day.time - ago) / every + SAME_TIME)) for ago in (0.0, self._day.dt))
        return np.asarray(self.is_on & (n_now > n_before) & (n_now >= 1))

    def luck(self, draw: Draw) -> Floats:
        """Return its uniforms of the day in (0, 1), one for each platform, float64 (lanes, platforms)."""
        return self._day.luck(draw.purpose(self.occurrence), self._day.state.stream, step=self._day.step)

    def sees(self, gauge: str, draw: Draw, *, noise: ArrayLike = 0.0, age: ArrayLike = 0.0) -> Floats:
        """Return what it takes a gauge of each platform for, float64 (lanes, platforms); NaN outside its mandate.

        It sees the figure of *age* days before yesterday, with a logistic error of the standard deviation *noise*; both
        are scalars or float64 (lanes,).
        """
        n_lanes = len(self.is_on)
        n_back = np.round(np.broadcast_to(np.asarray(age, np.float64), n_lanes) / self._day.dt).astype(np.int64)
        on = np.maximum(self._day.step - 1 - n_back, 0)
        seen = self._day.history[on, index_of("stock", gauge), np.arange(n_lanes)]
        u = self.luck(draw)
        error = np.broadcast_to(np.asarray(noise, np.float64), n_lanes)[:, None] * _SPREAD * np.log(u / (1 - u))
        return np.where(self.mandate, seen + error, np.nan)


def occurrence_of(name: str) -> Occurrence:
    """Return what tells an actor's draws from those of others of its kind."""
    return name, 0.0, 0


def cast_of(by_variant: Sequence[World]) -> tuple[tuple[str, str], ...]:
    """Return every actor that the scenario has in some variant, by kind and name, sorted."""
    return tuple(
        sorted({(kind, each.name) for world in by_variant for kind in world.actors for each in world.actors[kind]})
    )


def actors_of(day: Day, by_variant: Sequence[World]) -> list[Actor]:
    """Return the actors of a run: those of its cast who are there in any variant."""
    found = []
    for place, (kind, name) in enumerate(day.state.actors):
        rules = tuple(next((each for each in w.actors.get(kind, ()) if each.name == name), None) for w in by_variant)
        if any(rule is not None for rule in rules):
            found.append(Actor(day, place, kind, name, Settings(rules * len(day.worlds))))
    return found


def check_stocks(day: Day) -> None:
    """Raise ModelError with its place for the first stock of an actor that is no finite number within its bounds."""
    stands = day.state.actor_stocks
    for row in declared("actor_stock") if stands.size else ():
        values, (low, high) = stands[row.index], row.bounds
        near = _NEAR * (1 + np.abs(values))
        is_right = np.isfinite(values) & (values >= low - near) & (values <= high + near)
        if not is_right.all():
            v, a = (int(k) for k in np.argwhere(~is_right)[0])
            kind, name = day.state.actors[a]
            where = f"{called(row)}, of the {kind} {name!r}, lane {v}, day {day.step * day.dt:g}"
            allowed = between(row.low, row.high, row.unit) if (row.low, row.high) != (None, None) else "a finite number"
            raise ModelError(f"stock {where}: given {values[v, a]:g}; allowed: {allowed}")
