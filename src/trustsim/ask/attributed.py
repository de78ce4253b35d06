"""``trustsim.attribute``: load, run every variant and its replays with progress, and say who withdrew why."""

from __future__ import annotations

import os
from typing import Any

from trustsim.analysis.attribution import Attribution, attribution
from trustsim.ask.running import Out, running
from trustsim.catalog import REGISTRY
from trustsim.registry import Registry
from trustsim.scenario.load import given
from trustsim.scenario.resolved import Scenario


def attribute(
    scenario: Scenario | str | os.PathLike[str],
    *,
    progress: bool = True,
    out: Out = None,
    registry: Registry = REGISTRY,
    **options: Any,
) -> Attribution:
    """Say how much of what is withdrawn under each variant of a scenario, or a file, comes from which channel.

    Parameters
    ----------
    progress : whether to show a bar (plain lines where there is no terminal).
    out : a run folder: runs that are kept there are not computed again.
    options : of :func:`trustsim.analysis.attribution.attribution`: variants, replications, workers, timeout, pool.

    Raises
    ------
    ScenarioError, TrustsimError : for what is wrong with the file or an argument, before anything runs, and where no
        replication finished.
    """
    story = given(scenario, registry)
    with running(progress, out) as (callback, store):
        return attribution(story, progress=callback, store=store, **options)
