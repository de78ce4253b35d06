"""The share of worlds with an event, a run or a failure, against a fundamental: a curve and its width.

At each value of a fundamental that is swept stands the share of worlds in which the event comes, with Wilson's score
interval. All values meet the same worlds, so each world has a *tipping point*, the value at which the event begins
to come in it, known to lie between two neighbouring points. A normal distribution is fitted to these (maximum
likelihood of observations between bounds: a probit curve): its mean is the middle of the curve, where half of all
worlds tip, its standard deviation the *width*. The width says how far one and the same fundamental leaves open what
happens; 0 is a step. Its interval holds what a likelihood ratio does not reject (twice the fall of the log likelihood
up to 3.84, the middle free), so it is one of worlds, which are independent, not of points, which are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import log_ndtr, ndtr

from trustsim.analysis.intervals import Interval, proportion
from trustsim.errors import TrustsimError, one_of, unknown
from trustsim.experiment.design import Sweep

Floats = NDArray[np.float64]

RUN = "run_probability"
FAILURE = "failure_probability"
_FALL = 3.841458820694124 / 2  # of the log likelihood, within which 95 % lie
_LEAST, _MOST = 1e-4, 1e3  # widths that are looked at, in distances between the first and the last value


@dataclass(frozen=True)
class Fragility:
    """The share of worlds in which an event comes, by the value of one fundamental.

    Attributes
    ----------
    outcome, variant, path : the event, under which variant, what was swept.
    unit : what stands behind its numbers in the file, ``'%'``.
    at : float64 (points,), its values, ascending, in that unit.
    shares : (points,), the share of worlds with the event at each, with its 95 % interval.
    is_rising : whether the event comes more often the larger the value.
    middle : the value at which half of all worlds tip; NaN where the event comes nowhere or everywhere.
    width : the standard deviation over worlds of the value at which they tip, with its 95 % interval; 0 where at most
        one value has some worlds with the event and some without. The upper end is infinite where the data set none.
    n_back : worlds in which the event comes, goes, and comes again as the value moves on; they count by how often it
        comes.
    """

    outcome: str
    variant: str
    path: str
    unit: str
    at: Floats
    shares: tuple[Interval, ...]
    is_rising: bool
    middle: float
    width: Interval
    n_back: int

    def expected(self, at: Floats) -> Floats:
        """Return the fitted share at these values, float64 (n,)."""
        gap = np.asarray(at, np.float64) - self.middle
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(gap == 0, 0.0, gap / self.width.mean)
        return np.asarray(ndtr(z if self.is_rising else -z))

    def to_frame(self) -> pd.DataFrame:
        """Return one row a value: the value, the share of worlds with the event, its interval, how many worlds."""
        rows = [(x, s.mean, s.low, s.high, s.n) for x, s in zip(self.at.tolist(), self.shares, strict=True)]
        return pd.DataFrame(rows, columns=[self.path, "share", "low", "high", "worlds"])


def fragility(sweep: Sweep, outcome: str = RUN, variant: str | None = None) -> Fragility:
    """Return the curve of an *outcome* that is 0 or 1 in a world, under a *variant*, by default the first.

    Raises
    ------
    TrustsimError : for a sweep of more than one thing or of words, an outcome that is not 0 or 1, an unknown variant.
    """
    design, study = sweep.design, sweep.studies[0]
    name = study.variants[0] if variant is None else variant
    if name not in study.variants:
        raise unknown("variant", name, study.variants)
    if len(design.paths) != 1:
        raise TrustsimError(f"fragility: given a sweep of {one_of(design.paths)}; allowed: a sweep of one path")
    if not _is_of_numbers(sweep):
        raise TrustsimError(f"fragility: given values of {design.paths[0]} that are no numbers; allowed: numbers")
    at = design.to_frame()[design.paths[0]].to_numpy(np.float64)
    order = np.argsort(at, kind="stable")
    happened = _happened(sweep, outcome, study.variants.index(name))[:, order]
    shares = tuple(proportion(happened[:, k]) for k in range(len(at)))
    is_rising = shares[-1].mean >= shares[0].mean
    towards = happened if is_rising else happened[:, ::-1]  # the event comes from some point on
    n_back = int((np.diff(towards, axis=1) < 0).any(axis=1).sum())
    counts = np.bincount(len(at) - towards.sum(axis=1).astype(int), minlength=len(at) + 1)
    middle, width = tipping(at[order] if is_rising else -at[order][::-1], counts)
    where = middle if is_rising else -middle
    return Fragility(
        outcome, name, design.paths[0], design.units[0], at[order], shares, is_rising, where, width, n_back
    )


def fragilities(sweep: Sweep) -> tuple[Fragility, ...]:
    """Return the curves of a run and of a failure under every variant; none where more than one thing is swept, or no
    number, or where no world finished at every point."""
    if len(sweep.design.paths) != 1 or not _is_of_numbers(sweep) or not _finished(sweep):
        return ()
    asked = [name for name in (RUN, FAILURE) if all(name in study.outcomes for study in sweep.studies)]
    return tuple(fragility(sweep, outcome, variant) for outcome in asked for variant in sweep.studies[0].variants)


def _is_of_numbers(sweep: Sweep) -> bool:
    """Whether the values of the one path are numbers in one unit."""
    values = sweep.design.to_frame()[sweep.design.paths[0]]
    return bool(is_numeric_dtype(values)) and not is_bool_dtype(values) and len(set(sweep.design.units)) == 1


def _finished(sweep: Sweep) -> list[int]:
    """Return the worlds that finished at every point, in order."""
    worlds = [set(study.replications.tolist()) for study in sweep.studies]
    return sorted(set.intersection(*worlds))


def _happened(sweep: Sweep, outcome: str, variant: int) -> Floats:
    """Return float64 (worlds, points), each 0 or 1, of the worlds that finished at every point."""
    for study in sweep.studies:
        if outcome not in study.outcomes:
            raise unknown("outcome", outcome, sorted(study.outcomes))
    worlds = _finished(sweep)
    columns = [study.outcomes[outcome][np.isin(study.replications, worlds), variant] for study in sweep.studies]
    found = np.stack(columns, axis=1)
    if not np.isin(found, (0.0, 1.0)).all() or not len(found):
        raise TrustsimError(
            f"fragility: given {outcome}, which is not 0 or 1 in every world; allowed: {RUN}, {FAILURE}"
        )
    return found


def tipping(at: Floats, counts: NDArray[np.int64]) -> tuple[float, Interval]:
    """Return the middle and the width of worlds that tip between values.

    ``at`` float64 (points,), ascending; ``counts`` int64 (points + 1,): worlds that tip below the first value, between
    each two, and above the last.
    """
    n, edges = int(counts.sum()), np.concatenate([[-np.inf], at, [np.inf]])
    low, high, held = edges[:-1][counts > 0], edges[1:][counts > 0], counts[counts > 0]
    if len(held) == 0 or (len(held) == 1 and not (math.isfinite(low[0]) and math.isfinite(high[0]))):
        return math.nan, Interval(math.nan, math.nan, math.nan, n)
    span = float(np.ptp(at)) or 1.0
    cells = (low, high, held)
    if len(held) == 1 or (len(held) == 2 and high[0] == low[1]):
        middle = (low[0] + high[0]) / 2 if len(held) == 1 else float(high[0])
        best = float((held * np.log(held / n)).sum())  # the step has all likelihood that there is
        return float(middle), Interval(0.0, 0.0, _upper(cells, best, _LEAST * span, span), n)

    def unlikely(x: Floats) -> float:
        return -_log_likelihood(cells, float(x[0]), math.exp(x[1]))

    start = np.array([float(np.median(at)), math.log(span / 4)])
    found = minimize(
        unlikely, start, method="Nelder-Mead", options={"xatol": 1e-7 * span, "fatol": 1e-10, "maxiter": 4000}
    )
    middle, width = float(found.x[0]), math.exp(found.x[1])
    best = -float(found.fun)
    under = brentq(lambda s: _fall(cells, best, s, span) - _FALL, math.log(_LEAST * span), math.log(width))
    return middle, Interval(width, math.exp(under), _upper(cells, best, width, span), n)


def _upper(cells: tuple[Floats, Floats, NDArray[np.int64]], best: float, width: float, span: float) -> float:
    most = math.log(_MOST * span)
    if _fall(cells, best, most, span) < _FALL:
        return math.inf
    return math.exp(brentq(lambda s: _fall(cells, best, s, span) - _FALL, math.log(width), most))


def _fall(cells: tuple[Floats, Floats, NDArray[np.int64]], best: float, log_width: float, span: float) -> float:
    """Return by how much the log likelihood is below the *best* at a width, where the middle is the best for it."""
    width = math.exp(log_width)
    ends = np.concatenate([edge[np.isfinite(edge)] for edge in cells[:2]])
    between = (ends.min() - 8 * width, ends.max() + 8 * width)
    there = minimize_scalar(
        lambda x: -_log_likelihood(cells, x, width), bounds=between, method="bounded", options={"xatol": 1e-6 * span}
    )
    return best + float(there.fun)


def _log_likelihood(cells: tuple[Floats, Floats, NDArray[np.int64]], middle: float, width: float) -> float:
    a, b = (cells[0] - middle) / width, (cells[1] - middle) / width
    is_right = a > 0  # the difference of small tails, not of numbers near 1
    near, far = log_ndtr(np.where(is_right, -a, b)), log_ndtr(np.where(is_right, -b, a))
    with np.errstate(divide="ignore"):
        return float((cells[2] * (near + np.log(-np.expm1(far - near)))).sum())
