"""Small worlds with many balance sheets: the state of their platforms by day, and which fail within 90 days."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.catalog import REGISTRY
from trustsim.kernels.gauge import HOLE, MOST_EQUITY
from trustsim.kernels.layout import FAILED, WINDING, Gauges, Terms
from trustsim.model.batch import Batch
from trustsim.scenario.load import from_document

Floats = NDArray[np.float64]
WITHIN, LAST = 90, 60  # days: within which it fails; last day whose state is noted
POINTS, PEOPLE = 10, 300  # balance sheets in a world, investors
NAMES = ("One", "Two")
KINDS = ("p2p_lending", "money_market_fund", "crypto_exchange", "payment_wallet")
DIMENSIONS = 18
EQUITY = (0.0, 0.3, 0.4, 1.0), (-1.0, -0.35, -0.2, 0.3)  # where in its dimension which equity / claims stands


class Days(NamedTuple):
    """Days of platforms that stand: number of the world, state (n, 4), stated log-odds, whether it fails in time.

    State: equity / claims up to 0.3, what is missing / claims up to 0.25, cash less what waits, patience used up.
    """

    world: NDArray[np.int64]
    state: Floats
    stated: Floats
    fails: NDArray[np.bool_]


def hypercube(n: int, seed: int) -> Floats:
    """Return a Latin hypercube, float64 (n, DIMENSIONS)."""
    rng = np.random.default_rng(seed)
    order = np.argsort(rng.random((DIMENSIONS, n)), axis=1).T
    return (order + rng.random((n, DIMENSIONS))) / n


def _share(x: float) -> str:
    return f"{100 * x:.4g} %"


def _sheet(u: Sequence[float]) -> dict[str, Any]:
    """Return what is set of a platform."""
    return {
        "liquid_share": _share(0.01 * 100 ** u[0]), "equity": _share(np.interp(u[1], *EQUITY)),
        "patience": f"{2 * 15 ** u[2]:.0f} d", "sale_limit": _share(0.01 * 20 ** u[3]),
        "sale_impact": round(1.5 * u[4], 3),
    }  # fmt: skip


def _shocks(name: str, u: Sequence[float]) -> list[dict[str, Any]]:
    """Return what strikes a platform in the first month: for a quarter of them nothing."""
    size, at = 0.03 * 20 ** u[1], {"platform": name, "day": f"{round(30 * u[2])} d"}
    every: list[list[dict[str, Any]]] = [
        [],
        [],
        [{"kind": "default_wave", "share": _share(size), **at}],
        [{"kind": "default_wave", "share": _share(size), "told": False, **at}],
        [{"kind": "custodian_theft", "share": _share(size), **at}],
        [{"kind": "misuse", "rate": f"{size / 50:.4g} /day", **at}],
        [{"kind": "rumour", "broadcast": _share(size), "risk": 3, "fear": 1, **at}],
        [{"kind": "outage", "days": f"{round(40 * size) + 1} d", **at}],
    ]
    return every[int(len(every) * u[0])]


def _variant(u: Sequence[float]) -> tuple[list[dict[str, Any]], int]:
    """Return a balance sheet of both platforms with what befalls them, and the day from which nothing is to come."""
    sheets = {f"platforms.{name}.{key}": v for k, name in enumerate(NAMES) for key, v in _sheet(u[5 * k :]).items()}
    shocks = [shock for k, name in enumerate(NAMES) for shock in _shocks(name, u[10 + 3 * k :])]
    gates = [
        {"kind": "redemption_gate", "platform": name, "cost": 0} for k, name in enumerate(NAMES) if u[16 + k] < 0.3
    ]
    return [{"set": sheets}, *shocks, *gates], max((int(s["day"].split()[0]) for s in shocks), default=0)


def days_of(number: int, points: Floats, people: int = PEOPLE) -> Days:
    """Run one world under several balance sheets, and note the days of its platforms from the last shock on."""
    variants, since = zip(*map(_variant, points.tolist()), strict=True)
    kinds = KINDS[number % len(KINDS)], KINDS[number // len(KINDS) % len(KINDS)]
    scenario = from_document(
        {
            "trustsim": 1, "horizon": f"{LAST + WITHIN} d", "seed": number, "investors": {"count": people},
            "network": {"kind": "small_world", "mean_degree": 10},
            "platforms": [{"name": name, "kind": kind} for name, kind in zip(NAMES, kinds, strict=True)],
            "variants": {f"v{k}": variant for k, variant in enumerate(variants)},
        },
        REGISTRY,
    )  # fmt: skip
    batch = Batch(scenario, scenario.variants, [number])
    for _ in range(LAST + WITHIN):
        batch.step()
    seen = batch.history[: LAST + 1]
    fails = failing(batch.history, WITHIN)[: LAST + 1]
    noted = (seen[:, Gauges.STATUS] < WINDING) & (np.arange(LAST + 1)[:, None] >= np.array(since))[:, :, None]
    used_up = np.minimum(seen[:, Gauges.ARREARS] / batch.state.terms[Terms.PATIENCE], 1.0)
    state = np.stack(
        [
            np.clip(seen[:, Gauges.SOLVENCY], 0.0, MOST_EQUITY),
            np.clip(-seen[:, Gauges.SOLVENCY], 0.0, HOLE),
            np.maximum(seen[:, Gauges.LIQUIDITY] - seen[:, Gauges.QUEUE], -1.0),
            used_up,
        ],
        axis=-1,
    )
    return Days(np.full(noted.sum(), number), state[noted], seen[:, Gauges.RISK][noted], fails[noted])


def failing(history: Floats, within: int) -> NDArray[np.bool_]:
    """Return whether each platform fails in the next steps, bool (steps + 1, lanes, platforms)."""
    when = np.where(history[-1, Gauges.STATUS] == FAILED, history[-1, Gauges.FAILURE_DAY], np.inf)
    ahead = when - np.arange(len(history))[:, None, None]
    return np.asarray((ahead > 0) & (ahead <= within))


def run(files: int, *, seed: int, first: int = 0, people: int = PEOPLE, workers: int = 2) -> Days:
    """Run worlds numbered from *first*, each under its part of one hypercube."""
    points = np.split(hypercube(files * POINTS, seed), files)
    numbers = range(first, first + files)
    if workers == 1:
        found = list(map(days_of, numbers, points, repeat(people)))
    else:
        with ProcessPoolExecutor(workers) as pool:
            found = list(pool.map(days_of, numbers, points, repeat(people)))
    return Days(*(np.concatenate(column) for column in zip(*found, strict=True)))
