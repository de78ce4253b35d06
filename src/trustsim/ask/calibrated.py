"""Calibration from Python and the command line: load, make trials with progress and a run folder, fit."""

from __future__ import annotations

import os
from typing import Any

from trustsim.analysis import calibration
from trustsim.analysis.calibration import Search
from trustsim.analysis.posterior import Calibration, calibrated
from trustsim.analysis.trials import TrialLog
from trustsim.ask.running import Out, running
from trustsim.catalog import REGISTRY
from trustsim.registry import Registry
from trustsim.scenario.load import given
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.targets import Targets, read_targets

TRIALS = "trials.sqlite"
File = str | os.PathLike[str]


def calibrate(
    scenario: Scenario | File,
    targets: Targets | File,
    *,
    progress: bool = True,
    out: Out = None,
    registry: Registry = REGISTRY,
    **options: Any,
) -> Calibration:
    """Fit the free parameters of a scenario, or a file, to targets, or a file of them.

    Parameters
    ----------
    progress : whether to show a bar (plain lines where there is no terminal).
    out : a run folder: trials and runs that are kept there are not made again.
    options : of :func:`trustsim.analysis.calibration.search`: trials, replications, workers, timeout, pool.

    Raises
    ------
    ScenarioError, TrustsimError : for what is wrong with a file or an argument, before anything runs, and where too few
        points gave numbers.
    """
    story = given(scenario, registry)
    asked = targets if isinstance(targets, Targets) else read_targets(targets, story, registry)
    found = search(story, asked, progress=progress, out=out, registry=registry, **options)
    return calibrated(story, asked, found.trials, found.replications, found.seconds)


def search(
    scenario: Scenario, targets: Targets, *, progress: bool, out: Out, registry: Registry, **options: Any
) -> Search:
    """Make the trials that the folder lacks; the parameters are those of :func:`calibrate`."""
    with (
        running(progress, out, "trials") as (callback, store),
        TrialLog(":memory:" if store is None else store.folder.parent / TRIALS) as log,
    ):
        return calibration.search(scenario, registry, targets, store=store, log=log, progress=callback, **options)
