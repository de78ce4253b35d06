"""Who waits for own money sees it, whatever the rule is called that holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings


@REGISTRY.enter("mechanism", "own_wait", rows=("G3", "D1"), source="E-59")
@dataclass(frozen=True)
class OwnWait:
    """Let whoever waits for own money beyond what was agreed lose trust day by day, and stay as afraid.

    Agreed is the lag of the baseline's terms. Each day beyond it costs ``fund`` of trust in fund safety and ``service``
    of trust in service, by the equation of bad news (the mechanism ``trust``): with what scars add, and what stays as
    scar. Of what fear would lose that day by fading it keeps 1 − ``fading``. It is the same wait under a stop, a cap, a
    notice, a gate, a queue, and where the money is lacking; others see no more of it than before. Known answer: 10 days
    beyond the agreed lag cost 10 · ``fund`` and 10 · ``service``, without repair and scars, in steps of any length
    (``test_waiting_costs_trust_by_the_day_whatever_holds_the_money_back``).
    """

    #: with a channel off
    without: ClassVar[dict[str, dict[str, float] | None]] = {
        "fundamentals": {"fund": 0.0, "service": 0.0},
        "fear": {"fading": 1.0},
    }
    concepts: ClassVar[tuple[str, ...]] = ("learning", "sensing")

    fund: float = parameter(
        0.05, unit="log-odds", low=0, high=20, source="assumed",
        text="trust in fund safety lost a day of waiting beyond what was agreed",
    )  # fmt: skip
    service: float = parameter(
        0.1, unit="log-odds", low=0, high=20, source="assumed",
        text="trust in service lost a day of waiting beyond what was agreed",
    )  # fmt: skip
    fading: float = parameter(
        0.0, unit="share", source="assumed", text="share of the usual fading of fear that goes on while one waits so"
    )

    @staticmethod
    def each_day(day: Day, settings: Settings[OwnWait]) -> None:
        """Let those in the queues see how long they have waited."""
        if day.state.queue_n.any():
            strengths = np.empty((len(settings), 3), np.float32)
            strengths[:, 0], strengths[:, 1] = settings["fund"] * day.dt, settings["service"] * day.dt
            strengths[:, 2] = np.where(settings.is_on, settings["fading"], 1.0)
            day.kernels.see_own_wait(strengths)
