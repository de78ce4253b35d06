"""What platforms that still stand cannot cover, and who bears it: they are closed in thought, at book value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import FAILED, Books, Gauges, Terms

if TYPE_CHECKING:  # it loads networkx, and the catalogue must stay light
    from trustsim.world.state import State

Ints = NDArray[np.int64]


class Shortfall(NamedTuple):
    """What is missing on platforms that still stand, minor units: ``clients`` int64 (lanes, investors), ``guarantors``
    and ``lenders`` int64 (lanes,); ``by_platform`` int64 (lanes, platforms): the clients' part."""

    clients: Ints
    guarantors: Ints
    lenders: Ints
    by_platform: Ints


def shortfall(state: State) -> Shortfall:
    """Return who bears what true assets lack to cover claims and debt, on platforms that have not failed.

    Clients bear it, each the same share of the claim, up to all of it; lenders, who come first in an estate, bear what
    is beyond. A guarantor makes good its cover of a client's part within the limit, as far as its fund reaches, as in
    :func:`trustsim.kernels.failure.fail`. Shares are rounded down; the rounding is the owners'.
    """
    books, gauges = state.books, state.gauges
    guarantors, lenders = np.zeros((2, state.n_lanes), np.int64)
    of_platforms = np.zeros((state.n_lanes, state.n_platforms), np.int64)
    found = Shortfall(np.zeros_like(state.loss), guarantors, lenders, of_platforms)
    missing = books[Books.CLAIMS] - state.owned()
    stands = (gauges[Gauges.STATUS] != FAILED) & (gauges[Gauges.ACCOUNTS] > 0)
    for v, p in np.argwhere((missing > 0) & stands).tolist():
        world, claims = state.world_of(v), books[Books.CLAIMS, v, p]
        balance, who = state.balance[v, world.mine(p)], world.owners(p)
        share = min(missing[v, p] / max(claims, 1), 1.0)
        lost = np.minimum((share * balance).astype(np.int64), balance)
        made_good = _made_good(state, v, p, balance, lost)
        np.add.at(found.clients[v], who, lost - made_good)
        found.by_platform[v, p] = (lost - made_good).sum()
        found.guarantors[v] += made_good.sum()
        found.lenders[v] += max(missing[v, p] - claims, 0)
    return found


def _made_good(state: State, lane: int, platform: int, balance: Ints, lost: Ints) -> Ints:
    """Return what the guarantor of a platform would pay its accounts for what they lose, int64 (accounts,)."""
    paid = min(int(state.books[Books.GUARANTOR, lane, platform]), 0)
    fund = float(state.terms[Terms.GUARANTEE_FUND, lane, platform]) + paid
    promised = covered(state, lane, platform, balance) * lost
    owed = promised.sum()
    honoured = min(fund / owed, 1.0) if owed > 0 else 1.0
    return np.asarray(np.minimum((promised * honoured).astype(np.int64), lost))


def covered(state: State, lane: int, platform: int, balance: Ints) -> NDArray[np.float64]:
    """Return the share of a loss that a guarantor promises to each account, float64 (accounts of the platform,)."""
    cover, limit = state.terms[[Terms.COVER, Terms.COVER_LIMIT], lane, platform]
    return np.asarray(cover * np.minimum(limit / np.maximum(balance, 1), 1.0))
