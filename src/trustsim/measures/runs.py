"""Runs on platforms (row C15): how they are found in the days of a model, and what sets them off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Gauges
from trustsim.kernels.named import row_of
from trustsim.measures.model import Model

RUN_MULTIPLE = 5.0  # a day of a run: this many times the departures of a calm day, and beyond chance
RUN_SHARE = 0.03  # … and a run counts when at least this share of the accounts of day 0 ran in it
DEVIATIONS, BESIDES = 5, 2  # beyond chance: standard deviations of a Poisson count, and accounts where that is near 0
BRIDGED = 3  # days of calm that do not end a run
SPILL_OVER = 7  # days within which a run elsewhere is said to have set one off
TRIGGERS = ("fundamental", "belief", "spill-over")  # what sets a run off


@dataclass(frozen=True)
class LiquidityRun:
    """A run on one platform (row C15): in which world, from ``onset`` over ``peak`` to ``end`` (days), and why.

    ``trigger`` is 'fundamental', 'belief' or 'spill-over' (see :func:`find_runs`); ``ran_share`` is the accounts that
    ran in it over those open on day 0.
    """

    replication: int
    variant: str
    platform: str
    onset: float
    peak: float
    end: float
    trigger: str
    ran_share: float


def find_runs(model: Model) -> tuple[tuple[LiquidityRun, ...], ...]:
    """Find the runs (row C15): stretches of days with many times the calm number of departures, and what set them off.

    A day belongs to a run when runners and leavers together exceed ``RUN_MULTIPLE`` times the calm number and that
    number by five standard deviations and two; gaps of up to three days are bridged. A stretch counts where the
    runners are at least ``RUN_SHARE`` of the accounts of day 0 (``RUN_MULTIPLE`` is 5, ``RUN_SHARE`` 3 %). Trigger:
    'spill-over' when a run on another platform began in the week before, else 'fundamental' when the platform was
    insolvent, else 'belief'.
    """
    n_steps, gap = len(model.history), BRIDGED / model.dt
    runners, leavers, holders, solvency = (
        model.history[:, row_of(Gauges, name)] for name in ("runners", "leavers", "holders", "solvency")
    )
    left = runners + leavers
    leave = model.mechanisms["ordinary"]["leave"] * model.dt
    calm = leave[:, None] * holders[np.maximum(np.arange(n_steps) - 1, 0)]
    is_hot = left > np.maximum(RUN_MULTIPLE * calm, calm + DEVIATIONS * np.sqrt(calm) + BESIDES)
    enough = runners.sum(axis=0) >= RUN_SHARE * np.maximum(holders[0], 1.0)
    found: list[list[LiquidityRun]] = [[] for _ in range(model.state.n_lanes)]
    n_variants = len(model.variants)
    for v, p in np.argwhere(is_hot.any(axis=0) & enough).tolist():
        who = (model.replications[v // n_variants], model.variants[v % n_variants].name, model.state.platforms[p].name)
        for days in _stretches(np.flatnonzero(is_hot[:, v, p]), gap):
            span = slice(days[0], days[-1] + 1)
            ran_share = float(runners[span, v, p].sum() / max(holders[0, v, p], 1.0))
            if ran_share >= RUN_SHARE:
                peak = days[0] + int(left[span, v, p].argmax())
                cause = "fundamental" if solvency[max(days[0] - 1, 0), v, p] < 0 else "belief"
                onset, top, end = (float(day * model.dt) for day in (days[0], peak, days[-1]))
                found[v].append(LiquidityRun(*who, onset, top, end, cause, ran_share))
    return tuple(tuple(_with_spill_over(runs)) for runs in found)


def _stretches(days: NDArray[np.int64], gap: float) -> Sequence[NDArray[np.int64]]:
    """Return some *days*, by number and in order, in stretches that are further apart than *gap*."""
    return np.split(days, np.flatnonzero(np.diff(days) > gap) + 1)


def _with_spill_over(runs: Sequence[LiquidityRun]) -> Iterator[LiquidityRun]:
    """Yield the runs of one lane; the trigger of those that began soon after one elsewhere is that one."""
    for run in runs:
        before = (run.onset - other.onset for other in runs if other.platform != run.platform)
        yield replace(run, trigger="spill-over") if any(0 < days <= SPILL_OVER for days in before) else run
