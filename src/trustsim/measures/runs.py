"""Runs on platforms (row C15): how they are found in the days of a model, and what sets them off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Gauges
from trustsim.measures.beyond import Beyond, within
from trustsim.measures.model import Model

SPILL_OVER = 7  # days within which a run elsewhere is said to have set one off
TRIGGERS = ("fundamental", "belief", "spill-over")  # what sets a run off


@dataclass(frozen=True)
class LiquidityRun:
    """A run on one platform (row C15): in which world, from ``onset`` over ``peak`` to ``end`` (days), and why.

    ``trigger`` is 'fundamental', 'belief' or 'spill-over' (see :func:`find_runs`). ``withdrawn`` is the net outflow
    beyond calm from onset to end, ``speed`` the largest in a day, both over what calm held when it began.
    """

    replication: int
    variant: str
    platform: str
    onset: float
    peak: float
    end: float
    trigger: str
    withdrawn: float
    speed: float


def find_runs(model: Model, beyond: Beyond) -> tuple[tuple[LiquidityRun, ...], ...]:
    """Find the runs (row C15) by the rule of the scenario, and what set them off; those of each lane.

    A run is a stretch of days on each of which the net outflow beyond calm of the last ``within`` days is at least the
    ``share`` of what calm held. It begins on the first day at that pace, and ends on the last. Trigger: 'fundamental'
    where the platform was insolvent on that day or the one before, its own forced sales of the day apart; 'spill-over'
    where it was not, and a run on another platform had begun in the week before, or on the same day from an insolvent
    one; else 'belief'.
    """
    rule, dt = model.story.counted.run, model.dt
    flow, steps = beyond.net_outflow(rule.of), max(round(rule.within / dt), 1)
    base = beyond.base(rule.within, rule.of)
    is_hot = within(flow, steps) >= rule.share * base
    a_day = within(flow, max(round(1 / dt), 1)) / base
    is_bad = _insolvent(model)
    found: list[list[LiquidityRun]] = [[] for _ in range(model.state.n_lanes)]
    n_variants = len(model.variants)
    for v, p in np.argwhere(is_hot.any(axis=0)).tolist():
        who = (model.replications[v // n_variants], model.variants[v % n_variants].name, model.state.platforms[p].name)
        for days in _stretches(np.flatnonzero(is_hot[:, v, p])):
            first = max(int(days[0]) - steps + 1, 0)
            at_pace = first + np.flatnonzero(flow[first : days[-1] + 1, v, p] >= rule.share * base[days[0], v, p] / steps)
            onset, end = int(at_pace[0]), int(at_pace[-1])
            peak = onset + int(flow[onset : end + 1, v, p].argmax())
            trigger = "fundamental" if is_bad[max(onset - 1, 0) : onset + 1, v, p].any() else "belief"
            withdrawn = float(flow[onset : end + 1, v, p].sum() / base[days[0], v, p])
            speed = float(a_day[onset : end + 1, v, p].max())
            found[v].append(LiquidityRun(*who, onset * dt, peak * dt, end * dt, trigger, withdrawn, speed))
    return tuple(tuple(_with_spill_over(runs)) for runs in found)


def _insolvent(model: Model) -> NDArray[np.bool_]:
    """Return bool (steps + 1, lanes, platforms): insolvent, had nothing been sold in a hurry on that day."""
    solvency, sold_at, claims = (
        model.history[:, row] for row in (Gauges.SOLVENCY, Gauges.SALE_LOSS, Gauges.CLAIMS)
    )
    return np.asarray(solvency + sold_at / np.maximum(claims, 1.0) < 0)


def _stretches(days: NDArray[np.int64]) -> Sequence[NDArray[np.int64]]:
    """Return some *days*, by number and in order, in stretches without a gap."""
    return np.split(days, np.flatnonzero(np.diff(days) > 1) + 1)


def _with_spill_over(runs: Sequence[LiquidityRun]) -> Iterator[LiquidityRun]:
    """Yield the runs of one lane; a sound platform's that began soon after one elsewhere is set off by that one."""
    for run in runs:
        others = [other for other in runs if other.platform != run.platform and run.trigger == "belief"]
        came_over = any(
            0 < run.onset - other.onset <= SPILL_OVER
            or (run.onset == other.onset and other.trigger == "fundamental")
            for other in others
        )
        yield replace(run, trigger="spill-over") if came_over else run
