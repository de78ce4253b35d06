"""History matching from Python: make the members of an ensemble of behaviours anew, and say how they were made."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim import arguments
from trustsim.analysis import history
from trustsim.analysis.evidence import Finding, findings, variants_needed
from trustsim.analysis.history import Matched
from trustsim.analysis.intervals import LEVEL
from trustsim.analysis.left import CUTOFF, Seen
from trustsim.analysis.trials import design_of_trials
from trustsim.ask.running import kept_in, say
from trustsim.catalog import REGISTRY
from trustsim.experiment.address import engine
from trustsim.experiment.design import run_sweep
from trustsim.experiment.failing import RunsFailed
from trustsim.experiment.store import Store
from trustsim.registry import Registry
from trustsim.scenario.behaviour import FORMAT
from trustsim.scenario.expected import Expectation
from trustsim.scenario.matching import Matching, Story, digest_parts, read_matching

Floats = NDArray[np.float64]
_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
_AT_ONCE = 32  # points of a scenario that are run as one sweep


@dataclass(frozen=True)
class Made:
    """What a history matching gave, what was asked of it, and what it cost: seconds and points by story."""

    matching: Matching
    matched: Matched
    settings: Mapping[str, Any]
    seconds: Mapping[str, float]

    def to_json(self, **more: Any) -> dict[str, Any]:
        """Return the file of the members; ``more`` stands in its provenance, such as the commit and the command."""
        found, free = self.matched, self.matching.parameters
        made = {
            **more,
            "engine": engine(),
            **self.settings,
            "seeds": {story.name: story.scenario.seed for story in self.matching.stories},
            "cutoff": CUTOFF,
            "targets": _finite(digest_parts(self.matching)),
            "waves": [
                {"points": w.n_points, "not ruled out": w.n_plausible, "prior left": w.left} for w in found.waves
            ],
            "points run for members": found.tried,
            "alone": dict(zip(found.names, found.alone.tolist(), strict=True)),
            "met by no point": found.unmet,
            "met together by no point": [list(pair) for pair in found.apart],
            "seconds by scenario": {name: round(seconds, 1) for name, seconds in self.seconds.items()},
        }
        ranges = {
            p.path: {"from": p.text(p.low), "to": p.text(p.high), "scale": "log" if p.log else "linear"} for p in free
        }
        rows = found.members.tolist()
        members = [{p.path: p.text(value) for p, value in zip(free, row, strict=True)} for row in rows]
        return {"behaviour": FORMAT, "made": made, "parameters": ranges, "members": members}

    def write(self, path: str | os.PathLike[str], **more: Any) -> None:
        """Write the file of the members: see :meth:`to_json`."""
        text = json.dumps(self.to_json(**more), indent=1, ensure_ascii=False)
        Path(path).write_text(text + "\n", encoding="utf-8")


def match(
    file: str | os.PathLike[str],
    *,
    out: str | os.PathLike[str],
    points: int = 100,
    waves: int = 3,
    members: int = 50,
    most: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    told: Callable[[str], None] = say,
    registry: Registry = REGISTRY,
) -> Made:
    """Make the members of an ensemble from the file of a history matching.

    Parameters
    ----------
    out : a run folder: runs that are kept there are not made again, so the same command goes on where it was stopped.
    points, waves, members, most, seed : see :func:`trustsim.analysis.history.match`.
    workers : processes; by default the CPUs that this process may use.
    told : called with a line where there is something to tell, what a wave costs among it.

    Raises
    ------
    ScenarioError, TrustsimError : for what is wrong with a file, before anything runs; where everything is ruled out,
        or too few members are found.
    """
    settings = {"points": arguments.count("points", points, 2), "waves": arguments.count("waves", waves, 1)}
    wanted = arguments.count("members", members, 1)
    matching = read_matching(file, registry)
    seconds = {story.name: 0.0 for story in matching.stories}
    with kept_in(out) as store:
        assert store is not None

        def run(values: Floats) -> Seen:
            told(f"{len(values)} points, {len(values) * _worlds(matching)} worlds in {len(matching.stories)} scenarios")
            parts = []
            for story in matching.stories:
                began = time.perf_counter()
                parts.append(_seen(story, matching, values, store, workers, registry))
                spent = time.perf_counter() - began
                seconds[story.name] += spent
                told(f"  {story.name}: {spent:.0f} s, {spent / len(values):.2f} s a point")
            return _side_by_side(parts)

        found = history.match(
            matching.parameters, matching.names, [goal.discrepancy for s in matching.stories for goal in s.goals], run,
            points=points, waves=waves, members=wanted, seed=seed, most=most, told=told,
        )  # fmt: skip
    return Made(matching, found, {**settings, "seed": seed}, seconds)


def _worlds(matching: Matching) -> int:
    return sum(story.worlds for story in matching.stories)


def _seen(
    story: Story, matching: Matching, values: Floats, store: Store, workers: int | None, registry: Registry
) -> Seen:
    """Return what the runs of a story give of its goals at all points."""
    rows = []
    for first in range(0, len(values), _AT_ONCE):
        rows += _rows(story, matching, values[first : first + _AT_ONCE], store, workers, registry)
    table = np.array(rows)  # (points, goals, value · variance)
    low, high = np.array([_bounds(entry) for entry in story.scenario.expect]).T
    return Seen(table[:, :, 0], table[:, :, 1], low, high)


def _rows(
    story: Story, matching: Matching, values: Floats, store: Store, workers: int | None, registry: Registry
) -> list[list[tuple[float, float]]]:
    scenario = story.scenario
    try:
        sweep = run_sweep(
            scenario, registry, design=design_of_trials(matching.parameters, values.tolist()),
            variants=variants_needed(scenario.expect, scenario.baseline), replications=story.worlds, workers=workers,
            store=store, with_series=True,
        )  # fmt: skip
    except RunsFailed:  # at every point here; one by one it may be at some
        if len(values) == 1:
            return [[(np.nan, 0.0)] * len(story.goals)]
        return [row for one in values for row in _rows(story, matching, one[None], store, workers, registry)]
    if sweep.interrupted:
        raise KeyboardInterrupt
    told = [replace(study, scenario=replace(study.scenario, expect=scenario.expect)) for study in sweep.studies]
    return [[_number(found) for found in findings(study, registry)] for study in told]


def _is_verdict(e: Expectation) -> bool:
    """Whether an entry is met or not, without a number that a mean could be near."""
    return e.exact or bool(e.humps) or isinstance(e.worlds, int) or e.statistic == "total"


def _number(found: Finding) -> tuple[float, float]:
    """Return what was observed and the variance of its doubt; of what is met or not, 1 or 0."""
    seen = found.observed
    if seen.n == 0 or np.isnan(seen.mean):
        return np.nan, 0.0
    if _is_verdict(found.expectation):
        return float(found.verdict == "pass"), 0.0
    sides = np.array([seen.mean - seen.low, seen.high - seen.mean])
    known = sides[np.isfinite(sides)]
    return (seen.mean, float((known.max() / _Z) ** 2)) if len(known) else (np.nan, 0.0)


def _bounds(e: Expectation) -> tuple[float, float]:
    """Return between what the number of an entry must lie."""
    if _is_verdict(e):
        return 1.0, np.inf
    if e.order:
        return 0.0, np.inf
    return e.worlds if isinstance(e.worlds, tuple) else (e.least, e.most)


def _side_by_side(parts: list[Seen]) -> Seen:
    values, variances = (np.hstack([getattr(part, name) for part in parts]) for name in ("values", "variances"))
    low, high = (np.concatenate([getattr(part, name) for part in parts]) for name in ("low", "high"))
    return Seen(values, variances, low, high)


def _finite(value: Any) -> Any:
    """Return plain data with None where a number is not finite."""
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return None if isinstance(value, float) and not np.isfinite(value) else value
