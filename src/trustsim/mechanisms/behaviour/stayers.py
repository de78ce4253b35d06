"""Those who stay are seen, as those who leave are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Gauges
from trustsim.registry import REGISTRY, parameter
from trustsim.world.leaning import Lean
from trustsim.world.rows import term

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

Floats = NDArray[np.float64]
term("stayers_shown", unit="share", source="P-31", text="how plainly the share is shown that kept the money")
term("withdrawals_shown", unit="share", source="P-31", text="how plainly the share is shown that left, and it alone")


@REGISTRY.enter("mechanism", "stayers", rows=("D6", "E4"), source="P-31; E-49")
@dataclass(frozen=True)
class Stayers:
    """Let what is shown of those who stay reassure whoever looks, and what is shown of those who leave alarm.

    With q the share of the accounts that asked for money within ``window``, less those who took that back, the log-odds
    of running move by ``weight`` · (q / ``most`` − 1) where the share that stayed is shown, and by ``weight`` · q /
    ``most`` where withdrawals alone are, each times how plainly it is shown. So the first is good news while fewer than
    ``most`` leave, and bad beyond; the second is never good. It is a figure on the page, read by whoever looks
    on the day of the choice: it counts once however long it has been there. Nothing is shown unless a lever does.
    Known answer: with half of all gone and ``most`` one half, to show who stayed does nothing, and to show withdrawals
    adds the weight (``test_who_stays_is_good_news_until_most_leave``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("sensing", "interaction")
    taught: ClassVar[str] = "weight"  # the number that a class moves first

    weight: float = parameter(
        1.0, unit="log-odds", low=0, high=20, source="assumed",
        text="log-odds against running, where all have stayed and all see it",
    )  # fmt: skip
    most: float = parameter(
        0.5, unit="share", low=0.01, source="assumed", text="share of leavers from which on the figure is bad news"
    )
    window: float = parameter(
        7.0, unit="duration", low=1, high=365, source="assumed", text="over how many days leavers are counted"
    )

    @staticmethod
    def lean(day: Day, settings: Settings[Stayers]) -> Iterator[Lean]:
        """Lean on running by what is shown of yesterday's figure."""
        stayers, withdrawals = day.term("stayers_shown"), day.term("withdrawals_shown")
        if not (stayers.any() or withdrawals.any()):
            return
        weight, most = settings["weight"][:, None], np.maximum(settings["most"], 1e-9)[:, None]
        news = (stayers + withdrawals) * left_lately(day, settings["window"]) / most - stayers
        yield Lean(Weights.CALM, np.where(settings.is_on[:, None], weight * news, 0.0), "herding")


def left_lately(day: Day, window: Floats) -> Floats:
    """Return float64 (lanes, platforms), in [0, 1]: of the accounts held *window* days ago, float64 (lanes,), the share
    that has asked for money since, as measured up to yesterday."""
    n_lanes, gone, held = len(window), np.zeros(day.state.gauges.shape[1:]), np.ones(day.state.gauges.shape[1:])
    begins = np.maximum(day.step - np.maximum(np.round(window / day.dt).astype(np.int64), 1), 1)
    for v in range(n_lanes):
        since = day.history[begins[v] : day.step, :, v]
        gone[v] = (since[:, Gauges.RUNNERS] + since[:, Gauges.LEAVERS] - since[:, Gauges.STAYERS]).sum(axis=0)
        held[v] = day.history[begins[v] - 1, Gauges.HOLDERS, v]
    return np.clip(gone / np.maximum(held, 1.0), 0.0, 1.0)
