"""Who loses how much."""

from __future__ import annotations

import numpy as np

from trustsim.measures.finished import Finished, Floats, People, positive
from trustsim.registry import REGISTRY

TAIL = 20  # the worst-hit are one investor in this many: 5 %
SLIGHT = 0.001  # assumed: share of what was held; a week of waiting costs as much at its usual price


@REGISTRY.enter(
    "outcome", "investor_loss", rows=("J4",), source="J4", better="lower", unit="share", low=0, may_not_apply=True
)
def investor_loss(f: Finished) -> Floats:
    """Money that those who held some at day 0 lost, waiting and what is frozen included / claims of day 0.

    Interest that the terms of the baseline would have credited and a variant does not is lost.
    """
    return np.asarray(f.by_world(lambda people: people.loss_of_holders.sum(axis=1)) / f.claims_at_start)


@REGISTRY.enter(
    "outcome", "newcomer_loss", rows=("J4", "A12"), source="J4", better="lower", unit="share", low=0, may_not_apply=True
)
def newcomer_loss(f: Finished) -> Floats:
    """Money that those lost by the horizon who held none at day 0 and came later / claims of day 0."""

    def lost(people: People) -> Floats:
        return np.asarray(np.ascontiguousarray(people.loss[:, ~people.held]).sum(axis=1))

    return np.asarray(f.by_world(lost) / f.claims_at_start)


@REGISTRY.enter(
    "outcome", "loss_per_investor", rows=("J4",), source="J4", better="lower", unit="money", low=0, may_not_apply=True
)
def loss_per_investor(f: Finished) -> Floats:
    """Mean loss of those who held money on platforms at day 0."""
    lost = f.by_world(lambda people: people.loss_of_holders.sum(axis=1))
    return np.asarray(lost / positive(f.by_world(lambda people: people.held.sum())))


@REGISTRY.enter(
    "outcome", "tail_loss", rows=("J4",), source="J4", better="lower", unit="share", low=0, high=1, may_not_apply=True
)
def tail_loss(f: Finished) -> Floats:
    """Mean share of their money that the worst-hit 5 % of the investors lost."""

    def of_the_worst(people: People) -> Floats | float:
        if not people.held.any():
            return np.nan
        if not people.loss.any():
            return 0.0
        share = np.minimum(people.loss_of_holders / np.maximum(people.balance_at_start[people.held], 1.0), 1.0)
        return np.asarray(np.sort(share, axis=1)[:, share.shape[1] // -TAIL :].mean(axis=1))

    return f.by_world(of_the_worst)


@REGISTRY.enter(
    "outcome", "loss_gini", rows=("J4",), source="J4", better="lower", unit="share", low=0, high=1, may_not_apply=True
)
def loss_gini(f: Finished) -> Floats:
    """Gini coefficient of the losses among those who held money; not defined where nobody lost."""

    def gini(people: People) -> Floats | float:
        if not people.loss_of_holders.any():
            return np.nan
        loss = np.sort(people.loss_of_holders, axis=1)
        n, total, rank = loss.shape[1], loss.sum(axis=1), np.arange(1, loss.shape[1] + 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = 2 * (loss * rank).sum(axis=1) / (n * total) - (n + 1) / n
        return np.where(total > 0, spread, np.nan)

    return f.by_world(gini)


@REGISTRY.enter(
    "outcome", "zero_loss_share", rows=("J4",), source="J4", better="higher", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def zero_loss_share(f: Finished) -> Floats:
    """Share of those who held money that lost nothing to speak of: at most a thousandth of it.

    What is rounded off in a closing, or a few days of waiting cost, makes nobody a loser.
    """

    def spared(people: People) -> Floats | float:
        slight = SLIGHT * people.balance_at_start[people.held]
        return np.asarray((people.loss_of_holders <= slight).mean(axis=1)) if people.held.any() else np.nan

    return f.by_world(spared)


@REGISTRY.enter(
    "outcome", "late_loss_ratio", rows=("J4",), source="J4", better="lower", unit="number", low=0, may_not_apply=True
)
def late_loss_ratio(f: Finished) -> Floats:
    """Loss share of those who stayed or asked late, over that of the first half to ask.

    Who asked when is told by the first request of all on any platform; what a wind-down calls nobody has asked for. Not
    defined where the first half lost nothing, or where nobody asked or was late.
    """
    return f.by_world(lambda people: [_late_ratio(f, people, v) for v in range(len(people.lanes))])


def _late_ratio(f: Finished, people: People, variant: int) -> float:
    opened, lost = people.world.accounts, people.loss_of_holders[variant]
    if not lost.any():
        return np.nan
    day = f.model.state.first_asked[people.lanes[variant]]
    asked = np.full(len(people.held), np.inf)
    np.minimum.at(asked, opened.investor, np.where(day >= 0, day, np.inf))
    when, at_risk = asked[people.held], people.balance_at_start[people.held]
    if not np.isfinite(when).any():
        return np.nan
    early = when <= np.median(when[np.isfinite(when)])
    if early.all():
        return np.nan
    soon, late = (float(lost[mask].sum() / max(at_risk[mask].sum(), 1.0)) for mask in (early, ~early))
    return late / soon if soon > 0 else np.nan
