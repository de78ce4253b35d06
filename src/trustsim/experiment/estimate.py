"""What a study needs before it runs: memory, time and disk, from the sizes of its arrays and rates that were measured.

Memory is that of the arrays (:mod:`trustsim.world.sizes`) and the processes around them. Time is within a factor of
about three: how much happens in a story decides it, and that nobody knows before. Nothing heavy is imported here, so
that checking a scenario stays fast, and nothing of what is estimated is made.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from trustsim import arguments
from trustsim.experiment.batches import worlds_together
from trustsim.scenario.resolved import Precision, Scenario, Variant
from trustsim.world import network_size
from trustsim.world.lockstep import MOST_COLUMNS, of_one_world
from trustsim.world.rows import columns_of
from trustsim.world.series import SERIES
from trustsim.world.sizes import BESIDE, STATE, Size

SAMPLES = 64  # points of a Latin hypercube or a Sobol sequence where the file does not say
SPACE_FILLING = ("lhs", "sobol")
DOUBT = 3  # the time that is taken lies between a third and three times what is said, mostly

# Source of all rates and bytes below: measured, 2 cores of 2.5 GHz, Python 3.11, numba 0.61, shipped scenarios
PROCESS = 330 * 10**6  # bytes: Python, libraries and compiled kernels
_OVERHEAD = 1.25  # bytes of arrays and what is made beside them for a moment
_OPENING = 48  # bytes for each person and platform while accounts are opened
_DRAWING = 64  # bytes for each person while draws are made
_LINKING = 14  # bytes for each entry of the network while it is built
_A_RUN = 1_200  # bytes of one variant in one world in the process that collects, and in the index on disk
_A_PASS = 120  # bytes of a pass that waits for its turn
_A_COLUMN = 60_000  # bytes of a variant at a point of a design
_OPEN_SERIES = 3  # series that stand in memory while they are drawn
_FLOAT = 4  # bytes of a number in a series
_STARTING = 4  # seconds: processes start, what was kept is read
_REPORT, _CHART = 1.0, 0.03  # seconds: worlds are run again; a chart in all its sizes
_CHARTS = 22  # of a report beside two for each outcome
_COMPILED = {
    "world": 6e-3, "step": 4e-4, "opening": 2e-6, "linking": 4e-8, "liking": 5e-9, "deciding": 3e-8, "seeing": 6e-8,
    "banking": 2e-6, "ending": 5e-7, "measuring": 1e-6, "pointing": 2e-2,
}  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """What a study needs.

    Attributes
    ----------
    people, links, platforms, steps : of one world, newcomers included.
    variants, points, replications : variants at a point, points of a design, worlds; at most, where a rule may stop.
    workers : processes that run at the same time; worlds : that each of them runs together, at most.
    world_bytes, study_bytes : memory of one such world at its fullest, and of the process that collects.
    disk_bytes : of the run store.
    cpu_seconds, beside_seconds : of work that the cores share, and of what one does before and after, a report also.
    seconds : how long it takes, within a factor of ``DOUBT``.
    largest : the path of the key that makes it large.
    """

    people: int
    links: int
    platforms: int
    steps: int
    variants: int
    points: int
    replications: int
    workers: int
    worlds: int
    world_bytes: int
    study_bytes: int
    disk_bytes: int
    cpu_seconds: float
    beside_seconds: float
    seconds: float
    largest: str

    @property
    def worker_bytes(self) -> int:
        """Memory of one worker at its fullest."""
        return PROCESS + self._batch_bytes

    @property
    def memory_bytes(self) -> int:
        """Memory of all processes together."""
        return self.study_bytes + (self.workers * self.worker_bytes if self.workers > 1 else self._batch_bytes)

    @property
    def _batch_bytes(self) -> int:
        """Memory of a batch of worlds: what a worker adds where it is the process that collects."""
        return self.worlds * self.world_bytes

    @property
    def elsewhere(self) -> Estimate:
        """The same study with all workers elsewhere: what is left is the process that collects."""
        return replace(self, workers=1, world_bytes=0)

    def times(self, n: float, each_bytes: int) -> Estimate:
        """Return what *n* such studies need one after the other, *each_bytes* of each being kept in memory."""
        seconds = (self.seconds - self.beside_seconds) * n + self.beside_seconds
        study_bytes = self.study_bytes + round(n * each_bytes)
        return replace(self, study_bytes=study_bytes, cpu_seconds=self.cpu_seconds * n, seconds=seconds)

    def with_workers(self, n: int) -> Estimate:
        """Return the same study on *n* workers."""
        return replace(self, workers=n, seconds=self.cpu_seconds / n + self.beside_seconds)

    def with_worlds(self, n: int) -> Estimate:
        """Return the same study with *n* worlds in a batch."""
        return replace(self, worlds=n)

    def to_json(self) -> dict[str, Any]:
        """Return plain data, with the memory of a worker and of all processes."""
        return {**asdict(self), "worker_bytes": self.worker_bytes, "memory_bytes": self.memory_bytes}


def estimate(
    scenario: Scenario,
    *,
    variants: Sequence[str] | None = None,
    replications: int | None = None,
    workers: int | None = None,
    points: int = 1,
    moved: Iterable[str] = (),
    with_series: bool = True,
    with_report: bool = False,
) -> Estimate:
    """Return what a study of *scenario* needs.

    Parameters
    ----------
    variants : names, by default all. replications : by default the scenario's, its whole budget where it has one.
    workers : processes; by default the CPUs that this process may use.
    points : of a design that is run at each of them; ``moved``: the paths that differ between them.
    with_series : whether the series of every run are kept, as all studies but those of designs do.
    with_report : whether a report is written, as the command compare does.
    """
    names = [v.name for v in scenario.variants] if variants is None else list(variants)
    by_name = {variant.name: variant for variant in scenario.variants}
    chosen = {name: by_name[name] for name in names if name in by_name}
    planned = scenario.replications.budget if isinstance(scenario.replications, Precision) else scenario.replications
    n = planned if replications is None else arguments.count("replications", replications, 0)
    cores = min(n_cpus() if workers is None else arguments.count("workers", workers), max(n, 1))
    points = max(points, 1)  # a sweep of none is refused when it is made
    is_shared = points == 1 or not any(path.startswith(("network", "investors")) for path in moved)
    passes = [
        _Pass.of([chosen[name] for name in group], scenario.n_days, points if is_shared else 1)
        for group in of_one_world(scenario, tuple(chosen))
    ]
    n_columns = len(chosen) * points
    each = sum(one.seconds for one in passes) * (1 if is_shared else points)
    cpu = each * n + _COMPILED["pointing"] * (n_columns if points > 1 else 0)
    days = (scenario.n_days + 1) * _FLOAT * sum(one.n_columns * (one.size.platforms + 1) for one in passes)
    days *= (1 if is_shared else points) * n
    n_passes = n * sum(one.n_parts for one in passes) * (1 if is_shared else points)
    widest = max(passes, key=lambda one: one.nbytes, default=_Pass.of([], 0, 1))
    collected = n * n_columns * _A_RUN + n_passes * _A_PASS + (n_columns * _A_COLUMN if points > 1 else 0)
    study = PROCESS + collected + (_OPEN_SERIES * days if with_series else 0)
    worlds = min([max(n // cores, 1), *(one.worlds for one in passes)])
    worker = PROCESS + worlds * widest.nbytes
    beside = _STARTING + with_report * (_REPORT + _CHART * (_CHARTS + 2 * len(scenario.outcomes)))
    return Estimate(
        people=widest.size.people,
        links=round(widest.links),
        platforms=widest.size.platforms,
        steps=scenario.n_days,
        variants=len(chosen),
        points=points,
        replications=n,
        workers=cores,
        worlds=worlds,
        world_bytes=widest.nbytes,
        study_bytes=study,
        disk_bytes=n * n_columns * _A_RUN + (days * len(SERIES) if with_series else 0),
        cpu_seconds=cpu,
        beside_seconds=beside,
        seconds=cpu / max(min(cores, n_passes, n_cpus()), 1) + beside,
        largest=widest.largest if cores * worker > study else "sweep" if points > n else "replications",
    )


@dataclass(frozen=True)
class _Pass:
    """One replication of variants that share a world, cut into parts of at most MOST_COLUMNS; ``size`` is of a part."""

    size: Size
    n_columns: int
    links: float = 0.0
    is_drawn: bool = False  # whether links are drawn one by one
    effort: float = 0.0  # nanoseconds that rules beside the pass take for an account and step

    @classmethod
    def of(cls, variants: Sequence[Variant], steps: int, points: int) -> _Pass:
        if not variants:
            return cls(Size(0, 0, 0, 0), 0)
        world = variants[0].world
        investors, n_platforms = world.investors, len(world.platforms)
        people, links = network_size.expected(world.network, investors.count)
        n_columns = len(variants) * points
        entries = network_size.entries(world.network, people, links, investors.newcomers, investors.newcomer_links)
        everyone = people + investors.newcomers
        size = Size(
            people=everyone,
            accounts=everyone * min(investors.considered, n_platforms),
            platforms=n_platforms,
            variants=min(n_columns, MOST_COLUMNS),
            steps=steps,
            entries=entries,
            segments=len(investors.segments),
            columns=len(columns_of({type(r) for v in variants for r in v.world.mechanisms.values() if r is not None})),
        )
        is_drawn = not network_size.is_complete(world.network, people, links)
        rules = [rule for v in variants for rule in v.world.mechanisms.values() if rule is not None]
        effort = sum(getattr(rule, "effort", 0.0) for rule in rules) / len(variants)
        return cls(size, n_columns, links + investors.newcomers * investors.newcomer_links, is_drawn, effort)

    @property
    def n_parts(self) -> int:
        return -(-self.n_columns // MOST_COLUMNS)

    @property
    def parts(self) -> dict[str, float]:
        """Bytes of one part, by the key of the file that they grow with."""
        size, calm = self.size, replace(self.size, variants=1)  # the twin beside which a run is measured
        return {
            "investors.count": sum(size.nbytes(a) for a in (*STATE, *BESIDE) if _grows_with(a, "accounts", "people"))
            + sum(calm.nbytes(a) for a in STATE if _grows_with(a, "accounts", "people"))
            + size.people * (size.platforms * _OPENING + _DRAWING),
            "network": size.nbytes("neighbours") + self.is_drawn * size.entries * _LINKING,
            "horizon": size.nbytes("history") + calm.nbytes("history")
            + len(SERIES) * _FLOAT * (size.steps + 1) * size.variants * (size.platforms + 1),
            "platforms": sum(size.nbytes(a) for a in (*STATE, "likeness") if not _grows_with(a, "accounts", "people")),
        }  # fmt: skip

    @property
    def nbytes(self) -> int:
        return math.ceil(_OVERHEAD * sum(self.parts.values()))

    @property
    def largest(self) -> str:
        parts = self.parts
        return max(parts, key=lambda key: parts[key])

    @property
    def worlds(self) -> int:
        """How many worlds a batch of the widest part has."""
        return worlds_together(self._state_bytes, self.seconds / self.n_parts)

    @property
    def _state_bytes(self) -> int:
        return sum(self.size.nbytes(array) for array in STATE)

    @property
    def seconds(self) -> float:
        """CPU seconds of one replication of all columns."""
        r, s, columns = _COMPILED, self.size, self.n_columns
        people = s.people * s.platforms + s.accounts
        build = r["world"] + r["opening"] * people + r["linking"] * self.is_drawn * s.entries
        build += r["liking"] * s.platforms**2 * s.variants
        deciding = r["deciding"] + 1e-9 * self.effort
        together = worlds_together(self._state_bytes, 0.0)
        step = r["step"] / together + columns / self.n_parts * (deciding * s.accounts + r["banking"] * s.platforms)
        happening = columns * (r["seeing"] * self.is_drawn * s.entries + r["ending"] * s.accounts)
        return self.n_parts * (build + s.steps * step) + happening + columns * s.steps * s.platforms * r["measuring"]


def _grows_with(array: str, *axes: str) -> bool:
    shape = (STATE.get(array) or BESIDE[array])[1]
    return any(axis in shape for axis in (*axes, "padded"))


def points_of(scenario: Scenario) -> int:
    """Return how many points the scenario's ``sweep`` asks for, without making them; 0 where it has none."""
    sweep = scenario.document.get("sweep") or {}
    kind, lengths = str(sweep.get("design", "grid")), [len(values) for values in scenario.sweep.values()]
    if not lengths:
        return 0
    if kind in SPACE_FILLING:
        return int(sweep.get("samples", SAMPLES))
    return lengths[0] if kind == "zip" else math.prod(lengths)


def n_cpus() -> int:
    """Return how many CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
