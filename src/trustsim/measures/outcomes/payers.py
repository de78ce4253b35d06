"""Who pays: losses and costs by payer, in money of the real platforms. What all lose is what is gone, to the unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Books
from trustsim.measures.finished import Finished, Floats
from trustsim.registry import REGISTRY


@REGISTRY.enter("outcome", "policy_cost", rows=("J9",), source="J9", better="lower", unit="money", low=0)
def policy_cost(f: Finished) -> Floats:
    """What levers and custody used up by the horizon, whoever paid; premiums, fees and losses are not in it."""
    return _real(f, f.ledger.gone["costs"])


@REGISTRY.enter("outcome", "cost_by_payer", rows=("J9",), source="J9", better="lower", unit="money", low=0)
def cost_by_payer(f: Finished) -> dict[str, Floats]:
    """Policy cost by whose cash it left: that of the platforms, of their owners beside them, the public purse."""
    owners = f.model.state.books[Books.SPENT_BY_OWNERS].sum(axis=1)
    public = f.ledger.public
    shares = {"platforms": f.ledger.gone["costs"] - owners - public, "owners": owners, "public": public}
    return {payer: _real(f, amount) for payer, amount in shares.items()}


@REGISTRY.enter("outcome", "loss_by_payer", rows=("J4", "J9"), source="J4", better="lower", unit="money")
def loss_by_payer(f: Finished) -> dict[str, Floats]:
    """What clients, owners, guarantors, lenders and the public purse lose by the horizon; below 0 they gain.

    Interest that the terms of the baseline would have credited and a variant does not is lost by clients.
    """
    return {payer: _real(f, amount) for payer, amount in f.ledger.by_payer().items()}


@REGISTRY.enter("outcome", "loss_to_others", rows=("J4", "J9"), source="J9", better="lower", unit="money")
def loss_to_others(f: Finished) -> Floats:
    """What all payers but the clients lose by the horizon."""
    others = [lost for payer, lost in f.ledger.by_payer().items() if payer != "clients"]
    return _real(f, np.sum(others, axis=0))


@REGISTRY.enter("outcome", "value_gone", rows=("J4",), source="J4", better="lower", unit="money")
def value_gone(f: Finished) -> dict[str, Floats]:
    """Where it went by the horizon: theft, sales below book value, estates, assets, costs, purses, waiting, margin.

    Waiting is a price: money that waits has gone nowhere, but its owners would pay that much to have it, and what is
    frozen would lose that much in a closing. Margin is interest credited to clients, or due to them by the terms of the
    baseline, less what the assets earned.
    """
    return {where: _real(f, amount) for where, amount in f.ledger.gone.items()}


@REGISTRY.enter(
    "outcome", "loss_of_segment", rows=("J4", "A2"), source="J4", better="lower", unit="money", low=0, by=("segment",)
)
def loss_of_segment(f: Finished) -> dict[str, Floats]:
    """What the clients of one segment lose by the horizon, in money: the parts of ``loss_by_payer[clients]``."""
    segments = f.model.variants[0].world.investors.segments
    found = {each.name: np.zeros(f.n_lanes) for each in segments}
    for people in f.people:
        for k, each in enumerate(segments):
            mine = people.world.population.segment == k
            found[each.name][people.part] = _real(f, f.ledger.clients[people.part][:, mine].sum(axis=1))
    return found


def _real(f: Finished, amount: NDArray[np.int64]) -> Floats:
    """Return money of the sample as that of the real platforms, float64."""
    return np.asarray(amount, np.float64) * f.scale
