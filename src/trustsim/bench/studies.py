"""A study that fills two workers, with its run store, in a process of its own.

``python -m trustsim.bench.studies FILE REPLICATIONS`` prints JSON: seconds by number of workers, what the store and the
pool add, memory.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from typing import Any

from trustsim.bench.once import peak_bytes
from trustsim.bench.worlds import story
from trustsim.experiment import child
from trustsim.experiment.passing import Passing
from trustsim.experiment.store import Store
from trustsim.experiment.study import run_study
from trustsim.scenario.resolved import Scenario

N_VARIANTS, N_INVESTORS, N_DAYS = 16, 1_000, 100


def study(file: str | os.PathLike[str], n_replications: int) -> dict[str, Any]:
    """Return what *n_replications* take with two workers, and a fifth of them with one and with two.

    ``own_share`` is the processor time of this process, which hands out, writes and reads, over that of both workers.
    """
    scenario = _varied(file)
    part = max(n_replications // 5, 2)
    run_study(scenario, replications=2, workers=1)
    alone, _ = _timed(scenario, part, 1)
    both, _ = _timed(scenario, part, 2)
    part_peak = peak_bytes()
    seconds, own = _timed(scenario, n_replications, 2)
    return {
        "replications": n_replications, "variants": N_VARIANTS, "investors": N_INVESTORS, "days": N_DAYS,
        "part": part, "part_one_worker_s": alone, "part_two_workers_s": both, "speed_up": alone / both,
        "seconds": seconds, "own_share": own / (2 * seconds), "part_peak_bytes": part_peak,
        "peak_bytes": peak_bytes(),
    }  # fmt: skip


def _varied(file: str | os.PathLike[str]) -> Scenario:
    """Return the story with as many variants that differ, so that each has runs of its own, in one pass."""
    scenario = story(file, N_INVESTORS, N_VARIANTS)
    variants = []
    for k, variant in enumerate(scenario.variants):
        mechanisms = dict(variant.world.mechanisms)
        mechanisms["herding"] = replace(mechanisms["herding"], weight=4 + k / 100)
        variants.append(replace(variant, world=replace(variant.world, mechanisms=mechanisms)))
    first = scenario.variants[0].name
    return replace(scenario, variants=tuple(variants), baseline=first, horizon=N_DAYS * scenario.step)


def _timed(scenario: Scenario, n_replications: int, n_workers: int) -> tuple[float, float]:
    """Return seconds and this process's processor seconds; the workers are warm."""
    if n_workers > 1:
        run_study(scenario, replications=4 * n_workers, workers=n_workers, seed=scenario.seed + 1)
    with Passing() as folder, Store(folder.path) as store:
        began, own = time.perf_counter(), time.process_time()
        run_study(scenario, replications=n_replications, workers=n_workers, store=store)
        return time.perf_counter() - began, time.process_time() - own


if __name__ == "__main__":
    child.follow_parent()
    sys.stdout.write(json.dumps(study(sys.argv[1], int(sys.argv[2]))) + "\n")
