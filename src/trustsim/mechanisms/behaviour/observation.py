"""Deciding one after another, in view of what those before decided: the informational cascade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.mechanisms.behaviour.in_turn import AGAINST, LEAD, before, decides_now, note, seen
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings


@REGISTRY.enter("mechanism", "observation", rows=("D6", "D12"), source="doi:10.1086/261849; E-52")
@dataclass(frozen=True)
class Observation:
    """Let people decide once, one a day in each cluster: leave or stay, after an own signal and the decisions before.

    A signal s says with chance ``accuracy`` whether the platform is bad: +1 yes, −1 no. With n the neighbours who have
    left less those who have decided to stay, the log-odds of bad are ln(a / (1 − a)) · (``own_weight`` · s + n): each
    decision counts as a signal, the own one for more. Who gives a chance of x to bad leaves with chance 1 / (1 +
    exp(−(2x − 1) / ``noise``)): what is lost by an error decides how often it is made (Goeree, Palfrey, Rogers and
    McKelvey, who find both, errors and too much weight on what one knows oneself). The two numbers are fitted to
    Anderson and Holt (E-52): own signal followed in 86 of 90 first decisions, in 57 of 68 after one decision against
    it, cascade joined in 41 of 56 periods; they stand half-way between what these ask for if a period is one decision
    at a lead of two (0.15, 1.6) and if it is a period (0.18, 1.85).

    Without noise and with a weight of 1 whoever sees |n| ≥ 2 follows the many whatever the own signal says (a
    cascade), at |n| = 1 with the signal against it a coin decides, else the signal does: Bayes' rule where all see
    all (Bikhchandani, Hirshleifer and Welch). After 2k people there is no cascade with the chance (p − p²)^k; in the
    end it is the right one with p (p + 1) / (2 (1 − p + p²)). Known answer: with an accuracy of 1 and no noise all who
    decide leave a bad platform (``test_who_knows_for_sure_leaves_a_bad_platform``); the first in line follows the own
    signal as often as the logit says (``test_who_errs_follows_an_own_signal_as_the_logit_says``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation", "sensing", "interaction")
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 50  # nanoseconds an account and step, measured
    remembers: ClassVar[str] = "departures"

    accuracy: float = parameter(
        0.6, unit="share", low=0.5, source="doi:10.1086/261849", text="chance that a signal is right"
    )
    bad: bool = parameter(
        True, unit="flag", source="assumed", text="whether the platform is bad, so that leaving is right"
    )
    noise: float = parameter(
        0.17, unit="number", low=0, high=10, source="E-52; doi:10.1111/j.1467-937X.2007.00438.x",
        text="of decisions, against the difference between the chances of bad and of good; 0: none",
    )  # fmt: skip
    own_weight: float = parameter(
        1.75, unit="number", low=0, high=100, source="E-52; doi:10.1111/j.1467-937X.2007.00438.x",
        text="what the own signal counts, against one decision seen; 1: as much",
    )  # fmt: skip

    def p_leave(self, leaning: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64 (n,): the chance to leave, by how many more signals say bad than good, weighted."""
        if self.noise == 0:
            return np.asarray((1 + np.sign(leaning)) / 2)
        with np.errstate(divide="ignore"):
            worth = np.log(self.accuracy) - np.log1p(-self.accuracy)
        gain = np.tanh(np.where(leaning == 0, 0.0, leaning) * min(worth, 1e6) / 2)  # 2x − 1
        return np.asarray((1 + np.tanh(gain / self.noise / 2)) / 2)

    @staticmethod
    def decide(day: Day, settings: Settings[Observation]) -> None:
        """Let those whose turn it is decide."""
        for world in day.worlds:
            for p in range(day.state.n_platforms):
                decides = decides_now(day, world, p)
                if not decides.any():
                    continue
                luck, coin, _, _ = day.uniforms(world, purposes.OBSERVATION, p)
                for v, rule in settings.on(world.lanes):
                    earlier, left = before(day, v, world, p)
                    net = 2 * left - earlier
                    sign = np.where((luck < rule.accuracy) == rule.bad, 1, -1)
                    leaves = coin < rule.p_leave(rule.own_weight * sign + net)
                    day.do.leave(v, p, decides & leaves)
                    against = np.where(sign * net <= -LEAD, AGAINST, 0).astype(np.uint8)
                    note(day, v, p, decides, leaves, seen(earlier, left) | against)
