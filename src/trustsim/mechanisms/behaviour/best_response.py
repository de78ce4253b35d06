"""Leaving when waiting pays less, given how many are expected to leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Beliefs
from trustsim.mechanisms.behaviour.bank_run import backing, needs, opened, places, tastes
from trustsim.mechanisms.behaviour.in_turn import before, decides_now, group_sizes, note, seen
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.drawn import Drawn
    from trustsim.world.settings import Settings

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@REGISTRY.enter("mechanism", "best_response", rows=("D6", "B1"), source="doi:10.1086/261155; E-47")
@dataclass(frozen=True)
class BestResponse:
    """Let patient clients leave when the many whom they expect to leave make waiting pay less (Diamond and Dybvig).

    A share ``impatient`` needs the money on the first day. A patient client expects a share f of all to leave: at first
    ``expected``, then who has left so far, at least the impatient, and more in fear: f + (1 − f) · min(fear, 1). With b
    the assets behind a unit of claims at first, and R ``late_return``, who waits gets R (b − f) / (1 − f) for a unit,
    nothing once f ≥ b, and what a guarantee believed in adds; who leaves gets 1, as long as it lasts. An announced
    suspension bounds f. Whoever loses G by leaving leaves with the chance 1 / (1 + exp(G / ``noise``)), a logit, with
    one draw for the run: nobody leaves for having looked more often. ``noise`` and ``expected`` are fitted to the means
    of 143 sessions of ten players (Arifovic, Jiang and Xu, E-47).

    With ``one_by_one`` clients decide once, one a day in each cluster, in view of the neighbours before them. The
    cluster stands for all clients: what was seen of it is known, and of its others a share as at first is expected to
    leave (Kiss, Rodriguez-Lara and Rosa-García, E-49).

    Without noise a client waits for f < f* = (R b − 1) / (R − 1): with r1 = 1 / b that is (R − r1) / (r1 (R − 1)), and
    whoever is covered in full waits where both pay the same. Known answer: above f* all leave, below it only the
    impatient (``test_all_leave_above_the_tipping_point``); with noise as many as the logit says
    (``test_who_errs_leaves_as_often_as_the_logit_says``).
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
        0.05, unit="share", source="E-47; doi:10.1016/j.jedc.2013.06.016",
        text="share of the clients who are expected to leave before any has",
    )  # fmt: skip
    noise: float = parameter(
        0.17, unit="number", low=0, high=10, source="E-47; doi:10.1016/j.jedc.2013.06.016",
        text="of decisions, in what a unit of claims pays; 0: none",
    )  # fmt: skip
    one_by_one: bool = parameter(
        False, unit="flag", source="E-49; doi:10.1016/j.jebo.2014.01.019",
        text="whether clients decide one after another, once each, in view of those before",
    )  # fmt: skip

    @property
    def remembers(self) -> str:
        """What is remembered of neighbours: in a line, who left."""
        return "departures" if self.one_by_one else ""

    def leaves(self, f: Floats, backing: float, cover: Floats, taste: Floats) -> Bools:
        """Return bool (n,): who leaves, expecting a share *f* to leave and a share *cover* of a loss back."""
        left = np.maximum(backing - f, 0.0)
        late = np.where(f < 1, self.late_return * left / np.maximum(1 - f, 1e-300), 0.0)
        soon = np.where(f > backing, backing / np.maximum(f, 1e-300), 1.0)
        late, soon = (paid + cover * np.maximum(1 - paid, 0.0) for paid in (late, soon))
        gain = late - soon + self.noise * taste
        return np.asarray((gain < 0) | ((gain == 0) & (cover < 1)))

    @staticmethod
    def decide(day: Day, settings: Settings[BestResponse]) -> None:
        """Let the impatient leave, and those whom it pays."""
        state = day.state
        for world, p in places(day):
            mine, need, is_client = world.mine(p), needs(day, world, p), opened(world, p)
            taste = tastes(day, world, p) if settings["noise"].any() else np.zeros(len(need))
            for v, rule in settings.on(world.lanes) if is_client.any() else ():
                is_impatient = need < np.rint(rule.impatient * is_client.sum())
                f, decides = rule.in_line(day, v, world, p) if rule.one_by_one else (rule.at_once(day, v, p), True)
                expected = f + (1 - f) * np.minimum(state.beliefs[Beliefs.FEAR, v, mine].astype(np.float64), 1.0)
                bound = np.minimum(expected, day.term("suspend_after", p)[v])
                leaves = rule.leaves(bound, backing(day, v, p), day.kernels.believed_cover(v, p), taste)
                day.do.leave(v, p, decides & (is_impatient | leaves))
                if rule.one_by_one:
                    saw = seen(*before(day, v, world, p)) * ~is_impatient
                    note(day, v, p, decides & is_client, is_impatient | leaves, saw)

    def at_once(self, day: Day, lane: int, platform: int) -> float:
        """Return the share expected to leave where all decide at once, and again on every day."""
        world = day.state.world_of(lane)
        has_asked = day.state.first_asked[lane, world.mine(platform)] >= 0
        seen = self.expected if day.step == 1 else has_asked[opened(world, platform)].mean()
        return float(max(seen, self.impatient))

    def in_line(self, day: Day, lane: int, world: Drawn, platform: int) -> tuple[Floats, Bools]:
        """Return what each of the platform's accounts expects in its turn, float64 (n,), and whose turn it is."""
        earlier, left = before(day, lane, world, platform)
        n = group_sizes(world, platform)
        f = (left + max(self.expected, self.impatient) * (n - earlier)) / n
        return np.minimum(f, 1.0), decides_now(day, world, platform)
