"""What pushes people to run beside what they believe, for who asks what they acted on (kernels/reasons.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.arrays import Pushes
from trustsim.kernels.coefficients import Dials
from trustsim.kernels.layout import Gauges, Terms
from trustsim.world.leaning import CHANNELS, Law

if TYPE_CHECKING:
    from trustsim.world.state import State

Floats = NDArray[np.float64]


def beliefs_of_day_0(state: State) -> tuple[Floats, Floats, Floats]:
    """Return what a platform adds to the prior trust in fund safety, its published risk and the spread of its reading,
    float64 (lanes, platforms) each, log-odds, as they stand on day 0: what beliefs begin at."""
    spread = state.dials[:, Dials.REPORT_NOISE, None] * (1 - state.terms[Terms.REPORT_SCOPE])
    return state.terms[Terms.CUSTODY_TRUST].copy(), state.gauges[Gauges.PUBLISHED_RISK].copy(), spread


def pushes_of(
    state: State, calm: Floats, day_0: tuple[Floats, Floats, Floats], laws: Sequence[Law], leaning: Mapping[str, Floats]
) -> Pushes:
    """Return today's pushes: ``calm`` is what platforms add without the day's part, ``laws`` and ``leaning`` what
    columns and mechanisms lean on running, the latter by channel."""
    shape = (state.n_lanes, state.n_platforms)
    leant = np.zeros((len(CHANNELS), *shape))
    for channel, value in leaning.items():
        leant[CHANNELS.index(channel)] += value
    column = np.array([state.declared.index(law.column) for law in laws], np.int64)
    channel_of = np.array([CHANNELS.index(law.channel) for law in laws], np.int64)
    run = np.zeros((len(laws), *shape))
    for k, law in enumerate(laws):
        run[k] = law.spread("run", shape)
    return Pushes(np.ascontiguousarray(calm, np.float64), *day_0, leant, state.columns, column, channel_of, run)
