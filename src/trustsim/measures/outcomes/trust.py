"""How far trust falls, and whether it comes back."""

from __future__ import annotations

import numpy as np

from trustsim.kernels import layout
from trustsim.kernels.named import row_of
from trustsim.measures.finished import Finished, Floats, positive
from trustsim.mechanisms.behaviour.dealings import DEALINGS
from trustsim.registry import REGISTRY
from trustsim.world.series import PARTS

RECOVERED = 0.9  # trust is back at this share of day 0


@REGISTRY.enter(
    "outcome", "trust_trough", rows=("J1",), source="J1", better="higher", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def trust_trough(f: Finished) -> Floats:
    """Lowest mean trust over time of those who held at day 0, wherever they are."""
    return np.asarray(f.series["trust"][:, :, -1].min(axis=0))


@REGISTRY.enter(
    "outcome", "trust_recovery", rows=("J5",), source="J5", better="lower", unit="duration", low=0, may_not_apply=True,
    censored_at_horizon=True,
)  # fmt: skip
def trust_recovery(f: Finished) -> Floats:
    """Day on which trust is back at 90 % of day 0 after its lowest; 0 where it never was below."""
    return recovered(f.series["trust"][:, :, -1].astype(np.float64)) * f.dt


def recovered(trust: Floats) -> Floats:
    """Return float64 (lanes,): the step at which *trust*, (steps + 1, lanes), is back; NaN where it is not by the end.

    The clock starts at day 0 in every world, not at the trough: a trough that comes late leaves few days to watch.
    """
    out = np.full(trust.shape[1], np.nan)
    for v in range(trust.shape[1]):
        is_back = trust[:, v] >= RECOVERED * trust[0, v]
        low = int(trust[:, v].argmin())
        if is_back.all():
            out[v] = 0.0
        elif is_back[low:].any():
            out[v] = low + int(is_back[low:].argmax())
    return out


@REGISTRY.enter(
    "outcome", "trust_by_part", rows=("J1", "D1"), source="J1", better="higher", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def trust_by_part(f: Finished) -> dict[str, Floats]:
    """Mean trust at the horizon of the clients of day 0, wherever they are, in each of its parts."""
    was_there = (f.model.state.flags & layout.COHORT) > 0
    n = positive(was_there.sum(axis=1))
    parts = {part: f.model.state.beliefs[row_of(layout.Beliefs, part)] for part in PARTS}
    trusts = {part: np.where(was_there, 1 / (1 + np.exp(-x)), 0.0) for part, x in parts.items()}
    return {part: x.sum(axis=1, dtype=np.float64) / n for part, x in trusts.items()}


@REGISTRY.enter(
    "outcome", "trust_by_record", rows=("D1", "J1"), source="T-45", better="higher", unit="number", may_not_apply=True
)
def trust_by_record(f: Finished) -> Floats:
    """Mean trust at the horizon of those who still hold an account, where it is the record of their dealings."""
    found = np.full(f.n_lanes, np.nan)
    for v, rule in enumerate(f.model.mechanisms["dealings"]):
        holds = (f.model.state.flags[v] & layout.HOLDS) > 0
        if rule is not None and DEALINGS in f.model.kept and holds.any():
            found[v] = rule.trust(*f.model.kept[DEALINGS][v][:, holds]).mean()
    return found
