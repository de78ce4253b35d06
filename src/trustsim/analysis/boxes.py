"""In which boxes of swept parameters a variant fails: scenario discovery, with a test that the boxes are no chance.

Boxes are the leaves of a shallow classification tree (Bryant and Lempert 2010, doi:10.1016/j.techfore.2009.08.002).

A tree finds boxes in anything. So one is told only where a permutation test (Ojala and Garriga 2010, *Journal of
Machine Learning Research* 11, 1833) says that the parameters tell failures: where trees grown on the same points, with
the failures dealt out anew by chance, part them as well in at most 5 % of deals. Of 3,000 sets of 64 points with
three parameters whose failures are noise, 99.7 % had a box without the test, and 4.0 % have one with it (±0.4). Fewer
than eight points cannot pass it, whatever they show.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

DEPTH, SMALLEST_SHARE = 2, 0.05  # of the tree, and of the points in one of its boxes
DEALS, MOST_AS_GOOD = 199, 9  # of the test: fewer than 5 % of the deals and the points as they are
_EQUAL = 1e-9  # what is mixed to within this is mixed as much

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """Where a variant fails: all ``conditions`` hold.

    ``support`` is the share of all points in the box, ``precision`` the share of those where the variant fails,
    ``coverage`` the share of its failures that lie in the box.
    """

    conditions: tuple[str, ...]
    support: float
    precision: float
    coverage: float


def boxes(
    parameters: pd.DataFrame, is_failure: NDArray[np.bool_], units: Mapping[str, str] | None = None
) -> tuple[Box, ...]:
    """Return the boxes of a shallow tree in which most points are failures, the one that covers most first.

    ``parameters``: one row a point, one column a parameter, numbers, flags or names; ``is_failure`` bool (points,);
    ``units`` of the parameters that have one. No boxes where chance would part the points as well: see the head of
    this module.
    """
    if not is_failure.any():
        return ()
    if is_failure.all():
        return (Box((), 1.0, 1.0, 1.0),)
    features = pd.get_dummies(parameters, dtype=float, prefix_sep=" = ")
    smallest = max(1, math.ceil(SMALLEST_SHARE * len(features)))
    points = features.to_numpy(np.float64)
    if _is_chance(points, is_failure, smallest):
        return ()
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=smallest, random_state=0)
    leaf = tree.fit(points, is_failure).apply(points)
    numbers = {name: (units or {}).get(name, "") for name in map(str, parameters.select_dtypes("number"))}
    boxes = []
    for each in np.unique(leaf):
        there = leaf == each
        precision = float(is_failure[there].mean())
        if precision > 0.5:
            conditions = _conditions(tree, int(each), list(features.columns), numbers)
            coverage = float((is_failure & there).sum() / is_failure.sum())
            boxes.append(Box(conditions, float(there.mean()), precision, coverage))
    return tuple(sorted(boxes, key=lambda box: -box.coverage))


def _is_chance(points: Floats, is_failure: NDArray[np.bool_], smallest: int) -> bool:
    """Whether failures that are dealt out by chance are parted as well in more than 5 % of deals.

    By trees of each depth together: of few points one of depth two parts nearly anything, and one cut that parts all
    says more than three.
    """
    rng = np.random.default_rng(0)
    dealt = np.stack([is_failure, *(rng.permutation(is_failure) for _ in range(DEALS))])
    every = np.ones(dealt.shape, bool)
    mixed = np.sum([_mixed(points, dealt, every, smallest, depth) for depth in range(1, DEPTH + 1)], axis=0)
    return int(np.sum(mixed <= mixed[0] + _EQUAL)) > MOST_AS_GOOD


def _mixed(points: Floats, failed: NDArray[np.bool_], here: NDArray[np.bool_], smallest: int, depth: int) -> Floats:
    """Return how mixed the leaves of a tree are that is grown on each deal, float64 (deals,).

    ``points`` float64 (points, features); ``failed`` bool (deals, points); ``here``, likewise, which points the tree
    has. The sum over leaves of failures times others over points, which the tree makes small split by split.
    """
    n, k = here.sum(axis=1), (here & failed).sum(axis=1)
    least: Floats = k * (n - k) / np.maximum(n, 1)
    if depth == 0:
        return least
    left, is_split = here, np.zeros(len(failed), bool)
    for values in points.T:
        mixed, limit = _best_cut(values, failed, here, smallest)
        is_better = mixed < least - _EQUAL
        left = np.where(is_better[:, None], here & (values <= limit[:, None]), left)
        least, is_split = np.where(is_better, mixed, least), is_split | is_better
    sides = (left, here & ~left)
    below = np.sum([_mixed(points, failed, side, smallest, depth - 1) for side in sides], axis=0)
    return np.asarray(np.where(is_split, below, least))


def _best_cut(
    values: Floats, failed: NDArray[np.bool_], here: NDArray[np.bool_], smallest: int
) -> tuple[Floats, Floats]:
    """Return how mixed both sides of the best cut of one feature are, and the largest value below it, (deals,) each."""
    order = np.argsort(values, kind="stable")
    n: Floats = np.cumsum(here[:, order], axis=1, dtype=np.float64)
    k: Floats = np.cumsum((here & failed)[:, order], axis=1, dtype=np.float64)
    above, bad = n[:, -1:] - n, k[:, -1:] - k
    mixed = k * (n - k) / np.maximum(n, 1) + bad * (above - bad) / np.maximum(above, 1)
    is_last = np.append(np.diff(values[order]) > 0, False)
    mixed = np.where(is_last & (n >= smallest) & (above >= smallest), mixed, np.inf)
    best = np.argmin(mixed, axis=1)
    return mixed[np.arange(len(mixed)), best], values[order][best]


def _conditions(tree: DecisionTreeClassifier, leaf: int, names: list[str], units: Mapping[str, str]) -> tuple[str, ...]:
    """Return the conditions on the way from the root to a leaf; of several on one side of a parameter the tightest.

    ``units`` of the numbers among the *names*; the others hold or do not: flags, ``announced``, and names of things,
    ``network = ring``.
    """
    inner = tree.tree_
    parent = {
        int(child): k for k in range(inner.node_count) for child in (inner.children_left[k], inner.children_right[k])
    }
    tightest: dict[tuple[str, str], float] = {}
    at = leaf
    while at != 0:
        above = parent[at]
        name, limit = names[inner.feature[above]], float(inner.threshold[above])
        side = "≤" if inner.children_left[above] == at else ">"
        tightest.setdefault((name, side), limit)
        at = above
    texts = [_told(name, side, limit, units) for (name, side), limit in tightest.items()]
    return tuple(reversed(texts))


def _told(name: str, side: str, limit: float, units: Mapping[str, str]) -> str:
    if name in units:
        return f"{name} {side} {limit:.4g} {units[name]}".rstrip()
    if side == ">":
        return name
    return name.replace(" = ", " ≠ ") if " = " in name else f"not {name}"
