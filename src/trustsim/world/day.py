"""What a mechanism sees of the day: the clock, the draws, and what can be seen of accounts and platforms."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trustsim.errors import ModelError
from trustsim.kernels import draws
from trustsim.kernels.layout import HOLDS, Gauges
from trustsim.kernels.named import no_row
from trustsim.kernels.times import SAME_TIME
from trustsim.kernels.variates import account_words, first_words
from trustsim.names import EVERY
from trustsim.world.board import Board
from trustsim.world.drawn import Drawn
from trustsim.world.hazards import MECHANISM, Draw, Occurrence
from trustsim.world.memory import NOTHING_KEPT, Memory
from trustsim.world.rows import Row, index_of, of_kind
from trustsim.world.rule_kernels import RuleKernels
from trustsim.world.state import State
from trustsim.world.today import Floats, Mask
from trustsim.world.verbs import Verbs


class Day:
    """One step of the worlds, seen by one item (a shock or an intervention) at a time.

    Several worlds may be stepped together, each in all its variants: a row of an array (lanes, …) is one variant of one
    of them. What is written over whole arrays holds for all; who needs the people of a world goes through ``worlds``
    and the ``lanes`` of each (:class:`~trustsim.world.drawn.Drawn`).

    ``do`` has the verbs that change the world (:class:`~trustsim.world.verbs.Verbs`), ``kernels`` the compiled work of
    single rules. ``state`` and ``board`` are the arrays and the messages. ``dt`` is the length of the step in days,
    ``step`` its number from 1; ``scale`` says how many real clients an investor stands for: a lever divides fixed
    sums of a platform by it. ``active`` bool (lanes,) says where the item acts now, ``age`` float64 (lanes,) for how
    long it has (days, 0 on its first step). ``memory`` is a dictionary of the item's own that lasts for the run, for
    all lanes: what differs between them is an array (lanes, …). ``occurrence`` tells the item from others. To a
    mechanism or an actor, ``active`` is where it is on, ``age`` the time since the beginning, and it has no ``memory``.
    ``status_before`` float64 (lanes, platforms) is yesterday's status. ``is_quiet``: in all lanes every platform is
    open, nothing overdue, nobody alarmed, no backlog; set by yesterday's measures, taken back by a stop of payments.
    ``loss_size`` float64 (lanes,): the factor on what shocks cost in this world; a shock multiplies by it.
    ``kept`` holds what :meth:`keep` was given. ``history`` float64 (steps + 1, Gauges, lanes, platforms): what was
    measured on the days before.
    """

    def __init__(self, state: State, board: Board, dt: float) -> None:
        self.state, self.board, self.dt, self.worlds = state, board, dt, state.drawn
        self.keys = np.array([world.key for world in state.drawn])
        self.step, self.scale = 0, state.scale
        self.active: Mask = np.ones(state.n_lanes, np.bool_)
        self.age: Floats = np.zeros(state.n_lanes)
        self.memory: MutableMapping[Any, Any] = NOTHING_KEPT
        self.occurrence: Occurrence = MECHANISM
        self.status_before: Floats = state.gauges[Gauges.STATUS].copy()
        self.is_quiet = False
        self.loss_size: Floats = np.ones(state.n_lanes)
        self.kept: dict[Memory, NDArray[Any]] = {}
        self.history: Floats = state.gauges[None]
        self.do, self.kernels = Verbs(self), RuleKernels(self)

    def take(self, other: Day, columns: NDArray[np.int64]) -> None:
        """Begin where *other* is, with these lanes, int64 (lanes,), of it."""
        self.board.take(other.board, columns)
        self.kept = {name: array[columns] for name, array in other.kept.items()}
        self.is_quiet = other.is_quiet

    def keep(self, memory: Memory, start: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Return an array (lanes, …) that a mechanism keeps over the run; *start* makes it."""
        if memory not in self.kept:
            array = start()
            if array.shape[:1] != (self.state.n_lanes,):
                raise ModelError(
                    f"{memory.name} of {memory.module}: given an array of shape {array.shape}; allowed: lanes first, "
                    f"here {self.state.n_lanes}"
                )
            self.kept[memory] = array
        return self.kept[memory]

    @property
    def time(self) -> float:
        """Days from the beginning of the run to the start of the step."""
        return (self.step - 1) * self.dt

    def reached(self, after: ArrayLike) -> Mask:
        """Return bool (lanes,): where the item's age passes *after* (days) in this step. One step only, for each."""
        after = np.asarray(after, np.float64)
        return self.active & (self.age >= after - SAME_TIME) & (self.age - self.dt < after - SAME_TIME)

    def platforms(self, name: str, by: object = None) -> list[int]:
        """Return the indices of the platform called *name*, or of all for ``'*'``; raises ModelError where there is
        none. ``by``: who asks; the error names its file.
        """
        names = [platform.name for platform in self.state.platforms]
        if name == EVERY:
            return list(range(len(names)))
        if name not in names:
            raise no_row("platform", name, [*names, EVERY], by)
        return [names.index(name)]

    def accounts(self, lane: int, platform: int) -> slice:
        """Return where the accounts of *platform* stand in the arrays of one lane."""
        return self.state.world_of(lane).mine(platform)

    def holds(self, lane: int, platform: int) -> Mask:
        """Return bool (accounts of the platform,): the account is open."""
        return (self.state.flags[lane, self.accounts(lane, platform)] & HOLDS) > 0

    def term(self, name: str, platform: int | None = None) -> Floats:
        """Return a term as it stands today, float64 (lanes,), or (lanes, platforms) for all platforms."""
        row: Floats = self.state.terms[index_of("term", name)]
        return row if platform is None else row[:, platform]

    def gauge(self, name: str, platform: int | None = None) -> Floats:
        """Return what was measured yesterday, float64 (lanes,), or (lanes, platforms) for all platforms.

        Of a declared stock too, whoever has moved it today.
        """
        at = index_of("stock", name)
        measured: Floats = self.state.gauges[at] if at < len(Gauges) else self.history[max(self.step - 1, 0), at]
        row = self.status_before if name == "status" else measured
        return row if platform is None else row[:, platform]

    def stock(self, row: Row) -> Floats:
        """Return a stock as it stands, float64 (lanes, platforms), one of the sector (lanes,).

        Who declares it writes to it. Raises ModelError for a row of another kind.
        """
        stands: Floats = self.state.gauges[of_kind(row, "stock", "day.stock").index]
        return stands[:, 0] if row.of == "sector" else stands

    def uniforms(self, world: Drawn, purpose: int, platform: int) -> Floats:
        """Return the day's uniforms in (0, 1) of the accounts of *platform* for *purpose*, float64 (4, accounts)."""
        return self.uniforms_at(world, purpose, world.owners(platform), step=self.step, platform=platform)

    def uniforms_at(
        self, world: Drawn, purpose: int, entity: NDArray[np.int64], *, step: int, platform: int | None = None
    ) -> Floats:
        """Return uniforms in (0, 1) of one world at these addresses, float64 (4, n), for the entities, int64 (n,), as
        clients of a *platform* or, without one, of none."""
        words = np.empty((4, len(entity)), np.uint32)
        stream = 0 if platform is None else self.state.stream[platform]
        account_words(words, entity, step, stream, purpose, world.key)
        return np.asarray((words + 0.5) * draws.UNIFORM_SCALE)

    def luck(self, purpose: int, entity: NDArray[np.int64], *, step: int) -> Floats:
        """Return uniforms in (0, 1) of entities, int64 (n,), float64 (lanes, n); all variants of a world share them."""
        words = np.empty((len(self.worlds), len(entity)), np.uint32)
        first_words(words, entity, step, purpose, self.keys)
        return np.repeat((words + 0.5) * draws.UNIFORM_SCALE, self.state.n_lanes // len(self.worlds), axis=0)

    def chance(self, draw: Draw, platform: int | None = None, *, once: bool = False) -> Floats:
        """Return the day's uniform in (0, 1) of the acting item on a platform or, without one, of the world, float64
        (lanes,); all variants of a world share it.

        With ``once`` the draw is that of the run, the same every day.
        """
        step = 0 if once else self.step
        entity = 0 if platform is None else self.state.stream[platform]
        return self.luck(draw.purpose(self.occurrence), np.array([entity]), step=step)[:, 0]
