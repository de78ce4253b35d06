"""How much is withdrawn beyond calm: of the money and of the clients of day 0, and how fast."""

from __future__ import annotations

import numpy as np

from trustsim.measures.finished import Finished, Floats
from trustsim.registry import REGISTRY

WITHIN = {"1 d": 1.0, "5 d": 5.0}  # days


@REGISTRY.enter(
    "outcome", "excess_withdrawn", rows=("J2", "C15"), source="doi:10.1111/j.1541-0420.2011.01640.x", better="lower",
    unit="share", low=0, high=1, may_not_apply=True,
)  # fmt: skip
def excess_withdrawn(f: Finished) -> Floats:
    """Of the money of day 0 that would have stayed in calm, the largest share asked for, or caught by a failure.

    Of an account at most what it held at day 0 counts: what came there from elsewhere, and interest, go out last.
    """
    return f.beyond.share_gone("cohort_asked", "claims_at_start")


@REGISTRY.enter(
    "outcome", "excess_left", rows=("J2", "C15"), source="doi:10.1111/j.1541-0420.2011.01640.x", better="lower",
    unit="share", low=0, high=1, may_not_apply=True,
)  # fmt: skip
def excess_left(f: Finished) -> Floats:
    """Of the accounts of day 0 that would have stayed in calm, the largest share that asked, or a failure caught."""
    return f.beyond.share_gone("cohort_left", "cohort")


@REGISTRY.enter("outcome", "excess_before", rows=("J2",), source="assumed", better="", unit="share", may_not_apply=True)
def excess_before(f: Finished) -> Floats:
    """Of the money of day 0 that would have stayed in calm, the share that more is asked for before anything strikes.

    It is below 0 where less is. In what two variants differ here they differ in calm times. Not defined where something
    strikes on the first day, or nothing does by the horizon.
    """
    until = _calm_until(f)
    has_calm = (until > 0) & (until < np.inf)
    step = np.where(has_calm, until, 0).astype(np.int64)
    return np.where(has_calm, f.beyond.gone_on("cohort_asked", "claims_at_start", step), np.nan)


def _calm_until(f: Finished) -> Floats:
    """Return the last step before anything strikes, float64 (lanes,); infinite where nothing does by the horizon."""
    end, of_each = len(f.beyond.is_over) - 1, []
    for variant in f.model.variants:
        shocks = (*f.model.story.shocks, *variant.shocks)
        starts = [round(each.timing.start / f.dt) for each in shocks if each.timing.chance is None]
        of_each.append(min((start for start in starts if start < end), default=np.inf))
    until = np.tile(of_each, f.n_lanes // len(of_each))
    return np.asarray(np.min([until, *(np.round(day / f.dt) - 1 for day in f.model.struck_on().values())], axis=0))


@REGISTRY.enter("outcome", "peak_excess", rows=("J2",), source="E-07", better="lower", unit="share", may_not_apply=True)
def peak_excess(f: Finished) -> dict[str, Floats]:
    """Largest net outflow beyond calm within 1 day and within 5 days / claims before, there or in calm.

    Platforms without clients at day 0 have no part in it.
    """
    return {name: f.beyond.peak(days, "claims") for name, days in WITHIN.items()}


@REGISTRY.enter(
    "outcome", "peak_excess_accounts", rows=("J2",), source="E-07", better="lower", unit="share", may_not_apply=True
)
def peak_excess_accounts(f: Finished) -> dict[str, Floats]:
    """Largest net loss of accounts beyond calm within 1 day and within 5 days / accounts before, there or in calm.

    Platforms without clients at day 0 have no part in it.
    """
    return {name: f.beyond.peak(days, "accounts") for name, days in WITHIN.items()}
