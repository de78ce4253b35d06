"""``trustsim.run``: run a study and hand back its runs, with progress where it is asked for."""

from __future__ import annotations

import os
from typing import Any

from trustsim.ask.running import Out, running
from trustsim.experiment.study import Study, run_study
from trustsim.experiment.work import Progress
from trustsim.scenario.resolved import Scenario


def run(
    scenario: Scenario | str | os.PathLike[str],
    *,
    progress: bool | Progress | None = False,
    store: Out = None,
    **options: Any,
) -> Study:
    """Run *scenario*, or a file, and return its :class:`Study`; where only some runs raise, each is a record.

    Parameters
    ----------
    progress : whether to show a bar (plain lines where there is no terminal), as the other verbs do; or what is called
        with (replications tried, replications in all, seconds so far) after each piece of work.
    store : a run store, or a run folder: runs that are kept there are not computed again.
    options : of :func:`trustsim.experiment.study.run_study`: variants, replications, seed, workers, timeout, pool, …

    Raises
    ------
    TrustsimError : for an unknown variant, a count out of range, or a study that does not fit, before anything runs.
    RunsFailed : as soon as the first runs of all variants fail alike, and where no replication finished.
    """
    with running(progress or False, store) as (callback, kept):
        return run_study(scenario, progress=callback, store=kept, **options)
