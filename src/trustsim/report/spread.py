"""One world of a study again: who is alarmed and who runs, at four moments, with the baseline and the best.

The world is the median one by what ranks the variants, under the baseline, so that the picture shows neither the worst
nor the best that can happen. Where that world has no run but others do, it is the median one of those.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis.comparison import HEADLINES
from trustsim.kernels import layout
from trustsim.kernels.layout import Beliefs
from trustsim.model import TrustCrisisModel, lockstep_groups
from trustsim.report import reading, story, words

if TYPE_CHECKING:
    from trustsim.report.result import Result
    from trustsim.world.network import Network

T = TypeVar("T", np.uint8, np.bool_)
AWAY, CALM, ALARMED, RAN = range(4)
STATES = ("without money here", "calm", "alarmed", "has run")
MOST_SHOWN, MOST_LINKS = 600, 1500
N_MOMENTS = 4


@dataclass(frozen=True)
class Moment:
    """A step of the run, its day, and what it is called: 'onset'."""

    step: int
    day: float
    name: str


@dataclass(frozen=True, eq=False)
class Spread:
    """One world at some moments.

    Attributes
    ----------
    replication : its number. n_alike : the worlds of which it is the median; has_run : whether there is a run in it.
    variants : the baseline and, where there is one, the best other variant.
    shown : int64 (n,), investors drawn: all, or a connected part. links : int64 (m, 2), rows of ``shown``.
    every : of the links, each how-many-th is drawn; all of them place the investors.
    states : uint8 (variants, moments, investors), of ``STATES``.
    held : bool (investors,), who held money on a platform on day 0.
    """

    replication: int
    n_alike: int
    has_run: bool
    variants: tuple[str, ...]
    moments: tuple[Moment, ...]
    shown: NDArray[np.int64]
    links: NDArray[np.int64]
    every: int
    states: NDArray[np.uint8]
    held: NDArray[np.bool_]

    @property
    def n_investors(self) -> int:
        return int(self.states.shape[2])

    def share(self, variant: int, moment: int, state: int) -> float:
        """Return the share in a state, of those who held money on day 0."""
        return float((self.states[variant, moment, self.held] == state).mean()) if self.held.any() else 0.0


def spread_of(result: Result) -> Spread | None:
    """Run the median world of *result* again; None where its investors are not linked."""
    c = result.comparison
    k, n_alike, has_run = median_world(result)
    names = (c.baseline, *[name for name in c.ranking if name != c.baseline][:1])
    moments = _moments(result, k)
    replication = int(result.study.replications[k])
    found: dict[str, NDArray[np.uint8]] = {}
    network: Network | None = None
    held = np.zeros(0, bool)
    for group in lockstep_groups(result.scenario, names):
        model = TrustCrisisModel(result.scenario, group, rng=replication, collects=False)
        if c.baseline in group:
            network, held = model.state.network, states_of(model)[group.index(c.baseline)] != AWAY
        for name, states in zip((v.name for v in model.variants), _watched(model, moments), strict=True):
            found[name] = states
        model.__dict__.clear()
    if network is None or network.is_complete or len(network.neighbours) == 0:
        return None
    names = tuple(name for name in names if found[name].shape == found[c.baseline].shape)
    states = np.stack([found[name] for name in names])
    shown = part_of(network, _first_to_run(states[0]), MOST_SHOWN)
    links = links_between(network, shown)
    every = -(-len(links) // MOST_LINKS) or 1
    return Spread(replication, n_alike, has_run, names, moments, shown, links, every, states, held)


def median_world(result: Result) -> tuple[int, int, bool]:
    """Return the row of the median world under the baseline, of how many it is, and whether it has a run."""
    c, baseline = result.comparison, result.comparison.baseline
    ran = {run.replication for run in reading.runs(result, baseline)}
    has_run = np.array([int(k) in ran for k in result.study.replications])
    keys = [name for name in dict.fromkeys((c.ranked_by, *HEADLINES, "peak_outflow")) if name in c.measures]
    values = [np.nan_to_num(reading.values(result, name, baseline), nan=np.inf) for name in keys if name is not None]
    order = np.lexsort([np.arange(c.n), *reversed(values)])
    middle = int(order[len(order) // 2])
    if has_run.any() and not has_run[middle]:
        order = order[has_run[order]]
        middle = int(order[len(order) // 2])
    return middle, len(order), bool(has_run[middle])


def _moments(result: Result, row: int) -> tuple[Moment, ...]:
    """Return four moments: before the shock, then onset, peak and end of the run, or what stands for them.

    Where some of them are one day, the last day and the middles of the longest stretches between take their place.
    """
    step, horizon = result.scenario.step, result.scenario.n_days
    days = [story.day_of(item) for item in result.scenario.shocks]
    before = max(round(min(days) / step) - 1, 0) if days else 0
    replication = int(result.study.replications[row])
    mine = [run for run in reading.runs(result, result.comparison.baseline) if run.replication == replication]
    if mine:
        run = max(mine, key=lambda run: run.ran_share)
        wanted = [(before, "before"), (run.onset / step, "onset"), (run.peak / step, "peak"), (run.end / step, "end")]
    else:
        asked = reading.paths(result, "requests", result.comparison.baseline)[row]
        wanted = [(before, "before"), (float(np.argmax(asked)), "most is asked for"), (horizon // 2, "half-way")]
    names: dict[int, list[str]] = {}
    for at, name in (*wanted, (horizon, "last day")):
        names.setdefault(min(round(at), horizon), []).append(name)
    while len(names) < N_MOMENTS and (between := _middle(sorted(names))) not in names:
        names[between] = ["between"]
    return tuple(Moment(k, k * step, words.listing(names[k])) for k in sorted(names)[:N_MOMENTS])


def _middle(steps: Sequence[int]) -> int:
    """Return the middle of the longest stretch between these steps."""
    gap, start = max(((b - a, a) for a, b in pairwise(steps)), default=(0, steps[0]))
    return start + gap // 2


def _watched(model: TrustCrisisModel, moments: Sequence[Moment]) -> Iterable[NDArray[np.uint8]]:
    """Step a model and return, by variant, uint8 (moments, investors): the state of each investor."""
    taken = []
    for moment in moments:
        while model.day < moment.step:
            model.step()
        taken.append(states_of(model))
    return np.stack(taken, axis=1)


def states_of(model: TrustCrisisModel) -> NDArray[np.uint8]:
    """Return uint8 (variants, investors), the state of each investor today: the gravest over the platforms."""
    flags = model.state.flags
    each = np.full(flags.shape, AWAY, np.uint8)
    holds = flags & np.uint8(layout.HOLDS) > 0
    each[holds] = CALM
    each[holds & (flags & np.uint8(layout.ALARMED) > 0)] = ALARMED
    each[flags & np.uint8(layout.RAN) > 0] = RAN
    return of_investors(model, each)


def of_investors(model: TrustCrisisModel, each: NDArray[T]) -> NDArray[T]:
    """Fold (variants, accounts or more) onto (variants, investors): the largest of an investor's accounts, else zero.

    Of yes and no: whether it holds on any account.
    """
    accounts = model.state.accounts
    found = np.zeros((len(each), model.state.population.n_investors), each.dtype)
    for v in range(len(found)):
        np.maximum.at(found[v], accounts.investor, each[v, : accounts.n_accounts])
    return found


def trust_of_investors(model: TrustCrisisModel) -> NDArray[np.float64]:
    """Return trust in fund safety, float64 (variants, investors) in [0, 1]: the mean over an investor's accounts."""
    accounts, n = model.state.accounts, model.state.population.n_investors
    n_accounts = np.maximum(np.bincount(accounts.investor, minlength=n), 1)
    trust = 1 / (1 + np.exp(-model.state.beliefs[Beliefs.FUND, :, : accounts.n_accounts].astype(np.float64)))
    return np.stack([np.bincount(accounts.investor, each, n) / n_accounts for each in trust])


