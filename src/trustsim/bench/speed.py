"""Details of days: by size and stretch of the story, of the push to neighbours, by how many act; wall-clock times."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.bench.worlds import minimal, story
from trustsim.kernels import draws, purposes
from trustsim.kernels.acting import TOGETHER
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import Beliefs, Gauges
from trustsim.kernels.push import push
from trustsim.model import TrustCrisisModel

Floats = NDArray[np.float64]
Row = dict[str, Any]
CRISIS_DAYS = 20
BYTES_AN_EDGE = 4 + 4 + 4  # of a neighbour: number, account, value


def least(repeats: int, work: Callable[[], object]) -> float:
    """Return the least time of *work* in seconds."""
    best = np.inf
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return float(best)


def day_times(model: TrustCrisisModel, n_days: int) -> Floats:
    """Step *model* and return the seconds of each day, float64 (days,)."""
    model.collects = False
    times = np.empty(n_days)
    for d in range(n_days):
        begin = time.perf_counter()
        model.step()
        times[d] = time.perf_counter() - begin
    return times


def per_investor_day(file: str | os.PathLike[str], sizes: list[int], widths: list[int], budget: int) -> list[Row]:
    """Return nanoseconds per investor, day and variant of the whole story, in its calm and in its crisis.

    Calm: from day 3 to the first shock. Crisis: the 20 days from the one on which most run. ``budget``: the most
    investors times variants that are run; larger ones are named and left out.
    """
    rows: list[Row] = []
    for n in sizes:
        for width in widths:
            row: Row = {"investors": n, "variants": width}
            rows.append(row)
            if n * width > budget:
                row["left_out"] = f"over {budget // 10**3:,}k accounts"
                continue
            scenario = story(file, n, width)
            shock = int(min(item.timing.start for item in scenario.shocks) / scenario.step)
            repeats = 4 if n * width <= 400_000 else 1
            times, model = np.full(scenario.n_days, np.inf), None
            for _ in range(repeats):
                model = TrustCrisisModel(scenario, rng=0)
                times = np.minimum(times, day_times(model, scenario.n_days))
            assert model is not None
            peak = int(np.argmax(model.history[1:, Gauges.RUNNERS].sum(axis=(1, 2))))
            scale = 1e9 / (n * width)
            row["calm_ns"] = float(times[2 : shock - 1].mean() * scale)
            row["crisis_ns"] = float(times[peak : peak + CRISIS_DAYS].mean() * scale)
            del model
            gc.collect()
    return rows


@compiled
def gather(values, index, out) -> None:  # type: ignore[no-untyped-def]
    """Add up ``values`` at ``index``: the plain loop that a push is measured against."""
    total = np.float32(0)
    for k in range(len(index)):
        total += values[index[k]]
    out[0] = total


def push_against_gather(n: int) -> Row:
    """Return the bytes a second that the push reads of neighbours, against a plain gather of as many places."""
    model = TrustCrisisModel(minimal(n), rng=0)
    links, at = model.state.network, model.state.accounts.at[0]
    luck = draws.uniforms(n, purposes.USER, draws.key_of(1, 0))
    senders = np.flatnonzero(luck[0] < 0.1).astype(np.int32)  # in order, as the engine pushes
    ends = np.empty((2, TOGETHER), np.int64)
    values, ones = np.zeros(n, np.float32), np.ones(n, np.float32)
    n_edges = int((links.indptr[senders + 1] - links.indptr[senders]).sum())
    places, out = (np.resize(luck[1:].ravel(), n_edges) * n).astype(np.int32), np.zeros(1, np.float32)

    def pushed() -> None:
        push(values, np.float32(1), ones, senders, (links.indptr, links.neighbours), at, ends)

    def gathered() -> None:
        gather(values, places, out)

    pushed()
    gathered()
    pushing, gathering = least(10, pushed) / n_edges, least(10, gathered) / n_edges
    return {
        "investors": n, "push_gb_per_s": BYTES_AN_EDGE / pushing / 1e9, "gather_gb_per_s": 8 / gathering / 1e9,
        "push_edges_per_us": 1e-6 / pushing, "gather_edges_per_us": 1e-6 / gathering, "share": gathering / pushing,
    }  # fmt: skip


def by_share_acting(n: int, shares: list[float]) -> list[Row]:
    """Return the time of a day on which a given share of the investors acts."""
    rows = []
    luck = draws.uniforms(n, purposes.USER, draws.key_of(1, 0))[0]
    for share in shares:
        seconds, acted = np.inf, 0.0
        for _ in range(4):
            model = TrustCrisisModel(minimal(n, 1, 4), rng=0)
            model.state.beliefs[Beliefs.FUND] = np.where(luck < share, -9.0, 9.0)
            s = model.state
            for room in (s.requested, s.asked_day, s.later, s.queue, s.actions):
                room += room.dtype.type(0)  # so that the system's first handing out of memory is not timed
            seconds = min(seconds, float(day_times(model, 1)[0]))
            acted = float(model.state.gauges[Gauges.RUNNERS, 0, 0] / n)
        rows.append({"share": acted, "us_per_day": seconds * 1e6, "ns_per_investor": seconds / n * 1e9})
    return rows
