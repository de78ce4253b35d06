"""How many run, when and why: runs on platforms, those who departed in them, cascades."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import COHORT, RAN
from trustsim.measures.finished import Finished, Floats, People, positive
from trustsim.registry import REGISTRY
from trustsim.scenario.counted import OF_WHAT, RunRule, step_name
from trustsim.units import show

LEVELS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)  # shares to try in the rule of a run
LENGTHS = (1.0, 5.0, 10.0)  # days to try in it
GLOBAL_CASCADE = 0.1  # share of the investors beyond which a cascade is called global


@REGISTRY.enter(
    "outcome", "run_probability", rows=("J2", "C15"), source="J2", better="lower", unit="share", binary=True
)
def run_probability(f: Finished) -> Floats:
    """Whether at least one platform suffered a run, by the rule of the scenario.

    On a platform without clients at day 0 there is none.
    """
    return np.nan_to_num(f.first(lambda e: 1.0))


@REGISTRY.enter("outcome", "run_at", rows=("J2", "C15"), source="assumed", better="", unit="share", binary=True)
def run_at(f: Finished) -> dict[str, Floats]:
    """Whether a platform would have suffered a run, had the rule of the scenario another share; its own among them."""
    rule = f.model.story.counted.run
    levels = {step_name(level): level for level in (*LEVELS, rule.share)}
    share = _most(f, rule)
    return {name: (share >= level).astype(np.float64) for name, level in sorted(levels.items(), key=lambda x: x[1])}


@REGISTRY.enter("outcome", "run_if", rows=("J2", "C15"), source="assumed", better="", unit="share", binary=True)
def run_if(f: Finished) -> dict[str, Floats]:
    """Whether a platform would have suffered a run, had the rule another length of time, or were it of the other thing.

    Lengths from a step to the horizon; the rule's own among them.
    """
    rule = f.model.story.counted.run
    lengths = sorted({days for days in LENGTHS if f.dt <= days <= f.end} | {rule.within})
    others = {f"within {show(days, 'duration')}": replace(rule, within=days) for days in lengths}
    others |= {f"of {what}": replace(rule, of=what) for what in OF_WHAT if what != rule.of}
    return {name: (_most(f, other) >= rule.share).astype(np.float64) for name, other in others.items()}


def _most(f: Finished, rule: RunRule) -> Floats:
    """Return the largest net outflow beyond calm in the days of a rule / what was held before, float64 (lanes,)."""
    return np.asarray(np.nan_to_num(f.beyond.share_within(rule)).max(axis=(0, 2), initial=0.0))


@REGISTRY.enter(
    "outcome", "run_speed", rows=("J2",), source="E-01", better="lower", unit="share", low=0, may_not_apply=True
)
def run_speed(f: Finished) -> Floats:
    """Largest outflow beyond calm in a day of a run / what was held before, there or in calm."""
    return f.first(lambda e: e.speed, max)


@REGISTRY.enter(
    "outcome", "run_onset", rows=("J2",), source="J2", better="higher", unit="duration", low=0, may_not_apply=True,
    censored_at_horizon=True,
)  # fmt: skip
def run_onset(f: Finished) -> Floats:
    """Day on which the first run began."""
    return f.first(lambda e: e.onset)


@REGISTRY.enter(
    "outcome", "run_duration", rows=("J2",), source="J2", better="lower", unit="duration", low=0, may_not_apply=True
)
def run_duration(f: Finished) -> Floats:
    """Days from onset to end of the longest run."""
    return f.first(lambda e: e.end - e.onset + f.dt, max)


@REGISTRY.enter(
    "outcome", "runs_on_sound_platforms", rows=("C15",), source="C15", better="lower", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def runs_on_sound_platforms(f: Finished) -> Floats:
    """Share of the runs that began on a solvent platform."""
    sound, every = f.first(lambda e: 0.0), f.first(lambda e: 0.0)
    for v, mine in enumerate(f.episodes):
        if mine:
            sound[v], every[v] = sum(e.trigger != "fundamental" for e in mine), len(mine)
    return sound / every


@REGISTRY.enter("outcome", "departed", rows=("J2",), source="J2", better="lower", unit="count", low=0)
def departed(f: Finished) -> Floats:
    """Clients who ran from a platform, over the whole horizon; who came back and ran again counts twice.

    They are those of the real platforms: each investor counts for as many as it stands for (``scale``).
    """
    return np.asarray(f.gauge("runners").sum(axis=(0, 2))) * f.scale


@REGISTRY.enter(
    "outcome", "cascade_size", rows=("J2",), source="doi:10.1073/pnas.082090499", better="lower", unit="share", low=0,
    high=1, may_not_apply=True,
)  # fmt: skip
def cascade_size(f: Finished) -> Floats:
    """Share of the clients of day 0 who ran from some platform, where more than a tenth did: the size of a cascade."""

    def share(people: People) -> list[float]:
        who, n = people.world.accounts.investor, positive(people.held.sum())
        return [float(len(np.unique(who[ran])) / n) for ran in _ran(f)[people.part]]

    found = f.by_world(share)
    return np.where(found > GLOBAL_CASCADE, found, np.nan)


@REGISTRY.enter(
    "outcome", "ran_share", rows=("J2",), source="J2", better="lower", unit="share", low=0, high=1, may_not_apply=True
)
def ran_share(f: Finished) -> Floats:
    """Share of the accounts of day 0 that ever ran."""
    return np.asarray(_ran(f).sum(axis=1) / positive(f.gauge("cohort")[0].sum(axis=1)))


def _ran(f: Finished) -> NDArray[np.bool_]:
    """Return bool (lanes, accounts): which accounts of day 0 ever ran."""
    return np.asarray(f.model.state.flags & (RAN | COHORT) == RAN | COHORT)
