"""What platforms that still stand cannot cover, and who bears it: they are closed in thought, at book value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.closing import closing, honoured, promised
from trustsim.kernels.layout import FAILED, Books, Gauges, Terms

if TYPE_CHECKING:  # it loads networkx, and the catalogue must stay light
    from trustsim.world.state import State

Ints = NDArray[np.int64]


class Shortfall(NamedTuple):
    """What is missing on platforms that still stand, minor units: ``clients`` int64 (lanes, investors), ``guarantors``
    and ``lenders`` int64 (lanes, platforms); ``by_platform`` alike: the clients' part."""

    clients: Ints
    guarantors: Ints
    lenders: Ints
    by_platform: Ints


def shortfall(state: State) -> Shortfall:
    """Return who bears what true assets lack to cover claims and debt, on platforms that have not failed.

    The order is that of a closing (:func:`trustsim.kernels.closing.closing`), at book value and without a cost: client
    money in custody is the clients', lenders come first in the rest. Of what others owe and are owed the difference
    counts. A guarantor makes good its cover of a client's part within the limit, as far as its fund reaches. Shares
    are rounded down; the rounding is the owners'.
    """
    books, gauges = state.books, state.gauges
    missing = books[Books.CLAIMS] - state.owned()
    found = Shortfall(np.zeros_like(state.loss), *np.zeros((3, *missing.shape), np.int64))
    stands = (gauges[Gauges.STATUS] != FAILED) & (gauges[Gauges.ACCOUNTS] > 0)
    for v, p in np.argwhere((missing > 0) & stands).tolist():
        world, owes = state.world_of(v), int(books[Books.DEBT, v, p])
        balance, who = state.balance[v, world.mine(p)], world.owners(p)
        others = int(state.ladder[:, v, p].sum() + books[Books.LENT, v, p] - books[Books.BORROWED, v, p])
        cash, custody, claims = (int(books[row, v, p]) for row in (Books.CASH, Books.CUSTODY, Books.CLAIMS))
        brings = closing(cash, max(others, 0), owes, custody, claims, 0.0)
        of_lenders = owes - brings.repaid
        share = min(max(missing[v, p] - of_lenders, 0) / max(claims, 1), 1.0)
        lost = np.minimum((share * balance).astype(np.int64), balance)
        paid = np.minimum(made_good(state, v, p, lost).astype(np.int64), lost)
        np.add.at(found.clients[v], who, lost - paid)
        found.by_platform[v, p] = (lost - paid).sum()
        found.guarantors[v, p] = paid.sum()
        found.lenders[v, p] = of_lenders
    return found


def made_good(
    state: State, lane: int, platform: int, lost: NDArray[Any], promised_before: int = 0
) -> NDArray[np.float64]:
    """Return what the guarantor of a platform pays its accounts for what they have lost, as far as its fund, less what
    it promised before, reaches: float64 (accounts of the platform,), minor units."""
    balance = state.balance[lane, state.world_of(lane).mine(platform)]
    cover, limit, fund = state.terms[[Terms.COVER, Terms.COVER_LIMIT, Terms.GUARANTEE_FUND], lane, platform]
    owed = promised(balance.astype(np.float64), lost.astype(np.float64), cover, limit)
    has_got = int(state.books[Books.GUARANTOR, lane, platform])
    return owed * honoured(fund - promised_before, has_got, float(owed.sum()))
