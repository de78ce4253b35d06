"""What money moves: asked for, paid out, sold."""

from __future__ import annotations

import numpy as np

from trustsim.measures.beyond import within
from trustsim.measures.finished import Finished, Floats, positive
from trustsim.registry import REGISTRY


@REGISTRY.enter(
    "outcome", "peak_outflow", rows=("J2",), source="J2", better="lower", unit="share", low=0, may_not_apply=True
)
def peak_outflow(f: Finished) -> Floats:
    """Largest share of the claims of day 0 asked for in one day."""
    asked = within(f.gauge("requests").sum(axis=2), 1 / f.dt)
    return np.asarray(asked.max(axis=0) / f.claims_at_start)


@REGISTRY.enter(
    "outcome", "cumulative_outflow", rows=("J2",), source="J2", better="lower", unit="share", low=0, may_not_apply=True
)
def cumulative_outflow(f: Finished) -> Floats:
    """All that was asked for by the horizon / claims of day 0."""
    return np.asarray(f.gauge("requests").sum(axis=(0, 2)) / f.claims_at_start)


@REGISTRY.enter(
    "outcome", "completion", rows=("J2", "G3"), source="T-46", better="", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def completion(f: Finished) -> Floats:
    """Money paid out by the horizon / money asked for, or called by a wind-down; not defined where there is none.

    What is paid by the closing of a platform that failed is not in it.
    """
    asked, paid = (f.gauge(name).sum(axis=(0, 2)) for name in ("requests", "outflow"))
    return np.asarray(paid / positive(asked + f.gauge("called")[-1].sum(axis=1)))


@REGISTRY.enter(
    "outcome", "peak_sale", rows=("B1",), source="doi:10.1162/jeea.2005.3.2-3.556", better="lower", unit="share", low=0,
    may_not_apply=True,
)  # fmt: skip
def peak_sale(f: Finished) -> Floats:
    """Largest share of the assets of day 0 sold in one step."""
    depth = f.gauge("depth")[0].sum(axis=1)  # one unit of a platform without assets
    assets = np.where(depth > f.model.state.n_platforms, depth, np.nan)
    return np.asarray((f.gauge("sold").sum(axis=2) / assets).max(axis=0))


@REGISTRY.enter(
    "outcome", "flight_to_safety", rows=("A12", "J11"), source="J11", better="", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def flight_to_safety(f: Finished) -> Floats:
    """Share of the paid-out money that went to the safe account, the rest having gone to other platforms."""
    flows = f.model.state.flows
    paid, saved = flows[:, :-1].sum(axis=(1, 2), dtype=np.float64), flows[:, :-1, -1].sum(axis=1, dtype=np.float64)
    return np.where(paid > 0, saved / np.maximum(paid, 1.0), np.nan)


@REGISTRY.enter(
    "outcome", "sector_claims", rows=("J11", "J7"), source="J11", better="higher", unit="share", low=0,
    may_not_apply=True,
)  # fmt: skip
def sector_claims(f: Finished) -> Floats:
    """Claims on all platforms at the horizon / those of day 0."""
    return np.asarray(f.gauge("claims")[-1].sum(axis=1) / f.claims_at_start)
