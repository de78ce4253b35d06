"""How far and how loud the news of a world is told: what is drawn for the world moves reach and strength."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def factor(logs: Floats) -> Floats:
    """Return float64 (lanes,): the factor of each lane by its natural logarithm, the same however many lanes there
    are; 1 for 0."""
    return np.array([math.exp(x) for x in logs.tolist()])


def moved(share: float, log_odds: float) -> float:
    """Return a share in [0, 1] whose log-odds are moved; 0 and 1 stay, and so does any by 0."""
    if log_odds == 0.0 or share in (0.0, 1.0):
        return share
    odds = share / (1.0 - share) * math.exp(log_odds)
    return odds / (1.0 + odds)


def reached(reach: Floats, log_odds: Floats, dt: float) -> Floats:
    """Return the share that a message reaches in a step of *dt* days, float64 (lanes,), where *log_odds* are added to
    what it would reach in a day; so halving the step changes nothing."""
    return np.array([_in_a_step(r, x, dt) for r, x in zip(reach.tolist(), log_odds.tolist(), strict=True)])


def _in_a_step(reach: float, log_odds: float, dt: float) -> float:
    if log_odds == 0.0 or dt == 1.0:
        return moved(reach, log_odds)
    a_day = 1.0 - math.pow(1.0 - reach, 1.0 / dt)
    return 1.0 - math.pow(1.0 - moved(a_day, log_odds), dt)
