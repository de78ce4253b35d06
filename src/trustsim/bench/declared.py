"""A mechanism with a column of its own, for timing: registered where it is asked for, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.registry import REGISTRY
from trustsim.world.day import Day
from trustsim.world.leaning import Law
from trustsim.world.rows import column
from trustsim.world.settings import Settings

NAME = "bench_mood"


def declare() -> None:
    """Enter the mechanism ``bench_mood`` and its column in the registry, once in a process."""
    mood = column(NAME, start=0.5, unit="share", source="assumed", text="a number that each account has")

    @REGISTRY.enter("mechanism", NAME, source="assumed")
    @dataclass(frozen=True)
    class BenchMood:
        """Let one number of each account fall towards a quarter and lean on all three decisions."""

        default_on: ClassVar[bool] = False

        @staticmethod
        def flow(day: Day, settings: Settings[Any]) -> Iterator[Law]:
            """Return the law of the column."""
            yield Law(mood, keep=0.8, add=0.05, run=0.01, leave=0.01, join=0.01)
