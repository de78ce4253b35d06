"""Mechanisms of a user's own that draw, keep, propose and lean, to be run beside each other and beside others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from trustsim.catalog import REGISTRY
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Terms
from trustsim.registry import parameter
from trustsim.world.hazards import draw
from trustsim.world.leaning import Law, Lean
from trustsim.world.memory import memory
from trustsim.world.rows import column, stock
from trustsim.world.terms import Change

OMEN = stock("omen", start=0.0, unit="number", source="assumed", text="yesterday's draw of the diviner")
SIGN = draw("diviner", "sign", text="what the diviner sees")
HABIT = column("habit", start=0.5, unit="number", low=-100, high=100, source="assumed", text="a habit")
COUNT = memory("count", text="float64 (lanes,), days so far")


@REGISTRY.enter("mechanism", "diviner", rows=("D6",), source="assumed")
@dataclass(frozen=True)
class Diviner:
    """Write down the luck of the day."""

    default_on: ClassVar[bool] = False
    worth: float = parameter(1.0, unit="number", source="assumed", text="what a sign is worth")

    @staticmethod
    def each_day(day, settings):
        """Draw once a platform, and count the days."""
        day.keep(COUNT, lambda: np.zeros(day.state.n_lanes))[:] += 1
        for p in range(day.state.n_platforms):
            day.stock(OMEN)[:, p] = settings["worth"] * day.chance(SIGN, p)


HEAT = stock("heat", of="sector", start=2.0, unit="number", source="assumed", text="how hot the sector is")

NOTED = stock("noted_heat", start=0.0, unit="number", source="assumed", text="the heat of yesterday")


@REGISTRY.enter("mechanism", "heating", rows=("D6",), source="assumed")
@dataclass(frozen=True)
class Heating:
    """Heat the sector up, day by day."""

    default_on: ClassVar[bool] = False
    by: float = parameter(1.0, unit="number", source="assumed", text="how much a day")

    @staticmethod
    def each_day(day, settings):
        """Add to the heat, in each lane its own; note what was measured of it."""
        day.stock(HEAT)[:] += settings["by"] * day.dt
        day.stock(NOTED)[:] = day.gauge(HEAT.name)


@REGISTRY.enter("mechanism", "habit_one", rows=("D6",), source="assumed")
@dataclass(frozen=True)
class HabitOne:
    """Add to the habit, on one step alone where it says which."""

    default_on: ClassVar[bool] = False
    add: float = parameter(1.0, unit="number", source="assumed", text="what it adds a day")
    only: int = parameter(0, unit="count", low=0, high=1000, source="assumed", text="the step; 0: every")

    @staticmethod
    def flow(day, settings):
        """Add."""
        only = settings["only"][0]
        if only in (0, day.step):
            yield Law(HABIT, add=settings["add"][:, None])


@REGISTRY.enter("mechanism", "habit_ten", rows=("D6",), source="assumed")
@dataclass(frozen=True)
class HabitTen:
    """Add to the habit of another."""

    default_on: ClassVar[bool] = False
    add: float = parameter(10.0, unit="number", source="assumed", text="what it adds a day")

    @staticmethod
    def flow(day, settings):
        """Add."""
        yield Law(HABIT, add=settings["add"][:, None])


@REGISTRY.enter("mechanism", "postponing", rows=("D6",), source="assumed")
@dataclass(frozen=True)
class Postponing:
    """Propose a lag that is longer than what levers say."""

    default_on: ClassVar[bool] = False
    by: float = parameter(1.0, unit="duration", source="assumed", text="how much longer")

    @staticmethod
    def propose(day, settings):
        """Add to the lag as it stands."""
        lag = day.term("payout_lag")
        yield Change(Terms.PAYOUT_LAG, lag + settings["by"][:, None], np.ones(lag.shape, np.bool_), "at_least")


@REGISTRY.enter("mechanism", "leaver", rows=("D6",), source="assumed")
@dataclass(frozen=True)
class Leaver:
    """Push people to leave in the ordinary way, and call it fear."""

    default_on: ClassVar[bool] = False
    push: float = parameter(30.0, unit="log-odds", low=-50, high=50, source="assumed", text="the push")

    @staticmethod
    def lean(day, settings):
        """Push."""
        yield Lean(Weights.ORDINARY, settings["push"][:, None] * np.ones((1, day.state.n_platforms)), "fear")


@REGISTRY.enter("mechanism", "forgetful", rows=("D6",), source="assumed")
@dataclass(frozen=True)
class Forgetful:
    """Keep what is no array of lanes, or in the memory of an item."""

    default_on: ClassVar[bool] = False
    where: float = parameter(0.0, unit="number", source="assumed", text="0: under a memory, 1: in day.memory")

    @staticmethod
    def each_day(day, settings):
        """Keep it."""
        if settings["where"][0]:
            day.memory["days"] = 1
        else:
            day.keep(memory("odd", text="of the wrong shape"), lambda: np.zeros(7))
