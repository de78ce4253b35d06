"""What clients think of the risk against what it truly is: in mind, and in what they do."""

from __future__ import annotations

import numpy as np

from trustsim.measures.beyond import relative_survival
from trustsim.measures.finished import Finished, Floats, positive
from trustsim.registry import REGISTRY

UNLIKELY = 0.05  # assumed: below this chance to fail within 90 days, to leave for fear of it is panic
LIKELY = 0.25  # assumed: above this chance, to stay is calm without a ground


@REGISTRY.enter(
    "outcome", "misperception", rows=("J8",), source="J8", better="lower", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def misperception(f: Finished) -> Floats:
    """Mean of the distance between perceived and true probability of failure, over time while a platform stands.

    The distance is that of each platform, whichever way its clients of day 0 err, and they weigh it: too much fear on
    one does not make up for too little on another.
    """
    of_platform = np.abs(f.series["misperception"][:, :, :-1].astype(np.float64))  # NaN after its end
    clients = np.where(np.isnan(of_platform), 0.0, f.gauge("cohort"))
    total = (clients * np.nan_to_num(of_platform)).sum(axis=2)
    return _while_it_stands(total / positive(clients.sum(axis=2)))


@REGISTRY.enter(
    "outcome", "misperception_bias", rows=("J8",), source="J8", better="", unit="share", low=-1, high=1,
    may_not_apply=True,
)  # fmt: skip
def misperception_bias(f: Finished) -> Floats:
    """Mean perceived less true probability of failure, over time while a platform stands.

    Above 0 people fear too much.
    """
    return _while_it_stands(f.series["misperception"][:, :, -1].astype(np.float64))


@REGISTRY.enter(
    "outcome", "unwarranted_panic", rows=("J8", "J2"), source="assumed", better="lower", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def unwarranted_panic(f: Finished) -> Floats:
    """Share of the clients of day 0 who left beyond calm while their platform was unlikely to fail.

    That is, in steps before which its true probability to fail within 90 days was less than 5 %.
    """
    stays = _stays(f)
    gone = np.vstack([np.zeros_like(stays[:1]), stays[:-1] - stays[1:]])
    before = np.concatenate([_fails(f)[:1], _fails(f)[:-1]])  # what stood when they decided
    without_ground = np.where(before < UNLIKELY, gone, 0.0)  # NaN, after its end or in the last of calm, is none
    return _of_all(f, np.clip(_over_time(np.nan_to_num(without_ground)), 0.0, 1.0))


@REGISTRY.enter(
    "outcome", "unwarranted_calm", rows=("J8",), source="assumed", better="lower", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def unwarranted_calm(f: Finished) -> Floats:
    """Share of the clients of day 0 who stayed, relative to calm, while their platform was likely to fail.

    It is the mean over the steps after which its true probability to fail within 90 days was more than 25 %, 0 without
    any.
    """
    stays = _stays(f)
    counts = (_fails(f) > LIKELY) & ~np.isnan(stays)
    total = _over_time(np.where(counts, stays, 0.0))
    return _of_all(f, np.clip(total / np.maximum(counts.sum(axis=0), 1), 0.0, 1.0))


def _while_it_stands(of_day: Floats) -> Floats:
    """Return the mean over the days that have a number, float64 (lanes,)."""
    stands = ~np.isnan(of_day)
    total = _over_time(np.where(stands, of_day, 0.0))
    return np.asarray(total / positive(stands.sum(axis=0)))


def _over_time(of_day: Floats) -> Floats:
    """Return the sums over the first axis, added in the same order however many lanes stand beside."""
    return np.asarray(np.ascontiguousarray(np.moveaxis(of_day, 0, -1)).sum(axis=-1))


def _fails(f: Finished) -> Floats:
    """Return the true probability to fail within 90 days, float64 (steps + 1, lanes, platforms)."""
    return np.asarray(1 / (1 + np.exp(-f.gauge("risk"))))


def _stays(f: Finished) -> Floats:
    """Return what share of the clients of day 0 who stay in calm has not left, float64 (steps + 1, lanes, platforms);
    NaN after the end of a platform, and where calm has kept little.
    """
    held = positive(f.gauge("cohort")[0])
    here, in_calm = (1 - left / held for left in (f.gauge("cohort_left"), f.beyond.calm("cohort_left")))
    return np.where(f.beyond.has_ended, np.nan, relative_survival(here, in_calm, f.beyond.left_in_calm()))


def _of_all(f: Finished, of_each: Floats) -> Floats:
    """Return the mean over platforms by their clients of day 0, float64 (lanes,); NaN where there were none."""
    clients = f.gauge("cohort")[0]
    total = np.where(clients > 0, clients * of_each, 0.0).sum(axis=1)
    return np.asarray(total / positive(clients.sum(axis=1)))
