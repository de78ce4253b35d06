"""What is drawn for one world: its network, its people, their accounts, and the key of all its further draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustsim.world.network import Network
from trustsim.world.population import Accounts, Population


@dataclass(frozen=True, eq=False)
class Drawn:
    """One world: a replication of a study, the same in all its variants.

    ``key`` uint64 (2,) addresses its draws. ``lanes`` are the rows of its variants in the arrays of all worlds that are
    stepped together, ``part`` the same as a slice.
    """

    replication: int
    key: NDArray[np.uint64]
    network: Network
    population: Population
    accounts: Accounts
    lanes: range

    @property
    def part(self) -> slice:
        return slice(self.lanes.start, self.lanes.stop)

    def mine(self, platform: int) -> slice:
        """Return where the accounts of a platform stand in the arrays of this world."""
        return slice(*self.accounts.first[platform : platform + 2].tolist())

    def owners(self, platform: int) -> NDArray[np.int64]:
        """Return int64 (accounts of the platform,): whose accounts they are."""
        return np.asarray(self.accounts.investor[self.mine(platform)])
