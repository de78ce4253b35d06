"""One world of a study run again: who is alarmed and who runs, at four moments, with the baseline and the best.

The world is the median one under the baseline, by what ranks the variants or, where that is yes or no, by the first
headline outcome that is not; so the picture shows neither the worst nor the best that can happen. Where that world has
no run but others do, it is the median one of those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis.compared import Compared
from trustsim.analysis.headlines import HEADLINES
from trustsim.model import TrustCrisisModel, lockstep_groups
from trustsim.report.pictures.spread import (
    ALARMED,
    AWAY,
    CALM,
    MOST_LINKS,
    MOST_SHOWN,
    N_MOMENTS,
    RAN,
    Moment,
    Spread,
    links_between,
    part_of,
    states_of,
)
from trustsim.report.words import reading, story, words
from trustsim.world.network import Network


def spread_of(result: Compared) -> Spread | None:
    """Run the median world of *result* again; None where its investors are not linked."""
    c = result.comparison
    k, n_alike, has_run, by = median_world(result)
    names = (c.baseline, *c.remedies[:1])
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
    return Spread(replication, n_alike, has_run, by, names, moments, shown, links, every, states, held)


def median_world(result: Compared) -> tuple[int, int, bool, str]:
    """Return the row of the median world under the baseline, of how many it is, whether it has a run, by which outcome.

    That is '' where no outcome is measured that is a size: then the world is that in the middle of the list.
    """
    c, baseline = result.comparison, result.comparison.baseline
    ran = {run.replication for run in reading.runs(result, baseline)}
    has_run = np.array([int(k) in ran for k in result.study.replications])
    names = [name for name in dict.fromkeys((c.ranked_by, *HEADLINES, "peak_outflow")) if name is not None]
    keys = [name for name in names if name in c.measures and not c.measures[name].binary]
    values = [np.nan_to_num(reading.values(result, name, baseline), nan=np.inf) for name in keys]
    order = np.lexsort([np.arange(c.n), *reversed(values)])
    middle = int(order[len(order) // 2])
    if has_run.any() and not has_run[middle]:
        order = order[has_run[order]]
        middle = int(order[len(order) // 2])
    return middle, len(order), bool(has_run[middle]), next(iter(keys), "")


def _moments(result: Compared, row: int) -> tuple[Moment, ...]:
    """Return four moments: before shock and run, then onset, peak and end of the run, or what stands for them.

    Where some of them are one day, the last day and the middles of the longest stretches between take their place.
    """
    step, horizon = result.scenario.step, result.scenario.n_days
    days = [story.day_of(item) for item in story.dated(result.scenario)]
    before = max(round(min(days) / step) - 1, 0) if days else 0
    replication = int(result.study.replications[row])
    mine = [run for run in reading.runs(result, result.comparison.baseline) if run.replication == replication]
    if mine:
        run = max(mine, key=lambda run: run.withdrawn)
        onset, peak, end = (round(day / step) for day in (run.onset, run.peak, run.end))
        before = max(min(before, onset - 1), 0)  # who leaves ahead of the shock may begin it
        wanted = [(before, "before"), (onset, "onset"), (peak, "peak"), (end, "end")]
    else:
        asked = reading.paths(result, "requests", result.comparison.baseline)[row]
        wanted = [(before, "before"), (int(np.argmax(asked)), "most is asked for"), (horizon // 2, "half-way")]
    names: dict[int, list[str]] = {}
    for at, name in (*wanted, (horizon, "last day")):
        names.setdefault(min(at, horizon), []).append(name)
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


def _first_to_run(states: NDArray[np.uint8]) -> int:
    """Return an investor among the first to run, or to be alarmed, uint8 (moments, investors)."""
    for state in (RAN, ALARMED, CALM):
        for moment in states:
            found = np.flatnonzero(moment == state)
            if len(found):
                return int(found[0])
    return 0
