"""What platforms owe one another, as they say it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trustsim.world.sections import Platform, owed


def debts_of(platforms: Sequence[Platform], scale: int) -> NDArray[np.int64]:
    """Return int64 (3, debts): debtor, creditor, amount in minor units, as the platforms' ``owes`` say, / *scale*."""
    names = {platform.name: p for p, platform in enumerate(platforms)}
    debts = [(p, names[to], amount // scale) for p, x in enumerate(platforms) for to, amount in owed(x.owes).items()]
    return np.array(debts, np.int64).reshape(-1, 3).T
