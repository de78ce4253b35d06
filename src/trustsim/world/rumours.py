"""One step of the spread of a rumour: the compiled part of one shock (mechanisms/shocks/rumour.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import rumour
from trustsim.kernels.arrays import Clock
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import Gauges, Terms
from trustsim.kernels.times import SAME_TIME
from trustsim.world.today import Mask, Today


class Told(Protocol):
    """The settings of a rumour that its spread needs."""

    @property
    def infectiousness(self) -> float: ...
    @property
    def tiring(self) -> float: ...
    @property
    def forgetting(self) -> float: ...
    @property
    def risk(self) -> float: ...
    @property
    def fear(self) -> float: ...
    @property
    def attention(self) -> float: ...


def spread_rumour(
    day: Today,
    platform: int,
    told: Told,
    status: NDArray[np.uint8],
    begins: Mask,
    first: Sequence[NDArray[np.int64]],
    purpose: int,
) -> None:
    """Let those who are *first*, of each world int64 (n,), believe the rumour where it begins; then take one step where
    it acts.

    ``status`` uint8 (lanes, investors), changed in place: 0 ignorant, 1 tells, 2 believes, 3 put right, 4 believes
    since today, 5 has forgotten it. ``purpose`` addresses the draws of who believes what a neighbour tells.
    """
    state, dt = day.state, day.dt
    groups, clock = state.groups, Clock(day.step, dt, day.keys)
    terms = state.terms[:, :, platform]
    is_answered = day.age >= terms[Terms.REBUTTAL_LAG] - SAME_TIME
    reverting = np.where(is_answered, 1 - (1 - terms[Terms.REBUTTAL]) ** dt, 0.0)
    chance, tiring, forgetting = (1 - (1 - x) ** dt for x in (told.infectiousness, told.tiring, told.forgetting))
    risk, fades = np.float32(min(told.risk, CLIP)), 1 - state.weights[:, platform, Weights.EVIDENCE_KEEP]
    words = rumour.Words(
        platform, purpose, chance, tiring, forgetting, risk, risk * fades, np.float32(told.fear),
        np.float32(told.attention), terms[Terms.EDUCATION].copy(), reverting,
    )  # fmt: skip
    n_variants = state.n_lanes // len(day.worlds)
    if told.attention > 0:
        state.gauges[Gauges.DRAWS, day.active, platform] = 1.0
    rumour.hold_on(status, day.active, groups.accounts, words, n_variants)
    for w, seeds in enumerate(first):
        for v in day.worlds[w].lanes:
            for who in seeds.tolist() if begins[v] else ():
                rumour.believe_it(status, groups.accounts, words, (w, v), who)
                status[v, who] = rumour.TELLS
    rumour.spread(status, day.active, groups.accounts, groups.links, state.literacy, words, clock)
    believers = ~np.isin(status, (rumour.IGNORANT, rumour.PUT_RIGHT, rumour.FORGOT))
    state.gauges[Gauges.BELIEVERS, :, platform] = believers.mean(axis=1) if believers.shape[1] else 0.0
