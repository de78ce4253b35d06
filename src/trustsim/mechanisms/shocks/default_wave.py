"""Borrowers default or assets fall in price, alone or together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.kernels.times import SAME_TIME
from trustsim.mechanisms.audience import audience
from trustsim.mechanisms.shocks.incident import A_TENTH
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import draw

if TYPE_CHECKING:
    from trustsim.world.day import Day

OWN = draw("default_wave", "own share", text="how hard the wave hits one platform")


@REGISTRY.enter("shock", "default_wave", rows=("C17", "A3"), source="C17")
@dataclass(frozen=True)
class DefaultWave:
    """Take a share off the value of a platform's assets, spread over some days; reports show it.

    With ``platform: '*'`` every platform is hit, each by ``share`` · (``correlation`` + (1 − correlation) · its own
    draw with mean 1): a common factor and an own one. News weighs by what is lost / claims. A wave that is not ``told``
    stays hidden until somebody finds it (the mechanism ``discovery``). Known answer: a share of 10 % over one day
    lowers assets of 1,000 to 900 (``test_a_default_wave_takes_its_share``).
    """

    neutral: ClassVar[dict[str, Any]] = {"share": 0}  # changes nothing

    platform: str = parameter("*", unit="name", refers="platform", source="assumed", text="whose assets fall")
    share: float = parameter(0.1, unit="share", source="C17", text="value lost / value before")
    over: float = parameter(
        1.0, unit="duration", low=0.01, high=3650, source="assumed", text="days over which it is lost"
    )
    correlation: float = parameter(1.0, unit="share", source="C17", text="how alike the platforms are hit")
    told: bool = parameter(
        True, unit="flag", source="assumed",
        text="whether the reports show the loss at once; if not, it stays hidden until somebody finds it",
    )  # fmt: skip
    fund: float = parameter(
        0.5, unit="log-odds", low=0, high=20, source="assumed",
        text="trust in fund safety lost per 10 % of the claims, when told",
    )  # fmt: skip
    to: str = audience()

    def span(self) -> float:
        """Return for how many days after its start the shock has anything to do."""
        return self.over + 1

    def act(self, day: Day) -> None:
        """Let the assets fall a little every day; the first day brings the news."""
        n_steps = max(round(self.over / day.dt), 1)
        falling = day.active & (day.age < self.over - SAME_TIME)
        for p in day.platforms(self.platform):
            own = 2 * day.chance(OWN, p, once=True)
            share = self.share * (self.correlation + (1 - self.correlation) * own)
            share = np.minimum(share * day.loss_size, 1.0)
            a_step = [(1 - s) ** (1 / n_steps) - 1 for s in share.tolist()]
            lost = share * day.state.ladder[:, :, p].sum(axis=0) / np.maximum(day.gauge("claims", p), 1.0)
            change = day.do.revalue(p, a_step, falling)
            if self.told:
                day.do.post(p, day.reached(0.0) & (lost > 0), to=self.to, fund=-self.fund * A_TENTH * lost)
            else:
                day.do.misreport(p, -change, falling)