def _first_to_run(states: NDArray[np.uint8]) -> int:
    """Return an investor among the first to run, or to be alarmed, uint8 (moments, investors)."""
    for state in (RAN, ALARMED, CALM):
        for moment in states:
            found = np.flatnonzero(moment == state)
            if len(found):
                return int(found[0])
    return 0


def part_of(network: Network, start: int, most: int) -> NDArray[np.int64]:
    """Return int64 (n,): all investors, or where there are more than *most* the nearest to one of them, by links."""
    if network.n_nodes <= most:
        return np.arange(network.n_nodes)
    seen, waiting = {start}, deque([start])
    while waiting and len(seen) < most:
        node = waiting.popleft()
        for other in network.neighbours[network.indptr[node] : network.indptr[node + 1]]:
            if int(other) not in seen and len(seen) < most:
                seen.add(int(other))
                waiting.append(int(other))
    return np.array(sorted(seen), np.int64)


def links_between(network: Network, shown: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return int64 (m, 2): the links between these investors, each once, as rows of *shown*."""
    row = np.full(network.n_nodes, -1)
    row[shown] = np.arange(len(shown))
    ends = np.column_stack((np.repeat(np.arange(network.n_nodes), np.diff(network.indptr)), network.neighbours))
    pairs = np.sort(row[ends], axis=1)
    return np.unique(pairs[pairs[:, 0] >= 0], axis=0)
