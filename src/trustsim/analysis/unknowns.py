"""Which of what nobody knows beforehand decides whether a world has a run or a failure, and how steeply.

What was drawn for each world, in standard deviations (:mod:`trustsim.world.unknowns`), is held against whether the
event came there.

- *Which decides*: a logistic regression on all of them together. The event comes where a sum of the unknowns and of
  logistic luck passes a threshold, and an unknown *decides* its share of the variance of that sum, its squared slope
  over those of all and π²/3 (McKelvey and Zavoina 1975, doi:10.1080/0022250X.1975.9989847), the slope's own variance
  taken off its square. The rest is all else that is drawn: people, links, the luck of days. An unknown is named where
  its slope is told from 0 at 5 % shared out among all (Bonferroni).
- *How steeply*: a logistic regression on it alone, the others as they come: the share of worlds with the event by what
  was drawn, with pointwise 95 % intervals. Beside it stand the shares of five groups of as many worlds each, with
  Wilson's, so that it is seen where the curve has another shape.

Slopes have a normal prior of mean 0 and standard deviation PRIOR log-odds, which is hardly felt unless an unknown alone
parts the worlds with the event from those without, where there would be no estimate; intervals are those of Laplace's
approximation. In planted studies of 60, 100 and 200 worlds with six unknowns, 200 each of a weak, a middling and a
sharp dependence (the largest slope 0.7, 2 and 4; 100 each with one of 10), 95 % intervals held the truth in 91 to 99 %
for slopes and for curves and in 89 to 100 % for shares, and an unknown that decides nothing was named in at most 5 % of
the studies (``test_the_intervals_hold_the_truth``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis.by_member import between
from trustsim.analysis.intervals import LEVEL, Interval, proportion
from trustsim.errors import TrustsimError
from trustsim.errors import unknown as not_there
from trustsim.experiment.study import Study
from trustsim.kernels import draws
from trustsim.kernels.purposes import purpose_of
from trustsim.later import later
from trustsim.units import Unit
from trustsim.world.hazards import Unknown
from trustsim.world.members import members_of
from trustsim.world.unknowns import unknowns_of

if TYPE_CHECKING:
    from scipy import special
    from sklearn import linear_model
else:
    special, linear_model = later("scipy.special"), later("sklearn.linear_model")

FEWEST = 40  # worlds that are enough to say what decides
FEWEST_OF_A_KIND = 10  # of them with the event, and without
PRIOR = 5.0  # log-odds per standard deviation of what is drawn: standard deviation of the prior of a slope
AT = np.linspace(-2.5, 2.5, 51)  # standard deviations, where curves are worked out
_GROUPS = 5
_LUCK = math.pi**2 / 3  # variance of a logistic draw
_DRAWS, _SEED = 4000, 20260101
_SURE = 0.5 + LEVEL / 2

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """How an event depends on one of the unknowns under a variant.

    Attributes
    ----------
    unknown, spread, unit : what it is, and the standard deviation of what is drawn, with its unit.
    slope : log-odds of the event per standard deviation, the others given.
    decides : the share of what decides whether the event comes.
    is_told : whether its slope is told from nothing.
    mean, low, high : float64 (AT,), the share of worlds with the event where so much was drawn, and its interval.
    groups : by mean of what was drawn in it, the share of each of five groups of worlds.
    """

    unknown: Unknown
    spread: float
    unit: Unit
    slope: Interval
    decides: Interval
    is_told: bool
    mean: Floats
    low: Floats
    high: Floats
    groups: tuple[tuple[float, Interval], ...]

    def share(self, at: float) -> Interval:
        """Return the share of worlds with the event where so many standard deviations more were drawn."""
        mean, low, high = (float(np.interp(at, AT, values)) for values in (self.mean, self.low, self.high))
        return Interval(mean, low, high, self.slope.n)


@dataclass(frozen=True, eq=False)
class Deciding:
    """What decides an event (``outcome``) under a variant; ``n_with`` of ``n`` worlds have it.

    ``curves``: of every unknown, that which decides most first; none where too few worlds have the event, or have it
    not. ``rest``: the share that none of them decides, NaN without curves. ``members``: where each world draws how its
    people behave, the share of the variance over worlds of the event itself that lies between the members
    (:func:`trustsim.analysis.by_member.between`), else None; it is no part of the same sum, and ``rest`` has it in it.
    """

    outcome: str
    variant: str
    n: int
    n_with: int
    curves: tuple[Curve, ...]
    rest: float
    members: Interval | None = None

    @property
    def is_enough(self) -> bool:
        """Whether there are worlds enough, whatever came of them."""
        return self.n >= FEWEST


def is_event(study: Study, outcome: str) -> bool:
    """Whether an outcome of a study is 0 or 1 in every world."""
    return bool(np.isin(study.outcomes[outcome], (0.0, 1.0)).all())


def deciding(study: Study, outcome: str, variant: str) -> Deciding | None:
    """Return what decides an *outcome* that is 0 or 1 under a *variant*; None where nothing is unknown in its world.

    Raises TrustsimError for an outcome or a variant that is not in the study, and for an outcome that is not 0 or 1.
    """
    for what, name, there in (("outcome", outcome, study.outcomes), ("variant", variant, study.variants)):
        if name not in there:
            raise not_there(what, name, list(there))
    if not is_event(study, outcome):
        raise TrustsimError(f"unknowns: given {outcome}, which is not 0 or 1 in every world; allowed: an event")
    found = unknowns_of(study.scenario, variant, study.replications)
    if not found.each:
        return None
    event = study.outcomes[outcome][:, study.variants.index(variant)]
    n, n_with = len(event), int(event.sum())
    if n < FEWEST or min(n_with, n - n_with) < FEWEST_OF_A_KIND:
        return Deciding(outcome, variant, n, n_with, (), math.nan)
    slopes, spread = _fitted(found.drawn, event)
    shares, rest = _shares(slopes, spread, n)
    curves = [
        _curve(unknown, of, found.drawn[:, k], event, _slope(slopes, spread, k, n), shares[k], len(found.each))
        for k, (unknown, of) in enumerate(zip(found.each, found.spreads, strict=True))
    ]
    ordered = tuple(sorted(curves, key=lambda c: -c.decides.mean))
    members = members_of(study.scenario, study.replications)
    return Deciding(outcome, variant, n, n_with, ordered, rest, None if members is None else between(event, members))


def _curve(
    unknown: Unknown, of: tuple[float, Unit], drawn: Floats, event: Floats, slope: Interval, decides: Interval, n: int
) -> Curve:
    """Return the curve along one of *n* unknowns; ``drawn``, ``event`` float64 (worlds,)."""
    b, covariance = _fitted(drawn[:, None], event)
    design = np.column_stack([np.ones_like(AT), AT])
    error = special.ndtri(_SURE) * np.sqrt(np.einsum("ij,jk,ik->i", design, covariance, design))
    mean, low, high = (special.expit(design @ b + side * error) for side in (0, -1, 1))
    order = np.array_split(np.argsort(drawn, kind="stable"), _GROUPS)
    groups = tuple((float(drawn[part].mean()), proportion(event[part])) for part in order)
    farther = float(special.ndtri(1 - (1 - LEVEL) / 2 / n) / special.ndtri(_SURE))
    is_told = abs(slope.mean) > farther * (slope.high - slope.low) / 2
    if not is_told:
        decides = Interval(decides.mean, 0.0, decides.high, decides.n)
    return Curve(unknown, *of, slope, decides, is_told, mean, low, high, groups)


def _fitted(drawn: Floats, event: Floats) -> tuple[Floats, Floats]:
    """Return intercept and slopes of a logistic regression, float64 (1 + unknowns,), and their covariance."""
    fit = linear_model.LogisticRegression(C=PRIOR**2, tol=1e-8, max_iter=1000).fit(drawn, event)
    found = np.concatenate([fit.intercept_, fit.coef_[0]])
    x = np.column_stack([np.ones(len(drawn)), drawn])
    p = special.expit(x @ found)
    prior = np.diag([0.0] + [PRIOR**-2] * drawn.shape[1])
    return found, np.linalg.inv((x * (p * (1 - p))[:, None]).T @ x + prior)


def _slope(slopes: Floats, covariance: Floats, k: int, n: int) -> Interval:
    error = float(special.ndtri(_SURE) * math.sqrt(covariance[k + 1, k + 1]))
    return Interval(float(slopes[k + 1]), float(slopes[k + 1]) - error, float(slopes[k + 1]) + error, n)


def _shares(slopes: Floats, covariance: Floats, n: int) -> tuple[list[Interval], float]:
    """Return the share that each unknown decides, with its interval, and the share that none does."""
    k = len(slopes) - 1
    squares = np.maximum(slopes[1:] ** 2 - np.diag(covariance)[1:], 0.0)
    total = float(squares.sum()) + _LUCK
    uniform = draws.uniforms(_DRAWS * k, purpose_of("unknowns", "slope"), draws.key_of(_SEED, 0))[0]
    normal = special.ndtri(uniform).reshape(_DRAWS, k)
    drawn = (slopes[1:] + normal @ np.linalg.cholesky(covariance[1:, 1:]).T) ** 2
    low, high = np.quantile(drawn / (drawn.sum(axis=1, keepdims=True) + _LUCK), (1 - _SURE, _SURE), axis=0)
    means = squares / total
    ends = zip(means.tolist(), np.minimum(low, means).tolist(), np.maximum(high, means).tolist(), strict=True)
    return [Interval(*each, n) for each in ends], float(_LUCK / total)
