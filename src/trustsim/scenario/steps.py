"""Which values a path may take between two bounds: every number, or those of the steps that its parameter declares.

Sweeps over ranges, sensitivity and calibration all draw from a :class:`Steps`, so none of them meets a value that the
parameter cannot have.
"""

from __future__ import annotations

from dataclasses import dataclass

from trustsim import units
from trustsim.errors import UnitError
from trustsim.registry import Parameter, Registry
from trustsim.scenario.merge import overridden
from trustsim.scenario.story import read_story
from trustsim.scenario.tree import Node, Report, Spot


@dataclass(frozen=True)
class Steps:
    """The whole multiples of ``step`` from ``low`` to ``high``, in the unit of the file."""

    low: float
    high: float
    step: float = 1.0

    @property
    def n(self) -> int:
        """How many values there are."""
        return round((self.high - self.low) / self.step) + 1

    def at(self, position: float) -> float:
        """Return the value at a position in [0, 1]: each has a stretch of the same length."""
        return self.value(round(self.low / self.step) + min(int(position * self.n), self.n - 1))

    def nearest(self, value: float) -> float:
        """Return the value nearest to *value*."""
        return min(max(self.value(round(value / self.step)), self.low), self.high)

    def value(self, k: int) -> float:
        """Return the *k*-th multiple, without the dust of its multiplication."""
        return float(f"{k * self.step:.12g}")


def step_of(base: Node, path: str, value: str | float, registry: Registry, unit: str, currency: str) -> float | None:
    """Return the step of the parameter at *path* in the unit of the file; None where it takes every number.

    ``base``: the tree of a whole scenario; ``value``: one that the path may have.
    """
    parameter = parameter_at(base, path, value, registry)
    if parameter is None or parameter.step is None:
        return None
    try:
        one = units.parse(f"1 {unit}".strip(), parameter.unit, currency=currency)
    except UnitError:
        return None
    return float(f"{parameter.step / float(str(one)):.12g}")


def parameter_at(base: Node, path: str, value: str | float, registry: Registry) -> Parameter | None:
    """Return what the value at *path* is read as; None where it is no parameter's."""
    spot = Spot(f"the value of {path}")
    report = Report(probe=spot)
    read_story(overridden(base, {path: Node(value, spot, spot)}, report), registry, report, "")
    return next(iter(report.probed), None)
