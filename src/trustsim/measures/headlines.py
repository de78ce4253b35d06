"""The headline outcomes: what comparisons look at first, and which differences in them are too small to matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trustsim.units import Unit


@dataclass(frozen=True)
class Smallest:
    """The smallest difference that matters unless a scenario says another, in the unit of the outcome, and where it is
    from."""

    unit: Unit
    value: float
    source: str = "assumed"

    def within(self, horizon: float) -> float:
        """Return it for a run of so many days: of a time it is at most a hundredth of that."""
        return min(self.value, horizon / 100) if self.unit == "duration" else self.value


#: by name, what comes first first; a study uses those that it measures
HEADLINES: Mapping[str, Smallest] = MappingProxyType({
    "excess_withdrawn": Smallest("share", 0.01),
    "investor_loss": Smallest("share", 0.005),
    "stuck_money": Smallest("duration", 1.0),
    "needs_unmet": Smallest("share", 0.01),
    "failure_probability": Smallest("share", 0.01),
})  # fmt: skip
