"""What levers share: on which platform they work, where they come in, and the announcement of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trustsim.registry import choice
from trustsim.world.ends import ended

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.today import Mask

FIRST_DAY = 1.0  # the span of levers that act on their first day only


def on_platform() -> Any:
    """Declare on which platform a lever works."""
    return choice("*", unit="name", refers="platform", source="assumed", text="on which platform; '*': all")


def comes_in(day: Day, platform: int) -> Mask:
    """Return bool (lanes,): where a lever comes in today; at a platform that has ended nothing does."""
    return np.asarray(day.reached(0.0) & ~ended(day.state, platform))


def announce(day: Day, platform: str, to: str, fear: float) -> None:
    """Frighten those whom a rule is told, on the day on which it comes in."""
    for p in day.platforms(platform):
        day.do.post(p, comes_in(day, p), to=to, fear=fear)
