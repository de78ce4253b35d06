"""One world of a study again: who is alarmed and who runs, at four moments, with the baseline and the best.

Which world that is: :func:`trustsim.ask.spreading.median_world`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import layout
from trustsim.model import TrustCrisisModel

if TYPE_CHECKING:
    from trustsim.world.network import Network

T = TypeVar("T", np.uint8, np.bool_)
AWAY, CALM, ALARMED, RAN = range(4)
STATES = ("without money here", "calm", "alarmed", "has run")
MOST_SHOWN, MOST_LINKS = 600, 1500
N_MOMENTS = 4


@dataclass(frozen=True)
class Moment:
    """A step of the run, its day, and what it is called: 'onset'."""

    step: int
    day: float
    name: str


@dataclass(frozen=True, eq=False)
class Spread:
    """One world at some moments.

    Attributes
    ----------
    replication : its number. n_alike : the worlds of which it is the median; has_run : whether there is a run in it.
    by : the outcome of which it is the median; '' where there is none.
    variants : the baseline and, where there is one, the best other variant.
    shown : int64 (n,), investors drawn: all, or a connected part. links : int64 (m, 2), rows of ``shown``.
    every : of the links, each how-many-th is drawn; all of them place the investors.
    states : uint8 (variants, moments, investors), of ``STATES``.
    held : bool (investors,), who held money on a platform on day 0.
    """

    replication: int
    n_alike: int
    has_run: bool
    by: str
    variants: tuple[str, ...]
    moments: tuple[Moment, ...]
    shown: NDArray[np.int64]
    links: NDArray[np.int64]
    every: int
    states: NDArray[np.uint8]
    held: NDArray[np.bool_]

    @property
    def n_investors(self) -> int:
        return int(self.states.shape[2])

    def share(self, variant: int, moment: int, state: int) -> float:
        """Return the share in a state, of those who held money on day 0."""
        return float((self.states[variant, moment, self.held] == state).mean()) if self.held.any() else 0.0


def states_of(model: TrustCrisisModel) -> NDArray[np.uint8]:
    """Return uint8 (variants, investors), the state of each investor today: the gravest over the platforms."""
    flags = model.state.flags
    each = np.full(flags.shape, AWAY, np.uint8)
    holds = flags & np.uint8(layout.HOLDS) > 0
    each[holds] = CALM
    each[holds & (flags & np.uint8(layout.ALARMED) > 0)] = ALARMED
    each[flags & np.uint8(layout.RAN) > 0] = RAN
    return of_investors(model, each)


def of_investors(model: TrustCrisisModel, each: NDArray[T]) -> NDArray[T]:
    """Fold (variants, accounts or more) onto (variants, investors): the largest of an investor's accounts, else zero.

    Of yes and no: whether it holds on any account.
    """
    accounts = model.state.accounts
    found = np.zeros((len(each), model.state.population.n_investors), each.dtype)
    for v in range(len(found)):
        np.maximum.at(found[v], accounts.investor, each[v, : accounts.n_accounts])
    return found


def trust_of_investors(model: TrustCrisisModel) -> NDArray[np.float64]:
    """Return trust in fund safety, float64 (variants, investors) in [0, 1]: the mean over an investor's accounts."""
    accounts, n = model.state.accounts, model.state.population.n_investors
    n_accounts = np.maximum(np.bincount(accounts.investor, minlength=n), 1)
    trust = 1 / (1 + np.exp(-model.state.beliefs[layout.Beliefs.FUND, :, : accounts.n_accounts].astype(np.float64)))
    return np.stack([np.bincount(accounts.investor, each, n) / n_accounts for each in trust])


def part_of(network: Network, start: int, most: int) -> NDArray[np.int64]:
    """Return int64 (n,): all investors, or where there are more than *most* the nearest to one of them, by links."""
    if network.n_nodes <= most:
        return np.arange(network.n_nodes)
    seen, waiting = {start}, deque([start])
    while waiting and len(seen) < most:
        node = waiting.popleft()
        for other in network.neighbours[network.indptr[node] : network.indptr[node + 1]]:
            if int(other) not in seen and len(seen) < most:
                seen.add(int(other))
                waiting.append(int(other))
    return np.array(sorted(seen), np.int64)


def links_between(network: Network, shown: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return int64 (m, 2): the links between these investors, each once, as rows of *shown*."""
    row = np.full(network.n_nodes, -1)
    row[shown] = np.arange(len(shown))
    ends = np.column_stack((np.repeat(np.arange(network.n_nodes), np.diff(network.indptr)), network.neighbours))
    pairs = np.sort(row[ends], axis=1)
    return np.unique(pairs[pairs[:, 0] >= 0], axis=0)
