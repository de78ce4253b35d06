"""What the verbs and the kernels of single rules need to know of the day."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from trustsim.world.board import Board
from trustsim.world.drawn import Drawn
from trustsim.world.state import State

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Today(Protocol):
    """The day, as :class:`~trustsim.world.day.Day` describes it, to those whom the day itself makes."""

    state: State
    board: Board
    dt: float
    worlds: tuple[Drawn, ...]
    keys: NDArray[np.uint64]
    step: int
    scale: int
    active: Mask
    age: Floats
    is_quiet: bool

    @property
    def time(self) -> float: ...
    def accounts(self, lane: int, platform: int) -> slice: ...
    def holds(self, lane: int, platform: int) -> Mask: ...
