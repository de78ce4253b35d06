"""What education has taught stays for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.kernels.layout import Terms
from trustsim.registry import REGISTRY, parameter
from trustsim.world.rows import stock
from trustsim.world.terms import Change

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

TAUGHT = stock(
    "taught", start=0, unit="share", source="G5",
    text="share of the missing literacy that clients have learnt and not forgotten",
)  # fmt: skip


@REGISTRY.enter("mechanism", "learning", rows=("G5", "D9"), source="doi:10.1287/mnsc.2013.1849")
@dataclass(frozen=True)
class Learning:
    """Keep what education has made up of the missing literacy, and let it fade after its last day.

    taught ← max(what is taught today, taught · (1 − ``fading``)^Δt) counts as literacy wherever education does: in
    reading reports, in herding, in believing rumours and advertising. What is paid for ends with the lever.
    Known answer: with ``fading`` 50 % a day half of it is left a day after the last (``test_what_was_taught_fades``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("learning",)
    paced: ClassVar[tuple[str, ...]] = ("fading",)  # a step is short beside it

    fading: float = parameter(
        0.004, unit="per_day", low=0, high=1, source="doi:10.1287/mnsc.2013.1849",
        text="share of what was taught that is forgotten in a day: a tenth is left after 20 months",
    )  # fmt: skip

    @staticmethod
    def propose(day: Day, settings: Settings[Learning]) -> Iterator[Change]:
        """Let what was taught before hold today, where no lever teaches more."""
        taught, now = day.stock(TAUGHT), day.term("education")
        kept = taught * (1 - settings["fading"][:, None]) ** day.dt if day.step > 1 else taught
        taught[:] = np.where(settings.is_on[:, None], np.maximum(now, kept), taught)
        lasts = settings.is_on[:, None] & (taught > now)
        if lasts.any():
            yield Change(Terms.EDUCATION, taught, lasts, "at_least")
