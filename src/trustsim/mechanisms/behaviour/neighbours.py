"""What an investor sees of the neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Beliefs, Traits

if TYPE_CHECKING:
    from trustsim.world.day import Day


def share_out(day: Day, variant: int, platform: int) -> NDArray[np.float64]:
    """Return float64 (accounts of the platform,): the share of the owner's neighbours in memory; 0 without any."""
    mine = day.accounts(platform)
    seen = day.state.beliefs[Beliefs.SEEN, variant, mine].astype(np.float64)
    return np.asarray(seen * day.state.traits[Traits.LINKS, mine])
