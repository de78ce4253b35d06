"""Who owns the accounts: what a mechanism may make the traits of accounts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws
from trustsim.world.state import State

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Owners:
    """The owners of all accounts of one replication; the same in all variants of a pass.

    ``dt`` days in a step; ``replication`` and ``key`` address the draws of the replication.
    """

    state: State
    dt: float
    replication: int
    key: NDArray[np.uint64]

    def trait(self, name: str) -> Floats:
        """Return float64 (accounts,): a trait of the owner, as the population has it."""
        return np.asarray(self.state.population.traits[name][self.state.accounts.investor])

    def in_random_order(self, purpose: int) -> NDArray[np.int64]:
        """Return int64 (investors,): all investors in an order of the replication's own."""
        luck = draws.uniforms(self.state.population.n_investors, purpose, self.key)[0]
        return np.argsort(luck, kind="stable")

    @property
    def years(self) -> Floats:
        """Float64 (accounts,): ln(1 + years as a client)."""
        return np.asarray(np.log1p(np.maximum(self.trait("tenure"), 0.0) / 365.0))

    @property
    def degree(self) -> NDArray[np.int64]:
        """Int64 (investors,): how many neighbours an investor sees."""
        return np.asarray(self.state.network.in_degree[: self.state.population.n_investors], np.int64)
