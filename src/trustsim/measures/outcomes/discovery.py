"""How long what was hidden stayed hidden, and who found it: event, discovery, notice, containment."""

from __future__ import annotations

import numpy as np

from trustsim.measures.finished import Finished, Floats
from trustsim.mechanisms.disclosure.hidden import DAYS, FOUND_BY, NOTED, WATCHERS
from trustsim.registry import REGISTRY


@REGISTRY.enter(
    "outcome", "days_to_discovery", rows=("J10",), source="J10", better="lower", unit="duration", low=0,
    may_not_apply=True,
)  # fmt: skip
def days_to_discovery(f: Finished) -> Floats:
    """Days from the first gap between books and truth until somebody found it, on average over the platforms with one.

    What is not found counts to the horizon; not defined where nothing was hidden, or nobody looks for it. So do the
    other two.
    """
    return _since_the_event(f, "discovery")


@REGISTRY.enter(
    "outcome", "days_to_notice", rows=("J10", "E5"), source="J10", better="lower", unit="duration", low=0,
    may_not_apply=True,
)  # fmt: skip
def days_to_notice(f: Finished) -> Floats:
    """Days from the first gap between books and truth until clients were told and the books corrected."""
    return _since_the_event(f, "notice")


@REGISTRY.enter(
    "outcome", "days_to_containment", rows=("J10",), source="J10", better="lower", unit="duration", low=0,
    may_not_apply=True,
)  # fmt: skip
def days_to_containment(f: Finished) -> Floats:
    """Days from the first gap between books and truth until the last on which a platform hid anything."""
    return _since_the_event(f, "containment")


@REGISTRY.enter(
    "outcome", "found_by", rows=("J10", "A9"), source="J10", better="", unit="share", low=0, high=1, may_not_apply=True
)
def found_by(f: Finished) -> dict[str, Floats]:
    """Share of the platforms with a gap whose first one was found by each watcher.

    ``liquidator``: who winds the platform up; ``own``: who hid it told.
    """
    noted = f.model.kept.get(NOTED)
    if noted is None:
        return {name: np.full(f.n_lanes, np.nan) for name in WATCHERS}
    is_there, by = ~np.isnan(noted[:, 0]), f.model.kept[FOUND_BY]
    return {name: _mean(by == k, is_there) for k, name in enumerate(WATCHERS)}


def _since_the_event(f: Finished, what: str) -> Floats:
    """Return float64 (lanes,): days from the event to one of the others, to the horizon where that has not come."""
    noted = f.model.kept.get(NOTED)
    if noted is None:
        return np.full(f.n_lanes, np.nan)
    event, day = noted[:, 0], noted[:, DAYS.index(what)]
    return _mean(np.where(np.isnan(day), f.end, day) - event, ~np.isnan(event))


def _mean(value: Floats, where: Floats) -> Floats:
    """Return float64 (lanes,): the mean over the platforms *where*, bool (lanes, platforms), NaN without one."""
    n = where.sum(axis=1)
    return np.where(n > 0, np.where(where, value, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)
