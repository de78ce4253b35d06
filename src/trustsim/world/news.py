"""What becomes news by itself: overdue payments, stopped payments, failures, a busy desk; and who is like whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import layout
from trustsim.scenario.resolved import World
from trustsim.world.day import Day
from trustsim.world.state import State
from trustsim.world.weights import per_variant

_LONGEST_WAIT = 10.0  # days of backlog beyond which waiting is no worse


def likeness(state: State, worlds: Sequence[World], spillover: tuple[Any, ...]) -> NDArray[np.float64]:
    """Return float64 (variants, platforms, platforms): share of bad news about the first read as news about the second."""
    n = state.n_platforms
    alike = np.zeros((len(worlds), n, n))
    for v, (world, how) in enumerate(zip(worlds, spillover, strict=True)):
        if how is None:
            continue
        for p, a in enumerate(world.platforms):
            for q, b in enumerate(world.platforms):
                if p != q:
                    same = how.kind * (a.kind == b.kind) + how.custody * (a.custody == b.custody != "none")
                    same += how.group * (a.exposure == b.exposure != "")
                    alike[v, p, q] = how.weight * min(same, 1.0)
    return alike


def post_news(day: Day, was_stopped: NDArray[np.bool_]) -> None:
    """Post what everyone can see of yesterday's queues, today's stops and yesterday's failures; work the service desks."""
    g = day.state.gauges
    every = np.ones(day.state.n_variants, np.bool_)
    news = per_variant(day.settings["queue_news"], ("fund", "fear", "gate_fear", "failure_fear"), (0.0,) * 4)
    if (g[layout.G_OVERDUE] > 0).any():
        for p in range(day.state.n_platforms):
            visible = np.maximum(day.term("visibility", p), day.term("transparency", p))
            seen = np.minimum(g[layout.G_OVERDUE, :, p], 1.0) * visible * day.dt
            day.post(p, seen > 0, fading=1.0, reach=1.0, is_page=True, fund=-news[:, 0] * seen, fear=news[:, 1] * seen)
    stopped = (g[layout.G_STATUS] == layout.GATED_STATUS) & ~was_stopped
    failed = g[layout.G_FAILURE_DAY] == day.step - 1
    if stopped.any() or failed.any():
        for p in range(day.state.n_platforms):
            day.post(p, stopped[:, p], fear=news[:, 2])
            day.post(p, failed[:, p], fear=news[:, 3], fund=-2 * news[:, 3])
    _work_desks(day, every)


def _work_desks(day: Day, every: NDArray[np.bool_]) -> None:
    """Let contacts come in and be answered; post what waiting and answers do (mechanism ``service_desk``)."""
    names = ("calm", "alarmed", "waiting", "answer", "patience")
    desk = per_variant(day.settings["service_desk"], names, (0.0,) * 5)
    g = day.state.gauges
    holders = np.maximum(g[layout.G_HOLDERS], 1.0)
    contacts = (desk[:, 0:1] + desk[:, 1:2] * g[layout.G_FEAR]) * day.dt
    capacity = np.maximum(day.state.terms[layout.SERVICE_CAPACITY], 1e-9) * day.dt
    waits = (1 - desk[:, 4:5]) ** day.dt
    work = day.unanswered * waits + contacts
    answered = np.minimum(work, capacity)
    day.unanswered = np.where(holders > 1, work - answered, 0.0)
    g[layout.G_BACKLOG] = day.unanswered / capacity * day.dt
    if (g[layout.G_BACKLOG] > 0).any():
        for p in range(day.state.n_platforms):
            waiting = desk[:, 2] * np.minimum(g[layout.G_BACKLOG, :, p], _LONGEST_WAIT) * day.dt
            day.post(p, waiting > 0, fading=1.0, reach=1.0, is_page=True, service=-waiting)
    if (g[layout.G_FEAR] > 0.01).any():
        for p in range(day.state.n_platforms):
            calmed = desk[:, 3] * np.minimum(answered[:, p] / np.maximum(contacts[:, p], 1e-9), 1.0) * g[layout.G_FEAR, :, p]
            day.post(p, every & (calmed > 0), fading=1.0, reach=0.5, is_page=True, fear=-calmed * day.dt)
