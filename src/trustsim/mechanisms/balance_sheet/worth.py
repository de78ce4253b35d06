"""What stands behind the claims on a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Books

if TYPE_CHECKING:
    from trustsim.world.day import Day


def worth(day: Day, platform: int) -> NDArray[np.int64]:
    """Return int64 (lanes,): cash, client money, true assets and what other platforms owe, less debt, minor units."""
    books = day.state.books[:, :, platform]
    own = books[Books.CASH] + books[Books.CUSTODY] + books[Books.LENT] - books[Books.DEBT] - books[Books.BORROWED]
    return np.asarray(own + day.state.ladder[:, :, platform].sum(axis=0), np.int64)
