"""What a mechanism hands over, checked before anything is done with it: numbers by lane and platform, and money."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trustsim.errors import ModelError
from trustsim.units import ALL_MONEY

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Money = NDArray[np.int64]  # minor units


def finite(what: str, **given: ArrayLike | None) -> None:
    """Raise ModelError where a mechanism hands over what is no number, or infinite."""
    for name, values in given.items():
        if values is not None and not np.isfinite(values).all():
            raise ModelError(f"{what}: given {name} of {np.asarray(values).tolist()}; allowed: finite numbers")


def shares(what: str, **given: ArrayLike | None) -> None:
    """Raise ModelError where a mechanism hands over what is no share between 0 and 1."""
    finite(what, **given)
    for name, values in given.items():
        if values is not None and not ((np.asarray(values) >= 0) & (np.asarray(values) <= 1)).all():
            raise ModelError(f"{what}: given {name} of {np.asarray(values).tolist()}; allowed: shares from 0 to 1")


def spread(what: str, values: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return *values* as they spread over *shape*, (lanes, platforms): one number, (lanes, 1) or all of them.

    Raises ModelError for others: one number a lane, (lanes,), would be laid along platforms.
    """
    array = np.asarray(values)
    if array.shape not in ((), (1,), (shape[0], 1), shape):
        allowed = f"one number, (lanes, 1) or (lanes, platforms), here {shape[0]} and {shape[1]}"
        raise ModelError(f"{what}: given an array of shape {array.shape}; allowed: {allowed}")
    return np.broadcast_to(array, shape)


def money(what: str, amount: ArrayLike, where: Mask, there: Money | None = None) -> Money:
    """Return an amount of money in the lanes *where*, int64 (lanes,), whole minor units, of at most what is *there*.

    Raises ModelError where it is negative, no number or infinite. Without *there* an outside account pays it, which has
    no end, but pays no more at once than there may be in a world.
    """
    wanted = np.where(where, np.asarray(amount, np.float64), 0.0)
    if not (np.isfinite(wanted) & (wanted >= 0)).all():
        raise ModelError(f"{what}: given an amount of {wanted.tolist()}; allowed: finite numbers, not negative")
    if there is None:
        if (wanted > ALL_MONEY).any():
            raise ModelError(f"{what}: given an amount of {wanted.tolist()}; allowed: at most {ALL_MONEY} at once")
        return wanted.astype(np.int64)
    held = np.maximum(there, 0)
    return np.minimum(np.minimum(wanted, held.astype(np.float64)).astype(np.int64), held)
