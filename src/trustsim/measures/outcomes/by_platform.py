"""What happens at each platform: who leaves it, loses there, waits, and whether it fails."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.layout import FAILED
from trustsim.measures.finished import Finished, Floats, positive
from trustsim.registry import REGISTRY

MOST_IN_PAIRS = 12  # platforms: the pairs of more are more than anybody reads


def _named(f: Finished, value: Floats) -> dict[str, Floats]:
    """Return *value*, float64 (lanes, platforms), by the name of the platform."""
    return {platform.name: value[:, p] for p, platform in enumerate(f.model.state.platforms)}


def _claims(f: Finished) -> Floats:
    return positive(f.gauge("claims_at_start")[0])


@REGISTRY.enter(
    "outcome", "withdrawn_by_platform", rows=("J2", "C15"), source="doi:10.1111/j.1541-0420.2011.01640.x",
    better="lower", unit="share", low=0, high=1, may_not_apply=True, by=("platform",),
)  # fmt: skip
def withdrawn_by_platform(f: Finished) -> dict[str, Floats]:
    """Of the money of day 0 that would have stayed at each platform in calm, the most that was asked for, or caught."""
    return _named(f, f.beyond.share_gone_of_each("cohort_asked", "claims_at_start"))


@REGISTRY.enter(
    "outcome", "loss_by_platform", rows=("J4",), source="J4", better="lower", unit="share", low=0, may_not_apply=True,
    by=("platform",),
)  # fmt: skip
def loss_by_platform(f: Finished) -> dict[str, Floats]:
    """Money that clients, newcomers too, lost at each platform, by loss, waiting and freeze / its claims of day 0."""
    return _named(f, (f.ledger.by_platform + f.waits.by_platform) / _claims(f))


@REGISTRY.enter(
    "outcome", "stuck_by_platform", rows=("J2", "G3"), source="assumed", better="lower", unit="duration", low=0,
    may_not_apply=True, by=("platform",),
)  # fmt: skip
def stuck_by_platform(f: Finished) -> dict[str, Floats]:
    """Days that money was asked for at each platform and not had, beyond its agreed lag / its claims of day 0."""
    return _named(f, f.waits.days_by_platform / _claims(f))


@REGISTRY.enter(
    "outcome", "failed_by_platform", rows=("J3",), source="J3", better="lower", unit="share", binary=True,
    by=("platform",),
)  # fmt: skip
def failed_by_platform(f: Finished) -> dict[str, Floats]:
    """Whether each platform failed (was not wound down in order)."""
    return _named(f, (f.gauge("status")[-1] == FAILED).astype(np.float64))


@REGISTRY.enter(
    "outcome", "paid_by_pair", rows=("J2", "C15"), source="assumed", better="", unit="money", low=0,
    may_not_apply=True,
)  # fmt: skip
def paid_by_pair(f: Finished) -> dict[str, Floats]:
    """Money that was paid to clients by each platform, by where it went: to another platform, or out of all of them.

    Given where there are at most a dozen platforms.
    """
    names = [platform.name for platform in f.model.state.platforms]
    paid, to = f.model.state.flows.astype(np.float64), [*names, "out"]
    return {
        f"{name} → {place}": paid[:, p, q] * f.scale
        for p, name in enumerate(names if len(names) <= MOST_IN_PAIRS else [])
        for q, place in enumerate(to)
        if p != q
    }
