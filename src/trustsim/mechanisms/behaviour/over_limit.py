"""Moving what a guarantee does not cover to a platform where it is covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.layout import OPEN, Gauges, Terms
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import draw

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.drawn import Drawn
    from trustsim.world.settings import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BOTHERS = draw("over_limit", "bothers", text="who would move what is not covered at all, once for all")
MOVES = draw("over_limit", "moves", text="who of them does so today")


@REGISTRY.enter("mechanism", "over_limit", rows=("D21", "G11"), source="P-04")
@dataclass(frozen=True)
class OverLimit:
    """Move what lies above the limit of a guarantee to other platforms that cover it, at a rate, without a panic.

    Who holds more than the limit gains by moving the excess e the believed cover there, as far as there is room below
    the limit: g = max over the other open platforms considered of cover · credibility · min(room / e, 1). A client
    bothers to move it with the chance s g / (s g + (1 − s) exp(Δ)), s being ``share`` and Δ what is added to the exit
    friction; of those who bother ``pace`` a day ask for the excess, and leave the rest. It is paid like any request,
    then goes to a platform that covers some of it. Nobody moves where nothing else covers it. Whoever takes money out
    down to a limit, in a run too, leaves ``margin`` of the limit free. Known answer: with ``share`` and ``pace`` 100 %
    and no margin all that lies above a limit is at the other platform a day later, the limit is left where it was, and
    the total is as before (``test_what_lies_above_a_limit_moves_to_where_it_is_covered``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation", "objectives")
    paced: ClassVar[tuple[str, ...]] = ("pace",)  # a step is short beside it

    share: float = parameter(
        0.5, unit="share", source="P-04", text="share of the clients who bother to move what is not covered"
    )
    pace: float = parameter(
        0.05, unit="per_day", low=0, high=1, source="assumed", text="share of these who do so in a day"
    )
    margin: float = parameter(
        0.02, unit="share", source="assumed",
        text="share of the limit that is left free for interest where money is taken out down to it",
    )  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {Dials.LIMIT_MARGIN: self.margin}

    @staticmethod
    def decide(day: Day, settings: Settings[OverLimit]) -> None:
        """Let those whose day it is ask for what lies above the limit."""
        state = day.state
        if state.n_platforms == 1:
            return
        for world in day.worlds:
            for v, rule in settings.on(world.lanes):
                limits = state.terms[Terms.COVER_LIMIT, v]
                for p in np.flatnonzero(np.isfinite(limits) & (state.weights[v, :, Weights.COVER] > 0)).tolist():
                    move(day, world, rule, (v, p))


def move(day: Day, world: Drawn, rule: OverLimit, place: tuple[int, int]) -> None:
    """Let some of those clients of ``place`` (lane, platform) who bother ask today for what lies above its limit."""
    state, (v, p) = day.state, place
    mine = world.mine(p)
    excess = state.balance[v, mine] - state.requested[v, mine] - state.terms[Terms.COVER_LIMIT, v, p]
    some = np.flatnonzero(excess >= 1)
    if not len(some):
        return
    who = world.owners(p)[some]
    gain = rule.share * gained(day, world, place, who, excess[some])
    added = state.terms[Terms.EXIT_FRICTION, v, p] - state.agreed_terms[Terms.EXIT_FRICTION, v, p]
    chance = gain / np.maximum(gain + (1 - rule.share) * np.exp(added), 1e-300)
    luck, today = (
        day.uniforms_at(world, each.purpose(day.occurrence), who, step=step, platform=p)[0]
        for each, step in ((BOTHERS, 0), (MOVES, day.step))
    )
    moves = np.zeros(len(excess), np.bool_)
    moves[some] = (luck < chance) & (today < 1 - (1 - rule.pace) ** day.dt)
    day.do.leave(v, p, moves, is_ordinary=True, above_limit=True)


def gained(day: Day, world: Drawn, place: tuple[int, int], who: Ints, excess: Floats) -> Floats:
    """Return the believed cover, a share, that each of *who*, investors int64 (n,), gains at best by moving an
    *excess*, float64 (n,) minor units, from ``place`` (lane, platform) to another platform that is open."""
    state, (v, p) = day.state, place
    best = np.zeros(len(who))
    for q in range(state.n_platforms):
        cover, limit = float(state.weights[v, q, Weights.COVER]), state.terms[Terms.COVER_LIMIT, v, q]
        if q == p or cover <= 0 or state.gauges[Gauges.STATUS, v, q] != OPEN:
            continue
        there = world.accounts.at[q, who]
        room = np.maximum(limit - state.balance[v, np.maximum(there, 0)], 0.0)
        best = np.maximum(best, np.where(there >= 0, cover * np.minimum(room / excess, 1.0), 0.0))
    return best
