"""What the theories of bank runs share: who holds a deposit, who needs it early, and what stands behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.layout import Books
from trustsim.mechanisms.balance_sheet.worth import worth

if TYPE_CHECKING:
    from trustsim.world.day import Day

BACKING = "backing"  # kept: float64 (variants, platforms), NaN until it is known


def opened(day: Day, platform: int) -> NDArray[np.bool_]:
    """Return bool (accounts of the platform,): the account was open at day 0."""
    return np.asarray(day.state.accounts.balance[day.accounts(platform)] > 0)


def needs(day: Day, platform: int) -> NDArray[np.int64]:
    """Return int64 (accounts of the platform,): the place of each open at day 0 in a random order, for the run."""
    investors = day.state.accounts.investor[day.accounts(platform)]
    luck = day.uniforms_at(purposes.NEED, investors, step=platform)[0]  # one order a platform, none of them of a step
    is_open = opened(day, platform)
    order = np.argsort(np.where(is_open, luck, 2.0), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return np.where(is_open, place, len(order))


def backing(day: Day, variant: int, platform: int) -> float:
    """Return what cash and assets are worth / claims, less debt, as it was on the first day."""
    shape = (day.state.n_variants, day.state.n_platforms)
    known = day.keep(BACKING, lambda: np.full(shape, np.nan))
    if np.isnan(known[variant, platform]):
        claims = day.state.books[Books.CLAIMS, variant, platform]
        known[variant, platform] = worth(day, platform)[variant] / claims
    return float(known[variant, platform])
