"""What an entry of ``expect`` asks for: what is read in each world, how readings are put together, and the bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

#: how a series is put together over a span of days
OVER = ("change", "sum", "mean", "peak", "low")
#: what is said of the values that worlds have, beside their mean
STATISTICS = ("mean", "sd", "total")


@dataclass(frozen=True)
class Reading:
    """One number of each world: an outcome (``name[group]`` of one by group), or a series on its days.

    Attributes
    ----------
    variant : '' for the baseline.
    file : another scenario file, whose worlds are read; '' for this one.
    platform : of a series, '' for all together.
    days : of a series: () for the horizon, a day, or the first and the last day of a span, over which ``over`` says how
        it is put together.
    """

    name: str
    is_series: bool = False
    variant: str = ""
    file: str = ""
    platform: str = ""
    days: tuple[float, ...] = ()
    over: str = ""


@dataclass(frozen=True)
class Combined:
    """(``of`` + ``plus`` − ``less``) / ``per``, each the sum of its terms; nothing is divided without ``per``."""

    of: Term
    plus: tuple[Term, ...] = ()
    less: tuple[Term, ...] = ()
    per: tuple[Term, ...] = ()


Term: TypeAlias = Reading | Combined


def readings(term: Term) -> Iterator[Reading]:
    """Yield every reading in a term."""
    if isinstance(term, Reading):
        yield term
        return
    for each in (term.of, *term.plus, *term.less, *term.per):
        yield from readings(each)


@dataclass(frozen=True)
class Expectation:
    """One entry of ``expect``: what is measured, and between which bounds it must lie, in computed units.

    Attributes
    ----------
    term : what is measured in each world.
    order : variants, the one with the smallest first; the term is read under each of them.
    statistic : of the worlds' values: their 'mean', 'sd' (standard deviation), exact 'total', or 'quantile'.
    quantile : which one, as a share; None for none.
    low, high : bounds; ``is_open``: whether each of them is outside of what is allowed, as ``above`` and ``below`` say.
    equals : the middle of the bounds, where the file gives it.
    exact : whether every world must lie there, not the mean.
    humps : 'one' or 'two', in place of bounds: of the distribution over worlds.
    worlds : how many worlds must lie there, or bounds of their share, in place of the mean.
    """

    id: str
    term: Term
    source: str
    order: tuple[str, ...] = ()
    statistic: str = "mean"
    quantile: float | None = None
    low: float = -math.inf
    high: float = math.inf
    is_open: tuple[bool, bool] = (False, False)
    equals: float | None = None
    exact: bool = False
    humps: str = ""
    worlds: tuple[float, float] | int | None = None
    note: str = ""

    @property
    def least(self) -> float:
        """The least number that is allowed."""
        return math.nextafter(self.low, math.inf) if self.is_open[0] else self.low

    @property
    def most(self) -> float:
        """The largest number that is allowed."""
        return math.nextafter(self.high, -math.inf) if self.is_open[1] else self.high

    @property
    def steps(self) -> tuple[Term, ...]:
        """The terms that are judged: of an order, what each variant has more than the one before it."""
        if not self.order or not isinstance(self.term, Reading):
            return (self.term,)
        each = [replace(self.term, variant=name) for name in self.order]
        return tuple(Combined(larger, less=(smaller,)) for smaller, larger in pairwise(each))

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All that is read, each once."""
        return tuple(dict.fromkeys(each for step in self.steps for each in readings(step)))

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes of this file that are read, each once."""
        return tuple(dict.fromkeys(r.name for r in self.readings if not (r.is_series or r.file)))
