"""In which share of sets a variant stays ahead: luck within sets taken out, and how sure that is.

Of each set there are few worlds. What the mean of a set gives is what the set would give over all worlds, and luck.

- *Some luck is known*: of each world the study says what it gave under the assumptions of the file. What that was
  beyond the mean of all is taken off, times the slope that the worlds within sets show (a control variate: Glynn and
  Szechtman 2002, doi:10.1007/978-3-642-56046-0_3).
- *The rest is deconvolved*: the variance between the means of sets less that of their luck, which the worlds within
  sets show, is the variance of the sets themselves; deviations are shrunk to it (Louis 1984,
  doi:10.1080/01621459.1984.10478062). Shrinking alone keeps the shape of what has luck in it; a skewed spread of sets
  is more skewed than that, so the shape is moved to the third moment of the sets themselves, by the normal scores of
  Wilson and Hilferty (1931, doi:10.1073/pnas.17.12.684). That moment is the mean of d d d' over two worlds of a set,
  d and d' their deviations, whose luck is apart. Sets in which no world has any difference stay level.
- *How sure*: all of it, the slope, both variances and moments, is done anew in RESAMPLES resamples of whole sets with
  their worlds (Efron 1979, doi:10.1214/aos/1176344552). The interval reaches from the lowest to the highest of the
  2.5 and 97.5 % points with the shape moved, those with it kept, and Wilson's interval for so many sets; so 0 flips
  in n sets are never certain. Where there are more worlds in sets than in the study, sets share worlds, and what luck
  of these the study does not know counts as if each set had its own.
- *Whether it can be told*: where luck may hide the spread between sets, the share is what the split of the variance
  happened to be. The spread is *seen* where the luck in the mean of a set is, at 95 %, at most MOST_LUCK times as
  large. The share is told where the spread is seen for all differences, or where it moves the share by at most
  INDIFFERENT whether all or nothing that is seen of the others is luck. Of fewer than FEWEST sets nothing is told:
  what a handful agree on may be luck throughout. Of planted studies of 5 or 6 sets with four times as much luck as
  spread 40 of 360 told the share, and the interval of 11 of these did not hold it; of 8 to 50 sets 22 of 720, and one.

In planted studies of normal differences, of 50 to 200 sets and luck of a quarter to four times the spread, the interval
of 95 % held the share in 91 of 100 or more, in long tails in 88 or more (docs/ranking.md, by ``docs/held_share.py``;
``test_the_interval_holds_the_share_for_any_number_of_sets``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis.intervals import LEVEL, Interval, proportion
from trustsim.kernels import draws
from trustsim.kernels.purposes import purpose_of

RESAMPLES = 1000
FEWEST = 10  # sets, as many as the smallest study by default has; of fewer nothing is told
MOST_LUCK = 2.0  # assumed: times the spread between sets, beyond which luck hides it
INDIFFERENT = 0.05  # assumed: of the sets; a share that moves by less is told whatever is luck
EQUAL = 1e-12  # difference that is none
_SKEWEST = 2.5  # assumed: of a shape; what a sample shows beyond is mostly one of its sets
_LEAST = 1e-3  # of a skewness
_SEED = 20260101

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Seen:
    """What the worlds of the sets show of how far one variant is ahead of another.

    ``gains`` float64 (sets, worlds), how much better it is; ``known`` float64 (sets, worlds), how much better than on
    average it was in the same worlds under the assumptions of the file.
    """

    gains: Floats
    known: Floats

    @property
    def is_level(self) -> Flags:
        """Bool (sets,): where there is no difference in any world."""
        return np.asarray((np.abs(self.gains) <= EQUAL).all(axis=1))

    def by_world(self) -> Floats:
        """Return the gains less the luck that is known, float64 (sets, worlds)."""
        return np.asarray(self.gains - _Parts(self).slope[0] * self.known)


@dataclass(frozen=True, eq=False)
class Told:
    """In which share of the sets no gain is below zero.

    Attributes
    ----------
    share : with its 95 % interval; ``mean`` is NaN where it cannot be told, for luck or with fewer than FEWEST sets.
    guess : the share as the split of the variance happens to give it, told or not.
    luck : the largest luck in the mean of a set over the spread between sets, of the gains whose spread is not seen; of
        all where it is told or the sets are too few. Infinite where no spread is left.
    gains : float64 (sets, pairs), the gain in each set with luck taken out; with it where the share cannot be told.
    """

    share: Interval
    guess: float
    luck: float
    gains: Floats

    @property
    def is_told(self) -> bool:
        """Whether there are sets enough, and luck leaves the share to be told."""
        return math.isfinite(self.share.mean)


class _Parts:
    """What resamples of the sets give: weights float64 (resamples, sets) are how often each set is in one; none: all
    sets once."""

    def __init__(self, seen: Seen, weights: Floats | None = None) -> None:
        self.free = ~seen.is_level
        w = np.ones((1, int(self.free.sum()))) if weights is None else weights[:, self.free]
        gains, known = seen.gains[self.free], seen.known[self.free]
        self.weights, self.n = w, np.maximum(w.sum(axis=1), 1.0)
        m = gains.shape[1]
        inside, spread = (x - x.mean(axis=1, keepdims=True) for x in (gains, known))
        both, total = w @ (inside * spread).sum(axis=1), w @ (spread**2).sum(axis=1)
        self.slope = np.where(total > EQUAL, both / np.maximum(total, EQUAL), 0.0)
        means = gains.mean(axis=1) - self.slope[:, None] * known.mean(axis=1)
        self.mean = (w * means).sum(axis=1) / self.n
        self.far = means - self.mean[:, None]
        own = (w @ (inside**2).sum(axis=1)) - self.slope * both
        self.luck = np.maximum(own, 0.0) / self.n / max(m - 1, 1) / m
        self._freedom = np.maximum(self.n - 1, 1.0)
        if weights is not None:  # a resample has that much less variance
            self._freedom = self._freedom * max(w.shape[1] - 1, 1) / max(w.shape[1], 1)
        self.total = (w * self.far**2).sum(axis=1) / self._freedom
        self.between = np.sqrt(np.maximum(self.total - self.luck, 0.0))
        self._third = self._of_worlds(gains, known, m)

    @property
    def ratio(self) -> Floats:
        """The luck in the mean of a set over the spread between sets, float64 (resamples,)."""
        none = np.where(self.luck <= EQUAL**2, 0.0, np.inf)  # neither luck nor spread
        return np.where(self.between > EQUAL, np.sqrt(self.luck) / np.maximum(self.between, EQUAL), none)

    def _of_worlds(self, gains: Floats, known: Floats, m: int) -> Floats:
        """Return the third central moment of the sets themselves, float64 (resamples,)."""
        if m < 2:
            return np.zeros(len(self.n))
        sums = np.zeros((3, *self.far.shape))
        for world in range(m):
            d = gains[:, world] - self.slope[:, None] * known[:, world] - self.mean[:, None]
            sums += np.stack([d, d**2, d**3])
        return np.asarray((self.weights * (sums[1] * sums[0] - sums[2])).sum(axis=1) / self.n / (m * (m - 1)))

    def shrunk(self, between: Floats, *, moved: bool) -> Floats:
        """Return the gains of the sets that are not level, float64 (resamples, sets), with so much spread."""
        u = self.far / np.maximum(np.sqrt(self.total), EQUAL)[:, None]
        if moved:
            shown = (self.weights * u**3).sum(axis=1) / self.n
            own = np.where(between > EQUAL, self._third / np.maximum(between, EQUAL) ** 3, 0.0)
            part = np.minimum(1.0, _SKEWEST / np.maximum(np.maximum(np.abs(shown), np.abs(own)), EQUAL))
            u = self._standard(_skewed(_scores(u, _column(shown * part)), _column(own * part)))
        return np.asarray(self.mean[:, None] + between[:, None] * u)

    def _standard(self, u: Floats) -> Floats:
        u = u - ((self.weights * u).sum(axis=1) / self.n)[:, None]
        size = np.sqrt((self.weights * u**2).sum(axis=1) / self._freedom)
        return np.asarray(u / np.maximum(size, EQUAL)[:, None])


def _column(skewness: Floats) -> Floats:
    """Return skewness as float64 (resamples, 1), never 0, where the scores have a limit."""
    return np.asarray(np.where(np.abs(skewness) < _LEAST, _LEAST, skewness))[:, None]


def _scores(u: Floats, g: Floats) -> Floats:
    """Return the normal scores of standard values of skewness g."""
    return np.asarray(6 / g * (np.cbrt(g * u / 2 + 1) - 1 + g**2 / 36))


def _skewed(z: Floats, g: Floats) -> Floats:
    """Return the values of skewness g that have these normal scores."""
    return np.asarray(2 / g * ((1 + g * z / 6 - g**2 / 36) ** 3 - 1))


def told(each: Sequence[Seen]) -> Told:
    """Return in which share of the sets none of the gains of *each* is below zero; all are of the same sets."""
    n, once = len(each[0].gains), [_Parts(seen) for seen in each]
    drawn, is_seen = _drawn(each, n)
    shares = [float(_keeps(once, n, [p.shrunk(p.between, moved=way) for p in once]).mean()) for way in (True, False)]
    extremes = [_if_unseen(once, is_seen, n, has_spread=way) for way in (False, True)]
    is_told = n >= FEWEST and abs(extremes[1] - extremes[0]) <= INDIFFERENT
    few = wilson(shares[0], n)
    low, high = min(few.low, shares[1], float(drawn.min())), max(few.high, shares[1], float(drawn.max()))
    counted = [p for p, seen in zip(once, is_seen, strict=True) if is_told or n < FEWEST or not seen]
    gains = np.zeros((n, len(each)))
    for k, p in enumerate(once):
        gains[p.free, k] = p.shrunk(p.between if is_told else np.sqrt(p.total), moved=is_told)[0]
    share = Interval(shares[0] if is_told else math.nan, low, high, n)
    return Told(share, shares[0], max(float(p.ratio[0]) for p in counted), gains)


def wilson(share: float, n: int) -> Interval:
    """Return Wilson's interval of a share of *n*, which need not be a whole number of them."""
    low, high = (proportion(np.less(np.arange(n), k).astype(np.float64)) for k in _whole(share * n))
    return Interval(share, low.low, high.high, n)


