"""What clients believe that a guarantee makes good: the share of a loss, and what that leaves to them.

A balance has two parts: what lies within the limit of the guarantee, and what lies above it. Of a loss of the first the
cover makes a share good, of one of the second nothing; who thinks of leaving judges each part by its own loss. Who
knows of a guarantee that has stood since day 1 is drawn for each person, by literacy; who does not judges as without.

In all of it ``balance`` int64 (n,) is in minor units, ``w`` float32 (Weights,) are the day's weights of the platform.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.literacy import literate
from trustsim.kernels.variates import LOG_LEFT, LOG_LEFT_STEP, LOSS_CELLS

_CELLS, _0, _1 = np.float32(LOSS_CELLS), np.float32(0), np.float32(1)


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


@inlined
def log_left(cover):
    """Return the log of what a cover, a share, leaves of a loss; −25 where that is nothing."""
    x = cover * _CELLS
    j = np.int32(x)
    return LOG_LEFT[j] + LOG_LEFT_STEP[j] * (x - np.float32(j))


@inlined
def knows(aware, literacy, w):
    """Return whether one owner knows of the guarantee of a platform, by the uniform ``aware`` and by literacy."""
    return aware >= w[Weights.UNINFORMED] * (_1 - literate(literacy, w[Weights.EDUCATION]))


@inlined
def split_at(limit, balance, left):
    """Return what a cover leaves of a loss, of what is asked for first and of what lies within the limit, from the log
    that it leaves within."""
    return _0 if np.float32(balance) > limit else left, left


@inlined
def left_to(balance, aware, literacy, w):
    """Return the log of the share of a loss that is left to one account of the money that it would ask for first, and
    of what lies within the limit: what lies above the limit is left whole, and all where one does not know of it."""
    return split_at(w[Weights.COVER_LIMIT], balance, log_left(w[Weights.COVER]) if knows(aware, literacy, w) else _0)


@compiled
def covered(loss, within, balance, aware, literacy, w) -> None:
    """Fill ``loss`` and ``within`` float32 (n,) with the log of the share of a loss that is left to the accounts of a
    platform (:func:`left_to`); ``aware``, ``literacy`` float32 (n,) of their owners."""
    left, limit = log_left(w[Weights.COVER]), w[Weights.COVER_LIMIT]
    for i in range(len(loss)):
        loss[i], within[i] = split_at(limit, balance[i], left if knows(aware[i], literacy[i], w) else _0)
