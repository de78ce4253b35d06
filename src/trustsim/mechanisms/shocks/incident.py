"""When clients are told of an incident: what a theft and a leak share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trustsim.world.day import Column, Day, Mask


def told_today(day: Day, platform: int, discovery_lag: float, notice_lag: float) -> tuple[Mask, Column]:
    """Return where clients are told in this step, bool (variants,), and the days from knowing to telling, (variants,).

    They are told ``discovery_lag`` and the shorter of ``notice_lag`` and an incident notice's delay after the start.
    """
    waiting = np.minimum(notice_lag, day.term("notice_delay", platform))
    return day.passed("told", platform, discovery_lag + waiting), waiting
