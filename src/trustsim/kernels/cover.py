"""What clients believe that a guarantee makes good: the share of a loss, and what that leaves to them.

In all of it ``balance`` int64 (n,) is in minor units, ``w`` float32 (Weights,) are the day's weights of the platform.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.variates import LOG_LEFT, LOG_LEFT_STEP, LOSS_CELLS

_SMALL = np.uint32(2047)  # a mask that changes no index: told that it is small, the compiler gathers 16 entries at once
_CELLS, _1 = np.float32(LOSS_CELLS), np.float32(1)


@inlined
def believed(cover, limit, balance):
    """Return the share of a loss that one account believes to be made good: the cover, within its limit."""
    held = np.float32(balance)
    within = limit / held if held > limit else _1
    return cover * within


@compiled
def believed_cover(share, balance, w) -> None:
    """Fill ``share`` float32 (n,) with the share of a loss that the accounts of a platform believe to be made good."""
    cover, limit = w[Weights.COVER], w[Weights.COVER_LIMIT]
    for i in range(len(share)):
        share[i] = believed(cover, limit, balance[i])


@compiled
def covered(loss, balance, w) -> None:
    """Fill ``loss`` float32 (n,) with the log of the share of a loss that is left to the accounts of a platform."""
    cover, limit = w[Weights.COVER], w[Weights.COVER_LIMIT]
    for i in range(len(loss)):
        loss[i] = believed(cover, limit, balance[i]) * _CELLS
    for i in range(len(loss)):
        j = np.int32(loss[i])
        cell = np.uint64(np.uint32(j) & _SMALL)
        loss[i] = LOG_LEFT[cell] + LOG_LEFT_STEP[cell] * (loss[i] - np.float32(j))
