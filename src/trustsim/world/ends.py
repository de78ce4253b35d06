"""Which platforms have ended, and which still stand. Nothing heavy is imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.closing import has_ended
from trustsim.kernels.layout import WINDING, Books, Gauges

if TYPE_CHECKING:
    from trustsim.world.state import State


def ended(state: State, platform: int) -> NDArray[np.bool_]:
    """Return bool (lanes,): where a platform has failed, or is wound down to nothing."""
    return np.asarray(has_ended(state.gauges[Gauges.STATUS, :, platform], state.books[Books.CLAIMS, :, platform]))


def stands(state: State, platform: int) -> NDArray[np.bool_]:
    """Return bool (lanes,): where a platform has neither failed nor is being wound down."""
    return np.asarray(state.gauges[Gauges.STATUS, :, platform] < WINDING)
