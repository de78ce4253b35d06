"""What a study breaks off at its horizon: runs that still go on, and money that still waits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trustsim.experiment.study import Study
from trustsim.measures.runs import LiquidityRun

_STAND = ("end_state[open]", "end_state[frozen]")
MAY_WAIT = 0.01  # assumed: of the claims of day 0, what may wait at any time


@dataclass(frozen=True)
class Unfinished:
    """What goes on under a variant at the horizon.

    ``running``: the share of worlds with a run on a platform that does: a day at its pace after the horizon would be
    one of it. Where a platform is over, failed or wound down, so is a run on it. ``waiting``: mean share of the claims
    of day 0 that is asked for and late: money under way as agreed does not wait. 0 where it is at most MAY_WAIT.
    """

    running: float
    waiting: float


def unfinished(study: Study) -> dict[str, Unfinished]:
    """Return what is broken off, by variant; only variants under which something is."""
    scenario = study.scenario
    steps = max(round(scenario.counted.run.within / scenario.step), 1)  # that days of one run may be apart
    since = scenario.horizon - (steps - 0.5) * scenario.step
    going_on = {(run.variant, run.replication) for run in study.runs if run.end > since and not _is_over(study, run)}
    n = max(len(study.replications), 1)
    running = {name: sum(variant == name for variant, _ in going_on) / n for name in study.variants}
    waiting = {name: _waiting(study, k) for k, name in enumerate(study.variants)}
    found = {name: Unfinished(running[name], waiting[name]) for name in study.variants}
    return {name: each for name, each in found.items() if each != Unfinished(0.0, 0.0)}


def _is_over(study: Study, run: LiquidityRun) -> bool:
    """Whether the platform of a run has failed by the horizon, or no platform stands there any more."""
    at = int(np.searchsorted(study.replications, run.replication)), study.variants.index(run.variant)
    if (name := f"failed_by_platform[{run.platform}]") in study.outcomes and study.outcomes[name][at] == 1:
        return True
    stand = [study.outcomes[name][at] for name in _STAND if name in study.outcomes]
    return len(stand) == len(_STAND) and sum(stand) == 0


def _waiting(study: Study, variant: int) -> float:
    if "waiting_at_end" not in study.outcomes:
        return 0.0
    waits = study.outcomes["waiting_at_end"][:, variant]
    mean = float(np.mean(waits[np.isfinite(waits)])) if np.isfinite(waits).any() else 0.0
    return mean if mean > MAY_WAIT else 0.0
