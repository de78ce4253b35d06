"""Where a day goes: microseconds of each phase of ``TrustCrisisModel.step``, in the calm and in the crisis of a story.

``python benchmarks/profile_day.py [FILE] [INVESTORS] [VARIANTS]``. The speed itself is measured by ``trustsim bench``.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable

from trustsim.bench.worlds import story
from trustsim.model import DAY, TrustCrisisModel
from trustsim.model.engine import Engine
from trustsim.model.phases import Phase

CALM, CRISIS = range(3, 19), range(36, 60)  # of the quickstart
spent: dict[str, float] = defaultdict(float)


def timed(phase: Phase) -> Phase:
    """Return *phase*, its time added to ``spent``."""
    run: Callable[[Engine], None] = phase.run

    def wrapped(engine: Engine) -> None:
        begin = time.perf_counter()
        run(engine)
        spent[phase.name] += time.perf_counter() - begin

    return phase._replace(run=wrapped)


def main(file: str = "scenarios/quickstart.yaml", n_investors: str = "10000", n_variants: str = "32") -> None:
    """Print the phases, the longest first; what is left over is Python between them."""
    scenario = story(file, int(n_investors), int(n_variants))
    for _ in range(2):  # the first time compiles
        model = TrustCrisisModel(scenario, rng=0, collects=False)
        model.phases = tuple(timed(phase) for phase in DAY)
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
