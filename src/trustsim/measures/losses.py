"""What platforms that still stand cannot cover, and who bears it: they are closed in thought, at book value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import FAILED, Books, Gauges, Terms

if TYPE_CHECKING:  # it loads networkx, and the catalogue must stay light
    from trustsim.world.state import State

Ints = NDArray[np.int64]


class Shortfall(NamedTuple):
    """What is missing on platforms that still stand, minor units: ``clients`` int64 (lanes, investors), ``guarantors``
    and ``lenders`` int64 (lanes, platforms)."""

    clients: Ints
    guarantors: Ints
    lenders: Ints


def shortfall(state: State) -> Shortfall:
    """Return who bears what true assets lack to cover claims and debt, on platforms that have not failed.

    Clients bear it, each the same share of the claim, up to all of it; lenders, who come first in an estate, bear what
    is beyond. A guarantor makes good its cover of a client's part within the limit, as far as its fund reaches, as in
    :func:`trustsim.kernels.failure.fail`. Shares are rounded down; the rounding is the owners'.
    """
    books, gauges = state.books, state.gauges
    missing = books[Books.CLAIMS] - state.owned()
    found = Shortfall(np.zeros_like(state.loss), *np.zeros((2, *missing.shape), np.int64))
    stands = (gauges[Gauges.STATUS] != FAILED) & (gauges[Gauges.ACCOUNTS] > 0)
    for v, p in np.argwhere((missing > 0) & stands).tolist():
        world, claims = state.world_of(v), books[Books.CLAIMS, v, p]
        balance, who = state.balance[v, world.mine(p)], world.owners(p)
        share = min(missing[v, p] / max(claims, 1), 1.0)
        lost = np.minimum((share * balance).astype(np.int64), balance)
        paid = np.minimum(made_good(state, v, p, lost).astype(np.int64), lost)
        np.add.at(found.clients[v], who, lost - paid)
        found.guarantors[v, p] = paid.sum()
        found.lenders[v, p] = max(missing[v, p] - claims, 0)
    return found


def made_good(
    state: State, lane: int, platform: int, lost: NDArray[Any], promised_before: int = 0
) -> NDArray[np.float64]:
    """Return what the guarantor of a platform pays its accounts for what they have lost, as far as its fund, less what
    it promised before, reaches: float64 (accounts of the platform,), minor units."""
    balance = state.balance[lane, state.world_of(lane).mine(platform)]
    cover, limit, fund = state.terms[[Terms.COVER, Terms.COVER_LIMIT, Terms.GUARANTEE_FUND], lane, platform]
    promised = cover * np.minimum(limit / np.maximum(balance, 1), 1.0) * lost
    owed = promised.sum()
    left = max(fund + min(int(state.books[Books.GUARANTOR, lane, platform]), 0) - promised_before, 0)
    return np.asarray(promised * (min(left / owed, 1.0) if owed > 0 else 1.0))
