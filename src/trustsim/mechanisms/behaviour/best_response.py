"""Leaving when waiting pays less, given how many are expected to leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Beliefs
from trustsim.mechanisms.behaviour.bank_run import backing, needs, opened, places
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

Floats = NDArray[np.float64]


@REGISTRY.enter("mechanism", "best_response", rows=("D6", "B1"), source="doi:10.1086/261155")
@dataclass(frozen=True)
class BestResponse:
    """Let patient clients leave when the many whom they expect to leave make waiting pay less (Diamond and Dybvig).

    A share ``impatient`` needs the money on the first day. A patient client expects a share f of all to leave: at first
    ``expected``, then who has left so far, at least the impatient, and more in fear: f + (1 − f) · min(fear, 1). With b
    the assets behind a unit of claims at first, and R ``late_return``, who waits gets R (b − f) / (1 − f) for a unit,
    nothing once f ≥ b, and what a guarantee believed in adds; who leaves gets 1, as long as it lasts. So a client waits
    for f < f* = (R b − 1) / (R − 1): with r1 = 1 / b that is (R − r1) / (r1 (R − 1)). An announced suspension bounds f.
    Whoever is covered in full waits where both pay the same. Known answer: above f* all leave, below it only the
    impatient (``test_all_leave_above_the_tipping_point``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation", "objectives", "prediction")
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 120  # nanoseconds an account and step, measured

    impatient: float = parameter(
        0.25, unit="share", source="doi:10.1086/261155",
        text="λ: share of the clients who need the money on the first day",
    )  # fmt: skip
    late_return: float = parameter(
        2.0, unit="number", low=0, high=1000, source="doi:10.1086/261155",
        text="R: value of assets that are held to the end, against that of assets sold now",
    )  # fmt: skip
    expected: float = parameter(
        0.0, unit="share", source="assumed", text="share of the clients who are expected to leave before any has"
    )

    def leaves(self, f: Floats, backing: float, cover: Floats) -> NDArray[np.bool_]:
        """Return bool (n,): who leaves, expecting a share *f* to leave and a share *cover* of a loss back."""
        left = np.maximum(backing - f, 0.0)
        late = np.where(f < 1, self.late_return * left / np.maximum(1 - f, 1e-300), 0.0)
        soon = np.where(f > backing, backing / np.maximum(f, 1e-300), 1.0)
        late, soon = (paid + cover * np.maximum(1 - paid, 0.0) for paid in (late, soon))
        return np.asarray((late < soon) | ((late == soon) & (cover < 1)))

    @staticmethod
    def decide(day: Day, settings: Settings[BestResponse]) -> None:
        """Let the impatient leave, and those whom it pays."""
        state = day.state
        for world, p in places(day):
            mine, need, is_client = world.mine(p), needs(day, world, p), opened(world, p)
            for v, rule in settings.on(world.lanes) if is_client.any() else ():
                impatient = need < np.rint(rule.impatient * is_client.sum())
                seen = rule.expected if day.step == 1 else (state.first_asked[v, mine] >= 0)[is_client].mean()
                f = max(seen, rule.impatient)
                expected = f + (1 - f) * np.minimum(state.beliefs[Beliefs.FEAR, v, mine].astype(np.float64), 1.0)
                bound = np.minimum(expected, day.term("suspend_after", p)[v])
                day.do.leave(v, p, impatient | rule.leaves(bound, backing(day, v, p), day.kernels.believed_cover(v, p)))
