"""What needs a process of its own: peak memory, start-up, the compile cache."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from trustsim.experiment import child
from trustsim.experiment.passing import Passing

Row = dict[str, Any]


def one_run(n_investors: int, n_variants: int, n_days: int) -> Row:
    """Run one theft, all mechanisms on, in a process of its own; return seconds and peak memory."""
    return _said("trustsim.bench.once", str(n_investors), str(n_variants), str(n_days))


def study(file: str | os.PathLike[str], n_replications: int) -> Row:
    """Row i: a whole study with its run store; see :mod:`trustsim.bench.studies`."""
    return _said("trustsim.bench.studies", os.fspath(file), str(n_replications))


def _said(module: str, *arguments: str) -> Row:
    done = subprocess.run(
        child.command(module, *arguments), capture_output=True, text=True, check=True, env=child.environment()
    )
    return dict(json.loads(done.stdout))


def memory(n_investors: int) -> Row:
    """Row d: bytes of peak memory per investor, and per investor and variant, from runs that differ in one of them."""
    empty, one, nine = one_run(100, 1, 3), one_run(n_investors, 1, 3), one_run(n_investors, 9, 3)
    per_variant = (nine["peak_bytes"] - one["peak_bytes"]) / (8 * n_investors)
    shared = (one["peak_bytes"] - empty["peak_bytes"]) / n_investors - per_variant
    return {"investors": n_investors, "bytes_per_investor": shared, "bytes_per_investor_and_variant": per_variant}


def start_up(file: str | os.PathLike[str]) -> Row:
    """Row e: seconds of ``--help``, of ``check``, of a first comparison with a cold and a warm compile cache."""
    with Passing() as room:
        cache = {"NUMBA_CACHE_DIR": str(room.path / "cache")}
        here = os.fspath(Path(file).resolve())
        comparison = ["compare", here, "--quiet", "--out", str(room.path / "run")]
        return {
            "help_s": min(_seconds(["--help"]) for _ in range(3)),
            "check_s": min(_seconds(["check", here]) for _ in range(3)),
            "compare_cold_s": _seconds(comparison, cache),
            "compare_warm_s": _seconds(comparison, cache),
        }


def _seconds(arguments: list[str], more: dict[str, str] | None = None) -> float:
    begin = time.perf_counter()
    subprocess.run(child.command("trustsim", *arguments), capture_output=True, check=True, env=child.environment(more))
    return time.perf_counter() - begin
