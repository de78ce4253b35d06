"""How many believe a rumour, and how soon."""

from __future__ import annotations

import numpy as np

from trustsim.measures.finished import Finished, Floats
from trustsim.measures.outcomes.runs import GLOBAL_CASCADE
from trustsim.registry import REGISTRY

AWARE = {"quarter": 0.25, "half": 0.5}  # share of the investors that knows, by what it is called


@REGISTRY.enter(
    "outcome", "believers", rows=("C18",), source="doi:10.1103/PhysRevE.66.016128", better="lower", unit="share", low=0,
    high=1,
)  # fmt: skip
def believers(f: Finished) -> Floats:
    """Share of the investors who believe a rumour at the horizon, mean over platforms."""
    return np.asarray(f.gauge("believers")[-1].mean(axis=1))


@REGISTRY.enter(
    "outcome", "outbreak_size", rows=("C18",), source="doi:10.1103/PhysRevE.66.016128", better="lower", unit="share",
    low=0, high=1, may_not_apply=True,
)  # fmt: skip
def outbreak_size(f: Finished) -> Floats:
    """Share of the investors who believe a rumour at the horizon, where more than a tenth do."""
    share = believers(f)
    return np.where(share > GLOBAL_CASCADE, share, np.nan)


@REGISTRY.enter(
    "outcome", "time_to_awareness", rows=("C18",), source="T-21", better="higher", unit="duration", low=0,
    may_not_apply=True, censored_at_horizon=True,
)  # fmt: skip
def time_to_awareness(f: Finished) -> dict[str, Floats]:
    """Days until a quarter, and a half, of the investors believed a rumour, mean over platforms; linear in a step."""
    share = f.gauge("believers").mean(axis=2)
    return {name: _first_passage(share, level) * f.dt for name, level in AWARE.items()}


def _first_passage(value: Floats, level: float) -> Floats:
    """Return float64 (lanes,): the step, with its fraction, at which *value* (steps, lanes) passes a level."""
    found = np.full(value.shape[1], np.nan)
    for v in np.flatnonzero((value >= level).any(axis=0)):
        k = int((value[:, v] >= level).argmax())
        before = value[k - 1, v] if k else 0.0
        found[v] = k - (value[k, v] - level) / (value[k, v] - before)
    return found
