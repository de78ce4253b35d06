"""Runs on platforms (row C15): how they are found in the days of a model, and what sets them off."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.channels import Channels
from trustsim.kernels.layout import Gauges
from trustsim.measures.beyond import Beyond, Floats, within
from trustsim.measures.model import Model
from trustsim.world.leaning import CHANNELS

SPILL_OVER = 7  # days within which what happens elsewhere is said to have set a run off
TRIGGERS = ("fundamental", "belief", "spill-over")  # what sets a run off
_REASONS = slice(Gauges.RAN_FOR_FUNDAMENTALS, Gauges.RAN_FOR_ORDINARY + 1)  # in the order of CHANNELS


@dataclass(frozen=True)
class LiquidityRun:
    """A run on one platform (row C15): in which world, from ``onset`` over ``peak`` to ``end`` (days), and why.

    ``trigger`` is 'fundamental', 'belief' or 'spill-over', what the books said; ``acted_on`` the channel that most of
    the first runners acted on (see :func:`find_runs`). ``withdrawn`` is the net outflow beyond calm from onset to end,
    ``speed`` the largest outflow in a day, both over what was held before, there or in calm.
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
    acted_on: str


def find_runs(model: Model, beyond: Beyond) -> tuple[tuple[LiquidityRun, ...], ...]:
    """Find the runs (row C15) by the rule of the scenario, and what set them off; those of each lane.

    A day is one of a run where the net outflow beyond calm of the last ``within`` days is at least the ``share`` of
    what was held before, there or in calm; days that are no further apart than that are one run. It begins where the
    outflow begins to run ahead of that pace, and ends on the last day at it (see :func:`turns`). Trigger: 'fundamental'
    where the platform was insolvent on the day it began or the one before, its own forced sales of the day apart;
    'spill-over' where it was not, and in the week before a run began on another platform, or in it or on that day
    another became insolvent; else 'belief'. Of sound platforms on which runs begin in one step, that with the largest
    share of outflow in it is where they began, and the others are spill-over. Acted on: one of CHANNELS, by the runners
    of the first 24 hours in which somebody ran, each by what pushed most (kernels/reasons.py); 'ordinary' where nobody
    ran.
    """
    rule, dt = model.story.counted.run, model.dt
    steps, a_day = rule.within / dt, 1 / dt
    held, is_hot = beyond.base(rule.within, rule.of), beyond.share_within(rule) >= rule.share
    out, back = beyond.outflow(rule.of)
    is_bad = _insolvent(model)
    elsewhere = _elsewhere(is_bad, beyond.steps(SPILL_OVER))
    found: list[list[tuple[LiquidityRun, float]]] = [[] for _ in range(model.state.n_lanes)]
    n_variants = len(model.variants)
    for v, p in np.argwhere(is_hot.any(axis=0)).tolist():
        who = (model.replications[v // n_variants], model.variants[v % n_variants].name, model.state.platforms[p].name)
        for days in _stretches(np.flatnonzero(is_hot[:, v, p]), max(steps, 1.0)):
            base = held[days[0], v, p]
            onset, peak, end = turns(out[:, v, p] / base, days, steps, rule.share)
            trigger = "spill-over" if elsewhere[onset, v, p] else "belief"
            if is_bad[max(onset - 1, 0) : onset + 1, v, p].any():
                trigger = "fundamental"
            flow = out[onset : end + 1, v, p]
            withdrawn = float(flow.sum() - max(back[onset : end + 1, v, p].sum(), 0.0)) / base
            speed = float(within(flow, a_day).max()) / base
            acted_on = _acted_on(model.history[onset : end + 1, _REASONS, v, p], beyond.steps(1))
            run = LiquidityRun(*who, onset * dt, peak * dt, end * dt, trigger, withdrawn, speed, acted_on)
            found[v].append((run, float(flow[0]) / base))
    return tuple(tuple(_with_spill_over(runs)) for runs in found)


def turns(out: Floats, days: NDArray[np.int64], steps: float, share: float) -> tuple[int, int, int]:
    """Return on which step a run begins, is fastest and ends; ``out`` float64 (steps + 1,) is what flows out, as a
    share of what was held, and *days* are those by which *share* had gone within *steps*.

    It begins after the step on which what has gone is furthest behind the pace of *share* in *steps*: there a sum of
    what goes out beyond the pace, which never falls below zero, leaves it for good (Page 1954,
    doi:10.1093/biomet/41.1-2.100). So a small outflow long before does not begin it.
    """
    first, pace = max(int(days[0]) - math.ceil(steps) + 1, 0), share / steps
    ahead = np.cumsum(out[first : days[0] + 1] - pace)
    onset = first + int(np.concatenate(([0.0], ahead[:-1])).argmin())
    at_pace = onset + np.flatnonzero(out[onset : days[-1] + 1] >= pace)
    end = int(at_pace[-1]) if len(at_pace) else int(days[0])
    return onset, onset + int(out[onset : end + 1].argmax()), end


def _acted_on(reasons: NDArray[np.float64], steps: int) -> str:
    """Return the channel that most acted on in the first *steps* of those in which somebody ran; ``reasons`` float64
    (steps of the run, CHANNELS): how many ran for which."""
    first = int((reasons.sum(axis=1) > 0).argmax())
    counted = reasons[first : first + steps].sum(axis=0)
    return CHANNELS[int(counted.argmax())] if counted.any() else CHANNELS[Channels.ORDINARY]


def _insolvent(model: Model) -> NDArray[np.bool_]:
    """Return bool (steps + 1, lanes, platforms): insolvent, had nothing been sold in a hurry on that day."""
    solvency, sold_at, claims = (model.history[:, row] for row in (Gauges.SOLVENCY, Gauges.SALE_LOSS, Gauges.CLAIMS))
    return np.asarray(solvency + sold_at / np.maximum(claims, 1.0) < 0)


def _elsewhere(is_bad: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """Return bool as *is_bad*: whether another platform became insolvent in the last *steps*."""
    becomes = np.diff(is_bad.astype(np.int64), axis=0, prepend=0) > 0
    lately = within(becomes.astype(np.float64), steps + 1)
    return np.asarray(lately.sum(axis=2, keepdims=True) - lately > 0)


def _stretches(days: NDArray[np.int64], gap: float) -> Sequence[NDArray[np.int64]]:
    """Return some *days*, by number and in order, in stretches that are further apart than *gap*."""
    return np.split(days, np.flatnonzero(np.diff(days) > gap) + 1)


def _with_spill_over(runs: Sequence[tuple[LiquidityRun, float]]) -> Iterator[LiquidityRun]:
    """Yield the runs of one lane, each given with the share that flowed out in its first step; of a sound platform,
    one that began soon after one elsewhere, or with one that began with more, is set off by that."""
    for run, at_once in runs:
        before = [
            run.onset - other.onset
            for other, its in runs
            if other.platform != run.platform
            and (run.onset > other.onset or other.trigger == "fundamental" or its > at_once)
        ]
        came_over = run.trigger == "belief" and any(0 <= days <= SPILL_OVER for days in before)
        yield replace(run, trigger="spill-over") if came_over else run
