"""``trustsim.sweep``: load, run every point with progress, and say what it means."""

from __future__ import annotations

import os
from typing import Any

from trustsim.analysis.robust import Robust, robust
from trustsim.ask.running import Out, running
from trustsim.catalog import REGISTRY
from trustsim.experiment.design import run_sweep
from trustsim.registry import Registry
from trustsim.scenario.load import given
from trustsim.scenario.resolved import Scenario

Given = Scenario | str | os.PathLike[str]


def sweep(
    scenario: Given,
    *,
    outcome: str | None = None,
    progress: bool = True,
    out: Out = None,
    registry: Registry = REGISTRY,
    **options: Any,
) -> Robust:
    """Run a scenario, or a file, at every point of its ``sweep`` and compare its variants over the points.

    Parameters
    ----------
    outcome : what decides; by default the outcome that ranks the variants.
    progress : whether to show a bar (plain lines where there is no terminal).
    out : a run folder: runs that are kept there are not computed again.
    options : of :func:`trustsim.experiment.design.run_sweep`: variants, replications, workers, timeout, pool, design.

    Raises
    ------
    ScenarioError, TrustsimError : for what is wrong with the file or an argument, before anything runs.
    """
    story = given(scenario, registry)
    with running(progress, out) as (callback, store):
        found = run_sweep(story, registry, progress=callback, store=store, **options)
    return robust(found, registry, outcome)
