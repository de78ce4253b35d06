"""What a file says of a length of time that is longer than its horizon, so that it is never seen whole."""

from __future__ import annotations

from collections.abc import Iterator

from trustsim.scenario.resolved import Scenario
from trustsim.units import show


def too_long(scenario: Scenario) -> Iterator[str]:
    """Yield in words what is longer than the horizon, and what that makes of it."""
    within = scenario.counted.run.within
    if within > scenario.horizon:
        given, horizon = show(within, "duration"), show(scenario.horizon, "duration")
        yield f"run.within is {given}, more than the horizon of {horizon}: a run is what leaves in all of it"
