"""What the theories of bank runs share: who holds a deposit, who needs it early, and what stands behind it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.layout import Books
from trustsim.mechanisms.balance_sheet.worth import worth
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.drawn import Drawn

BACKING = memory("backing", text="float64 (lanes, platforms), NaN until it is known")


def places(day: Day) -> Iterator[tuple[Drawn, int]]:
    """Yield every platform of every world."""
    return itertools.product(day.worlds, range(day.state.n_platforms))


def opened(world: Drawn, platform: int) -> NDArray[np.bool_]:
    """Return bool (accounts of the platform,): the account was open at day 0."""
    return np.asarray(world.accounts.balance[world.mine(platform)] > 0)


def needs(day: Day, world: Drawn, platform: int) -> NDArray[np.int64]:
    """Return int64 (accounts of the platform,): the place of each open at day 0 in a random order, for the run."""
    investors = world.owners(platform)
    stream = int(day.state.stream[platform])
    luck = day.uniforms_at(world, purposes.NEED, investors, step=stream)[0]  # one order a platform, none of a step
    is_open = opened(world, platform)
    order = np.argsort(np.where(is_open, luck, 2.0), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return np.where(is_open, place, len(order))


def tastes(day: Day, world: Drawn, platform: int) -> NDArray[np.float64]:
    """Return float64 (accounts of the platform,): a standard logistic error of each, one for the run, of no step."""
    luck = day.uniforms_at(world, purposes.NEED, world.owners(platform), step=int(day.state.stream[platform]))[1]
    return np.asarray(np.log(luck) - np.log1p(-luck))


def backing(day: Day, lane: int, platform: int) -> float:
    """Return what cash and assets are worth / claims, less debt, as it was on the first day."""
    shape = (day.state.n_lanes, day.state.n_platforms)
    known = day.keep(BACKING, lambda: np.full(shape, np.nan))
    if np.isnan(known[lane, platform]):
        claims = day.state.books[Books.CLAIMS, lane, platform]
        known[lane, platform] = worth(day, platform)[lane] / claims
    return float(known[lane, platform])
