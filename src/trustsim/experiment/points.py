"""A design says where a study looks: its points, each of which gives a value to every path that varies.

:mod:`trustsim.experiment.design` runs the variants of a scenario at all of them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from trustsim.errors import TrustsimError, one_of
from trustsim.experiment.estimate import SAMPLES, SPACE_FILLING
from trustsim.registry import Registry
from trustsim.scenario.behaviour import POINT
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.steps import Steps, step_of
from trustsim.scenario.tree import Report, tree_of

_QUANTITY = re.compile(r"\s*([+-]?[\d_.]+(?:[eE][+-]?\d+)?)\s*(.*?)\s*")


@dataclass(frozen=True)
class Range:
    """A path that varies between two bounds, evenly; ``unit`` is what stands behind the numbers in the file.

    ``whole``: the parameter takes whole multiples of ``step`` only (1: whole numbers, 2: even ones), in the unit of the
    file; both bounds are then among the values.
    """

    path: str
    low: float
    high: float
    unit: str = ""
    whole: bool = False
    step: float = 1.0

    def at(self, position: float) -> Any:
        """Return the value at a position in [0, 1], as a scenario file would hold it."""
        if self.whole:
            value = Steps(self.low, self.high, self.step).at(position)
        else:
            value = float(self.low + position * (self.high - self.low))
        number = int(value) if value.is_integer() else value
        return f"{number!r} {self.unit}" if self.unit else number


@dataclass(frozen=True)
class Design:
    """Points: values of the swept paths, (points, paths), as a scenario file would hold them."""

    kind: str
    paths: tuple[str, ...]
    points: tuple[tuple[Any, ...], ...]

    def label(self, point: int) -> str:
        """Return a point in words: ``liquid_share 5 %, herding.strength 2``."""
        return ", ".join(
            f"{name} {short_value(value)}" for name, value in zip(self.names, self.points[point], strict=True)
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The paths, each by as few of its last parts as tell it from the others."""
        return tuple(_shortest(path, self.paths) for path in self.paths)

    @property
    def units(self) -> tuple[str, ...]:
        """What stands behind the numbers of each path in the file: ``'%'``; empty where it is not always the same."""
        units = [{m[2] for m in map(_quantity, values) if m is not None} for values in zip(*self.points, strict=True)]
        return tuple(unit.pop() if len(unit) == 1 else "" for unit in units)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a point, one column a path; numbers without their units, so that they can be drawn."""
        rows = [[_number(value) for value in point] for point in self.points]
        return pd.DataFrame(rows, columns=list(self.paths)).rename_axis("point")


def design_of(scenario: Scenario, registry: Registry) -> Design:
    """Return the points that the scenario's ``sweep`` asks for.

    ``grid`` (every combination) and ``zip`` take the listed values, ``lhs`` (Latin hypercube, centred in no cell) and
    ``sobol`` (scrambled Sobol sequence) fill ranges with ``samples`` points, from the scenario's seed.

    Raises
    ------
    TrustsimError : where the scenario has no sweep.
    """
    if not scenario.sweep:
        raise _no_sweep()
    sweep = scenario.document["sweep"]
    kind, paths = str(sweep.get("design", "grid")), tuple(scenario.sweep)
    if kind in SPACE_FILLING:
        positions = _positions(kind, len(paths), int(sweep.get("samples", SAMPLES)), scenario.seed)
        return design_at(kind, ranges_of(scenario, registry), positions)
    lists = scenario.sweep.values()
    return Design(kind, paths, tuple(zip(*lists, strict=True) if kind == "zip" else itertools.product(*lists)))


def _no_sweep() -> TrustsimError:
    return TrustsimError("sweep: given a scenario without one; allowed: sweep: {path: [values, …]} in its file")


def design_at(kind: str, ranges: Sequence[Range], positions: NDArray[np.float64]) -> Design:
    """Return the points at *positions*, float64 (points, ranges) in [0, 1]."""
    points = (tuple(r.at(float(u)) for r, u in zip(ranges, row, strict=True)) for row in positions)
    return Design(kind, tuple(r.path for r in ranges), tuple(points))


def ranges_of(scenario: Scenario, registry: Registry, bounds: Mapping[str, Sequence[Any]] | None = None) -> list[Range]:
    """Return the ranges between *bounds* by path, ``{"network.degree": (4, 12)}``; by default those of the sweep.

    Raises
    ------
    TrustsimError : for bounds that are no two numbers in one unit, lower first; ScenarioError for a wrong path, and for
        a bound that the parameter cannot have.
    """
    by_path = bounds or scenario.sweep
    if not by_path:
        raise _no_sweep()
    return [_range(path, values, scenario, registry) for path, values in by_path.items()]


def _range(path: str, bounds: Sequence[Any], scenario: Scenario, registry: Registry) -> Range:
    quantities = [_quantity(bound) for bound in bounds]
    if len(bounds) != 2 or not all(quantities):
        text = one_of(map(str, bounds))
        raise TrustsimError(f"sweep.{path}: given {text}; allowed: a range, [low, high], both numbers")
    (low, unit), (high, other) = (match.groups() for match in quantities if match is not None)
    if unit != other:
        raise TrustsimError(f"sweep.{path}: given bounds in {unit or 'no unit'!r} and {other!r}; allowed: one unit")
    if not float(low) < float(high):
        raise TrustsimError(f"sweep.{path}: given {bounds[0]} to {bounds[1]}; allowed: the lower bound first")
    for bound in bounds:
        at_point(scenario, {path: bound}, registry)
    tree = tree_of(_plain(scenario), scenario.source, "", Report())
    step = step_of(tree, path, bounds[0], registry, unit, scenario.currency)
    return Range(path, float(low), float(high), unit, step is not None, 1.0 if step is None else step)


def _plain(scenario: Scenario) -> dict[str, Any]:
    """Return the document of a scenario without what is only said of it."""
    return {key: value for key, value in scenario.document.items() if key not in ("sweep", "expect")}


def at_point(scenario: Scenario, values: Mapping[str, Any], registry: Registry) -> Scenario:
    """Return the scenario with *values* by path laid over it, and without its sweep.

    Raises ScenarioError, and TrustsimError for members in place of a point: the document of a point says every value,
    and what is said wins.
    """
    way = values.get("behaviour", POINT)
    if scenario.behaviour == POINT and way != POINT:
        given = f"behaviour: given {way!r} for a scenario that was read as a point, whose every value is said"
        raise TrustsimError(f"{given}; allowed: one that was read with behaviour: ensemble")
    return replace(
        from_document(_plain(scenario), registry, file=scenario.source, overrides=values), source=scenario.source
    )


def _positions(kind: str, n_paths: int, n_points: int, seed: int) -> NDArray[np.float64]:
    """Return float64 (points, paths) in [0, 1]. A Sobol sequence is drawn to the next power of two and cut."""
    if kind == "lhs":
        return np.asarray(qmc.LatinHypercube(n_paths, rng=seed).random(n_points))
    return np.asarray(qmc.Sobol(n_paths, rng=seed).random_base2(max(n_points - 1, 0).bit_length())[:n_points])


def _shortest(path: str, others: Iterable[str]) -> str:
    parts = path.split(".")
    for n in range(1, len(parts)):
        tail = ".".join(parts[-n:])
        if sum(other == tail or other.endswith(f".{tail}") for other in others) == 1:
            return tail
    return path


def _quantity(value: Any) -> re.Match[str] | None:
    return None if isinstance(value, bool) else _QUANTITY.fullmatch(str(value))


def short_value(value: Any) -> str:
    """Write a value with at most four digits; its unit stays."""
    match = _quantity(value)
    return str(value) if match is None else f"{float(match[1].replace('_', '')):.4g} {match[2]}".rstrip()


def _number(value: Any) -> Any:
    match = _quantity(value)
    return value if match is None else float(match[1].replace("_", ""))
