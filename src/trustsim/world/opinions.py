"""What people think of the safety of their money, as a probability, and how it becomes trust."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, layout, purposes
from trustsim.kernels.account_pass import CLIP
from trustsim.world.state import State

OPINION = "opinion"  # what days keep opinions under
Floats = NDArray[np.float64]


def spread_evenly(state: State, key: NDArray[np.uint64]) -> Floats:
    """Return float64 (variants, investors): opinions drawn uniformly between 0 and 1, the same in all variants."""
    drawn = draws.uniforms(state.population.n_investors, purposes.OPINION, key)[0]
    return np.tile(drawn, (state.n_variants, 1))


def trust_as_thought(state: State, variant: int, opinion: Floats) -> None:
    """Let the trust in fund safety of every account be its owner's opinion, float64 (investors,)."""
    x = np.clip(opinion, 1e-9, 1 - 1e-9)
    odds = np.clip(np.log(x / (1 - x)), -CLIP, CLIP)
    state.beliefs[layout.FUND, variant] = odds[state.accounts.investor]
