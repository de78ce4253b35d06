"""What people think of the safety of their money, as a probability: what the rules of opinion share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.drawn import Drawn

OPINION = memory("opinion", text="float64 (lanes, investors)")
Floats = NDArray[np.float64]


def spread_evenly(day: Day, world: Drawn) -> Floats:
    """Return float64 (investors,): opinions drawn uniformly between 0 and 1, the same in all variants."""
    return np.asarray(day.uniforms_at(world, purposes.OPINION, np.arange(world.population.n_investors), step=0)[0])


def trust_as_thought(day: Day, world: Drawn, lane: int, opinion: Floats) -> None:
    """Let the trust in fund safety of every account be its owner's opinion, float64 (investors,)."""
    for p in range(day.state.n_platforms):
        day.do.set_trust(lane, p, opinion[world.owners(p)])
