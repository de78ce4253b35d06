"""What closing a platform brings, in plain arithmetic that kernels compile and measures call. Nothing heavy is imported
here."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from trustsim.kernels.layout import FAILED, HALF_SALE, WINDING


class Closing(NamedTuple):
    """What a closing costs and repays, minor units, and what it brings: the share of each claim that lies in custody,
    and the share of the rest that the estate pays."""

    cost: int
    repaid: int
    custody_share: float
    estate_share: float


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
    return Closing(cost, repaid, custody_share, estate_share)
