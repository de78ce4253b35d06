"""What stands behind the claims on a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from trustsim.world.day import Day


def worth(day: Day, platform: int) -> NDArray[np.int64]:
    """Return int64 (lanes,): cash, client money, true assets and what other platforms owe, less debt, minor units."""
    return day.state.owned()[:, platform]