def _whole(count: float) -> tuple[int, int]:
    return math.floor(count + EQUAL), math.ceil(count - EQUAL)


def _drawn(each: Sequence[Seen], n: int) -> tuple[Floats, list[bool]]:
    """Return the 2.5 and 97.5 % points of the share over resamples, with the shape moved and kept, float64 (2, 2), and
    of which gains the spread is seen."""
    often, is_seen = _resampled(n), []
    kept = np.ones((2, *often.shape), np.bool_)
    for seen in each:
        parts = _Parts(seen, often)
        is_seen.append(bool((parts.ratio <= MOST_LUCK).mean() >= LEVEL))
        for k, moved in enumerate((True, False)):
            kept[k][:, parts.free] &= parts.shrunk(parts.between, moved=moved) >= -EQUAL
    side = (1 - LEVEL) / 2
    return np.quantile((often * kept).sum(axis=2) / n, (side, 1 - side), axis=1), is_seen


def _resampled(n: int) -> Floats:
    """Return how often each of *n* sets is in each resample, float64 (RESAMPLES, n)."""
    uniform = draws.uniforms(RESAMPLES * n, purpose_of("sets", "resample"), draws.key_of(_SEED, n))[0]
    picked = (uniform * n).astype(np.int64) + n * np.repeat(np.arange(RESAMPLES), n)
    return np.bincount(picked, minlength=RESAMPLES * n).reshape(RESAMPLES, n).astype(np.float64)


def _if_unseen(once: Sequence[_Parts], is_seen: Sequence[bool], n: int, *, has_spread: bool) -> float:
    """Return the share where nothing or all of the spreads that are not seen is luck."""
    spreads = [p.between if seen else np.sqrt(p.total) * has_spread for p, seen in zip(once, is_seen, strict=True)]
    gains = [p.shrunk(s, moved=False) for p, s in zip(once, spreads, strict=True)]
    return float(_keeps(once, n, gains).mean())


def _keeps(once: Sequence[_Parts], n: int, gains: Sequence[Floats]) -> Flags:
    """Return bool (sets,): where none of the gains, float64 (1, sets that are not level) each, is below zero."""
    kept = np.ones(n, np.bool_)
    for p, own in zip(once, gains, strict=True):
        kept[p.free] &= own[0] >= -EQUAL
    return kept
