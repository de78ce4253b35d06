"""A distribution describes a parameter that differs from investor to investor: ``beta(2, 5)``."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from trustsim.errors import UnitError

#: distribution name -> (number of arguments, what they mean)
DISTRIBUTIONS: dict[str, tuple[int, str]] = {
    "beta": (2, "beta(a, b) on [0, 1]"),
    "uniform": (2, "uniform(low, high)"),
    "normal": (2, "normal(mean, standard deviation)"),
    "lognormal": (2, "lognormal(median, sigma of the logarithm)"),
    "exponential": (1, "exponential(mean)"),
    "pareto": (2, "pareto(smallest, tail exponent)"),
    "gamma": (2, "gamma(shape, scale)"),
    "choice": (-1, "choice(x, y, ...) with equal weight"),
}
# which arguments carry the parameter's unit, which must be positive, and which are shapes
_SCALED_ARGS = {"beta": (), "lognormal": (0,), "pareto": (0,), "gamma": (1,)}
_POSITIVE_ARGS = {"beta": (0, 1), "lognormal": (0,), "exponential": (0,), "pareto": (0, 1), "gamma": (0, 1)}
_SHAPE_ARGS = {"beta": (0, 1), "pareto": (1,), "gamma": (0,)}
_SHAPES = (1e-9, 1e9)  # beyond these a distribution is a point or two, and its quantiles are not numbers

CELLS = 8192  # equal cells of probability; a draw is the value at the middle of one
_OUTERMOST = 0.5 / CELLS  # probability below the smallest and above the largest value that is drawn
_Z, _T = NormalDist().inv_cdf(1 - _OUTERMOST), -math.log(_OUTERMOST)


@dataclass(frozen=True)
class Distribution:
    """A named distribution with its arguments, in the unit of its parameter."""

    name: str
    args: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "args", tuple(float(a) for a in self.args))

    @property
    def point(self) -> float | None:
        """The one value of a distribution without spread: ``uniform(a, a)``, ``normal(m, 0)``, …; else None."""
        if self.name in ("normal", "lognormal") and self.args[1] == 0:
            return self.args[0]
        if self.name in ("uniform", "choice") and min(self.args) == max(self.args):
            return self.args[0]
        return None

    @property
    def extremes(self) -> tuple[float, float]:
        """What is drawn lies between these two, whatever the parameter's bounds are; infinite where it overflows.

        They are the outermost of the ``CELLS`` values, but for ``gamma``, where they are bounds of its tails
        (sub-gamma, Boucheron, Lugosi and Massart 2013, doi:10.1093/acprof:oso/9780199535255.001.0001, section 2.4).
        """
        a = self.args
        if self.name in ("uniform", "choice"):
            return min(a), max(a)
        if self.name == "normal":
            return a[0] - _Z * a[1], a[0] + _Z * a[1]
        if self.name == "lognormal":
            return a[0] * math.exp(-_Z * a[1]), a[0] * _exp(_Z * a[1])
        if self.name == "exponential":
            return a[0] * _OUTERMOST, a[0] * _T
        if self.name == "pareto":
            return a[0], a[0] * _exp(_T / a[1])
        if self.name == "gamma":
            side = math.sqrt(2 * a[0] * _T)
            return a[1] * max(a[0] - side, 0.0), a[1] * (a[0] + side + _T)
        return 0.0, 1.0

    @property
    def mean(self) -> float:
        """The mean, or what is largest among the draws where that is less: of a Pareto tail it may be infinite."""
        a = self.args
        means = {
            "beta": lambda: a[0] / (a[0] + a[1]),
            "uniform": lambda: (a[0] + a[1]) / 2,
            "lognormal": lambda: a[0] * _exp(a[1] ** 2 / 2),
            "pareto": lambda: a[0] * a[1] / (a[1] - 1) if a[1] > 1 else math.inf,
            "gamma": lambda: a[0] * a[1],
            "choice": lambda: sum(a) / len(a),
        }
        return min(means[self.name]() if self.name in means else a[0], self.extremes[1])

    def __str__(self) -> str:
        return f"{self.name}({', '.join(f'{a:g}' for a in self.args)})"


def _exp(x: float) -> float:
    return math.exp(x) if x < 700 else math.inf


def scales(name: str, n_args: int) -> Collection[int]:
    """Return which arguments of a distribution carry the unit of its parameter."""
    return _SCALED_ARGS.get(name, range(n_args))


def check_args(given: str, name: str, args: Sequence[float]) -> None:
    """Raise UnitError where a distribution cannot have these arguments; *given* is what the file holds."""
    _, meaning = DISTRIBUTIONS[name]
    if any(args[k] <= 0 for k in _POSITIVE_ARGS.get(name, ())):
        raise UnitError(f"{given!r}", f"{meaning}, with positive arguments")
    if not all(_SHAPES[0] <= args[k] <= _SHAPES[1] for k in _SHAPE_ARGS.get(name, ())):
        raise UnitError(f"{given!r}", f"{meaning}, with shapes from {_SHAPES[0]:g} to {_SHAPES[1]:g}")
    if name == "uniform" and args[0] > args[1]:
        raise UnitError(f"{given!r}", "uniform(low, high) with low ≤ high")
    if name in ("normal", "lognormal") and args[1] < 0:
        raise UnitError(f"{given!r}", f"{meaning}, with a spread (the second argument) of at least 0")
