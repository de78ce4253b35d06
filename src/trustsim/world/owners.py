"""Who owns the accounts: what a mechanism may make the traits of accounts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws
from trustsim.kernels.times import DAYS_A_YEAR
from trustsim.world.drawn import Drawn
from trustsim.world.hazards import Draw
from trustsim.world.unknowns import luck

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Owners:
    """The owners of all accounts of one world; the same in all its variants. ``dt``: days in a step."""

    world: Drawn
    dt: float

    def trait(self, name: str) -> Floats:
        """Return float64 (accounts,): a trait of the owner, as the population has it."""
        return np.asarray(self.world.population.traits[name][self.world.accounts.investor])

    def luck(self, draw: Draw) -> float:
        """Return the uniform in (0, 1) of this world for a mechanism's *draw*, the same in all its variants."""
        return luck(draw, self.world.key)

    def in_random_order(self, purpose: int) -> NDArray[np.int64]:
        """Return int64 (investors,): all investors in an order of the world's own."""
        luck = draws.uniforms(self.world.population.n_investors, purpose, self.world.key)[0]
        return np.argsort(luck, kind="stable")

    @property
    def years(self) -> Floats:
        """Float64 (accounts,): ln(1 + years as a client)."""
        return np.asarray(np.log1p(np.maximum(self.trait("tenure"), 0.0) / DAYS_A_YEAR))

    @property
    def degree(self) -> NDArray[np.int64]:
        """Int64 (investors,): how many neighbours an investor sees."""
        return np.asarray(self.world.network.in_degree[: self.world.population.n_investors], np.int64)
