"""What mechanisms add to decisions from day to day, and the channels that attribution counts it to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError, nearest, one_of
from trustsim.kernels.channels import Channels
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.named import names_of
from trustsim.world.handed import finite, spread
from trustsim.world.rows import Row, called, of_kind

Floats = NDArray[np.float64]
#: what makes people leave, for attribution: every part of the readiness to run counts to one of these
CHANNELS = names_of(Channels)
DECISIONS = (Weights.CALM, Weights.ORDINARY, Weights.JOIN)  # to run, to leave, to join: whose log-odds may be leaned on
#: and where trust in fund safety comes to rest
LEANED = (*DECISIONS, Weights.BASE_FUND)


@dataclass(frozen=True, eq=False)
class Lean:
    """What a mechanism adds today to the log-odds of a decision, or of the trust in fund safety at which people come to
    rest, and the channel that it counts to.

    ``row``: one of :data:`LEANED`, ``Weights.CALM`` (run), ``ORDINARY`` (leave), ``JOIN`` or ``BASE_FUND`` (trust at
    rest). ``value``: one number, or float64 (lanes, 1) or (lanes, platforms), finite. Channels stand in
    :data:`CHANNELS`. Raises ModelError for another row or channel.
    """

    row: Weights
    value: Floats | float
    channel: str

    def __post_init__(self) -> None:
        if self.row not in LEANED or not isinstance(self.row, Weights):
            allowed = one_of([f"Weights.{row.name}" for row in LEANED])
            raise ModelError(f"Lean: given {called(self.row)}; allowed: {allowed}")
        _check(self.channel)

    def spread(self, shape: tuple[int, int]) -> Floats:
        """Return its value, float64 (lanes, platforms); raises ModelError where that is another shape or not finite."""
        return _numbers(f"Lean on {called(self.row)}", self.value, shape)


@dataclass(frozen=True, eq=False)
class Law:
    """How one column moves today, and what it adds to the log-odds of decisions, a unit; each is one number, or
    (lanes, 1) or (lanes, platforms), finite. ``channel``: what attribution counts its part of running and leaving to.

    Raises ModelError for a row that is no column, and for a channel that there is not.
    """

    column: Row
    keep: Floats | float = 1.0
    add: Floats | float = 0.0
    run: Floats | float = 0.0
    leave: Floats | float = 0.0
    join: Floats | float = 0.0
    channel: str = "fundamentals"

    def __post_init__(self) -> None:
        _check(self.channel)
        of_kind(self.column, "column", "Law")

    def spread(self, part: str, shape: tuple[int, int]) -> Floats:
        """Return one of its parts, float64 (lanes, platforms); raises ModelError where that is another shape or not
        finite."""
        return _numbers(f"{part} of the Law of {self.column.name!r}", getattr(self, part), shape)


def _numbers(what: str, value: Floats | float, shape: tuple[int, int]) -> Floats:
    finite(what, value=value)
    return spread(what, value, shape)


def unless_muted(value: Floats | float, channel: str, muted: NDArray[np.str_]) -> Floats:
    """Return what is leaned on a decision, 0 in the lanes, str (lanes,), where its channel is *muted*."""
    is_muted = muted == channel
    return np.where(is_muted[:, None], 0.0, value) if is_muted.any() else np.asarray(value, np.float64)


def heeded(law: Law, muted: NDArray[np.str_]) -> Law:
    """Return a law that leans on no decision in the lanes, str (lanes,), where its channel is *muted*."""
    if not (muted == law.channel).any():
        return law
    run, leave, join = (unless_muted(value, law.channel, muted) for value in (law.run, law.leave, law.join))
    return replace(law, run=run, leave=leave, join=join)


def _check(channel: str) -> None:
    """Raise ModelError where a channel is none of CHANNELS."""
    if channel not in CHANNELS:
        hint = nearest(channel, CHANNELS)
        near = f"; did you mean {hint}?" if hint else ""
        raise ModelError(f"channel: given {channel!r}; allowed: {one_of(CHANNELS)}{near}")
