"""What people think at the horizon, where they exchange opinions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trustsim.measures.finished import Finished, Floats
from trustsim.mechanisms.behaviour.opinion import RATE
from trustsim.mechanisms.behaviour.thoughts import OPINION
from trustsim.registry import REGISTRY

LIKE_OPINION, MAJOR_GROUP = 0.01, 0.05  # largest gap inside a group of like opinion; share of all that makes one major


@REGISTRY.enter(
    "outcome", "opinion_mean", rows=("D1",), source="doi:10.1080/01621459.1974.10480137", better="higher",
    unit="number", may_not_apply=True,
)  # fmt: skip
def opinion_mean(f: Finished) -> Floats:
    """Mean opinion of the safety of their money, as a probability, where people exchange opinions."""
    return _of_opinions(f, lambda thought: float(thought.mean()))


@REGISTRY.enter(
    "outcome", "opinion_spread", rows=("D1",), source="doi:10.1080/01621459.1974.10480137", better="", unit="number",
    low=0, may_not_apply=True,
)  # fmt: skip
def opinion_spread(f: Finished) -> Floats:
    """Largest less smallest opinion at the horizon, where people exchange opinions."""
    return _of_opinions(f, lambda thought: float(np.ptp(thought)))


@REGISTRY.enter(
    "outcome", "opinion_rate", rows=("D1",), source="doi:10.1080/01621459.1974.10480137", better="", unit="number",
    may_not_apply=True,
)  # fmt: skip
def opinion_rate(f: Finished) -> Floats:
    """Length of the last change of all opinions / that of the one before; where sums echo, growth of their length."""
    return f.model.kept.get(RATE, np.full(f.n_lanes, np.nan)).copy()


@REGISTRY.enter(
    "outcome", "opinion_clusters", rows=("D1",), source="doi:10.1142/S0219525900000078", better="", unit="count", low=0,
    may_not_apply=True,
)  # fmt: skip
def opinion_clusters(f: Finished) -> Floats:
    """Groups of like opinion at the horizon, at least a twentieth of all in each, where people exchange opinions."""

    def groups(thought: Floats) -> float:
        gaps = np.diff(np.sort(thought)) > LIKE_OPINION
        sizes = np.diff(np.flatnonzero(np.concatenate([[True], gaps, [True]])))
        return float((sizes >= MAJOR_GROUP * len(thought)).sum())

    return _of_opinions(f, groups)


def _of_opinions(f: Finished, value: Callable[[Floats], float]) -> Floats:
    """Return float64 (lanes,): *value* of the opinions at the horizon; NaN where nobody exchanges any."""
    found = np.full(f.n_lanes, np.nan)
    for v, thought in enumerate(f.model.kept.get(OPINION, ())):
        if len(thought) and not np.isnan(thought).any():  # else of a variant beside one where they do
            found[v] = value(thought)
    return found
