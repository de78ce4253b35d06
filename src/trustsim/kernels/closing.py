"""What closing a platform brings, in plain arithmetic that kernels compile and measures call. Nothing heavy is imported
here."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import FAILED, HALF_SALE, WINDING

Number = TypeVar("Number", float, NDArray[np.float64])


class Closing(NamedTuple):
    """What a closing costs and repays, minor units, and what it brings: the share of each claim that lies in custody,
    the share of the rest that the estate pays, and both together."""

    cost: int
    repaid: int
    custody_share: float
    estate_share: float
    returned_share: float


def has_ended(status: Any, claims: Any) -> Any:
    """Whether a platform has failed, or is wound down to nothing; of arrays, each of them."""
    return (status == FAILED) | ((status == WINDING) & (claims == 0))


def estate_price(impact: float) -> float:
    """Return what an estate is sold at, as a share of book value, with this impact of a full sale on prices."""
    return math.exp(-HALF_SALE * impact)


def closing(cash: int, proceeds: int, debt: int, custody: int, claims: int, cost_share: float) -> Closing:
    """Share out what there is: the estate, that is cash (below 0: owed) and *proceeds* of assets, pays its cost, then
    debt, then claims; custody goes to those whose it is. Money in minor units."""
    estate = max(cash, 0) + proceeds
    cost = int(estate * cost_share)
    repaid = min(estate - cost, debt)
    left = max(cash + proceeds - cost - repaid, 0)
    custody_share = min(custody / max(claims, 1), 1.0)
    estate_share = min(left / max(claims * (1.0 - custody_share), 1.0), 1.0)
    returned_share = custody_share + (1.0 - custody_share) * estate_share
    return Closing(cost, repaid, custody_share, estate_share, returned_share)


def promised(balance: Number, lost: Number, cover: float, limit: float) -> Number:
    """Return what a guarantor promises of what is lost of a balance (or of arrays of them), minor units: its cover of
    the part of the claim that is within the limit."""
    share: Number = cover * np.minimum(limit / np.maximum(balance, 1), 1.0)
    return share * lost


def honoured(fund: float, guarantor: int, owed: float) -> float:
    """Return the share of what it owes that a fund can pay; ``guarantor``: what it has got less what it has paid."""
    left = max(fund + min(guarantor, 0), 0.0)
    return left / owed if left < owed else 1.0
