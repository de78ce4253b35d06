"""What those who ask early and those who stay are paid, on one platform: the payoffs of the game of a bank run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from trustsim.measures.finished import Finished, Floats, People
from trustsim.registry import REGISTRY


@REGISTRY.enter(
    "outcome", "early_payoff", rows=("J4",), source="doi:10.1086/261155", better="higher", unit="number",
    may_not_apply=True,
)  # fmt: skip
def early_payoff(f: Finished) -> Floats:
    """What those who asked were paid / their part of the assets of day 0; of one platform, without switching."""
    return _payoff(
        f, lambda people, v, asked: f.model.state.safe[v, asked] - people.world.accounts.safe[asked], asked=True
    )


@REGISTRY.enter(
    "outcome", "late_payoff", rows=("J4",), source="doi:10.1086/261155", better="higher", unit="number",
    may_not_apply=True,
)  # fmt: skip
def late_payoff(f: Finished) -> Floats:
    """What those who never asked hold at the horizon / their part of the assets of day 0; of one platform."""
    return _payoff(
        f, lambda people, v, stayed: f.model.state.balance[v, people.world.accounts.at[0, stayed]], asked=False
    )


@REGISTRY.enter(
    "outcome", "paid_in", rows=("J4",), source="doi:10.1086/261155", better="", unit="number", may_not_apply=True
)
def paid_in(f: Finished) -> dict[str, Floats]:
    """Of one platform: how many who asked got all, how many nothing; what those between got, as early_payoff.

    They are clients of the real platform, as in ``departed``.
    """
    found = {key: np.full(f.n_lanes, np.nan) for key in ("full", "none", "part")}
    for people, v in _lanes(f):
        asked = np.flatnonzero(people.held & _has_asked(f, people, v))
        got, owed = (f.model.state.safe[v] - people.world.accounts.safe)[asked], people.balance_at_start[asked]
        between = (got > 0) & (got < owed)
        found["full"][v], found["none"][v] = (got >= owed).sum() * f.scale, (got == 0).sum() * f.scale
        stake = owed[between].sum() * _backing(f)[v]
        if stake > 0:
            found["part"][v] = got[between].sum() / stake
    return found


def _lanes(f: Finished) -> Iterator[tuple[People, int]]:
    """Yield every lane with the people of its world, where there is one platform."""
    for people in f.people if f.model.state.n_platforms == 1 else ():
        for v in people.lanes:
            yield people, v


def _has_asked(f: Finished, people: People, lane: int) -> NDArray[np.bool_]:
    """Return bool (investors,): who has asked for money on the one platform."""
    at = people.world.accounts.at[0]
    return np.asarray((at >= 0) & (f.model.state.first_asked[lane, at] >= 0))


def _backing(f: Finished) -> Floats:
    return 1 + f.gauge("solvency")[0, :, 0]


def _payoff(f: Finished, paid: Callable[[People, int, NDArray[np.int64]], NDArray[np.int64]], *, asked: bool) -> Floats:
    """Return float64 (lanes,): what was *paid* to those who have asked, or have not, / their part of the assets."""
    found = np.full(f.n_lanes, np.nan)
    for people, v in _lanes(f):
        who = np.flatnonzero(people.held & (_has_asked(f, people, v) == asked))
        stake = people.balance_at_start[who].sum() * _backing(f)[v]
        found[v] = paid(people, v, who).sum() / stake if stake > 0 else np.nan
    return found
