"""What an investor sees of the neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Beliefs

if TYPE_CHECKING:
    from trustsim.world.day import Day


def share_out(day: Day, lane: int, platform: int, links: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 (accounts of the platform,): the share of the owner's neighbours in memory; 0 without any.

    ``links`` float32 (accounts of the platform,): the trait of that name.
    """
    seen = day.state.beliefs[Beliefs.SEEN, lane, day.accounts(lane, platform)].astype(np.float64)
    return np.asarray(seen * links)
