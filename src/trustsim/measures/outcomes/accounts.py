"""How many accounts close and open."""

from __future__ import annotations

import numpy as np

from trustsim.measures.beyond import within
from trustsim.measures.finished import Finished, Floats, positive
from trustsim.registry import REGISTRY

WEEK = 7.0  # days in which openings are counted together: chance evens out, and so do the days of a week
MONTH = 30.0  # days: churn is told by the month


@REGISTRY.enter(
    "outcome", "peak_joining", rows=("D13",), source="doi:10.1287/mnsc.15.5.215", better="", unit="share", low=0
)
def peak_joining(f: Finished) -> Floats:
    """Largest share of all accounts that was opened in one day."""
    return np.asarray(_joined_within(f, 1.0).max(axis=0) / _all(f))


@REGISTRY.enter(
    "outcome", "peak_joining_day", rows=("D13",), source="doi:10.1287/mnsc.15.5.215", better="", unit="duration", low=0,
    may_not_apply=True,
)  # fmt: skip
def peak_joining_day(f: Finished) -> Floats:
    """Middle of the week in which most accounts were opened; not defined where none was, or in less than a week."""
    joined = _joined_within(f, WEEK)[f.beyond.steps(WEEK) :]
    if not len(joined):
        return np.full(f.n_lanes, np.nan)
    return np.where(joined.max(axis=0) > 0, joined.argmax(axis=0) * f.dt + WEEK / 2, np.nan)


def _joined_within(f: Finished, days: float) -> Floats:
    """Return float64 (steps + 1, lanes): accounts opened in the last *days* up to each step."""
    return within(f.gauge("joiners").sum(axis=2), days / f.dt)


def _all(f: Finished) -> int:
    """Return how many accounts are open or could be, at least 1."""
    return max(len(f.people[0].world.accounts.investor), 1)


@REGISTRY.enter(
    "outcome", "peak_out", rows=("J2",), source="T-22", better="lower", unit="share", low=0, high=1, may_not_apply=True
)
def peak_out(f: Finished) -> Floats:
    """Largest share of the accounts of day 0 that was closed at once."""
    held = f.gauge("holders").sum(axis=2)
    return np.asarray(1 - held.min(axis=0) / positive(held[0]))


@REGISTRY.enter(
    "outcome", "out_share", rows=("J2",), source="doi:10.1111/1467-937X.00168", better="lower", unit="share", low=0,
    high=1,
)  # fmt: skip
def out_share(f: Finished) -> Floats:
    """Share of the accounts that stand open or could be opened which hold nothing at the horizon."""
    return np.asarray(1 - f.gauge("holders")[-1].sum(axis=1) / _all(f))


@REGISTRY.enter("outcome", "monthly_churn", rows=("D14", "J6"), source="E-34", better="lower", unit="share", low=0)
def monthly_churn(f: Finished) -> Floats:
    """Mean share of the open accounts that begins to close in 30 days, for any reason; one counts once."""
    gone = (f.gauge("runners") + f.gauge("leavers") - f.gauge("stayers"))[1:].sum(axis=2)
    held = f.gauge("holders")[:-1].sum(axis=2)
    return np.asarray(gone.sum(axis=0) / np.maximum(held.sum(axis=0), 1.0) * MONTH / f.dt)
