"""What each investor has lost, from what was paid and from what is missing (row J4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import FAILED, Gauges, Terms

if TYPE_CHECKING:  # it loads networkx, and the catalogue must stay light
    from trustsim.world.state import State


def investor_losses(state: State) -> NDArray[np.float64]:
    """Return float64 (lanes, investors): money lost by the horizon, minor units (row J4).

    Losses at failures and exit fees, plus, on platforms that still stand, each account's share of what is missing from
    true assets to cover the claims, less what a guarantee would pay.
    """
    loss = state.loss.astype(np.float64)
    short = np.clip(-state.gauges[Gauges.SOLVENCY], 0.0, 1.0)
    stands = (state.gauges[Gauges.STATUS] != FAILED) & (state.gauges[Gauges.ACCOUNTS] > 0)
    for p, v in np.argwhere(((short > 0) & stands).T).tolist():
        world = state.world_of(v)
        owed, who = state.balance[v, world.mine(p)].astype(np.float64), world.owners(p)
        within = np.minimum(owed, state.terms[Terms.COVER_LIMIT, v, p])
        loss[v] += np.bincount(who, short[v, p] * (owed - state.terms[Terms.COVER, v, p] * within), len(loss[v]))
    return loss
