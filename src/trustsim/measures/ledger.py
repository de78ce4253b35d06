"""Who has lost how much by the horizon, and where it went: a ledger that closes to the minor unit (row J4).

A party's loss is what it has paid out, or is owed, less what it has at the horizon. On day 0 owners have paid in the
equity and lenders have lent the debt, so both sides begin at nothing. What platforms that still stand cannot cover is
borne as if they were closed at book value: see :mod:`trustsim.measures.shortfall`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Books
from trustsim.measures.shortfall import Shortfall

if TYPE_CHECKING:  # it loads networkx, and the catalogue must stay light
    from trustsim.world.state import State

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ledger:
    """Losses by payer and where they went, int64 minor units; a loss below 0 is a gain.

    Attributes
    ----------
    clients : (lanes, investors): what each was owed and will not be paid, the fees of leaving, what waiting has cost,
        the interest that the terms of the baseline would have credited and those of the variant did not.
    owners : (lanes,): equity of day 0 and what was paid in since, less what the platforms are worth. Who lends to a
        platform that fails, as another platform, loses it here, or passes it on to its own clients.
    guarantors : (lanes,): what they paid and, for platforms that still stand, would pay, less premiums.
    by_platform : (lanes, platforms): what clients lose of the money that they had there, without waiting.
    lenders : (lanes,): what they lent and do not get back, less fees.
    public : (lanes,): what official acts cost the public purse.
    gone : (lanes,) each, by what took it: 'theft'; 'sales', at less than book value; 'estate', the cost of closing;
        'assets', by default and fall in price; 'costs' of levers and custody; 'purses' of actors; 'waiting'
        of clients, at its price, and what frozen money would not bring; 'margin': interest credited to clients, or
        due to them by the terms of the baseline, less what the assets earned.

    The losses of all payers add up to what is gone, in every lane.
    """

    clients: Ints
    owners: Ints
    guarantors: Ints
    lenders: Ints
    public: Ints
    by_platform: Ints
    gone: dict[str, Ints]

    def by_payer(self) -> dict[str, Ints]:
        """Return the loss of each group, int64 (lanes,)."""
        return {
            "clients": self.clients.sum(axis=1), "owners": self.owners, "guarantors": self.guarantors,
            "lenders": self.lenders, "public": self.public,
        }  # fmt: skip


def ledger_of(state: State, owed: Shortfall, waiting: Ints, made_good: Ints) -> Ledger:
    """Close the books of worlds at their horizon, or on any day.

    ``owed``: what platforms that still stand lack; ``waiting`` (lanes, investors): what waiting has cost each, with
    what frozen money would not bring; ``made_good`` (lanes,): what guarantors would pay of the latter.
    """
    books, of_clients = state.books.sum(axis=2), owed.clients.sum(axis=1)
    of_guarantors, of_lenders = owed.guarantors.sum(axis=1), owed.lenders.sum(axis=1)
    equity = state.owned().sum(axis=1) - books[Books.CLAIMS] + of_clients + of_guarantors + of_lenders
    return Ledger(
        clients=state.loss + owed.clients + waiting,
        owners=-books[Books.OWNERS] - equity,
        guarantors=-books[Books.GUARANTOR] + of_guarantors + made_good,
        lenders=-books[Books.LENDER] - books[Books.DEBT] + of_lenders,
        public=-books[Books.PUBLIC],
        by_platform=state.books[Books.LOST] + owed.by_platform,
        gone={
            "theft": books[Books.THIEVES],
            "sales": books[Books.BUYERS]
            + books[Books.BORROWED]
            - books[Books.LENT],  # they may hold claims on platforms
            "estate": books[Books.ESTATE],
            "assets": books[Books.BORROWERS] + books[Books.EARNED] + books[Books.MARKET],
            "costs": books[Books.COSTS],
            "purses": books[len(Books) :].sum(axis=0) + state.actor_purses.sum(axis=(0, 2)),
            "waiting": waiting.sum(axis=1) + made_good,
            "margin": books[Books.CREDITED] - books[Books.EARNED],
        },
    )
