"""What people think of the safety of their money, as a probability, and how it becomes trust."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, opinions, purposes
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import Beliefs
from trustsim.world.network import Network
from trustsim.world.state import State

OPINION, FIRST, RATE, CHANGE = "opinion", "first opinion", "opinion rate", "opinion change"  # what days keep
Floats = NDArray[np.float64]


class Listens(Protocol):
    """The settings of opinion averaging (see mechanisms/behaviour/opinion.py)."""

    @property
    def of_neighbours(self) -> str: ...
    @property
    def oneself(self) -> float: ...
    @property
    def inertia(self) -> float: ...
    @property
    def stubborn(self) -> float: ...
    @property
    def start(self) -> str: ...
    @property
    def who(self) -> int: ...
    def listed(self) -> list[float]: ...


def spread_evenly(state: State, key: NDArray[np.uint64]) -> Floats:
    """Return float64 (variants, investors): opinions drawn uniformly between 0 and 1, the same in all variants."""
    drawn = draws.uniforms(state.population.n_investors, purposes.OPINION, key)[0]
    return np.tile(drawn, (state.n_variants, 1))


def first_opinion(state: State, rule: Listens, key: NDArray[np.uint64]) -> Floats:
    """Return float64 (investors,): what everyone thinks at first."""
    n = state.population.n_investors
    if rule.start == "one":
        return np.asarray(np.arange(n) == rule.who, np.float64)
    if rule.start == "list":
        return np.asarray(np.resize(rule.listed(), n), np.float64)
    first = spread_evenly(state, key)[0] if rule.start == "even" else state.population.traits["prior_trust"]
    return np.array(first, np.float64)


def listen(network: Network, rule: Listens, thought: Floats, first: Floats, dt: float) -> Floats:
    """Return float64 (investors,): opinions after a step in which everyone listened; in a short step less."""
    heard = np.empty_like(thought)
    opinions.listened(
        thought, rule.oneself, rule.of_neighbours == "sum", network.link_weights, network.own_weights, network.indptr,
        network.neighbours, network.is_complete, heard,
    )  # fmt: skip
    moved = rule.inertia * thought + (1 - rule.inertia) * heard
    aim = rule.stubborn * first + (1 - rule.stubborn) * moved
    return aim if dt >= 1 else thought + dt * (aim - thought)


def log_odds(opinion: Floats) -> Floats:
    """Return float64 (n,): the log-odds of probabilities, in the range of beliefs."""
    x = np.clip(opinion, 1e-9, 1 - 1e-9)
    return np.asarray(np.clip(np.log(x / (1 - x)), -CLIP, CLIP))


def trust_as_thought(state: State, variant: int, opinion: Floats) -> None:
    """Let the trust in fund safety of every account be its owner's opinion, float64 (investors,)."""
    state.beliefs[Beliefs.FUND, variant] = log_odds(opinion)[state.accounts.investor]
