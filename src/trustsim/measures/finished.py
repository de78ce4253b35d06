"""Worlds at their horizon, as outcomes read them: what several of them need is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trustsim.measures.beyond import Beyond
from trustsim.measures.ledger import ledger_of
from trustsim.measures.model import Model
from trustsim.measures.runs import LiquidityRun, find_runs
from trustsim.measures.shortfall import shortfall
from trustsim.measures.waiting import Waits
from trustsim.units import major
from trustsim.world.groups import size_of
from trustsim.world.rows import index_of
from trustsim.world.series import SERIES

if TYPE_CHECKING:  # it loads networkx, and the catalogue must stay light
    from trustsim.world.drawn import Drawn

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class People:
    """The investors of one world at the horizon.

    ``lanes``: the rows of the world's variants. ``balance_at_start`` float64 (investors,): money on platforms at day 0,
    minor units; ``held`` bool (investors,): who held some then. ``loss`` float64 (variants, investors);
    ``loss_of_holders``: the columns of those who held.
    """

    world: Drawn
    balance_at_start: Floats
    held: NDArray[np.bool_]
    loss: Floats
    loss_of_holders: Floats

    @property
    def lanes(self) -> range:
        return self.world.lanes

    @cached_property
    def sizes(self) -> NDArray[np.int32]:
        """In which class of size each investor is, int32 (investors,): see :mod:`trustsim.world.groups`."""
        return size_of(self.balance_at_start)

    @property
    def part(self) -> slice:
        return self.world.part


class Finished:
    """Worlds at their horizon, with what several outcomes need, worked out once.

    A study runs some replications together: a lane is a variant of one of them, and an outcome has a number for each,
    float64 (lanes,). Floats are added along rows that are contiguous: NumPy then adds them in the same order however
    many lanes stand beside.

    Attributes
    ----------
    n_lanes : how many lanes there are.
    dt, end : days of a step, and of the whole run.
    series : by name, float32 (steps + 1, lanes, platforms + 1); the last column is all platforms together; money is
        in units of the currency.
    claims_at_start : float64 (lanes,), minor units; NaN where nothing was owed, and there is no share of it.
    calm, beyond : what calm gave, and what flowed beyond it (:class:`~trustsim.measures.beyond.Beyond`).
    waits : who waits for money, and what that costs (:class:`~trustsim.measures.waiting.Waits`).
    ledger : who has lost how much, and where it went (:class:`~trustsim.measures.ledger.Ledger`).
    scale : how many real clients an investor stands for: sums of money and of people are multiplied by it.
    loss : float64 (lanes, investors), minor units: what each has lost, waiting and what is frozen included.
    people : the investors of each world, a :class:`People` each.
    episodes : the runs on platforms, a :class:`~trustsim.measures.runs.LiquidityRun` each, lane by lane.
    history : float64 (steps + 1, gauges, lanes, platforms); :meth:`gauge` finds a row by its name.
    model : the worlds themselves, with settings, state and what actors have: see :class:`Model`.
    """

    def __init__(self, model: Model) -> None:
        self.model, self.dt, self.end = model, model.dt, model.day * model.dt
        self.history = model.history
        self.n_lanes = model.state.n_lanes
        self.claims_at_start = positive(self.gauge("claims_at_start")[0].sum(axis=1))
        self.calm = model.calm()
        self.beyond = Beyond(self.history, self.calm, self.dt)
        self.episodes = find_runs(model, self.beyond)
        owed = shortfall(model.state)
        self.waits, self.scale = Waits(model, owed), model.state.scale
        waiting, made_good = (np.rint(x).astype(np.int64) for x in (self.waits.cost, self.waits.made_good))
        self.ledger = ledger_of(model.state, owed, waiting, made_good)
        self.loss = self.ledger.clients.astype(np.float64)
        self.people = tuple(self._people(world) for world in model.state.drawn)
        self.series = {name: major(model.series(name), kind.unit) for name, kind in SERIES.items()}

    def _people(self, world: Drawn) -> People:
        opened, loss = world.accounts, self.loss[world.part]
        at_start = np.bincount(opened.investor, opened.balance, world.population.n_investors).astype(np.float64)
        held = at_start > 0
        return People(world, at_start, held, loss, np.ascontiguousarray(loss[:, held]))

    def gauge(self, name: str) -> Floats:
        """Return a gauge or a declared stock by name, float64 (steps + 1, lanes, platforms).

        Raises ModelError where there is none of that name.
        """
        return self.history[:, index_of("stock", name)]

    def by_world(self, value: Callable[[People], ArrayLike]) -> Floats:
        """Return float64 (lanes,): what *value* gives of each world's people, float64 (variants,) or a number."""
        out = np.empty(self.n_lanes)
        for people in self.people:
            out[people.part] = value(people)
        return out

    def first(self, value: Callable[[LiquidityRun], float], choose: Callable[..., float] = min) -> Floats:
        """Return float64 (lanes,): smallest (or largest) *value* over each lane's runs, NaN without one."""
        out = np.full(self.n_lanes, np.nan)
        for v, mine in enumerate(self.episodes):
            if mine:
                out[v] = choose(value(e) for e in mine)
        return out


def positive(base: ArrayLike) -> Floats:
    """Return *base* with NaN where it is zero: of nothing there is no share."""
    values = np.asarray(base, np.float64)
    return np.where(values > 0, values, np.nan)
