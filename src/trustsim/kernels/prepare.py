"""The few weights of the account pass that change from day to day: the first-mover term and what is published."""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import Gauges, Terms

_LOGISTIC_SPREAD = 1.8138  # π/√3: standard deviation of a logistic variate


@compiled
def day_weights(platforms, calm, history, has_report, clock) -> None:
    """Fill the day's entries of ``platforms.weights``.

    Of the figures a share, live transparency, is yesterday's and read every day, with that weight; the rest is that of
    the last report.

    ``calm`` float64 (lanes, platforms): the readiness to run without the day's part. ``history`` float64 (steps + 1,
    Gauges, lanes, platforms): all gauges by day. ``has_report`` bool (platforms,) is overwritten: a report or live
    figures came out in some lane.
    """
    dials = platforms.dials
    weights, gauges, terms, day, dt = platforms.weights, platforms.gauges, platforms.terms, clock.day, clock.dt
    n_lanes, n_platforms = calm.shape
    has_report[:] = False
    steps_a_day = max(np.int64(round(1.0 / dt)), np.int64(1))  # a report is news for a day
    for v in range(n_lanes):
        first_move, gate_rush = dials[v, Dials.FIRST_MOVE], dials[v, Dials.GATE_RUSH]
        report_weight, noise = dials[v, Dials.REPORT_WEIGHT], dials[v, Dials.REPORT_NOISE]
        for p in range(n_platforms):
            above = gauges[Gauges.LIQUIDITY, v, p] - terms[Terms.GATE_TRIGGER, v, p]
            near = max(1.0 - max(above, 0.0) / dials[v, Dials.GATE_MARGIN], 0.0)
            rush = terms[Terms.GATE_ANNOUNCED, v, p] * near * (1.0 - gauges[Gauges.GATE_SPENT, v, p])
            seen = max(terms[Terms.VISIBILITY, v, p], terms[Terms.TRANSPARENCY, v, p])
            weights[v, p, Weights.CALM] = np.float32(
                calm[v, p] + first_move * min(gauges[Gauges.OVERDUE, v, p], 1.0) * seen + gate_rush * rush
            )
            live = terms[Terms.TRANSPARENCY, v, p]
            lag = np.int64(round(terms[Terms.REPORT_LAG, v, p] / dt))
            scope = max(terms[Terms.REPORT_SCOPE, v, p], live)
            interval = np.int64(0)
            if terms[Terms.REPORT_INTERVAL, v, p] < math.inf:
                interval = max(np.int64(round(terms[Terms.REPORT_INTERVAL, v, p] / dt)), np.int64(1))
            comes = interval > 0 and day >= interval and day % interval < steps_a_day
            last = day - day % interval if interval > 0 else 0
            reported = history[max(last - 1 - lag, 0), Gauges.PUBLISHED_RISK, v, p]
            reported += live * (history[max(day - 1, 0), Gauges.PUBLISHED_RISK, v, p] - reported)
            weights[v, p, Weights.REPORT_RISK] = np.float32(reported)
            weights[v, p, Weights.REPORT_WEIGHT] = np.float32(report_weight * (scope if comes else live))
            weights[v, p, Weights.REPORT_NOISE] = np.float32(noise * (1.0 - scope) / _LOGISTIC_SPREAD)
            is_out = comes or live > 0.0
            has_report[p] |= is_out
