"""Balances held against a sum, such as the limit of a guarantee: how much lies above it, how many stop just below."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trustsim.measures.finished import Finished, Floats, positive
from trustsim.registry import REGISTRY, Parameter

COUNTED = "counted_limit"
JUST_BELOW = 0.9  # of that sum: from there to the sum itself

REGISTRY.extend(
    "section", "platform",
    Parameter(COUNTED, "money", None, 0, None, "P-04", "the sum that above_limit and just_below_limit count against"),
)  # fmt: skip


def _counted(f: Finished, count: Callable[[NDArray[np.int64], float], float]) -> Floats:
    """Return float64 (lanes, platforms): what *count* makes of the balances on a platform, int64 (accounts,), minor
    units, and the sum counted against; NaN where its variant names none."""
    state, found = f.model.state, np.full((f.n_lanes, f.model.state.n_platforms), np.nan)
    n_variants = len(f.model.variants)
    for world in state.drawn:
        for v in world.lanes:
            for p, platform in enumerate(f.model.variants[v % n_variants].world.platforms):
                limit = getattr(platform, COUNTED)
                if limit is not None:
                    found[v, p] = count(state.balance[v, world.mine(p)], limit)
    return found


def _named(f: Finished, value: Floats) -> dict[str, Floats]:
    return {platform.name: value[:, p] for p, platform in enumerate(f.model.state.platforms)}


@REGISTRY.enter(
    "outcome", "above_limit", rows=("J2", "G11"), source="P-04", better="", unit="share", low=0, may_not_apply=True,
    by=("platform",),
)  # fmt: skip
def above_limit(f: Finished) -> dict[str, Floats]:
    """Money above ``counted_limit`` of a platform in its accounts at the horizon / its claims of day 0.

    Not defined on a platform that names no such sum.
    """
    above = _counted(f, lambda held, limit: float(np.maximum(held - limit, 0.0).sum()))
    return _named(f, above / positive(f.gauge("claims_at_start")[0]))


@REGISTRY.enter(
    "outcome", "just_below_limit", rows=("J2", "G11"), source="P-04", better="", unit="share", low=0,
    may_not_apply=True, by=("platform",),
)  # fmt: skip
def just_below_limit(f: Finished) -> dict[str, Floats]:
    """Accounts of a platform that hold 0.9 to 1 of its ``counted_limit`` at the horizon / those open at day 0.

    Not defined on a platform that names no such sum.
    """
    below = _counted(f, lambda held, limit: int(((held >= JUST_BELOW * limit) & (held <= limit) & (held > 0)).sum()))
    return _named(f, below / positive(f.gauge("holders")[0]))
