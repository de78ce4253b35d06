"""What every figure is a ratio to: the account pass, compiled and in plain NumPy; figures take turns with it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

from trustsim.bench.plain import plain_pass
from trustsim.bench.worlds import story
from trustsim.kernels.account_pass import account_pass
from trustsim.model import Batch
from trustsim.model.engine import Engine
from trustsim.scenario.resolved import Scenario

CALM_DAY = 3  # before the shock of the quickstart: nothing is said to anyone
_PASSES = 10  # in a turn

Given = TypeVar("Given")


def spent() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that *work* takes, children included."""
    begin = spent()
    work()
    return spent() - begin


def calm(scenario: Scenario) -> Engine:
    """Return an engine of all variants of one world, as it stands after its first three days; the
    parts of trust, which only kept series need, are not measured."""
    model = Batch(scenario, scenario.variants, (0,), has_parts=False)
    for _ in range(CALM_DAY):
        model.step()
    return model.engine


def pass_over(engine: Engine) -> None:
    """Make the account pass of the engine's day once more, compiled, without messages."""
    groups = engine.state.groups
    account_pass(
        groups.accounts,
        groups.platforms,
        groups.tail,
        engine.day.board.bulletin(engine.clock.day),
        engine.has_report,
        engine.clock,
    )


def plainly_over(engine: Engine) -> None:
    """Make it in plain NumPy."""
    groups = engine.state.groups
    plain_pass(
        groups.accounts, groups.platforms, engine.day.board.bulletin(engine.clock.day), engine.has_report, engine.clock
    )


class Yardstick:
    """The account pass over *n_people* in *n_variants* on a calm day, timed whenever a figure has its turn.

    ``passes``, ``plain``: CPU seconds of one pass, the compiled ones and those in plain NumPy. ``n``: investors times
    variants.
    """

    def __init__(self, file: str | os.PathLike[str], n_people: int, n_variants: int) -> None:
        self._engine = calm(story(file, n_people, n_variants))
        self.n = n_people * n_variants
        self.passes: list[float] = []
        self.plain: list[float] = []

    def turn(self) -> None:
        """Time both."""
        self.passes += [cpu(lambda: pass_over(self._engine)) for _ in range(_PASSES)]
        self.plain.append(cpu(lambda: plainly_over(self._engine)))

    def turns(self, n: int, prepare: Callable[[], Given], work: Callable[[Given], object]) -> list[float]:
        """Return the CPU seconds of *work* on what *prepare* gives, *n* times, each after a turn of the pass."""
        seconds = []
        for _ in range(n):
            self.turn()
            given = prepare()
            seconds.append(cpu(lambda: work(given)))  # noqa: B023  # called at once
        return seconds
