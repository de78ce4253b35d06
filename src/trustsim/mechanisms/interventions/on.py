"""What levers share: on which platform they work, and the announcement of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustsim.registry import parameter
from trustsim.world.rows import index_of

if TYPE_CHECKING:
    from trustsim.world.day import Day

FIRST_DAY = 1.0  # the span of levers that act on their first day only


def on_platform() -> Any:
    """Declare on which platform a lever works."""
    return parameter("*", unit="name", refers="platform", source="assumed", text="on which platform; '*': all")


def announce(day: Day, platform: str, to: str, *, fear: float, cost: float, of: str) -> None:
    """Bring a rule in on its first day: it frightens those whom it is told, and it costs where it changes the term *of*
    the platform."""
    for p in day.platforms(platform):
        first = day.reached(0.0)
        day.do.post(p, first, to=to, fear=fear)
        changes = day.term(of, p) != day.state.base_terms[index_of("term", of), :, p]
        day.do.spend(p, cost / day.scale, first & changes)
