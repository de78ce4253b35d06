"""The few weights of the account pass that change from day to day: the first-mover term and what is published."""

from __future__ import annotations

import math

import numpy as np

from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import Gauges, Terms, Weights


@compiled
def day_weights(platforms, calm, first_move, history, has_report, reading, clock) -> None:
    """Fill the day's entries of ``platforms.weights``.

    ``calm`` float64 (variants, platforms): the term without the day's part. ``first_move`` float64 (variants, 3):
    weight of an overdue queue, of an announced gate at its trigger, margin of that rush. ``history`` float64 (days + 1,
    GAUGES, variants, platforms): all gauges by day. ``reading`` float64 (variants, 2): weight of a full report, noise
    of an empty one. ``has_report`` bool (platforms,) is overwritten: a report or live figures came out in some variant.
    """
    weights, gauges, terms, day, dt = platforms.weights, platforms.gauges, platforms.terms, clock.day, clock.dt
    n_variants, n_platforms = calm.shape
    has_report[:] = False
    steps_a_day = max(np.int64(round(1.0 / dt)), np.int64(1))  # a report is news for a day
    for v in range(n_variants):
        for p in range(n_platforms):
            rush = 0.0
            if terms[Terms.GATE_ANNOUNCED, v, p] > 0.0:
                above = gauges[Gauges.LIQUIDITY, v, p] - terms[Terms.GATE_TRIGGER, v, p]
                rush = max(1.0 - max(above, 0.0) / first_move[v, 2], 0.0)
            seen = max(terms[Terms.VISIBILITY, v, p], terms[Terms.TRANSPARENCY, v, p])
            weights[v, p, Weights.CALM] = np.float32(
                calm[v, p] + first_move[v, 0] * min(gauges[Gauges.OVERDUE, v, p], 1.0) * seen + first_move[v, 1] * rush
            )
            lag = np.int64(round(terms[Terms.REPORT_LAG, v, p] / dt))
            live = terms[Terms.TRANSPARENCY, v, p]
            if live > 0.0:
                lag = np.int64(0)
            scope = max(terms[Terms.REPORT_SCOPE, v, p], live)
            interval = np.int64(0)
            if terms[Terms.REPORT_INTERVAL, v, p] < math.inf:
                interval = max(np.int64(round(terms[Terms.REPORT_INTERVAL, v, p] / dt)), np.int64(1))
            is_out = live > 0.0 or (interval > 0 and day >= interval and day % interval < steps_a_day)
            last = day if live > 0.0 else day - day % interval if interval > 0 else 0
            weights[v, p, Weights.REPORT_RISK] = np.float32(
                history[max(last - 1 - lag, 0), Gauges.PUBLISHED_RISK, v, p]
            )
            weights[v, p, Weights.REPORT_WEIGHT] = np.float32(reading[v, 0] * scope if is_out else 0.0)
            weights[v, p, Weights.REPORT_NOISE] = np.float32(reading[v, 1] * (1.0 - scope) / 1.8138)
            has_report[p] |= is_out
