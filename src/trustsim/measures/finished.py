"""A model at its horizon, as outcomes read it: what several of them need is worked out once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trustsim.measures.losses import investor_losses
from trustsim.measures.model import Model
from trustsim.measures.runs import LiquidityRun, find_runs
from trustsim.world.rows import index_of
from trustsim.world.series import SERIES

Floats = NDArray[np.float64]


class Finished:
    """A model at its horizon, with what several outcomes need, worked out once.

    ``claims_at_start`` float64 (variants,), minor units: NaN where nothing was owed, and there is no share of it.
    ``episodes``: the runs on platforms, variant by variant. ``series`` by name, float32 (days + 1, variants,
    platforms + 1). ``balance_at_start`` float64 (investors,): money on platforms at day 0, minor units; ``held`` bool
    (investors,): who held some then. ``loss`` float64 (variants, investors); ``loss_of_holders``: the columns of those
    who held. Floats are added along rows that are contiguous: NumPy then adds them in the same order however many
    variants stand beside.
    """

    def __init__(self, model: Model) -> None:
        self.model, self.dt, self.end = model, model.dt, model.day * model.dt
        self.history = model.history
        self.n_variants = model.state.n_variants
        self.claims_at_start = positive(self.gauge("claims_at_start")[0].sum(axis=1))
        self.episodes = find_runs(model)
        self.loss = investor_losses(model.state)
        accounts = model.state.accounts
        at_start = np.bincount(accounts.investor, accounts.balance, model.state.population.n_investors)
        self.balance_at_start = np.asarray(at_start, np.float64)
        self.held = self.balance_at_start > 0
        self.series = {name: model.series(name) for name in SERIES}
        self.loss_of_holders = np.ascontiguousarray(self.loss[:, self.held])

    def gauge(self, name: str) -> Floats:
        """Return float64 (days + 1, variants, platforms)."""
        return self.history[:, index_of("stock", name)]

    def first(self, value: Callable[[LiquidityRun], float], choose: Callable[..., float] = min) -> Floats:
        """Return float64 (variants,): smallest (or largest) *value* over each variant's runs, NaN without one."""
        out = np.full(self.n_variants, np.nan)
        for v, mine in enumerate(self.episodes):
            if mine:
                out[v] = choose(value(e) for e in mine)
        return out


def positive(base: Floats) -> Floats:
    """Return *base* with NaN where it is zero: of nothing there is no share."""
    return np.where(base > 0, base, np.nan)
