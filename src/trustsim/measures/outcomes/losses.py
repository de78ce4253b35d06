"""Who loses how much."""

from __future__ import annotations

import numpy as np

from trustsim.measures.finished import Finished, Floats, positive
from trustsim.registry import REGISTRY

TAIL = 20  # the worst-hit are one investor in this many: 5 %


@REGISTRY.enter(
    "outcome", "investor_loss", rows=("J4",), source="J4", better="lower", unit="share", low=0, may_not_apply=True
)
def investor_loss(f: Finished) -> Floats:
    """Money that investors lost by the horizon / claims of day 0."""
    return np.asarray(f.loss.sum(axis=1) / f.claims_at_start)


@REGISTRY.enter(
    "outcome", "loss_per_investor", rows=("J4",), source="J4", better="lower", unit="money", low=0, may_not_apply=True
)
def loss_per_investor(f: Finished) -> Floats:
    """Mean loss of those who held money on platforms at day 0."""
    return np.asarray(f.loss.sum(axis=1) / positive(np.asarray(f.held.sum(), np.float64)))


@REGISTRY.enter("outcome", "tail_loss", rows=("J4",), source="J4", better="lower", unit="share", low=0, high=1)
def tail_loss(f: Finished) -> Floats:
    """Mean share of their money that the worst-hit 5 % of the investors lost."""
    share = np.minimum(f.loss_of_holders / np.maximum(f.balance_at_start[f.held], 1.0), 1.0)
    n = -(-share.shape[1] // TAIL)
    return np.asarray(np.sort(share, axis=1)[:, -n:].mean(axis=1)) if n else np.zeros(f.n_variants)


@REGISTRY.enter(
    "outcome", "loss_gini", rows=("J4",), source="J4", better="lower", unit="share", low=0, high=1, may_not_apply=True
)
def loss_gini(f: Finished) -> Floats:
    """Gini coefficient of the losses among those who held money; not defined where nobody lost."""
    loss = np.sort(f.loss_of_holders, axis=1)
    n, total = max(loss.shape[1], 1), loss.sum(axis=1)
    rank = np.arange(1, loss.shape[1] + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        gini = 2 * (loss * rank).sum(axis=1) / (n * total) - (n + 1) / n
    return np.where(total > 0, gini, np.nan)


@REGISTRY.enter("outcome", "zero_loss_share", rows=("J4",), source="J4", better="higher", unit="share", low=0, high=1)
def zero_loss_share(f: Finished) -> Floats:
    """Share of those who held money that lost nothing."""
    return np.asarray((f.loss_of_holders == 0).mean(axis=1)) if f.held.any() else np.ones(f.n_variants)


@REGISTRY.enter(
    "outcome", "loss_by_segment", rows=("J4", "A2"), source="J4", better="lower", unit="share", low=0,
    may_not_apply=True,
)  # fmt: skip
def loss_by_segment(f: Finished) -> dict[str, Floats]:
    """Money that the investors of one segment lost / what they held at day 0."""
    segments = f.model.variants[0].world.investors.segments
    of = f.model.state.population.segment
    return {
        s.name: np.ascontiguousarray(f.loss[:, of == k]).sum(axis=1) / positive(f.balance_at_start[of == k].sum())
        for k, s in enumerate(segments)
    }


@REGISTRY.enter(
    "outcome", "late_loss_ratio", rows=("J4",), source="J4", better="lower", unit="number", may_not_apply=True
)
def late_loss_ratio(f: Finished) -> Floats:
    """Loss share of those who stayed or asked late, over that of the first half to ask; not defined without loss."""
    state = f.model.state
    asked = np.full((f.n_variants, state.population.n_investors), np.inf)
    day = np.where(state.asked_day >= 0, state.asked_day, np.inf)
    for v in range(f.n_variants):
        np.minimum.at(asked[v], state.accounts.investor, day[v])
    out = np.full(f.n_variants, np.nan)
    for v in range(f.n_variants):
        when = asked[v, f.held]
        if not np.isfinite(when).any():
            continue
        early = when <= np.median(when[np.isfinite(when)])
        at_risk = f.balance_at_start[f.held]
        share = [f.loss_of_holders[v, mask].sum() / max(at_risk[mask].sum(), 1.0) for mask in (early, ~early)]
        out[v] = share[1] / share[0] if share[0] > 0 else np.nan
    return out
