"""Where a day goes: microseconds of each part of ``TrustCrisisModel.step``, in the calm and in the crisis of a story.

``python benchmarks/profile_day.py [FILE] [INVESTORS] [VARIANTS]``. The speed itself is measured by ``trustsim bench``.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import trustsim.model as engine
from trustsim.bench.worlds import story
from trustsim.world.agenda import Agenda
from trustsim.world.board import Board

PARTS = ("carry", "day_weights", "mature", "account_pass", "act", "settle", "credit_interest", "gauge", "weigh")
CALM, CRISIS = range(3, 19), range(36, 60)  # of the quickstart
spent: dict[str, float] = defaultdict(float)


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return *function*, its time added to ``spent``."""

    def wrapped(*arguments: Any) -> Any:
        begin = time.perf_counter()
        answer = function(*arguments)
        spent[name] += time.perf_counter() - begin
        return answer

    return wrapped


def main(file: str = "scenarios/quickstart.yaml", n_investors: str = "10000", n_variants: str = "32") -> None:
    """Print the parts, the largest first; what is left over is Python between them."""
    for name in PARTS:
        setattr(engine, name, timed(name, getattr(engine, name)))
    Agenda.advance = timed("agenda", Agenda.advance)  # type: ignore[method-assign]
    Board.bulletin = timed("bulletin", Board.bulletin)  # type: ignore[method-assign]
    scenario = story(file, int(n_investors), int(n_variants))
    for _ in range(2):  # the first time compiles
        model = engine.TrustCrisisModel(scenario, rng=0, collects=False)
        parts: dict[str, dict[str, float]] = {}
        for stretch, days in (("calm", CALM), ("crisis", CRISIS)):
            while model.day < days.start - 1:
                model.step()
            spent.clear()
            begin = time.perf_counter()
            for _ in days:
                model.step()
            total = time.perf_counter() - begin
            parts[stretch] = {**spent, "between": total - sum(spent.values()), "whole day": total}
            parts[stretch] = {name: x / len(days) * 1e6 for name, x in parts[stretch].items()}
    for stretch, table in parts.items():
        print(f"{stretch}, microseconds a day")
        for name, x in sorted(table.items(), key=lambda item: -item[1]):
            print(f"  {name:<16}{x:>10.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
