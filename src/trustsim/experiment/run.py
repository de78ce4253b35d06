"""What a worker hands back of one replication of one lockstep group: a run that finished, or one that failed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import TrustsimError
from trustsim.measures.runs import LiquidityRun


@dataclass(frozen=True)
class Run:
    """One finished replication of the variants of one group.

    ``outcomes`` float64 (variants,), ``series`` float32 (steps + 1, variants, platforms + 1); ``episodes``: the runs on
    platforms, variant by variant, or none where the engine tells of none; ``platforms``: those that they may be on.
    """

    replication: int
    variants: tuple[str, ...]
    outcomes: dict[str, NDArray[np.float64]]
    series: dict[str, NDArray[np.float32]]
    episodes: tuple[tuple[LiquidityRun, ...], ...] = ()
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True)
class FailedRun:
    """One pass that did not finish: which replication and variants, at what stage, and what was raised.

    ``stage`` is 'simulate' where the model raised, 'timeout' where it took too long, 'worker' where the process that
    ran it was lost.
    """

    replication: int
    variants: tuple[str, ...]
    stage: str
    type: str
    message: str
    traceback: str


class RunTimeout(TrustsimError):
    """A pass took longer than it was given."""
