"""When clients are told of an incident: what a theft and a leak share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from trustsim.world.day import Day


def told_today(
    day: Day, platform: int, discovery_lag: float, notice_lag: float
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return where clients are told in this step, bool (lanes,), and the days from knowing to telling, (lanes,).

    They are told ``discovery_lag`` and the shorter of ``notice_lag`` and an incident notice's delay after the start.
    A notice may shorten the delay on the way: so they are told once, on the first day on which it is over.
    """
    waiting = np.minimum(notice_lag, day.term("notice_delay", platform))
    done = day.memory.setdefault(("told", platform), np.zeros(len(day.active), np.bool_))
    told = day.active & (day.age >= discovery_lag + waiting - 1e-9) & ~done
    done |= told
    return told, waiting
