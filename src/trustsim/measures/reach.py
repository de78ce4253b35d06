"""How far into a story it can be told who leaves beyond calm: while calm keeps enough of the clients of day 0."""

from __future__ import annotations

import math

from trustsim.measures.beyond import ENOUGH, LEFT_IN_CALM
from trustsim.scenario.resolved import Scenario, World
from trustsim.world.network_size import USUAL_COUNT


def reach(world: World) -> float:
    """Return about the day until which calm keeps a fifth of the clients of day 0, or ENOUGH: they leave at the rate of
    ``ordinary``. Infinite where nobody does."""
    ordinary = world.mechanisms.get("ordinary")
    if ordinary is None:
        return math.inf
    clients = (world.investors.count or USUAL_COUNT) * world.investors.members
    return math.log(max(clients / ENOUGH, 1 / LEFT_IN_CALM)) / -math.log1p(-ordinary.leave)


def in_words(scenario: Scenario) -> str | None:
    """Say it in a line where it is less than the horizon, None where it is not."""
    day = min(reach(variant.world) for variant in scenario.variants)
    if day >= scenario.horizon:
        return None
    return (
        f"by about day {day:.0f} calm keeps too few of the clients of day 0 to tell who leaves beyond it: "
        "later, excess_withdrawn and excess_left see nothing, and left_by_group has no number; "
        "more investors, or a shorter horizon"
    )
