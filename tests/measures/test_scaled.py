"""Results in money or in people are those of the real platforms: of each outcome its unit, and this list, say which."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from counted import THEFT, story, study

from trustsim.catalog import REGISTRY
from trustsim.experiment.study import Study

SCALE = 50
PER_HEAD = {"loss_per_investor"}  # money of one client, whoever many there are
OF_CLIENTS = {"departed", "paid_in[full]", "paid_in[none]"}  # counts of people
OF_PLATFORMS = ("debts_paid", "left_after_debts", "of_actors[R: fees]")  # numbers that are money: they say so
FAILS = {"liquid_share": "2 %", "patience": "1 d", "equity": "-20 %"}


def played(scale: int, *names: str) -> Study:
    """Return worlds of the same people in which one stands for *scale*: what is fixed of a platform is as much more."""
    owns = {"own_cash": f"{30_000 * scale} CNY", "outside_debt": f"{10_000 * scale} CNY"}
    platforms: list[dict[str, Any]] = [{"name": name, "liquid_share": "15 %", **owns} for name in names]
    platforms[-1].update(FAILS)
    if len(names) > 1:
        platforms[0]["owes"] = f"{names[1]} {20_000 * scale}"
    levers = [
        {"kind": "notice_period", "platform": "H", "cost": 1_000 * scale},
        {"kind": "guarantee", "platform": "H", "cover": "50 %", "fund": 5_000 * scale},
        {"kind": "official_warning", "platform": "H", "cost": 2_000 * scale},
    ]
    return study(
        story(
            scale=scale, horizon="30 d", investors={"count": 300}, platforms=platforms, shocks=[THEFT],
            mechanisms={"obligations": {"day": "2 d"}} if len(names) > 1 else {},
            regulators=[{"name": "R", "interval": "2 d", "fee": 100 * scale, "threshold": "-50 %"}],
            variants={"nothing": [], "levers": levers},
        ),
        2,
    )  # fmt: skip


def factor(outcome: str) -> int:
    """Return by what an outcome is multiplied where an investor stands for SCALE clients, all else alike."""
    family = outcome.partition("[")[0]
    is_money = REGISTRY["outcome", family].unit == "money" and family not in PER_HEAD
    return SCALE if is_money or outcome in OF_CLIENTS or outcome.startswith(OF_PLATFORMS) else 1


@pytest.mark.parametrize("names", ["H", "HGK"], ids=["one platform", "three that owe"])
def test_every_outcome_in_money_or_people_is_of_the_real_platforms_and_no_other_changes(names: str) -> None:
    one, many = played(1, *names), played(SCALE, *names)
    assert one.outcomes.keys() == many.outcomes.keys()
    wrong = [
        name
        for name, found in one.outcomes.items()
        if not np.allclose(many.outcomes[name], factor(name) * found, rtol=1e-6, atol=1e-6, equal_nan=True)
    ]
    assert wrong == []
    assert all(np.array_equal(one.series[name], many.series[name], equal_nan=True) for name in one.series)
    told = [name for name, found in one.outcomes.items() if factor(name) != 1 and np.nansum(np.abs(found)) > 0]
    least = {"departed", "policy_cost", "loss_by_payer[guarantors]", "of_actors[R: fees]"}
    least |= {"paid_in[full]"} if len(names) == 1 else {"debts_paid[H]", "left_after_debts[H]"}
    assert least <= set(told)
