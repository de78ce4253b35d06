"""Lengths of time that add up step by step end where they should, in steps of any fraction of a day."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from quiet_world import READY, Play, document, leave, lever

import trustsim.mechanisms
from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import HOLDS
from trustsim.mechanisms.sector.obligations import CLEARED
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document

ROOM = Path(trustsim.mechanisms.__path__[0])
RICH = {"own_cash": 1000, "liquid_share": "100 %"}


@pytest.mark.parametrize(("step", "steps_a_day"), [("1 h", 24), ("30 min", 48), ("20 min", 72), ("5 min", 288)])
def test_a_gate_is_down_for_its_time_to_the_step(play: Play, step: str, steps_a_day: int) -> None:
    gate = lever("redemption_gate", trigger="100 %", duration="6 h", reopening="0 d", announced=False)
    n = steps_a_day // 4
    seen = play(
        n + 8, step=step, platforms={"Harbour": {**RICH, "payout_lag": "3 d"}, "Quay": RICH}, mechanisms=READY,
        variants={"gate": [leave(), gate]},
    )  # fmt: skip
    down = np.flatnonzero(seen.gauge("status")[:, 0, 0] == 1)  # from the second step on, when requests wait
    assert down.tolist() == list(range(2, 2 + n))


@pytest.mark.parametrize("hours", [25, 28, 31])
def test_debts_are_cleared_on_their_day_to_the_step(hours: int) -> None:
    told = document(
        step="1 h", mechanisms={"obligations": {"day": f"{hours / 24!r} d"}},
        platforms={"A": {**RICH, "owes": "B 10"}, "B": RICH}, investors={"count": 1, "second_platform": "0 %"},
    )  # fmt: skip
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    for _ in range(hours - 1):
        model.step()
    assert CLEARED not in model.kept
    model.step()
    assert CLEARED in model.kept


def test_one_a_day_decides_in_steps_whose_sum_misses_a_day() -> None:
    """Forty-nine steps of a forty-ninth of a day are a little less than one."""
    told = document(
        step=f"{1 / 49!r} d", network={"kind": "block", "communities": 10, "mean_degree": 3, "inside_share": "100 %"},
        mechanisms={"observation": {"accuracy": 1, "noise": 0}}, platforms={"Harbour": {"liquid_share": "100 %"}},
        investors={"count": 40, "second_platform": "0 %", "considered": 1, "members": "100 %"},
    )  # fmt: skip
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    left = []
    for _ in range(4 * 49):
        model.step()
        left.append(40 - int(((model.state.flags[0] & HOLDS) > 0).sum()))
    assert left[48::49] == [10, 20, 30, 40]


def test_what_is_compared_with_the_clock_allows_for_rounding() -> None:
    """Of ``day.time`` and ``day.age``: two numbers of it may miss each other by less than SAME_TIME."""
    bare = []
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            inside = list(ast.walk(node)) if isinstance(node, ast.Compare) else []
            asks = any(isinstance(x, ast.Attribute) and x.attr in ("time", "age") for x in inside)
            if asks and not any(isinstance(x, ast.Name) and x.id == "SAME_TIME" for x in inside):
                bare.append(f"{path.relative_to(ROOM)}:{node.lineno}")
    assert not bare
