"""What is drawn for one world: its network, its people, their accounts, and the key of all its further draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.arrays import Ints, Links
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


def side_by_side(drawn: Sequence[Drawn]) -> tuple[Ints, Ints, Ints, NDArray[np.int32]]:
    """Return what worlds have of accounts, as ticket, investor (w, a), first (w, p + 1), at (w, p, investors)."""
    opened = [world.accounts for world in drawn]

    def stood(name: str) -> Any:
        one, *others = (getattr(each, name) for each in opened)
        return np.array([one, *others]) if others else one[None]

    return stood("ticket"), stood("investor"), stood("first"), stood("at")


def linked(drawn: Sequence[Drawn]) -> Links:
    """Return the networks of worlds in one list of rows."""
    networks = [world.network for world in drawn]
    if len(networks) == 1:
        return Links(networks[0].indptr[None], networks[0].neighbours, networks[0].is_complete)
    before = np.cumsum([0, *(len(each.neighbours) for each in networks[:-1])])
    indptr = np.array([each.indptr for each in networks]) + before[:, None]
    return Links(indptr, np.concatenate([each.neighbours for each in networks]), networks[0].is_complete)
