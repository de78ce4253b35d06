"""Which platforms fail, and when."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.layout import FAILED
from trustsim.measures.finished import Finished, Floats
from trustsim.mechanisms.sector.closure import CLOSED
from trustsim.registry import REGISTRY

CONTAGION = 0.05  # share of the platforms beyond which a failure is called contagious


@REGISTRY.enter("outcome", "failure_probability", rows=("J3",), source="J3", better="lower", unit="share", binary=True)
def failure_probability(f: Finished) -> Floats:
    """Whether at least one platform failed (was not wound down in order)."""
    return np.asarray((f.gauge("status")[-1] == FAILED).any(axis=1), np.float64)


@REGISTRY.enter("outcome", "failed_platforms", rows=("J3",), source="J3", better="lower", unit="count", low=0)
def failed_platforms(f: Finished) -> Floats:
    """Number of platforms that have failed by the horizon."""
    return np.asarray((f.gauge("status")[-1] == FAILED).sum(axis=1), np.float64)


@REGISTRY.enter("outcome", "closed_as_insolvent", rows=("J3",), source="J3", better="", unit="count", low=0)
def closed_as_insolvent(f: Finished) -> Floats:
    """Number of platforms that were closed because their insolvency was known, not for what they could not pay.

    They are among the failed.
    """
    closed = f.model.kept.get(CLOSED)
    return np.zeros(f.n_lanes) if closed is None else np.asarray((~np.isnan(closed)).sum(axis=1), np.float64)


@REGISTRY.enter(
    "outcome", "contagion_size", rows=("J3",), source="doi:10.1098/rspa.2009.0410", better="lower", unit="share", low=0,
    high=1, may_not_apply=True,
)  # fmt: skip
def contagion_size(f: Finished) -> Floats:
    """Share of the platforms that failed, where more than a twentieth did."""
    share = failed_platforms(f) / max(f.model.state.n_platforms, 1)
    return np.where(share > CONTAGION, share, np.nan)


@REGISTRY.enter(
    "outcome", "time_to_failure", rows=("J3",), source="J3", better="higher", unit="duration", low=0,
    may_not_apply=True, censored_at_horizon=True,
)  # fmt: skip
def time_to_failure(f: Finished) -> Floats:
    """Day of the first failure."""
    has_failed = f.gauge("status")[-1] == FAILED
    day = np.where(has_failed, f.gauge("failure_day")[-1], np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(day), day * f.dt, np.nan)
