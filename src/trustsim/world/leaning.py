"""What mechanisms add to decisions from day to day, and the channels that attribution counts it to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError, nearest, one_of
from trustsim.kernels.channels import Channels
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.named import names_of
from trustsim.world.rows import Row

Floats = NDArray[np.float64]
#: what makes people leave, for attribution: every part of the readiness to run counts to one of these
CHANNELS = names_of(Channels)


@dataclass(frozen=True, eq=False)
class Lean:
    """What a mechanism adds today to a weight, float64 (lanes, platforms), and the channel that it counts to.

    The weights of decisions are ``Weights.CALM`` (run), ``ORDINARY`` (leave) and ``JOIN``; channels stand in
    :data:`CHANNELS`.
    """

    row: Weights
    value: Floats
    channel: str

    def __post_init__(self) -> None:
        _check(self.channel)


@dataclass(frozen=True, eq=False)
class Law:
    """How one column moves today, and what it adds to the log-odds of decisions, a unit; each spreads to (lanes,
    platforms). ``channel``: what attribution counts its part of running and leaving to."""

    column: Row
    keep: Floats | float = 1.0
    add: Floats | float = 0.0
    run: Floats | float = 0.0
    leave: Floats | float = 0.0
    join: Floats | float = 0.0
    channel: str = "fundamentals"

    def __post_init__(self) -> None:
        _check(self.channel)


def _check(channel: str) -> None:
    """Raise ModelError where a channel is none of CHANNELS."""
    if channel not in CHANNELS:
        hint = nearest(channel, CHANNELS)
        near = f"; did you mean {hint}?" if hint else ""
        raise ModelError(f"channel: given {channel!r}; allowed: {one_of(CHANNELS)}{near}")
