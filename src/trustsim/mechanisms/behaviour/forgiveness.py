"""Trust that comes back faster where harm was made good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Gauges, Terms
from trustsim.registry import REGISTRY, parameter
from trustsim.world.memory import Memory, memory
from trustsim.world.terms import Change

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

MADE_GOOD = memory("made good", text="float64 (lanes, platforms), share of what was stolen that was put back")
APOLOGISED = memory("apologised", text="float64 (lanes, platforms), 1 where the platform has apologised")
WELL_BEHAVED = memory("well behaved", text="float64 (lanes, platforms), days of good conduct that were shown on end")


@REGISTRY.enter("mechanism", "forgiveness", rows=("D2", "E10"), source="doi:10.1016/j.obhdp.2006.05.005; E-59; P-46")
@dataclass(frozen=True)
class Forgiveness:
    """Let lost trust come back faster where what was taken was made good, and where good conduct is steady.

    The rate at which trust comes back (``repair`` of the mechanism ``trust``) is multiplied by 1 + ``compensated`` ·
    share made good + ``conduct`` · min(days of good conduct / ``steady``, 1) + ``apology`` · max(1 − trust lost /
    ``anger``, 0), where trust lost is what the mean trust of the clients of day 0 has fallen since then. So deeds move
    the rate and not the level, and words count only while little trust is lost. Nothing is made good unless a lever
    does. Known answer: with all made good and a weight of 3, a gap in trust closes four times as fast
    (``test_what_was_made_good_comes_back_faster``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("learning",)
    taught: ClassVar[str] = "compensated"  # the number that a class moves first

    compensated: float = parameter(
        2.0, unit="number", low=0, high=100, source="assumed",
        text="by how many times the rate rises where all was made good",
    )  # fmt: skip
    conduct: float = parameter(
        1.0, unit="number", low=0, high=100, source="assumed", text="by how many times it rises by steady good conduct"
    )
    steady: float = parameter(
        30.0, unit="duration", low=1, high=3650, source="assumed", text="days of good conduct that count in full"
    )
    apology: float = parameter(
        1.0, unit="number", low=0, high=100, source="assumed",
        text="by how many times it rises by an apology where no trust is lost",
    )  # fmt: skip
    anger: float = parameter(
        0.1, unit="share", low=0.001, source="assumed", text="fall of mean trust from which on an apology does nothing"
    )

    @staticmethod
    def propose(day: Day, settings: Settings[Forgiveness]) -> Iterator[Change]:
        """Multiply the rate of repair by what was done up to yesterday."""
        if not any(row in day.kept for row in (MADE_GOOD, APOLOGISED, WELL_BEHAVED)):
            return
        trust = day.history[:, Gauges.COHORT_TRUST]
        lost = np.nan_to_num(trust[0] - trust[max(day.step - 1, 0)])
        calm = np.maximum(1 - np.maximum(lost, 0.0) / np.maximum(settings["anger"], 1e-9)[:, None], 0.0)
        steady = np.minimum(of_platforms(day, WELL_BEHAVED) / np.maximum(settings["steady"], 1e-9)[:, None], 1.0)
        faster = settings["compensated"][:, None] * of_platforms(day, MADE_GOOD) + settings["conduct"][:, None] * steady
        faster += settings["apology"][:, None] * of_platforms(day, APOLOGISED) * calm
        is_faster = settings.is_on[:, None] & (faster > 0)
        if is_faster.any():
            yield Change(Terms.MENDING, 1 + faster, is_faster, "multiply")


def of_platforms(day: Day, row: Memory) -> NDArray[np.float64]:
    """Return what was done on each platform so far, float64 (lanes, platforms), to be written to."""
    shape = (day.state.n_lanes, day.state.n_platforms)
    return day.keep(row, lambda: np.zeros(shape))
