"""Figures that need processes of their own: a large world, commands with their start-up, the compile cache."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trustsim.bench.figures import Figure, Target, ratio
from trustsim.bench.worlds import with_covers
from trustsim.bench.yardstick import Yardstick
from trustsim.experiment import child
from trustsim.experiment.passing import Passing

_FEW = {"investors.count": 500}
_FEW_WORLDS = 5
_MANY = "many.yaml"
_PASSES = 7


def large(yard: Yardstick, file: str | os.PathLike[str], n_people: int, n_variants: int) -> list[Figure]:
    """Return the account pass of one large world on its third day, bytes an account, and what a column adds."""
    yard.turn()
    x = _said("trustsim.bench.once", os.fspath(file), str(n_people), str(n_variants), str(_PASSES))
    size, n = f"pass, {n_people:,} × {n_variants}", n_people * n_variants
    bare = Figure("large", size, tuple(x["passes"]), n=n)
    declared = Figure("large_column", "  with one declared column", tuple(x["column"]), n=n)
    return [
        bare,
        declared,
        ratio("column_over_none", "  column / none", declared, bare, Target(1.2)),
        Figure("bytes", "  peak memory an account", (x["bytes"],), "bytes"),
    ]


def many_variants(yard: Yardstick, turns: int, numbers: tuple[int, ...]) -> list[Figure]:
    """Return what ``compare`` takes with so many variants, report included, and how it grows from the first number."""

    def comparing(n: int) -> Figure:
        def prepare() -> Passing:
            room = Passing()
            (room.path / _MANY).write_text(json.dumps(with_covers(n, _FEW)), encoding="utf-8")
            return room

        seconds = yard.turns(turns, prepare, lambda room: compare(room.path / _MANY, room.path / "run", _FEW_WORLDS))
        return Figure(f"compare_{n}", f"compare, {n} variants", tuple(seconds))

    figures, first = [comparing(n) for n in numbers], numbers[0]
    grown = [
        ratio(f"growth_{n}", f"  {n} / {first} variants", more, figures[0], Target(n / first))
        for n, more in zip(numbers[1:], figures[1:], strict=True)
    ]
    return [*figures, *grown]


def commands(yard: Yardstick, file: str | os.PathLike[str], turns: int, worlds: int) -> list[Figure]:
    """Return what commands take beside the worlds: a comparison that the store holds, its report, help, check."""
    here = os.fspath(Path(file).resolve())
    with Passing() as room:
        run = room.path / "run"
        compare(here, run, worlds)
        kept = yard.turns(turns, lambda: None, lambda _: compare(here, run, worlds))
        report = yard.turns(turns, lambda: None, lambda _: _run("report", os.fspath(run)))
    helping = yard.turns(turns, lambda: None, lambda _: _run("--help"))
    checking = yard.turns(turns, lambda: None, lambda _: _run("check", here))
    return [
        Figure("compare_kept", "compare, all worlds kept", tuple(kept)),
        Figure("report", "report alone", tuple(report)),
        Figure("help", "--help", tuple(helping), target=Target(0.5)),
        Figure("check", "check", tuple(checking), target=Target(0.5)),
    ]


def cold(yard: Yardstick, file: str | os.PathLike[str], worlds: int) -> Figure:
    """Return what the first comparison takes where nothing is compiled yet, by the clock: two workers share that."""
    here = os.fspath(Path(file).resolve())
    with Passing() as room:
        cache = {"NUMBA_CACHE_DIR": str(room.path / "cache")}
        yard.turn()
        began = time.perf_counter()
        compare(here, room.path / "run", worlds, cache, workers=2)
        seconds = time.perf_counter() - began
    return Figure("compare_cold", "compare, cold, by the clock", (seconds,), target=Target(40))


def compare(
    file: str | os.PathLike[str], out: Path, worlds: int, more: Mapping[str, str] | None = None, workers: int = 1
) -> None:
    """Compare the variants of *file* in so many worlds, in one process of its own, the environment with *more*."""
    size = ("--replications", str(worlds), "--workers", str(workers))
    _run("compare", os.fspath(file), *size, "--quiet", "--out", os.fspath(out), more=more)


def _run(*arguments: str, more: Mapping[str, str] | None = None) -> None:
    subprocess.run(child.command("trustsim", *arguments), capture_output=True, check=True, env=child.environment(more))


def study(file: str | os.PathLike[str], n_replications: int) -> dict[str, Any]:
    """Return what a study takes on one and two workers; see :mod:`trustsim.bench.studies`."""
    return _said("trustsim.bench.studies", os.fspath(file), str(n_replications))


def _said(module: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        child.command(module, *arguments), capture_output=True, text=True, check=True, env=child.environment()
    )
    return dict(json.loads(done.stdout))
