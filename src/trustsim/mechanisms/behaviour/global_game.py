"""Leaving on a noisy signal, knowing that all others have one too: the global game of a run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.mechanisms.behaviour.bank_run import backing, needs, opened, places
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

Floats = NDArray[np.float64]
_GRID = (np.arange(20_001) + 0.5) / 20_001  # of states that a signal leaves possible


@REGISTRY.enter(
    "mechanism",
    "global_game",
    rows=("D4", "D6"),
    source="doi:10.1017/CBO9780511610240.004; doi:10.1111/j.1540-6261.2005.00762.x",
)
@dataclass(frozen=True)
class GlobalGame:
    """Let clients leave on the first day where their signal is below the one at which who gets it would not care.

    A signal is the state plus noise, uniform within ± ``noise``. Game ``liquidity``: the state is what the platform can
    pay / claims, and it fails if more is asked for; staying pays 1 if it does not fail, leaving ``cost``: all that have
    less than they should fail below θ* = cost (Morris and Shin). Game ``project``: the state is the chance ``success``
    that held assets pay ``late_return``, with claims and books as in ``best_response``, and a share ``impatient``
    leaves anyway (Goldstein and Pauzner). Everyone takes the others to use the same cutoff; the one that is the best
    answer to itself is found by bisection. Known answer: the platform fails just below θ* and not just above it
    (``test_a_platform_fails_below_the_cost_of_staying``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation", "objectives", "prediction")
    default_on: ClassVar[bool] = False

    game: str = parameter(
        "liquidity", unit="text", choices=("liquidity", "project"), source="doi:10.1017/CBO9780511610240.004",
        text="what the state is",
    )  # fmt: skip
    noise: float = parameter(
        0.05, unit="number", low=1e-6, high=1, source="doi:10.1017/CBO9780511610240.004",
        text="e: largest error of a signal",
    )  # fmt: skip
    cost: float = parameter(
        0.6, unit="share", source="doi:10.1017/CBO9780511610240.004",
        text="c: what leaving pays, where staying pays 1 or nothing",
    )  # fmt: skip
    success: float = parameter(
        0.5, unit="share", source="doi:10.1111/j.1540-6261.2005.00762.x",
        text="chance that the project succeeds (give the same to the payoff)",
    )  # fmt: skip
    late_return: float = parameter(
        4.0, unit="number", low=0, high=1000, source="doi:10.1111/j.1540-6261.2005.00762.x",
        text="R: value of held assets if it does, against that of assets sold now",
    )  # fmt: skip
    impatient: float = parameter(
        0.25, unit="share", source="doi:10.1111/j.1540-6261.2005.00762.x",
        text="λ: share of the clients who leave anyway, in the project game",
    )  # fmt: skip

    def gain(self, state: Floats, leaving: Floats, backing: float) -> Floats:
        """Return float64 (n,): what staying pays more than leaving, in these states, where these shares leave."""
        if self.game == "liquidity":
            return np.asarray((leaving < state) - self.cost, np.float64)
        n = self.impatient + (1 - self.impatient) * leaving
        late = np.where(n < backing, state * self.late_return * (backing - n) / np.maximum(1 - n, 1e-300), 0.0)
        return np.asarray(late - np.minimum(1.0, backing / np.maximum(n, 1e-300)), np.float64)

    @staticmethod
    def decide(day: Day, settings: Settings[GlobalGame]) -> None:
        """Let everyone read the signal and act on it, on the first day."""
        for world, p in places(day) if day.step == 1 else ():
            error, need = 2 * day.uniforms(world, purposes.SIGNAL, p)[0] - 1, needs(day, world, p)
            is_client = opened(world, p)
            for v, rule in settings.on(world.lanes) if is_client.any() else ():
                is_project = rule.game == "project"
                impatient = need < np.rint(is_project * rule.impatient * is_client.sum())
                state = rule.success if is_project else float(day.gauge("liquidity", p)[v])
                signal = state + rule.noise * error
                day.do.leave(v, p, impatient | (signal < cutoff(rule, backing(day, v, p))))


@lru_cache(maxsize=256)
def cutoff(rule: GlobalGame, backing: float) -> float:
    """Return the signal at which its owner does not care, where all others leave below the same signal."""
    low, high = -rule.noise, 1 + rule.noise
    while high - low > 1e-12:
        signal = (low + high) / 2
        states = signal + rule.noise * (2 * _GRID - 1)
        below = np.clip((signal - states + rule.noise) / (2 * rule.noise), 0.0, 1.0)
        if rule.gain(states, below, backing).mean() < 0:
            low = signal
        else:
            high = signal
    return high
