"""Make the tables of ``docs/ranking.md`` on the share in which an order holds again: ``python docs/held_share.py``.

Of planted studies it is known in which share of all sets of assumptions the order holds. The first table says how often
the interval holds that share; the second how many worlds a set should have where as many runs are made.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from trustsim.analysis.luck import Seen, Told, told

SHARES, LUCK = (0.5, 0.8, 0.9, 0.98), (0.25, 0.5, 1.0, 2.0, 4.0)
SIZES = ((50, 2), (100, 2), (200, 2), (50, 4))  # sets, worlds of each
AS_MANY = ((100, 2), (50, 4), (25, 8))
LONG_TAIL = 0.8  # of the lognormal of skewed sets, whose skewness then is 3.7

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What planted studies gave: how often the interval held the share and it was told, its width, the error.

    ``of_told``: how many told it, and how many of these held it.
    """

    holds: float
    is_told: float
    width: float
    error: float
    of_told: tuple[int, int]


def gains(rng: np.random.Generator, n: int, share: float, shape: str) -> Floats:
    """Return true differences of *n* sets, float64 (n,), of standard deviation 1, *share* of all of them above zero."""
    if shape == "normal":
        return np.asarray(stats.norm.ppf(share) + rng.standard_normal(n))
    side, of = (-1.0, share) if shape == "tail of losses" else (1.0, 1 - share)
    spread = float(stats.lognorm.std(LONG_TAIL))
    return np.asarray(side * (rng.lognormal(0.0, LONG_TAIL, n) - stats.lognorm.ppf(of, LONG_TAIL)) / spread)


def study(rng: np.random.Generator, size: tuple[int, int], luck: float, share: float, shape: str = "normal") -> Told:
    """Return what one planted study says; *luck*: in the mean of a set, over the spread between sets."""
    n, worlds = size
    seen = gains(rng, n, share, shape)[:, None] + luck * math.sqrt(worlds) * rng.standard_normal(size)
    return told([Seen(seen, np.zeros(size))])


def found(size: tuple[int, int], luck: float, share: float, n_studies: int, shape: str = "normal") -> Found:
    """Return what so many planted studies give."""
    rng = np.random.default_rng([*size, round(1000 * luck), round(1000 * share)])
    each = [study(rng, size, luck, share, shape) for _ in range(n_studies)]
    holds = [one.share.low <= share <= one.share.high for one in each]
    widths = [one.share.high - one.share.low for one in each]
    errors = [one.guess - share for one in each]
    is_told = [one.is_told for one in each]
    of_told = sum(is_told), sum(a and b for a, b in zip(is_told, holds, strict=True))
    error = float(np.sqrt(np.mean(np.square(errors))))
    return Found(*(float(np.mean(x)) for x in (holds, is_told, widths)), error, of_told)


def _cell(each: list[Found]) -> str:
    """Write the fewest that held it, and how many told it on average, in per cent."""
    return f"{100 * min(x.holds for x in each):.0f} ({100 * np.mean([x.is_told for x in each]):.0f})"


def main(n_studies: int = 100) -> None:
    """Print the tables."""
    say = sys.stdout.write
    say("| sets | luck " + " | ".join(f"{luck:g}" for luck in LUCK) + " |\n|---" + "|---" * len(LUCK) + "|\n")
    for shape, sizes in (("normal", SIZES), ("tail of losses", SIZES[-1:]), ("tail of gains", SIZES[-1:])):
        for size in sizes:
            cells = [_cell([found(size, luck, share, n_studies, shape) for share in SHARES]) for luck in LUCK]
            say(f"| {size[0]} of {size[1]} worlds, {shape} | {' | '.join(cells)} |\n")
            sys.stdout.flush()
    for luck in (1.0, 2.0):
        n_told, n_held = np.sum([found(SIZES[-1], luck, share, 2 * n_studies).of_told for share in SHARES], axis=0)
        say(f"told at luck {luck:g} in {n_told} of {2 * n_studies * len(SHARES)} studies, and held in {n_held}\n")
    say("| luck of a world | sets | error | width of the interval | told, of 100 |\n|---|---|---|---|---|\n")
    for of_world in (0.5, 1.0, 2.0):
        for size in AS_MANY:
            x = found(size, of_world / math.sqrt(size[1]), 0.8, n_studies)
            say(f"| {of_world:g} | {size[0]} of {size[1]} | {x.error:.2f} | {x.width:.2f} | {100 * x.is_told:.0f} |\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
