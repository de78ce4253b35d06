"""What people think of the safety of their money, as a probability: what the rules of opinion share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes

if TYPE_CHECKING:
    from trustsim.world.day import Day

OPINION = "opinion"  # kept: float64 (variants, investors)
Floats = NDArray[np.float64]


def spread_evenly(day: Day) -> Floats:
    """Return float64 (variants, investors): opinions drawn uniformly between 0 and 1, the same in all variants."""
    drawn = day.uniforms_at(purposes.OPINION, np.arange(day.state.population.n_investors), step=0)[0]
    return np.tile(drawn, (day.state.n_variants, 1))


def trust_as_thought(day: Day, variant: int, opinion: Floats) -> None:
    """Let the trust in fund safety of every account be its owner's opinion, float64 (investors,)."""
    for p in range(day.state.n_platforms):
        day.do.set_trust(variant, p, opinion[day.state.accounts.investor[day.accounts(p)]])
